import type * as z from 'zod';
import type { Clock } from '../model/clock.js';
import type { Code } from '../model/codes/index.js';
import type { Finding } from '../model/finding.js';
import type { Effect, Impact } from '../model/impact.js';
import type { Job, StrategyName } from '../model/job.js';
import { type Json, type JsonObject, mapStrings } from '../model/json.js';
import type { Run, RunMessage, SeenRun } from '../model/run.js';
import type { Signal } from '../model/signal.js';
import type { Stamp } from '../model/stamp.js';

/** One account, project, region or cluster with one identity: jobs of one place share one session. */
export interface Place {
  /** Unique and readable, for example `acme-prod/europe-west1`. Without the identity: it says where a run lives. */
  readonly key: string;
  /** The place and the identity (`assume-role`, `impersonate`) together; sessions are shared by this. */
  readonly session: string;
}

/** What the entry point hands to an engine; engines read no environment of their own. */
export interface Ambient {
  readonly env: { readonly [name: string]: string | undefined };
  readonly clock: Clock;
  /** `stream-rollout/<version>`, for user agents. */
  readonly userAgent: string;
  /** Aborted when the process is cancelled: no new call is started, children are ended. */
  readonly signal: AbortSignal;
  /** Value of `${secret.NAME}`; throws a RolloutError if it is not set. */
  secret(name: string): string;
  /** One line for the log (stderr of the CLI, the step's log). Never a secret. */
  log(line: string): void;
  /**
   * Bytes of an object or an artifact by its URI (`s3:`, `gs:`, `file:`, and `git:` for a file of a commit), with the rights that the
   * target names; null: there is none. `range`: these bytes of it alone, or fewer where it ends before.
   */
  read?(uri: string, target: JsonObject, range?: ByteRange): Promise<Uint8Array | null>;
}

/** A part of an object, in bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** A job as an engine sees it. */
export interface Subject {
  /** Key of the job in the manifest. */
  readonly job: string;
  /** Exact names on the engine: `target.name` or the key, and the slots' own names. */
  readonly names: readonly string[];
  /** Settings without secrets' values. */
  readonly target: JsonObject;
  /** Run ids that the ledger knows. */
  readonly ids: readonly string[];
  /**
   * What the ledger keeps of runs that were seen before. `observe` may take a listed run's stamp from here, by its id, instead of reading
   * it again (the run is then `remembered`), and need not ask for one that had ended. `look` reads everything.
   */
  readonly known?: readonly SeenRun[];
}

/**
 * Progress of a verb. `memo` is handed back at the next call of the same step in the same process.
 * `failed` means that the engine said no. Throwing means that the answer is not known.
 */
export type Progress =
  | { readonly state: 'running'; readonly memo: Json; readonly retryAfterSeconds: number }
  | { readonly state: 'succeeded'; readonly run: string | null; readonly snapshot: string | null }
  | { readonly state: 'failed'; readonly code: Code; readonly message: string; readonly next?: string };

interface CallBase {
  readonly subject: Subject;
  readonly memo: Json;
  readonly signal: AbortSignal;
  /**
   * True once the look at the lock that this call rests on is too old (PROTOCOL 1, V). A verb that reads before it changes anything asks
   * right before the change, and then answers `running` with nothing sent.
   */
  readonly isLate?: () => boolean;
}

/** A call that launches a run. `target` is complete: URIs and build results filled in, the slot applied, `${secret.X}` as references. */
export interface LaunchCall extends CallBase {
  readonly target: JsonObject;
  readonly stamp: Stamp;
  /** The run that this one follows or replaces; null for a first start. */
  readonly predecessor: Run | null;
  /** The snapshot to start from; null: what the engine keeps in place, or an empty start. */
  readonly snapshot: string | null;
  /**
   * The newest run, ended or not, that was started in the line of the predecessor; null: none was. An engine with fence F1 derives the
   * id of the run from it (PROTOCOL 2.3), so that every run has one successor, whoever starts it.
   */
  readonly after?: string | null;
}

/** A launch that the service links to the predecessor and whose timer drains it after `backstopSeconds`. */
export interface OverlapCall extends LaunchCall {
  readonly backstopSeconds: number;
  readonly drainTimeoutSeconds: number;
}

/** A call that acts on one run, by its id. */
export interface RunCall extends CallBase {
  readonly run: Run;
  /** True where a run is undone: what goes on in its place begins with state of before it, so that its own may go. */
  readonly undo?: boolean;
}

