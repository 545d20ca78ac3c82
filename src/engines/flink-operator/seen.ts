import type { JsonObject } from '../../model/json.js';
import { isActive, type RunState } from '../../model/run.js';
import type { Stamp } from '../../model/stamp.js';
import { type Entry, entriesOf, entryStamp, foundId, isAsDeclared, sameStep, stampedId, stampIn } from './marks.js';
import type { Resource } from './shapes.js';
import {
  deployedState,
  errorIn,
  isSuspended,
  refusalIn,
  type Specs,
  type StateCode,
  specsOf,
  statusText,
  timeOf,
} from './status.js';

/** Tells the value of `${secret.NAME}`, or null where it is not set. */
export type Reveal = (text: string) => string | null;

/** Why a run is as it is, where that has a code of its own. */
export type SeenCode =
  | StateCode
  | 'flink-operator-rolled-back'
  | 'flink-operator-spec-refused'
  | 'flink-operator-transition-aborted'
  | 'flink-operator-not-restored';

/** A run as the resource shows it. */
export interface Seen {
  readonly id: string;
  readonly stamp: Stamp | null;
  readonly state: RunState;
  readonly engineState: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly code: SeenCode | null;
  readonly text: string | null;
  /** The spec of the run; null: it is not known any more. */
  readonly spec: JsonObject | null;
  /** The resource whose job it is: the child of a blue/green one; null for a run that is over. */
  readonly of: Resource | null;
}

/** A resource with its runs. */
export interface Standing {
  readonly resource: Resource;
  readonly name: string;
  readonly uid: string;
  readonly entries: readonly Entry[];
  readonly specs: Specs;
  /** What the operator has brought out. */
  readonly deployed: Seen | null;
  /** What is asked for and is not brought out, or was given up. */
  readonly wanted: Seen | null;
  /** Runs that are over, newest first, and what is on its way out. */
  readonly past: readonly Seen[];
}

export function runsIn({ deployed, wanted, past }: Standing): readonly Seen[] {
  return [wanted, deployed, ...past].filter((seen) => seen !== null);
}

/** The runs of a FlinkDeployment or a FlinkSessionJob. */
export function standingOf(resource: Resource, reveal: Reveal): Standing {
  const { name, uid = '' } = resource.metadata;
  const entries = entriesOf(resource);
  const specs = specsOf(resource);
  const owner = { name, uid, entries, reveal };
  const deployed = specs.deployed === null ? null : deployedIn(resource, specs, specs.deployed, owner);
  const wanted = wantedIn(resource, specs, deployed, owner);
  return { resource, name, uid, entries, specs, deployed, wanted, past: pastIn(entries, [deployed, wanted]) };
}

export interface Owner {
  readonly name: string;
  readonly uid: string;
  readonly entries: readonly Entry[];
  readonly reveal: Reveal;
}

/** Which run a spec is of. One of ours that somebody has changed since is somebody else's. */
export function identityOf(spec: JsonObject, { name, uid, entries, reveal }: Owner) {
  const stamp = stampIn(spec);
  if (stamp === null) return { id: foundId(name, uid, spec), stamp: null, entry: null };
  const id = stampedId(name, uid, stamp);
  const entry = entries.find(({ run }) => run === id) ?? null;
  const isOurs = entry?.declared == null || isAsDeclared(spec, entry.declared, reveal);
  return isOurs ? { id, stamp, entry } : { id: foundId(name, uid, spec), stamp: null, entry: null };
}

export function deployedIn(resource: Resource, specs: Specs, spec: JsonObject, owner: Owner): Seen {
  const { status, metadata } = resource;
  const { id, stamp, entry } = identityOf(spec, owner);
  const { state: shown, code } = deployedState(resource, specs);
  const { startTime, updateTime } = status?.jobStatus ?? {};
  // Until the job has another start time, the status is still that of the run before.
  const isOld = entry?.before != null && entry.before === startTime;
  const state = shown === 'running' && isOld ? 'starting' : shown;
  const begun = isOld ? null : timeOf(startTime);
  const startedAt = begun ?? entry?.launchedAt ?? timeOf(metadata.creationTimestamp);
  const reconciled = timeOf(status?.reconciliationStatus?.reconciliationTimestamp);
  const ends = state === 'stopped' ? [reconciled, timeOf(updateTime)] : [timeOf(updateTime), reconciled];
  return {
    id,
    stamp,
    state,
    engineState: statusText(resource),
    startedAt,
    endedAt: isActive({ state }) ? null : (ends.find((one) => one !== null) ?? startedAt),
    code,
    text: errorIn(status)?.text ?? null,
    spec,
    of: resource,
  };
}

/** What was asked for last, where it is not what runs: pending, refused, or taken back by the operator. */
function wantedIn(resource: Resource, specs: Specs, deployed: Seen | null, owner: Owner): Seen | null {
  const stamp = stampIn(specs.wanted);
  if (stamp === null || isSuspended(specs.wanted)) return null;
  if (deployed !== null && sameStep(stampIn(deployed.spec), stamp)) return null;
  const { status, metadata } = resource;
  const id = stampedId(owner.name, owner.uid, stamp);
  const entry = owner.entries.find(({ run }) => run === id) ?? null;
  const startedAt = entry?.launchedAt ?? timeOf(metadata.creationTimestamp);
  const base = { id, stamp, startedAt, spec: specs.wanted, of: null };
  const reconciled = timeOf(status?.reconciliationStatus?.reconciliationTimestamp);
  const text = errorIn(status)?.text ?? null;
  if (sameStep(stampIn(specs.taken), stamp)) {
    const why = text ?? 'it did not become stable in time';
    const code = 'flink-operator-rolled-back';
    const engineState = status?.reconciliationStatus?.state ?? 'ROLLED_BACK';
    return { ...base, engineState, state: 'failed', endedAt: reconciled ?? startedAt, code, text: why };
  }
  const refusal = refusalOf(resource, entry);
  if (refusal !== null) {
    const code = 'flink-operator-spec-refused';
    return { ...base, engineState: 'refused', state: 'failed', endedAt: startedAt, code, text: refusal };
  }
  return { ...base, engineState: 'asked for', state: 'starting', endedAt: null, code: null, text };
}

/** The operator's refusal of what was asked for last; an error that stood there before says nothing of it. */
export function refusalOf({ status, metadata }: Resource, entry: Entry | null): string | null {
  const isOf = status?.error !== entry?.error || status?.observedGeneration === metadata.generation;
  return isOf ? refusalIn(status) : null;
}

/** Runs of the annotation that the resource itself does not show any more. */
export function pastIn(entries: readonly Entry[], shown: readonly (Seen | null)[]): readonly Seen[] {
  return entries.flatMap((entry, index): Seen[] => {
    if (shown.some((seen) => seen?.id === entry.run)) return [];
    const endedAt = entry.endedAt ?? entries[index - 1]?.launchedAt ?? entry.launchedAt;
    const state = entry.end ?? 'replaced';
    const plain = { startedAt: entry.launchedAt, endedAt, code: null, text: null, spec: null, of: null };
    return [{ ...plain, id: entry.run, stamp: entryStamp(entry), state, engineState: state }];
  });
}
