import { RolloutError } from '../../model/error.js';
import type { Run } from '../../model/run.js';
import type { Ambient, Sample, Subject } from '../engine.js';
import { ask, problem } from './ask.js';
import { fromRun, measureAnswer } from './contract.js';
import { shown } from './observe.js';
import { read } from './target.js';

/** Samples of one signal of a run. No measure command: no samples, so a gate on the signal is not met. */
export async function measure(
  subject: Subject,
  run: Run,
  signal: string,
  ambient: Ambient,
): Promise<readonly Sample[]> {
  const target = read(subject.target);
  if (target.measure === undefined) return [];
  const request = { job: subject.job, name: run.name, target: shown(subject.target), run: fromRun(run), signal };
  const answered = await ask(
    { job: subject.job, verb: 'measure', command: target.measure, target, request, signal: ambient.signal },
    ambient,
  );
  const parsed = measureAnswer.safeParse(answered.document);
  if (answered.exitCode === 0 && parsed.success)
    return parsed.data.samples.map(({ at, value }) => ({ signal, at, value }));
  const why =
    answered.exitCode === 0
      ? (answered.broken ?? (parsed.success ? '' : problem(parsed.error)))
      : `exit code ${answered.exitCode}`;
  throw new RolloutError(
    'command-answer-invalid',
    `${subject.job}: the measure command's answer for ${signal} is not usable: ${why}.${answered.said}`,
    {
      class: 'transient',
    },
  );
}
