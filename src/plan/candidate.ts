import type { Good } from '../model/artifact.js';
import type { About } from '../model/command.js';
import type { Effect, Impact } from '../model/impact.js';
import type { Job, StrategyName } from '../model/job.js';
import { type JsonObject, merged, valueAt } from '../model/json.js';
import type { Run } from '../model/run.js';
import type { Step } from '../model/step.js';
import { parallelForm, type StrategyInput, strategies } from '../strategies/index.js';
import { backstopOf } from './backstop.js';
import { watchedSeconds } from './gates.js';
import type { Consent, PlanEngine } from './input.js';
import { slotsHaveNames } from './names.js';
import { inSlot, otherSlot, slotOf } from './slots.js';
import { type Objection, objections } from './tolerance.js';

/** What a strategy is chosen for. */
export interface Scene {
  readonly situation: 'create' | 'stop' | 'change';
  readonly impact: Impact;
  readonly job: Omit<Job, 'positions'>;
  readonly engine: PlanEngine;
  /** The run that is replaced or stopped; for `create` the last one that ended, or null. */
  readonly run: Run | null;
  /** The ledger knows what the old revision was launched with. */
  readonly oldKnown: boolean;
  readonly good: Good | null;
  readonly accept: ReadonlySet<Consent>;
  /** The command that would be given again with a consent, and what it is about. */
  readonly again: { readonly command: 'apply' | 'rollback'; readonly about: About };
}

/** A strategy, examined. `reason` null: it fits. */
export interface Candidate {
  readonly name: StrategyName;
  readonly reason: string | null;
  readonly effect: Effect | null;
  readonly steps: readonly Step[];
  readonly slot: number | null;
  readonly backstopSeconds: number | null;
  /** Consents that it uses. */
  readonly consents: readonly Consent[];
  /** Consents that would make it fit. */
  readonly missing: readonly Consent[];
  readonly gapUnknown: boolean;
}

/** Examines one strategy: impact, capabilities, engine, slots, backstop, tolerance. `named`: a person wrote its name down. */
export function examine(scene: Scene, name: StrategyName, named: boolean): Candidate {
  const { job, engine } = scene;
  const strategy = strategies[name];
  const handled = scene.situation !== 'change' || strategy.handles.includes(scene.impact);
  if (!handled || (scene.situation === 'change' && (name === 'create' || name === 'stop'))) {
    return rejected(name, `it is not for a change of impact ${scene.impact} of a job that runs`);
  }
  const expected = engine.expect(name, { ...job, target: inSlot(job, keptSlot(scene)) }, beforeOf(scene));
  const possible = inputOf(scene, 'rejected' in expected ? 'unknown' : expected.state);
  const lacks = strategy.needs(possible);
  // The engine's own sentence says more than a missing verb.
  if ('rejected' in expected) return rejected(name, expected.rejected);
  if (lacks !== null) return rejected(name, lacks);
  const place =
    name === 'parallel' ? beside(scene, possible, named) : { slot: keptSlot(scene), objections: [], backstop: null };
  // The engine could: the manifest does not say where to.
  if ('rejected' in place) return { ...rejected(name, place.rejected), effect: expected };
  const all = [...place.objections, ...objections(job, expected, weighed(scene))];
  const missing = all.flatMap(({ consent }) => (consent !== null && !scene.accept.has(consent) ? [consent] : []));
  const standing = all.filter(({ consent }) => consent === null || !scene.accept.has(consent));
  return {
    name,
    reason: standing.length === 0 ? null : standing.map((objection) => objection.reason).join('; '),
    effect: expected,
    steps: strategy.steps(possible),
    slot: place.slot,
    backstopSeconds: place.backstop,
    consents: all.flatMap(({ consent }) => (consent !== null && scene.accept.has(consent) ? [consent] : [])),
    missing: standing.some(({ consent }) => consent === null) ? [] : missing,
    gapUnknown: scene.situation === 'change' && job.maxGapSeconds !== null && expected.gapSeconds === null,
  };
}

