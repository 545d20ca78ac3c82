import picomatch from 'picomatch';
import type { Engine, Session, Subject } from '../engines/engine.js';
import type { Held } from '../ledger/ledger.js';
import { RolloutError } from '../model/error.js';
import type { JsonObject } from '../model/json.js';
import type { JobRecord } from '../model/record.js';
import { subjectOf } from '../rollout/subject.js';
import type { Bench } from './bench.js';
import { learnSecrets } from './secrets.js';

/** Jobs of one environment as the ledger knows them: what `resume`, `rollback` and `status` work on, with no manifest. */
export interface LedgerJobs {
  readonly environment: string;
  /** The chosen ones. */
  readonly held: ReadonlyMap<string, Held>;
  /** All of the environment, chosen or not. */
  readonly all: ReadonlyMap<string, Held>;
}

/** The environments of this call with their records. Without the input `environment`: all that the ledger has. */
export async function readLedger(bench: Bench): Promise<readonly LedgerJobs[]> {
  const ledger = await bench.ledger();
  const names = bench.inputs.environment === null ? await ledger.environments() : [bench.inputs.environment];
  const all: LedgerJobs[] = [];
  for (const environment of names) {
    const held = await ledger.read(environment);
    all.push({ environment, held: new Map([...held].filter((entry) => chosen(bench, entry[1].record))), all: held });
  }
  return all;
}

/** Like `readLedger`, for a person's question: a name that the ledger does not have is an error, not an empty answer. */
export async function readKnown(bench: Bench): Promise<readonly LedgerJobs[]> {
  const { environment, jobs } = bench.inputs;
  const known = await (await bench.ledger()).environments();
  if (environment !== null && known.length > 0 && !known.includes(environment)) {
    throw new RolloutError('environment-unknown', `The ledger has no environment ${environment}.`, {
      class: 'input',
      next: `Set the input \`environment\` (on the command line \`--environment\`) to one of: ${known.join(', ')}.`,
    });
  }
  const all = await readLedger(bench);
  const recorded = all.flatMap((one) => [...one.held.values()].map(({ record }) => record));
  const missing =
    known.length === 0 ? [] : jobs.filter((pattern) => !recorded.some((record) => matches(pattern, record)));
  if (missing.length === 0) return all;
  throw new RolloutError('job-not-recorded', `The ledger has no job ${missing.join(', ')}.`, {
    class: 'input',
    next: 'Run `stream-rollout status` without `jobs` to see the names.',
  });
}

/** Like `readKnown` for exactly one environment: which one is meant is never guessed from the jobs that it happens to have. */
export async function readOneEnvironment(bench: Bench): Promise<LedgerJobs> {
  const all = await readKnown(bench);
  const [only, second] = all;
  if (second === undefined)
    return only ?? { environment: bench.inputs.environment ?? 'default', held: new Map(), all: new Map() };
  throw new RolloutError(
    'environment-required',
    `The ledger has several environments, and one call works on one of them: ${all.map((one) => one.environment).join(', ')}.`,
    {
      class: 'input',
      next: 'Set the input `environment` (on the command line `--environment`) to one of them.',
    },
  );
}

/** Whether a call may take a rollout over from a holder that lives: a person may say so, a schedule is no person. */
export function takesOver({ inputs }: Pick<Bench, 'inputs'>): boolean {
  return inputs.takeOver && inputs.event.name !== 'schedule';
}

function chosen(bench: Bench, record: JobRecord): boolean {
  const { jobs } = bench.inputs;
  return jobs.length === 0 || jobs.some((pattern) => matches(pattern, record));
}

/** A key, the name of a `for-each`, or a glob over the keys. */
function matches(pattern: string, { job, plan, declared }: JobRecord): boolean {
  if (pattern === job || pattern === (plan?.job ?? declared)?.instance?.of) return true;
  return picomatch.isMatch(job, pattern);
}

/** The target that a record's runs were launched with: enough to find its place. */
export function targetOf(record: JobRecord): JsonObject {
  return record.plan?.target ?? record.good?.target ?? record.plan?.job.target ?? record.declared?.target ?? {};
}

/** Connects to where a record's runs live. */
export async function connectTo(
  bench: Bench,
  record: JobRecord,
): Promise<{ engine: Engine; session: Session; subject: Subject }> {
  const engine = await bench.engine(record.engine);
  const target = targetOf(record);
  learnSecrets(bench, [target, record.plan?.job.verify.signals ?? null]);
  const job = record.plan?.job ??
    record.declared ?? { key: record.job, target, parallel: { overlapSeconds: 0, slots: [] } };
  return { engine, session: await bench.sessions.get(engine, target), subject: subjectOf({ ...job, target }, record) };
}
