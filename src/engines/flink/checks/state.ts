import type { Finding } from '../../../model/finding.js';
import type { JsonObject } from '../../../model/json.js';
import type { Run } from '../../../model/run.js';
import type { OperatorSnapshot, Snapshot } from '../../../platforms/flink/metadata/index.js';
import { pause } from '../../../platforms/flink/pause.js';
import { labelOf } from '../../../platforms/flink/snapshots/names.js';
import type { Kit } from '../kit.js';
import { readTarget } from '../target.js';
import { finding } from './finding.js';
import type { Operator } from './program.js';

/**
 * A checkpoint is removed as soon as a newer one is complete, and which one is the newest is told up to `web.refresh-interval` (3 s) late:
 * so often, and so far apart, it is looked for again.
 */
const tries = 12;
const apartMs = 400;

/** Holds the state in the newest snapshot of the running job against the new program. Nothing is stopped, and no snapshot is taken. */
export async function stateFindings(
  kit: Kit,
  target: JsonObject,
  name: string,
  current: Run,
  operators: readonly Operator[],
): Promise<readonly Finding[]> {
  const newest = await newestSnapshot(kit, current.id, target);
  if ('why' in newest) {
    return [
      finding(
        'flink-state-unread',
        'warning',
        `${name}: the state of run ${current.id} was not checked: ${newest.why}.`,
      ),
    ];
  }
  const vertices = (await kit.api.job(current.id))?.vertices ?? [];
  const named = (operator: OperatorSnapshot) => {
    const vertex =
      operator.uid === null && operator.name === null ? vertices.find(({ id }) => id === operator.id) : undefined;
    return vertex === undefined ? labelOf(operator) : `${vertex.name} (${operator.id})`;
  };
  return [
    ...missingFindings(name, newest.snapshot, operators, named, target),
    ...parallelismFindings(name, newest.snapshot, target),
  ];
}

function missingFindings(
  name: string,
  { operators: had }: Snapshot,
  operators: readonly Operator[],
  named: (operator: OperatorSnapshot) => string,
  target: JsonObject,
): readonly Finding[] {
  const has = new Set(operators.map(({ id }) => id));
  const missing = had.filter(({ id, hasState }) => hasState && !has.has(id));
  const fresh = operators.filter(({ id }) => !had.some((operator) => operator.id === id));
  const beside = fresh.map(({ id, description }) => (description === null ? id : `${description} (${id})`)).join(', ');
  const dropped = readTarget(target)['allow-non-restored-state'] === true;
  return missing.map((operator) => {
    const states = operator.states.map((state) => state.name).join(', ');
    const what = `${named(operator)}${states === '' ? '' : ` with ${states}`}`;
    const hint = beside === '' ? '' : ` Operators that the state does not know: ${beside}.`;
    return dropped
      ? finding(
          'flink-state-dropped',
          'warning',
          `${name}: the state of ${what} is dropped: the new program has no such operator.`,
        )
      : finding(
          'flink-state-incompatible',
          'error',
          `${name}: the new program has no operator for the state of ${what}.${hint}`,
        );
  });
}

/** The max parallelism of state is fixed for good; where the manifest names none, Flink takes that of the state. */
function parallelismFindings(name: string, { operators }: Snapshot, target: JsonObject): readonly Finding[] {
  const { configuration = {}, parallelism } = readTarget(target);
  const keyed = operators.filter(({ hasState, maxParallelism }) => hasState && maxParallelism > 0);
  if (keyed.length === 0) return [];
  const found: Finding[] = [];
  const declared = configuration['pipeline.max-parallelism'];
  const wanted = Number(declared);
  if (declared !== undefined && wanted > 0 && keyed.every(({ maxParallelism }) => maxParallelism !== wanted)) {
    const has = [...new Set(keyed.map(({ maxParallelism }) => maxParallelism))].join(', ');
    found.push(
      finding(
        'flink-max-parallelism',
        'error',
        `${name}: pipeline.max-parallelism is ${wanted}, and the state has ${has}.`,
      ),
    );
  }
  const least = Math.min(...keyed.map(({ maxParallelism }) => maxParallelism));
  const most = Math.max(...keyed.map(({ maxParallelism }) => maxParallelism));
  if (parallelism !== undefined && parallelism > most) {
    found.push(
      finding(
        'flink-max-parallelism',
        'error',
        `${name}: parallelism is ${parallelism}, and the state allows ${least} at most.`,
      ),
    );
  }
  return found;
}

async function newestSnapshot(
  kit: Kit,
  id: string,
  target: JsonObject,
): Promise<{ readonly snapshot: Snapshot } | { readonly why: string }> {
  let why = 'it has no completed checkpoint';
  for (let n = 0; n < tries; n += 1) {
    const latest = (await kit.api.checkpoints(id))?.latest;
    const paths = [latest?.completed?.external_path, ...(n + 1 === tries ? [latest?.restored?.external_path] : [])];
    for (const path of paths) {
      if (path === undefined || path.startsWith('<')) continue;
      const found = await kit.snapshots.read(path, target);
      if (found.state === 'read') return { snapshot: found.snapshot };
      why = found.state === 'missing' ? `${path} is not there any more` : found.why;
      if (found.state === 'unreadable') return { why };
    }
    if (latest?.completed == null && latest?.restored == null) return { why };
    await pause(apartMs, kit.ambient.signal);
  }
  return { why };
}
