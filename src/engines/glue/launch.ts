import type { Job, JobRun, JobUpdate, StartJobRunRequest } from '@aws-sdk/client-glue';
import type { Stamp } from '../../model/stamp.js';
import { differing, type Member } from './definition.js';
import { marksOf } from './marks.js';
import { withoutNote } from './overlay.js';
import { artifactArguments } from './target.js';
import type { Arguments, Wanted } from './wanted.js';

/** Most bytes that the arguments of a run may have together (Glue guide, job parameters: 260 KB). */
export const mostArgumentBytes = 260 * 1024;

/**
 * Members of the definition that StartJobRun can carry. Everything else (Glue version, role, connections, Python version, maintenance
 * window, limits) a run takes from the definition as it stands at the start.
 */
const carried = [
  'WorkerType',
  'NumberOfWorkers',
  'MaxCapacity',
  'Timeout',
  'ExecutionClass',
  'SecurityConfiguration',
  'NotificationProperty',
] as const satisfies readonly (Member & keyof StartJobRunRequest)[];

/** Members that no run depends on, or that the start always sets. */
const indifferent: readonly Member[] = ['Description', 'JobRunQueuingEnabled'];

/**
 * The arguments of a run, all of them: whether AWS lays a run's arguments over the definition's or takes them instead is documented
 * both ways.
 */
export function runArguments(defaults: Arguments | undefined, wanted: Wanted, stamp: Stamp): Arguments {
  return { ...withoutNote(defaults), ...asked(wanted, stamp) };
}

/** The request that starts a run: it carries its script, settings and stamp, and is never queued behind a limit. */
export function startRequest(name: string, job: Job, wanted: Wanted, stamp: Stamp): StartJobRunRequest {
  const settings = carried.map((member) => [member, wanted.members[member]]).filter(([, value]) => value !== undefined);
  return {
    JobName: name,
    JobRunQueuingEnabled: false,
    Arguments: runArguments(job.DefaultArguments, wanted, stamp),
    ...Object.fromEntries(settings),
  };
}

/** Members that the manifest gives, that a run cannot carry, and that the definition has otherwise. */
export function notCarried(current: JobUpdate, wanted: Pick<Wanted, 'members'>): readonly Member[] {
  const given = Object.entries(wanted.members) as [Member, unknown][];
  const needed = given.filter(
    ([member]) => !(carried as readonly Member[]).includes(member) && !indifferent.includes(member),
  );
  return needed.filter(([member, value]) => !shows(current[member], member, value)).map(([member]) => member);
}

/** What a run, read back, has otherwise than it was started with: names of arguments and members, never values. */
export function mismatches(run: JobRun, wanted: Wanted, stamp: Stamp): readonly string[] {
  const names = Object.entries(asked(wanted, stamp))
    .filter(([name, value]) => run.Arguments?.[name] !== value)
    .map(([name]) => name);
  const shown = [
    'WorkerType',
    'NumberOfWorkers',
    'Timeout',
    'ExecutionClass',
    'SecurityConfiguration',
    'GlueVersion',
  ] as const;
  const members = shown.filter((member) => {
    const want = wanted.members[member];
    return want !== undefined && want !== 'auto' && run[member] !== undefined && run[member] !== want;
  });
  return [...names, ...members];
}

/** Bytes of a run's arguments: names and values. */
export function argumentBytes(args: Arguments): number {
  return Object.entries(args).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
}

function asked(wanted: Wanted, stamp: Stamp): Arguments {
  return { ...wanted.arguments, [artifactArguments.script]: wanted.script, ...marksOf(stamp) };
}

/** A member given in parts (`Command`, `ExecutionProperty`) is compared by those parts. */
function shows(current: unknown, member: Member, given: unknown): boolean {
  const parts = typeof given === 'object' && given !== null && typeof current === 'object' && current !== null;
  const seen = parts
    ? Object.fromEntries(Object.keys(given).map((key) => [key, (current as Record<string, unknown>)[key]]))
    : current;
  return differing({ [member]: given }, { [member]: seen }, [member]).length === 0;
}
