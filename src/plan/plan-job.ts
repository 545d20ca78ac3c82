import { sortFound } from '../changes/found-runs.js';
import type { Finding } from '../model/finding.js';
import type { Job } from '../model/job.js';
import type { JobPlan, PlanAction } from '../model/plan.js';
import { preference } from '../strategies/index.js';
import { type Choice, choose, nothing } from './choose.js';
import { aboutOf, type Context, goodOf } from './context.js';
import { deployedCommit, directionOf } from './downgrade.js';
import { gateFindings } from './gates.js';
import type { Consent } from './input.js';
import type { Intent } from './intent.js';
import { keptName, namesOf, newName } from './names.js';
import { intentOf } from './policy.js';

/** The plan of one job, as if it were the only one: waves and limits come later. */
export function planJob(c: Context): JobPlan {
  const intent = intentOf(c);
  const choice = chosen(c, intent);
  const direction = acts(intent) && intent.action !== 'adopt' ? relate(c) : { finding: null, used: null };
  const findings = [
    ...c.change.findings,
    ...gateFindings(c.job, c.engine, c.input.options.waitSeconds ?? null, choice.strategy),
    ...keptName(c.job),
    ...intent.findings,
    ...newName(c.job, intent, choice),
    ...(direction.finding === null ? [] : [direction.finding]),
    ...unknownRevision(c, intent),
  ];
  const action = decided(intent, findings);
  const { run } = intent;
  const { desired } = c.change;
  return {
    job: c.job.key,
    engine: c.job.engine,
    place: c.place,
    action,
    changed: changes(action, intent),
    impact: intent.impact,
    reasons: intent.reasons,
    findings,
    current: run === null ? null : { run: run.id, state: run.state, revision: intent.revision, url: run.url },
    desired: { revision: desired.revision, artifact: desired.code },
    target: c.job.target,
    settings: desired.settings,
    scale: intent.situation === 'verify' ? {} : desired.scale,
    settingsDigest: desired.settingsDigest,
    strategy: choice.strategy,
    rejected: choice.rejected,
    expected: choice.effect,
    steps: choice.steps,
    needs: c.job.needs,
    wave: 0,
    slot: choice.slot,
    backstopSeconds: choice.backstopSeconds,
    accepted: [...new Set<string>([...choice.accepted, ...used(direction.used)])],
    at: c.job.at,
  };
}

/** Errors refuse what would act; a job that is left as it is only carries them. An open rollout goes on by its own plan. */
function decided(intent: Intent, findings: readonly Finding[]): PlanAction {
  return acts(intent) && findings.some((finding) => finding.level === 'error') ? 'refuse' : intent.action;
}

/** Something of this plan's own would be done, be it after an open rollout was closed. */
function acts({ action, situation }: Intent): boolean {
  return action === 'roll-out' || action === 'adopt' || (action === 'resume' && situation !== 'resume');
}

function changes(action: PlanAction, intent: Intent): boolean {
  if (intent.situation === 'verify') return false;
  return action === 'roll-out' || action === 'resume' || (action === 'refuse' && intent.action !== 'adopt');
}

/** In-flight with nothing to scale is the one that never starts or stops a run: it carries a mere verification. */
const verification: Choice = {
  ...nothing,
  strategy: 'in-flight-update',
  effect: { gapSeconds: 0, duplicates: 'none', state: 'kept' },
  steps: [{ id: 'verify', verb: 'verify', undo: null, final: false }],
};

function chosen(c: Context, intent: Intent): Choice {
  const { situation } = intent;
  if (situation === null) return nothing;
  if (situation === 'verify') return { ...verification, slot: intent.run?.stamp?.slot ?? null };
  if (situation === 'resume') return recorded(c);
  const good = goodOf(c.record, intent.revision) ?? c.record?.good ?? null;
  const recordedOld = good?.target != null && (intent.revision === null || good.revision === intent.revision);
  const oldKnown = recordedOld || (c.record?.good == null && showsArtifact(c));
  const { options } = c.input;
  const scene = {
    situation,
    impact: intent.impact,
    job: c.job,
    engine: c.engine,
    run: intent.run,
    oldKnown,
    good,
    accept: options.accept,
    again: { command: 'apply', about: aboutOf(c) },
  } as const;
  return choose(scene, cutOff(c, situation) ?? options.strategy ?? c.job.strategy);
}

/** Where a rollout was cut off and its record is lost, only one strategy goes on from what is there. */
function cutOff({ found }: Context, situation: Intent['situation']): Job['strategy'] | null {
  if (found.kind === 'overlapping') return ['parallel'];
  return found.kind === 'lost' && situation === 'change' ? ['savepoint-upgrade'] : null;
}

/** Where the engine shows the artifact of a run, what it was launched with can be recorded before anything is done. */
function showsArtifact({ engine, found }: Context): boolean {
  const field = engine.reference ?? engine.artifacts[0];
  const run = 'run' in found && typeof found.run === 'object' ? found.run : null;
  return field !== undefined && run?.shows?.[field] !== undefined;
}

/** The plan that the open rollout recorded. */
function recorded({ record, engine, job }: Context): Choice {
  const plan = record?.plan ?? null;
  if (plan === null) return nothing;
  const launched = { ...job, target: plan.target };
  const before = record?.good?.target ?? null;
  const effect = preference.includes(plan.strategy) ? engine.expect(plan.strategy, launched, before) : null;
  return {
    ...nothing,
    strategy: plan.strategy,
    effect: effect === null || 'rejected' in effect ? null : effect,
    steps: plan.steps,
    slot: plan.slot,
    backstopSeconds: plan.backstopSeconds,
    accepted: plan.accepted,
  };
}

function relate(c: Context): ReturnType<typeof directionOf> {
  const asked = { ...c, names: namesOf(c.job), name: c.input.name, environment: c.input.manifest.environment };
  const runs = c.input.observed?.get(c.job.key) ?? [];
  const deployed = deployedCommit(c.record, sortFound({ ...asked, runs }).ours);
  if (deployed === null) return { finding: null, used: null };
  return directionOf(aboutOf(c), c.input.options.relation(c.job.key, deployed), deployed, c.input.options.accept);
}

/** Nothing is launched, adopted or verified under a revision that is not known. */
function unknownRevision(c: Context, intent: Intent): readonly Finding[] {
  if (!acts(intent) || intent.situation === 'stop' || c.change.desired.revision !== null) return [];
  const { code } = c.change.desired;
  const what =
    code?.kind === 'reference' ? `the content of ${code.uri} could not be read` : 'its code identity is not known';
  return [{ code: 'revision-unknown', level: 'error', message: `${what}` }];
}

function used(consent: Consent | null): readonly Consent[] {
  return consent === null ? [] : [consent];
}
