import type { Finding } from '../../model/finding.js';
import type { StrategyName } from '../../model/job.js';
import { isObject, valueAt } from '../../model/json.js';
import { isActive } from '../../model/run.js';
import type { Intended } from '../engine.js';
import { namePattern } from './check.js';
import type { Facts } from './facts.js';
import type { Kit } from './kit.js';
import { metricsReadable } from './metrics-readable.js';
import { nameOf } from './target.js';
import { templateFindings } from './template.js';

/** Concurrent jobs that a project may have by default; https://cloud.google.com/dataflow/quotas */
const defaultJobQuota = 25;

const launching: readonly StrategyName[] = ['create', 'in-place-update', 'parallel', 'drain-and-resubmit'];

/** Read-only checks made before anything is stopped. */
export async function preflight(kit: Kit, intended: Intended): Promise<readonly Finding[]> {
  const facts = await factsOf(kit, intended);
  const always = [...streaming(intended), ...streamingEngine(intended, facts)];
  if (intended.strategy === 'stop') return always;
  const metrics = await metricsReadable(kit, intended);
  if (!launching.includes(intended.strategy)) return [...always, ...metrics];
  return [
    ...always,
    ...name(intended),
    ...(await nameShared(kit, intended)),
    ...(await templateFindings(kit, intended)),
    ...transforms(intended, facts),
    ...headroom(kit, intended),
    ...metrics,
  ];
}

async function factsOf(kit: Kit, { current, subject }: Intended): Promise<Facts | null> {
  if (current === null) return null;
  if (kit.runs.facts(current.id) === null) await kit.runs.read(current.id, subject);
  return kit.runs.facts(current.id);
}

function launchName({ target, job, subject }: Intended): string {
  return nameOf(target ?? job.target, subject.names[0] ?? subject.job);
}

function name(intended: Intended): readonly Finding[] {
  const given = launchName(intended);
  if (namePattern.test(given)) return [];
  return [{ code: 'dataflow-name-invalid', level: 'error', message: `“${given}” is not a Dataflow job name.` }];
}

function streaming({ current }: Intended): readonly Finding[] {
  // A batch run that has ended may be the mistake that this change corrects.
  if (current?.streaming !== false || !isActive(current)) return [];
  return [{ code: 'dataflow-not-streaming', level: 'error', message: `Run ${current.id} is a batch job.` }];
}

/** A launch, an update above all, goes by name: nothing else may hold it. */
async function nameShared(kit: Kit, intended: Intended): Promise<readonly Finding[]> {
  const given = launchName(intended);
  const runs = await kit.runs.look(intended.subject);
  return runs
    .filter((run) => run.name === given && isActive(run) && run.id !== intended.current?.id)
    .map((run) => ({
      code: 'dataflow-name-shared',
      level: 'error',
      message: `Run ${run.id} is ${run.engineState} under the name ${given}, beside the one to replace.`,
    }));
}

/** Bounds of a running job and parallel updates under one name need Streaming Engine. */
function streamingEngine({ strategy, job, target, current }: Intended, facts: Facts | null): readonly Finding[] {
  const code = 'dataflow-streaming-engine-needed';
  if (strategy === 'in-flight-update' && facts?.streamingEngine === false) {
    const message = `Run ${current?.id} does not use Streaming Engine, so its workers cannot be changed while it runs.`;
    return [{ code, level: 'error', message }];
  }
  if (strategy !== 'parallel' || job.parallel.slots.length > 0) return [];
  const wanted = valueAt(target ?? job.target, 'environment.enableStreamingEngine');
  if (wanted === false) {
    return [{ code, level: 'error', message: 'A parallel update needs environment.enableStreamingEngine: true.' }];
  }
  if (wanted !== undefined || facts?.streamingEngine !== false) return [];
  const message = `Run ${current?.id} does not use Streaming Engine; the new run of a parallel update has to.`;
  return [{ code, level: 'warning', message, next: 'Set environment.enableStreamingEngine: true.' }];
}

/** A mapping of a transform that does not exist is refused by the service only after the launch was accepted. */
function transforms({ strategy, target, job }: Intended, facts: Facts | null): readonly Finding[] {
  const mapping = (target ?? job.target)['transform-name-mapping'];
  if (strategy !== 'in-place-update' || !isObject(mapping) || !facts || facts.transforms.length === 0) return [];
  const exists = (given: string) => facts.transforms.some((found) => found === given || found.startsWith(`${given}/`));
  return Object.keys(mapping)
    .filter((given) => !exists(given))
    .map((given) => ({
      code: 'dataflow-transform-unknown',
      level: 'warning',
      message: `The running job has no transform “${given}”, which transform-name-mapping names.`,
    }));
}

function headroom(kit: Kit, { strategy }: Intended): readonly Finding[] {
  const active = kit.runs.activeCount;
  if (strategy !== 'parallel' || active === null || active < defaultJobQuota) return [];
  const message = `${active} jobs are active in this region; the default quota is ${defaultJobQuota} in a project, and a parallel update needs one more.`;
  return [{ code: 'dataflow-parallel-headroom', level: 'warning', message }];
}