/** What the run was launched with, as it shows it and, beneath that, as the ledger keeps it. */
function beforeOf({ good, oldKnown, run }: Scene): JsonObject | null {
  // Of an adopted run only what it shows is its own; the rest was declared for its successor. Where the engine shows it no more, what it
  // showed when it was adopted is the last that is known.
  const told = good?.artifact.kind !== 'observed' || run === null;
  const kept = oldKnown && told ? (good?.target ?? null) : null;
  const shown = run?.shows ?? null;
  return kept === null || shown === null ? (kept ?? shown) : merged(kept, shown);
}

function inputOf({ job, engine }: Scene, state: Effect['state']): StrategyInput {
  return {
    verbs: new Set(engine.verbs(job.target)),
    slots: job.parallel.slots.length,
    slotNames: slotsHaveNames(job.parallel.slots),
    scales: hasScale(job, engine),
    state,
  };
}

function hasScale(job: Omit<Job, 'positions'>, engine: PlanEngine): boolean {
  return Object.entries(engine.impacts).some(
    ([field, impact]) => impact === 'scale' && valueAt(job.target, field) !== undefined,
  );
}

/** Creating cuts no processing short and, without an earlier run, has no state to drop; a stop is a gap by intent. */
function weighed(scene: Scene): { readonly gap: boolean; readonly state: boolean } {
  // A run that the engine has forgotten, and the ledger has not, left its state behind all the same.
  const hasRun = scene.run !== null || scene.good !== null;
  return { gap: scene.situation === 'change', state: scene.situation !== 'create' || hasRun };
}

/** Every strategy but parallel keeps the slot; a first start takes the first one. */
function keptSlot({ job, run, good, situation }: Scene): number | null {
  const { slots } = job.parallel;
  if (slots.length === 0) return null;
  if (run === null) return situation === 'create' ? 0 : null;
  return slotOf(run, slots, good) ?? (situation === 'create' ? 0 : null);
}

interface Beside {
  readonly slot: number | null;
  readonly objections: readonly Objection[];
  readonly backstop: number | null;
}

/** Where a second run goes while the first still processes. */
function beside(scene: Scene, input: StrategyInput, named: boolean): Beside | { readonly rejected: string } {
  const { job, engine, run, good } = scene;
  const { slots } = job.parallel;
  if (run === null) return { rejected: 'there is no run to run beside' };
  const backstop = parallelForm(input) === 'overlap' ? backstopOf(job, watchedSeconds(job, engine)) : { seconds: null };
  if ('rejected' in backstop) return backstop;
  if (slots.length < 2) {
    if (!named) return { rejected: 'without parallel.slots both runs would read one input and split it between them' };
    const shared = sharedPlace(scene, [null]);
    if (shared !== null) return { rejected: shared };
    const reason = 'without parallel.slots both runs read one input and split it between them';
    return { slot: null, objections: [{ reason, consent: 'shared-input' }], backstop: backstop.seconds };
  }
  const chosen = otherSlot(run, slots, good);
  if ('rejected' in chosen) return chosen;
  const shared = sharedPlace(
    scene,
    slots.map((_, index) => index),
  );
  if (shared !== null) return { rejected: shared };
  return { slot: chosen.slot, objections: [], backstop: backstop.seconds };
}

/** Two runs on one checkpoint destroy it; no consent covers that. */
function sharedPlace({ job, engine }: Scene, slots: readonly (number | null)[]): string | null {
  const values = slots.map((slot) => engine.exclusive?.(inSlot(job, slot)) ?? null).filter((value) => value !== null);
  if (slots.length === 1 && values.length === 0) return null;
  if (slots.length > 1 && new Set(values).size === values.length) return null;
  return `both runs would write ${values[0]}, which only one run may; give each of parallel.slots its own`;
}

function rejected(name: StrategyName, reason: string): Candidate {
  return {
    name,
    reason,
    effect: null,
    steps: [],
    slot: null,
    backstopSeconds: null,
    consents: [],
    missing: [],
    gapUnknown: false,
  };
}
