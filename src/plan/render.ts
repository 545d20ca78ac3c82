import { codes } from '../model/codes/index.js';
import type { Finding } from '../model/finding.js';
import type { Effect } from '../model/impact.js';
import type { JobPlan, Plan, PlanAction } from '../model/plan.js';
import { count, listed, seconds, short } from './words.js';

/** Jobs in the order in which a reader wants them; the unchanged ones are a count. */
const order: readonly PlanAction[] = ['roll-out', 'resume', 'refuse', 'adopt', 'leave', 'list'];

/** The plan as text for a terminal or a log: changed jobs first, one paragraph each. Ends with a line break. */
export function renderPlan(plan: Plan): string {
  const shown = plan.jobs
    .filter((job) => job.action !== 'none' || job.findings.some((finding) => finding.level !== 'notice'))
    .sort((a, b) => rank(a) - rank(b));
  const unchanged = plan.jobs.length - shown.length;
  const ends = [
    ...plan.findings.flatMap(found),
    ...(unchanged > 0 ? [`${count(unchanged, 'job is', 'jobs are')} unchanged.`] : []),
    ...(plan.unowned.length > 0
      ? [
          `${count(plan.unowned.length, 'changed file belongs', 'changed files belong')} to no job: ${listed(plan.unowned, 6)}.`,
        ]
      : []),
    `Plan hash: ${plan.hash}`,
  ];
  return `${[header(plan), ...shown.map(paragraph), ends.join('\n')].join('\n\n')}\n`;
}

/** Gap, duplicates and state in words. */
export function effectWords(effect: Effect): string {
  const { gapSeconds } = effect;
  const gap =
    gapSeconds === null
      ? 'a gap of unknown length'
      : gapSeconds === 0
        ? 'no gap'
        : `a gap of about ${seconds(gapSeconds)}`;
  return [gap, duplicateWords[effect.duplicates], stateWords[effect.state]].join(', ');
}

const duplicateWords: Readonly<Record<Effect['duplicates'], string>> = {
  none: 'no duplicates',
  replay: 'records in flight may be processed again',
  overlap: 'duplicates while both runs process',
};

const stateWords: Readonly<Record<Effect['state'], string>> = {
  kept: 'state kept',
  unknown: 'whether state is kept is not known',
  flushed: 'state flushed',
  lost: 'state lost',
  none: 'no state yet',
};

function header(plan: Plan): string {
  const at = plan.commit === null ? '' : ` at ${short(plan.commit)}`;
  const base =
    plan.base.commit === null
      ? ' (base unknown: everything is compared)'
      : ` (against ${short(plan.base.commit)}, ${plan.base.how})`;
  const changed = plan.jobs.filter((job) => job.changed && job.action !== 'refuse').length;
  const refused = plan.jobs.filter((job) => job.action === 'refuse').length;
  const against = refused === 0 ? '' : `, ${refused} ${refused === 1 ? 'is' : 'are'} refused`;
  const seen = plan.jobs.some(blind) ? ' What runs was not read.' : '';
  const jobs = plan.jobs.length === 1 ? '1 job' : `${plan.jobs.length} jobs`;
  return `Plan for ${plan.environment}${at}${plan.commit === null ? '' : base}: ${changed} of ${jobs} would change${against}.${seen}`;
}

function paragraph(job: JobPlan): string {
  const told = new Set(job.findings.map((finding) => finding.message));
  const reasons = job.reasons.map((reason) => reason.message).filter((message) => !told.has(message));
  const lines = [
    ...(reasons.length > 0 ? [`Why: ${listed(reasons, 5)}.`] : []),
    ...runs(job),
    ...(job.expected === null
      ? []
      : [`Expected${goesOn(job) ? ' of all its steps' : ''}: ${effectWords(job.expected)}.`]),
    ...steps(job),
    ...build(job),
    // Where none fits, the finding names those that the engine could carry out with their reasons.
    ...(job.strategy === null
      ? []
      : job.rejected.map(({ strategy, reason }) => `Not ${strategy}: ${reason.replace(/\.$/, '')}.`)),
    ...(job.accepted.length > 0 ? [`Consents used: ${job.accepted.join(', ')}.`] : []),
    ...job.findings.flatMap(found),
  ];
  return [title(job), ...lines.map((line) => `  ${line}`)].join('\n');
}