export interface ScaleCall extends RunCall {
  /** Fields of impact `scale` as wanted, in the manifest's shape. */
  readonly scale: JsonObject;
}

export interface SnapshotCall extends RunCall {
  /** Directory or name derived from the rollout id. */
  readonly directory: string;
}

/** Set-up that touches no run, before the old run is stopped; undone by preparing the old target. */
export interface PrepareCall extends CallBase {
  readonly target: JsonObject;
  readonly stamp: Stamp;
}

/** Only the verbs that an engine truly has: a missing capability is an absent property. */
export interface Verbs {
  prepare?(call: PrepareCall): Promise<Progress>;
  scale?(call: ScaleCall): Promise<Progress>;
  replace?(call: LaunchCall): Promise<Progress>;
  overlap?(call: OverlapCall): Promise<Progress>;
  start?(call: LaunchCall): Promise<Progress>;
  drain?(call: RunCall): Promise<Progress>;
  stop?(call: RunCall): Promise<Progress>;
  snapshot?(call: SnapshotCall): Promise<Progress>;
  stopWithSnapshot?(call: SnapshotCall): Promise<Progress>;
}

/** What pre-flight is asked about. `target` is null where the build has not run yet (plan). */
export interface Intended {
  readonly subject: Subject;
  readonly job: Omit<Job, 'positions'>;
  readonly target: JsonObject | null;
  readonly strategy: StrategyName;
  readonly current: Run | null;
  /** What an undo would start; null or left out: not known, or this rollout has none that starts a run. */
  readonly undo?: JsonObject | null;
  /** What the last good run was launched with; null or left out: not known. */
  readonly good?: JsonObject | null;
  /** The rollout begins when the checks pass: what touches no run and is named by its content may be brought to the engine for them. */
  readonly applies?: boolean;
}

/** A reference's content, read at plan time. `digest` null: it could not be read. `mutable`: a tag or an unversioned object. */
export interface Reference {
  readonly uri: string;
  readonly digest: string | null;
  readonly mutable: boolean;
}

/** A sample of a signal of a run; `value` null: not known. `at` is ISO 8601, by the source's clock. */
export interface Sample {
  readonly signal: string;
  readonly at: string;
  readonly value: number | null;
  /** True: the source had no input at that time, so that nothing could be processed. */
  readonly idle?: boolean;
  /** The run that the source says the sample is of. Another run's samples count as unknown. */
  readonly run?: string | null;
}

/** The bounds of a processing gap, ISO 8601. */
export interface ToldGap {
  readonly lastBefore: string;
  readonly firstAfter: string;
}

/** An open connection to one place. */
export interface Session {
  /** The runs of many jobs in as few calls as the API allows: all active ones, by exact name, and every id of `subject.ids` that is not known to have ended. Keyed by `subject.job`. */
  observe(subjects: readonly Subject[]): Promise<ReadonlyMap<string, readonly Run[]>>;
  /** All runs of one job, active and ended, by exact name, and a get by every id of `subject.ids`. */
  look(subject: Subject): Promise<readonly Run[]>;
  readonly can: Verbs;
  /** Read-only checks before anything is stopped. Findings of level `error` refuse the rollout. */
  preflight(intended: Intended): Promise<readonly Finding[]>;
  /** Reads the digest of an artifact that was made elsewhere. */
  reference?(target: JsonObject): Promise<Reference | null>;
  /** What the engine says about a run: errors and warnings, oldest first, bounded. */
  messages?(run: Run): Promise<readonly RunMessage[]>;
  /**
   * Samples of a signal of `Engine.signals`, from `since` (ISO 8601) on where its source keeps history, else what it shows now. Points that
   * came late are given at a later call; the same point may come again. Null: there is no such signal. Throws where it could not be read.
   */
  measure?(run: Run, signal: string, since: string): Promise<readonly Sample[] | null>;
  /**
   * When processing ended in one run and began in the next, by the engine's own clock: what the report tells of the gap. Asked once the new
   * run is up; for a scale with the same run twice. Null: the engine does not tell. Left out: it never does, and a scale makes no gap.
   */
  gap?(before: Run, after: Run): Promise<ToldGap | null>;
  close?(): Promise<void>;
}

/** How a start is fenced (PROTOCOL 1): F1 client-chosen id, F2 unique active name, F3 concurrency limit, F4 none. */
export type Fence = 'F1' | 'F2' | 'F3' | 'F4';

