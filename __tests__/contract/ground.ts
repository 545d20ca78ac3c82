import type { Ambient, Engine, Session, Subject, Verbs } from '../../src/engines/engine.js';
import type { Clock } from '../../src/model/clock.js';
import type { JsonObject } from '../../src/model/json.js';

export type Verb = keyof Verbs;

/** What a session may offer beside verbs. */
export type Offer = 'messages' | 'reference' | 'measure';

/** Verbs that launch a run. */
export type LaunchVerb = 'start' | 'replace' | 'overlap';

/** What of an engine the suite may use, and where it is tried: the emulated cloud, or a real account. One file an engine, in `grounds/`. */
export interface Ground {
  readonly engine: Engine;
  /** For the names of the tests, for example `the emulated Dataflow` or `Dataflow in acme-test`. */
  readonly where: string;
  /** True: on an account that costs money, and where nothing can be planted, broken or listened to. */
  readonly real: boolean;
  /** Longest time of one test, in seconds. */
  readonly limitSeconds: number;
  readonly targets: Targets;
  /** What its sessions offer beside verbs. */
  readonly offers: readonly Offer[];
  /** Targets that have other verbs than `Targets.first`, by a word for each. */
  readonly variants: { readonly [what: string]: JsonObject };
  /** Calls of one observation of so many jobs with one run each that somebody else started, as the engine's page states them. */
  readonly observeCalls: { first(jobs: number): number; again(jobs: number): number };
  /** What `prepare` brings is named by its content and stays: there is nothing that preparing the old target would undo. */
  readonly prepareAdds?: boolean;
  /** Writes that a launch by this verb makes before the change itself, which touch no run: a snapshot, settings of what is stopped. */
  readonly besides?: { readonly [verb in LaunchVerb]?: readonly string[] };
  /** How a write names the run of an id, where it is not by the id: a name has one run at a time, and planting another one takes its place. */
  readonly namedBy?: (id: string) => string;
  /** Opens a session for one test: on an emulated cloud of its own, or once more on the account. */
  open(options: FieldOptions): Promise<Field>;
}

export interface FieldOptions {
  /** List lag of the emulated service, in seconds; default 0. */
  readonly lagSeconds?: number;
}

/** Settings that the service knows what to do with. All but `missing` have what they need. */
export interface Targets {
  /** A run of it goes on until it is ended. */
  readonly first: JsonObject;
  /** The same with another setting of impact upgrade, or another artifact. */
  readonly second: JsonObject;
  /** The engine says no to its launch, at once. */
  readonly refused: JsonObject;
  /** Its artifact or its definition is not there: pre-flight can tell. */
  readonly missing: JsonObject;
  /** Accepted, and its run ends by itself with an error; null: none is at hand. */
  readonly failing: JsonObject | null;
  /** A drain or a stop of its run goes on for many hours; null: cannot be had. */
  readonly undrained: JsonObject | null;
  readonly unstopped: JsonObject | null;
  /** Holds `${secret.TOKEN}`, where the engine allows it. */
  readonly secret: JsonObject;
  /** Scale fields, in the manifest's shape, unlike those of `first`; null: the engine has none. */
  readonly scale: JsonObject | null;
}

/** One test's session, and what the test may do around it. */
export interface Field {
  readonly engine: Engine;
  readonly session: Session;
  readonly ambient: Ambient;
  readonly clock: Clock;
  /** Aborts `ambient.signal`. */
  readonly cancel: AbortController;
  /** Lines that the engine logged. */
  readonly lines: readonly string[];
  /** The job's exact names; on an emulated service two, as of two slots. */
  readonly names: readonly string[];
  readonly targets: Targets;
  /** A run id in the engine's form that no run has. */
  readonly unknownId: string;
  /** Null on a real account. */
  readonly outside: Outside | null;
  /** Lets time pass: by the emulated clock, or for real. */
  wait(seconds: number): Promise<void>;
  end(): Promise<void>;
}

/** One request to the service, or one call of a command. */
export interface Heard {
  readonly operation: string;
  /** It changed something, or could have. */
  readonly write: boolean;
  /** Everything in it but `secretField`. */
  readonly text: string;
  /** Where a secret may stand: the body of a launch, the environment of a command. */
  readonly secretField: string;
}

/** How a call goes wrong. `error`: an error that says nothing about the effect. `cut`: the connection, or the process. `quoted`: a definite no that quotes the request. */
export type Breakage = 'error' | 'cut' | 'quoted';

/** Somebody else's hands and ears at the service. */
export interface Outside {
  /** Starts a run as somebody else would, by the service's own client, and waits until it runs; its id. Beside one that runs, too. */
  plant(name: string, target?: JsonObject): Promise<string>;
  /** Everything that the service shows of a run, as one text: equal texts mean that nobody touched it. */
  picture(id: string): Promise<string>;
  /** What `prepare` writes, as one text. */
  definition(): Promise<string>;
  /** Breaks the next calls of a verb, or of reads: `before` they take effect, or `after`. */
  breaks(what: Verb | 'read', when: 'before' | 'after', how: Breakage, times?: number): Promise<void>;
  /** Holds the next call of a verb up for so many seconds of the service's clock, after its effect. */
  holds(what: Verb): Promise<void>;
  /** Ends what `holds` holds up. */
  releases(): Promise<void>;
  /** What arrived since `forget`, oldest first. */
  heard(): Promise<readonly Heard[]>;
  forget(): Promise<void>;
  /** Gives the artifact of a target another content. */
  rewrite(target: JsonObject): Promise<void>;
}

/** The job of the suite as the engine sees it. */
export function subjectOf(field: Pick<Field, 'names' | 'targets'>, ids: readonly string[] = []): Subject {
  return { job: 'contract', names: field.names, target: field.targets.first, ids };
}