function build({ desired: { artifact } }: JobPlan): readonly string[] {
  const words = buildWords(artifact);
  return words === null ? [] : [`Build: ${words}.`];
}

/** Whether the code was built before; null where nothing is built, or it is not known. */
export function buildWords(artifact: JobPlan['desired']['artifact']): string | null {
  if (artifact?.kind !== 'build' || artifact.built === null) return null;
  return artifact.built ? 'kept in the ledger, reused' : 'not built yet, `apply` builds it first';
}

function title(job: JobPlan): string {
  const where = job.place === null ? job.engine : `${job.engine}, ${job.place}`;
  return `${job.job} (${where}): ${what(job)}`;
}

function what(job: JobPlan): string {
  const how = job.strategy === null ? '' : ` by ${job.strategy}`;
  switch (job.action) {
    case 'roll-out':
      if (blind(job)) return `${job.impact}`;
      if (!job.changed) return 'verified as it runs, nothing is changed';
      if (job.strategy === 'create') return 'start';
      return job.strategy === 'stop' ? 'stop' : `${job.impact}${how}`;
    case 'resume':
      return goesOn(job) ? `open rollout${how} is resumed` : `open rollout is closed, then ${job.impact}${how}`;
    case 'refuse':
      return 'refused, nothing is touched';
    case 'adopt':
      return 'adopted as it runs, by a write to the ledger only';
    case 'leave':
      return 'left alone';
    case 'list':
      return 'not in the manifest any more, not touched';
    case 'none':
      return 'unchanged';
  }
}

/** The open rollout itself is carried on; where it is closed first, reasons for what comes after it follow. */
function goesOn(job: JobPlan): boolean {
  return job.action === 'resume' && job.reasons.length === 1 && job.strategy !== 'stop';
}

function runs(job: JobPlan): readonly string[] {
  if (job.current === null || job.action === 'none') return [];
  const { run, state, revision, url } = job.current;
  const link = url === null ? '' : ` ${url}`;
  const now = `Run ${run ?? '(unknown)'}${state === null ? '' : ` is ${state}`}${revision === null ? '' : `, revision ${revision}`}.`;
  if (job.action !== 'roll-out' || job.desired.revision === null || job.strategy === 'stop') return [`${now}${link}`];
  return [`${now} Declared: ${job.desired.revision}.${link}`];
}

function steps(job: JobPlan): readonly string[] {
  if (job.steps.length === 0) return [];
  const ids = job.steps.map((step) => (step.final ? `${step.id} (point of no return)` : step.id));
  const slot = job.slot === null ? '' : `, in slot ${job.slot}`;
  const after = job.needs.length > 0 && job.wave > 0 ? ` Wave ${job.wave + 1}, after ${listed(job.needs, 6)}.` : '';
  const timer =
    job.backstopSeconds === null
      ? ''
      : ` The service's own timer drains the old run after ${seconds(job.backstopSeconds)}, verified or not.`;
  const done = goesOn(job) ? ' Those that are done are not repeated.' : '';
  return [`Steps${done === '' ? '' : ' of the open rollout'}: ${ids.join(', ')}${slot}.${done}${after}${timer}`];
}

function found(finding: Finding): readonly string[] {
  const at =
    finding.file === undefined ? '' : ` (${finding.file}${finding.line === undefined ? '' : `:${finding.line}`})`;
  const line = `${finding.level} ${finding.code}: ${finding.message}${at}`;
  const next = finding.next ?? (finding.level === 'error' ? codes[finding.code].next : undefined);
  return next === undefined ? [line] : [line, `Next: ${next}`];
}

/** Planned from git alone. */
function blind(job: JobPlan): boolean {
  return job.action === 'roll-out' && job.strategy === null;
}

function rank(job: JobPlan): number {
  const place = order.indexOf(job.action);
  return (place < 0 ? order.length : place) * 1000 + job.wave;
}