/** An engine: light to load; `connect` loads the SDK. */
export interface Engine {
  readonly id: string;
  /** One line for docs and errors. */
  readonly title: string;
  /** Schema of `target`, strict, kebab-case. Also accepts `${build.x}`, `${secret.X}` text where a string stands. */
  readonly target: z.ZodType<JsonObject>;
  /** Field (dotted path, for example `workers.min`) to impact. A field that is not listed is an upgrade; a listed parent covers its children. */
  readonly impacts: { readonly [field: string]: Impact };
  /** Top-level target fields that may hold an artifact `{file | zip, upload-to}` or a list of them. */
  readonly artifacts: readonly string[];
  /** Top-level target field whose plain URI is an artifact made elsewhere, or null. */
  readonly reference: string | null;
  /** True where `paths` alone is a code identity, without `build` (engine `command`). */
  readonly pathsAreCode: boolean;
  /** True where the engine reads artifacts by `Ambient.read`, so that a file of the repository need not be uploaded to a store. */
  readonly readsArtifacts?: boolean;
  readonly fence: Fence;
  /** PROTOCOL 1: longest time of a call to its effect (T) and longest list lag (L), in seconds. */
  readonly times: { readonly callSeconds: number; readonly lagSeconds: number };
  /** Times of one job, where its target changes them; else `times`. */
  timesOf?(target: JsonObject): Engine['times'];
  /**
   * For each service that the engine calls, the variables that point it elsewhere; the first that is set counts. A local cloud's fast clock
   * is taken only if all of them lead to this machine. Absent: never.
   */
  readonly endpoints?: readonly (readonly string[])[];
  /** How often a look is worth while, in seconds. */
  readonly pollSeconds: number;
  /** Where the target runs. Throws a RolloutError of class input if a needed field is missing. */
  place(target: JsonObject, ambient: Pick<Ambient, 'env'>): Place;
  /** Verbs that jobs with this target can use; the same keys as `Session.can` has. Known without a connection, for plans. */
  verbs(target: JsonObject): readonly (keyof Verbs)[];
  /**
   * What a strategy is expected to cost for this job, or why it makes no sense on this engine. `before`: what the run that is replaced was
   * launched with, its slot applied; null or left out: not known, or no run was there.
   */
  expect(
    strategy: StrategyName,
    job: Omit<Job, 'positions'>,
    before?: JsonObject | null,
  ): Effect | { readonly rejected: string };
  /**
   * What gates of such a job can name, and the gates that hold where it declares none on a signal. Known without a connection, for plans.
   * Left out: the engine measures nothing.
   */
  signals?(target: JsonObject): readonly Signal[];
  /** Checks of one job's settings that the schema cannot express. Findings of level `error` are manifest errors. */
  check?(job: Job): readonly Finding[];
  /** URIs of objects made elsewhere that can hold other bytes later, as far as the target alone tells. */
  overwritable?(target: JsonObject): readonly string[];
  /** A value that no two jobs of the manifest may share (a checkpoint location), or null. */
  exclusive?(target: JsonObject): string | null;
  connect(place: Place, target: JsonObject, ambient: Ambient): Promise<Session>;
}

/** Those of all verbs that a target offers (`Engine.verbs`): the others are no property of the result. */
export function onlyVerbs(all: Verbs, offered: readonly (keyof Verbs)[]): Verbs {
  return Object.fromEntries(Object.entries(all).filter(([verb]) => offered.includes(verb as keyof Verbs)));
}

/** Whether a verdict over a job needs one of these signals of its engine: by a gate that it declares, or by default. */
export function blocksOn({ gates, signals: declared }: Job['verify'], offered: readonly Signal[]): boolean {
  const isOwn = (name: string) => {
    const given = declared?.[name];
    const elsewhere = given?.prometheus ?? given?.http ?? given?.command;
    return elsewhere === undefined && offered.some((signal) => signal.name === name);
  };
  if (gates.some((gate) => gate['advisory'] !== true && isOwn(gate.signal))) return true;
  return offered.some(
    ({ name, gate }) =>
      gate !== null && gate.advisory !== true && isOwn(name) && gates.every(({ signal }) => signal !== name),
  );
}

/** Fills in `${secret.NAME}` references; only for the value that goes into an engine's call, never for logs or records. */
export function withSecrets<T extends Json>(value: T, secret: Ambient['secret']): T {
  return mapStrings(value, (text) =>
    text.replace(/\$\{secret\.([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => secret(name)),
  ) as T;
}
