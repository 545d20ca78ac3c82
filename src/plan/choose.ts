import { commandOf } from '../model/command.js';
import type { Finding } from '../model/finding.js';
import type { Effect, Impact } from '../model/impact.js';
import type { Job, StrategyName } from '../model/job.js';
import type { Step } from '../model/step.js';
import { preference, strategies } from '../strategies/index.js';
import { type Candidate, examine, type Scene } from './candidate.js';
import { listed } from './words.js';

/** The strategy that was picked, and those that were not, with reasons. */
export interface Choice {
  readonly strategy: StrategyName | null;
  readonly effect: Effect | null;
  readonly steps: readonly Step[];
  readonly slot: number | null;
  readonly backstopSeconds: number | null;
  readonly accepted: readonly string[];
  readonly rejected: readonly { readonly strategy: StrategyName; readonly reason: string }[];
  readonly findings: readonly Finding[];
}

/**
 * Picks how an impact is carried out. A list is tried in its order; `auto` takes the least disruptive one, and prefers what
 * needs no consent, what has a known gap, and, where the old settings are not known, what needs no start(old) to be undone.
 */
export function choose(scene: Scene, declared: Job['strategy']): Choice {
  if (scene.situation === 'create') return pick(scene, [examine(scene, 'create', true)], true);
  if (scene.situation === 'stop') return pick(scene, [examine(scene, 'stop', true)], true);
  if (scene.impact === 'scale') {
    const inFlight = examine(scene, 'in-flight-update', true);
    if (inFlight.reason === null) return pick(scene, [inFlight], true);
    // What can't be changed in flight is set by a new launch.
    const launched = choose({ ...scene, impact: 'upgrade' }, declared);
    return { ...launched, rejected: [...rejections([inFlight]), ...launched.rejected] };
  }
  const named = declared !== 'auto';
  const names = named ? declared : preference.filter((name) => handles(name, scene.impact));
  return pick(
    scene,
    names.map((name) => examine(scene, name, named)),
    named,
  );
}

export function handles(name: StrategyName, impact: Impact): boolean {
  return name !== 'create' && name !== 'stop' && strategies[name].handles.includes(impact);
}

function pick(scene: Scene, candidates: readonly Candidate[], inOrder: boolean): Choice {
  const fit = candidates.filter((candidate) => candidate.reason === null);
  const best = inOrder ? fit[0] : [...fit].sort((a, b) => burden(scene, a) - burden(scene, b))[0];
  if (best === undefined)
    return { ...nothing, rejected: rejections(candidates), findings: [none(scene, candidates, inOrder)] };
  const before = candidates.slice(0, candidates.indexOf(best));
  return {
    strategy: best.name,
    effect: best.effect,
    steps: best.steps,
    slot: best.slot,
    backstopSeconds: best.backstopSeconds,
    accepted: best.consents,
    rejected: rejections(before.map((candidate) => passedOver(scene, candidate, best))),
    findings: cautions(scene, best),
  };
}

/** What makes `auto` prefer another one that fits; equal burdens keep the order of preference. */
function burden(scene: Scene, candidate: Candidate): number {
  const consent = candidate.consents.length > 0 ? 4 : 0;
  const gap = candidate.gapUnknown ? 2 : 0;
  return consent + gap + (undoLimited(scene, candidate) ? 1 : 0);
}

/** The undo would have to start the old revision, and what it was launched with is not known. */
function undoLimited(scene: Scene, candidate: Candidate): boolean {
  return !scene.oldKnown && candidate.steps.some((step) => step.undo === 'undo-start');
}

function passedOver(scene: Scene, candidate: Candidate, best: Candidate): Candidate {
  if (candidate.reason !== null) return candidate;
  const why =
    candidate.consents.length > 0
      ? `it needs the consent ${listed(candidate.consents)}`
      : candidate.gapUnknown
        ? 'its gap is not known beforehand, and max-gap is declared'
        : undoLimited(scene, candidate)
          ? 'its undo would have to start the old revision, whose settings are not known'
          : 'another one fits better';
  return { ...candidate, reason: `${why}; ${best.name} does without` };
}

function cautions(scene: Scene, best: Candidate): readonly Finding[] {
  const findings: Finding[] = [];
  if (best.gapUnknown) {
    findings.push({
      code: 'gap-unknown',
      level: 'warning',
      message: `how long ${best.name} leaves the input unprocessed is not known beforehand; max-gap can't be promised`,
    });
  }
  const old = best.steps.filter((step) => step.undo === 'undo-start' || step.undo === 'undo-replace');
  if (!scene.oldKnown && scene.situation === 'change' && old.length > 0) {
    findings.push({
      code: 'undo-limited',
      level: 'warning',
      message: `what the running run was launched with is not known, so ${listed(old.map((step) => step.id))} can't be undone: a new run that fails would be left as it is`,
    });
  }
  return findings;
}

/** Names those that the engine could carry out: what it has no way to do is no advice. Where it has none, or a person named them, each of them. */
function none({ again }: Scene, all: readonly Candidate[], named: boolean): Finding {
  const possible = all.filter(({ effect }) => effect !== null);
  const candidates = named || possible.length === 0 ? all : possible;
  const reasons = candidates.map((candidate) => `${candidate.name}: ${candidate.reason?.replace(/\.$/, '')}`);
  const consents = [...new Set(candidates.flatMap((candidate) => candidate.missing))];
  return {
    code: 'no-strategy',
    level: 'error',
    message: `no strategy fits. ${reasons.join('. ')}`,
    ...(consents.length > 0
      ? { next: `if that is what you want: ${commandOf(again.command, again.about, '--accept', consents.join(','))}` }
      : {}),
  };
}

function rejections(candidates: readonly Candidate[]): Choice['rejected'] {
  return candidates.flatMap(({ name, reason }) => (reason === null ? [] : [{ strategy: name, reason }]));
}

/** No strategy: nothing is to be done, or none fits. */
export const nothing: Choice = {
  strategy: null,
  effect: null,
  steps: [],
  slot: null,
  backstopSeconds: null,
  accepted: [],
  rejected: [],
  findings: [],
};
