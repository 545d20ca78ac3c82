import { isObject, type JsonObject } from '../../model/json.js';
import { isActive } from '../../model/run.js';
import { entriesOf, sameStep, stampedId, stampIn } from './marks.js';
import { deployedIn, type Owner, pastIn, type Reveal, refusalOf, type Seen, type Standing } from './seen.js';
import type { Resource } from './shapes.js';
import { errorIn, isSuspended, specIn, specsOf, timeOf } from './status.js';

export const colours = ['blue', 'green'] as const;
type Colour = (typeof colours)[number];

export function childName(name: string, colour: Colour): string {
  return `${name}-${colour}`;
}

/** Spec of the FlinkDeployments that a blue/green resource makes. */
export function templateOf(spec: JsonObject | null): JsonObject {
  const template = spec?.['template'];
  const inner = isObject(template) ? template['spec'] : null;
  return isObject(inner) ? inner : {};
}

/** Which child processes for good in a state, and which one is on its way. */
const states: { readonly [state: string]: { readonly active: Colour | null; readonly coming: Colour | null } } = {
  INITIALIZING_BLUE: { active: null, coming: 'blue' },
  ACTIVE_BLUE: { active: 'blue', coming: null },
  ACTIVE_GREEN: { active: 'green', coming: null },
  SAVEPOINTING_BLUE: { active: 'blue', coming: null },
  SAVEPOINTING_GREEN: { active: 'green', coming: null },
  TRANSITIONING_TO_GREEN: { active: 'blue', coming: 'green' },
  TRANSITIONING_TO_BLUE: { active: 'green', coming: 'blue' },
};

/**
 * The runs of a blue/green resource: each child is one. The new one counts as running when the operator has made it the active one; the old
 * one goes on until then, and until it is deleted it is on its way out.
 */
export function doubleStandingOf(parent: Resource, children: readonly Resource[], reveal: Reveal): Standing {
  const { name, uid = '' } = parent.metadata;
  const entries = entriesOf(parent);
  const owner: Owner = { name, uid, entries, reveal };
  const wantedSpec = templateOf(parent.spec);
  const { active, coming } = states[parent.status?.blueGreenState ?? ''] ?? { active: null, coming: null };
  const wantedStamp = stampIn(wantedSpec);
  const isTaken = sameStep(stampIn(templateOf(specIn(parent.status?.lastReconciledSpec))), wantedStamp);

  const seenOf = (colour: Colour): Seen | null => {
    const child = children.find(({ metadata }) => metadata.name === childName(name, colour));
    if (child === undefined) return null;
    const own = namedAs(child, name, colour);
    const specs = specsOf(own);
    const seen = deployedIn(own, specs, specs.deployed ?? own.spec, owner);
    // What counts as the child's resource for reads is the one of its own name.
    const placed = { ...seen, of: child, engineState: `${parent.status?.blueGreenState} / ${seen.engineState}` };
    if (colour === active) return leaving(placed, wantedSpec);
    if (colour === coming) return placed.state === 'running' ? { ...placed, state: 'starting' } : placed;
    return isTaken && sameStep(seen.stamp, wantedStamp) ? aborted(placed, parent) : leftOver(placed);
  };
  const shown = { blue: seenOf('blue'), green: seenOf('green') };
  const deployed = active === null ? coming && shown[coming] : shown[active];
  const others = colours
    .map((colour) => shown[colour])
    .filter(
      // A change of the size makes another child of the same run.
      (seen) => seen !== null && seen.id !== deployed?.id,
    ) as Seen[];
  const isShown = [deployed, ...others].some((seen) => seen !== null && sameStep(stampIn(seen.spec), wantedStamp));
  const wanted = isShown || wantedStamp === null || isSuspended(wantedSpec) ? null : pending(parent, owner, wantedSpec);
  const specs = {
    wanted: wantedSpec,
    taken: templateOf(specIn(parent.status?.lastReconciledSpec)),
    deployed: deployed?.spec ?? null,
  };
  const past = [...others, ...pastIn(entries, [deployed, wanted, ...others])];
  return { resource: parent, name, uid, entries, specs, deployed, wanted, past };
}

/** The active child is suspended with its parent. */
function leaving(seen: Seen, wanted: JsonObject): Seen {
  return isSuspended(wanted) && isActive(seen) ? { ...seen, state: 'stopping' } : seen;
}

/** The operator gave the switch up, and leaves the new child as it is for people to look at. */
function aborted(seen: Seen, parent: Resource): Seen {
  const why = errorIn(parent.status)?.text ?? seen.text ?? 'it was not ready in time';
  return {
    ...seen,
    state: 'failed',
    endedAt: timeOf(parent.status?.abortTimestamp) ?? seen.endedAt ?? seen.startedAt,
    code: 'flink-operator-transition-aborted',
    text: `${why}; the operator leaves ${seen.of?.metadata.name} as it is, and it may go on processing`,
  };
}

/** A child that is not the active one any more is deleted, at once or after the delay that the resource names. */
function leftOver(seen: Seen): Seen {
  return isActive(seen) ? { ...seen, state: 'stopping', endedAt: null } : seen;
}

function pending(parent: Resource, { name, uid, entries }: Owner, spec: JsonObject): Seen | null {
  const stamp = stampIn(spec);
  if (stamp === null) return null;
  const id = stampedId(name, uid, stamp);
  const entry = entries.find(({ run }) => run === id) ?? null;
  const startedAt = entry?.launchedAt ?? timeOf(parent.metadata.creationTimestamp);
  const engineState = parent.status?.blueGreenState ?? 'no status yet';
  const base = { id, stamp, engineState, startedAt, spec, of: null };
  const { status } = parent;
  const isNew = status?.error !== entry?.error;
  const failing = status?.jobStatus?.state === 'FAILING' || status?.jobStatus?.state === 'FAILED';
  const refusal = refusalOf(parent, entry) ?? (isNew && failing ? (errorIn(status)?.text ?? null) : null);
  if (refusal === null)
    return { ...base, state: 'starting', endedAt: null, code: null, text: errorIn(status)?.text ?? null };
  return { ...base, state: 'failed', endedAt: startedAt, code: 'flink-operator-spec-refused', text: refusal };
}

/** The operator writes the child's name wherever the spec has the parent's. */
function namedAs(child: Resource, name: string, colour: Colour): Resource {
  const own = childName(name, colour);
  const { spec, status } = child;
  const back = <T>(value: T): T =>
    value === undefined ? value : (JSON.parse(JSON.stringify(value).replaceAll(own, name)) as T);
  return { ...child, spec: back(spec), ...(status === undefined ? {} : { status: back(status) }) };
}
