import pLimit from 'p-limit';
import { RolloutError } from '../../model/error.js';
import type { JsonObject } from '../../model/json.js';
import type { Run } from '../../model/run.js';
import type { Ambient, Subject } from '../engine.js';
import { ask, problem } from './ask.js';
import { observeAnswer, toRun } from './contract.js';
import { type CommandTarget, read } from './target.js';

/** Observe commands that run at the same time. */
const atOnce = 8;

/**
 * Runs of many jobs. Jobs whose observe command and environment are the same share one call: the command lists, and each
 * job takes the runs that have one of its exact names or one of its known ids. `ended`: runs that have ended are asked for, too.
 * Where one of several commands fails, its jobs have no entry: a look at each of them says why, and the others go on.
 */
export async function observe(
  subjects: readonly Subject[],
  ended: boolean,
  ambient: Ambient,
): Promise<ReadonlyMap<string, readonly Run[]>> {
  const limit = pLimit(atOnce);
  const groups = [...grouped(subjects).values()];
  const answers = await Promise.allSettled(groups.map((group) => limit(() => list(group, ended, ambient))));
  const only = answers.length === 1 ? answers[0] : undefined;
  if (only?.status === 'rejected') throw only.reason;
  return new Map(
    groups.flatMap((group, index) => {
      const answer = answers[index];
      if (answer?.status !== 'fulfilled') return [];
      return group.map((subject) => [subject.job, ofSubject(subject, answer.value)] as const);
    }),
  );
}

function grouped(subjects: readonly Subject[]): Map<string, Subject[]> {
  const groups = new Map<string, Subject[]>();
  for (const subject of subjects) {
    const { observe, env, credentials, timeout } = read(subject.target);
    const key = JSON.stringify([observe, env ?? {}, credentials ?? {}, timeout ?? null]);
    groups.set(key, [...(groups.get(key) ?? []), subject]);
  }
  return groups;
}

function ofSubject(subject: Subject, runs: readonly Run[]): readonly Run[] {
  return runs.filter((run) => subject.names.includes(run.name) || subject.ids.includes(run.id));
}

async function list(group: readonly Subject[], ended: boolean, ambient: Ambient): Promise<readonly Run[]> {
  const first = group[0];
  if (!first) return [];
  const job = group.length === 1 ? first.job : `${first.job} and ${group.length - 1} more`;
  const jobs = group.map((subject) => ({
    job: subject.job,
    names: subject.names,
    ids: subject.ids,
    target: shown(subject.target),
  }));
  const target = read(first.target);
  const answered = await ask(
    { job, verb: 'observe', command: target.observe, target, request: { ended, jobs }, signal: ambient.signal },
    ambient,
  );
  if (answered.exitCode !== 0) {
    throw new RolloutError(
      'command-observe-failed',
      `${job}: the observe command ended with exit code ${answered.exitCode}.${answered.said}`,
      {
        class: 'transient',
      },
    );
  }
  const parsed = observeAnswer.safeParse(answered.document);
  if (parsed.success) return parsed.data.runs.map((run) => toRun(run, answered.redact));
  throw new RolloutError(
    'command-answer-invalid',
    `${job}: the observe command's answer is not usable: ${answered.broken ?? problem(parsed.error)}.${answered.said}`,
    {
      class: 'input',
      next: 'Compare the answer with docs/engines/command.md.',
    },
  );
}

/** What commands are told of a target: what the job runs with, not how the commands are called. */
const shownFields = [
  'name',
  'place',
  'settings',
  'scaling',
  'artifact',
] as const satisfies readonly (keyof CommandTarget)[];

export function shown(target: JsonObject): JsonObject {
  const fields = shownFields.filter((field) => target[field] !== undefined);
  return Object.fromEntries(fields.map((field) => [field, target[field] ?? null]));
}
