import { RolloutError } from '../../model/error.js';
import type { Run } from '../../model/run.js';
import type { Ambient, Sample, Subject } from '../engine.js';
import { ask, problem } from './ask.js';
import { fromRun, measureAnswer } from './contract.js';
import { shown } from './observe.js';
import { read } from './target.js';

/** Samples of one signal of a run. Null: there is no measure command, or it says that it has no such signal. */
export async function measure(
  subject: Subject,
  run: Run,
  signal: string,
  since: string,
  ambient: Ambient,
): Promise<readonly Sample[] | null> {
  const target = read(subject.target);
  if (target.measure === undefined) return null;
  const request = { job: subject.job, name: run.name, target: shown(subject.target), run: fromRun(run), signal, since };
  const answered = await ask(
    { job: subject.job, verb: 'measure', command: target.measure, target, request, signal: ambient.signal },
    ambient,
  );
  const parsed = measureAnswer.safeParse(answered.document);
  if (answered.exitCode === 0 && parsed.success) {
    if (parsed.data.samples === undefined) return null;
    return parsed.data.samples.map(({ at, value, idle, run: of }) => ({
      ...{ signal, at, value },
      ...(idle == null ? {} : { idle }),
      ...(of == null ? {} : { run: of }),
    }));
  }
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
