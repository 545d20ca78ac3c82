import type { Engine } from '../engines/engine.js';
import type { Job } from '../model/job.js';
import type { Position } from '../model/position.js';
import { unknownSignals } from '../verify/spec.js';
import { suggestion } from './nearest.js';
import { fieldOf } from './needs.js';
import type { Problems } from './problems.js';

/** Rules over several fields of one job. */
export function checkRules(job: Job, problems: Problems): void {
  const tell = (code: 'manifest-build' | 'manifest-drain' | 'manifest-slots', path: string, message: string): void => {
    problems.add({ code, at: job.positions[path] ?? job.at, field: fieldOf(job, path), message, job: job.key });
  };
  if (job.build !== null && job.paths === null) {
    tell('manifest-build', 'build', '`build` needs `paths`: the files that say when its code changed');
  }
  const neverParallel = job.strategy !== 'auto' && !job.strategy.includes('parallel');
  if (job.drain.onTimeout === 'leave' && neverParallel) {
    tell(
      'manifest-drain',
      'drain.on-timeout',
      'expected fail or cancel: only a parallel rollout can leave a run draining',
    );
  }
  const { slots } = job.parallel;
  if (slots.length !== 0 && slots.length !== 2) {
    tell('manifest-slots', 'parallel.slots', `expected two slots or none, got ${slots.length}`);
  }
  if (slots.length === 2 && JSON.stringify(slots[0]) === JSON.stringify(slots[1])) {
    tell('manifest-slots', 'parallel.slots', 'the two slots are the same, so both runs would share everything');
  }
}

/** What the engine itself finds wrong with the settings. */
export function checkByEngine(job: Job, engine: Engine, problems: Problems): void {
  for (const finding of engine.check?.(job) ?? []) {
    if (finding.level !== 'error') continue;
    const [path, at] = placeOf(job, finding.file, finding.line);
    // The error names the job already, by its field or before its message.
    const message = finding.message.startsWith(`${job.key}: `)
      ? finding.message.slice(job.key.length + 2)
      : finding.message;
    problems.add({ code: finding.code, at, field: fieldOf(job, path), message, job: job.key });
  }
}

/** A gate on a signal that nobody measures could never pass. An engine that names no signals is asked by the plan. */
export function checkSignals(job: Job, engine: Engine, problems: Problems): void {
  if (engine.signals === undefined) return;
  const offered = engine.signals(job.target);
  const known = [...offered.map(({ name }) => name), ...Object.keys(job.verify.signals ?? {})];
  for (const name of unknownSignals(job, offered)) {
    const index = job.verify.gates.findIndex((gate) => gate.signal === name);
    const path = index < 0 ? 'verify.signals' : `verify.gates.${index}.signal`;
    const none = known.length === 0 ? `; engine \`${job.engine}\` measures none for this job` : '';
    const message = `there is no signal \`${name}\`${suggestion(name, known)}${none}`;
    const at = job.positions[path] ?? job.positions['verify.gates'] ?? job.at;
    problems.add({ code: 'manifest-signal', at, field: fieldOf(job, path), message, job: job.key });
  }
}

/** A finding knows file and line; the field that stands there gives the rest. */
function placeOf(job: Job, file: string | undefined, line: number | undefined): readonly [string, Position] {
  const here = Object.entries(job.positions).find(([, at]) => at.file === file && at.line === line);
  if (here !== undefined) return here;
  if (file === undefined || line === undefined) return ['target', job.positions['target'] ?? job.at];
  return ['target', { file, line, column: 1 }];
}

/** `was` hands one old job's run to one new job. */
export function checkWas(jobs: readonly Job[], declared: readonly string[], problems: Problems): void {
  const claimed = new Map<string, Job>();
  const present = new Set([...declared, ...jobs.map((job) => job.key)]);
  for (const job of jobs) {
    if (job.was === null) continue;
    const first = claimed.get(job.was);
    const still = present.has(job.was);
    if (first === undefined) claimed.set(job.was, job);
    if (first === undefined && !still) continue;
    const at = job.positions['was'] ?? job.at;
    const message = still
      ? `job \`${job.was}\` is still declared, so its run can not be handed over`
      : `job \`${first?.key}\` already takes over \`${job.was}\``;
    problems.add({ code: 'manifest-was', at, field: fieldOf(job, 'was'), message, job: job.key });
  }
}
