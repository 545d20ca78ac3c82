import type { Finding } from '../model/finding.js';
import type { Job } from '../model/job.js';
import type { JsonObject } from '../model/json.js';
import type { Choice } from './choose.js';
import type { Intent } from './intent.js';

/** Exact names of the job on its engine: `target.name`, else the key, and the names that its slots have of their own. */
export function namesOf(job: Pick<Job, 'key' | 'target' | 'parallel'>): readonly string[] {
  const own = nameIn(job.target) ?? job.key;
  return [...new Set([own, ...job.parallel.slots.flatMap((slot) => nameIn(slot) ?? [])])];
}

/** True if every slot has a name of its own and no two share one. */
export function slotsHaveNames(slots: readonly JsonObject[]): boolean {
  const names = slots.map(nameIn);
  return slots.length >= 2 && names.every((name) => name !== null) && new Set(names).size === names.length;
}

export function nameIn(target: JsonObject): string | null {
  const { name } = target;
  return typeof name === 'string' && name !== '' ? name : null;
}

/** A job that `was` another one keeps its name on the engine, as long as the manifest says so in one way or the other. */
export function keptName({ key, was, target, positions, at }: Job): readonly Finding[] {
  const name = nameIn(target);
  if (was === null || was === key || name !== was || positions['target.name'] !== undefined) return [];
  const { file, line } = positions['was'] ?? at;
  const message = `its runs keep the name \`${was}\` on the engine for as long as \`was: ${was}\` is here`;
  const next = `add \`target.name: ${was}\` before you take \`was\` out, or the job is started anew under the name \`${key}\``;
  return [{ code: 'name-kept', level: 'notice', message, next, file, line }];
}

/** The choice's findings, where the run that is replaced has a name that is not declared any more: no engine renames a run. */
export function newName(job: Job, { situation, run }: Intent, { strategy, findings }: Choice): readonly Finding[] {
  if (situation !== 'change' || run === null || namesOf(job).includes(run.name)) return findings;
  const keep = `to keep the run, declare \`target.name: ${run.name}\``;
  const told = findings.map((finding) =>
    finding.code === 'no-strategy'
      ? { ...finding, next: [keep, ...(finding.next === undefined ? [] : [finding.next])].join('; or ') }
      : finding,
  );
  const { file, line } = job.positions['target.name'] ?? job.positions['was'] ?? job.at;
  const then = strategy === null ? 'a new one would be needed' : 'a new one takes its place';
  const message = `run ${run.id} has the name \`${run.name}\` on the engine, and \`${namesOf(job)[0]}\` is declared: a run can't be renamed, so ${then}`;
  return [{ code: 'name-changes', level: 'warning', message, next: keep, file, line }, ...told];
}
