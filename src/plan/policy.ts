import type { Found } from '../changes/found.js';
import { impactOf } from '../changes/settings.js';
import { commandOf } from '../model/command.js';
import type { Finding } from '../model/finding.js';
import type { Reason } from '../model/plan.js';
import type { Run } from '../model/run.js';
import { compareRecorded, compareUnrecorded, whollyNew } from './compare.js';
import { aboutOf, type Context, isDesired } from './context.js';
import { contradictions } from './difference.js';
import { elsewhere } from './elsewhere.js';
import { goingOn } from './goes-on.js';
import { changedSince } from './impact.js';
import { type Intent, linked, naming, type Of, refuse, still } from './intent.js';
import { quarantinedDown } from './left.js';
import { goesOn, quarantineOf } from './quarantine.js';
import { changeReasons } from './reasons.js';
import { inSlot, slotOf } from './slots.js';
import { strangerOf } from './stranger.js';
import { listed } from './words.js';

/** One row for each kind of finding: the last column of the table in DESIGN 5b. */
const rows: { readonly [K in Found['kind']]: (found: Of<K>, c: Context) => Intent } = {
  none,
  recorded: compareRecorded,
  unrecorded: compareUnrecorded,
  overlapping,
  lost,
  adoptable,
  drift,
  foreign,
  down,
  ending,
  stopped,
  elsewhere,
  'open-rollout': openRollout,
  'not-streaming': batch,
  ambiguous,
};

/** What is to be done with a job. */
export function intentOf(c: Context): Intent {
  return (rows[c.found.kind] as (found: Found, c: Context) => Intent)(c.found, c);
}

const nowhere = { run: null, revision: null } as const;

function none(found: Of<'none'>, c: Context): Intent {
  const held = quarantineOf(c);
  if (held !== null) return quarantinedDown({ run: found.last, revision: null }, held, c);
  const reason: { readonly [since in typeof found.since]: Reason } = {
    never: { kind: 'first-contact', message: 'it has never run' },
    stopped: { kind: 'stopped', message: 'it was stopped as declared, and is declared to run again' },
    failed: {
      kind: 'down',
      message: `its last rollout ended ${c.record?.closed?.outcome ?? 'badly'} and left nothing running`,
    },
  };
  return { ...start(found.last, [reason[found.since]]), ...stateOf(found.last, c) };
}

/** Cut off in the middle, and its record is lost: the same revision goes on where it stood; for another one a person decides. */
function overlapping({ run, fresh }: Of<'overlapping'>, c: Context): Intent {
  if (!isDesired(c, fresh.stamp?.revision ?? null)) return ambiguous({ kind: 'ambiguous', runs: [fresh, run] }, c);
  const message = `the ledger has no record of ${c.job.key}, and ${naming(fresh)} was started beside ${naming(run)}`;
  const finding: Finding = { code: 'record-lost', level: 'warning', message };
  return whollyNew(c, run, run.stamp?.revision ?? null, [{ kind: 'drift', message }], [finding]);
}

function lost(found: Of<'lost'>, c: Context): Intent {
  const message = `the ledger has no record of ${c.job.key}, none of its runs is active, and the last one is ${naming(found.last)}`;
  const intent = start(found.last, [{ kind: 'down', message }]);
  return {
    ...intent,
    ...(leavesSnapshot(c) ? fromSnapshot : {}),
    revision: found.last.stamp?.revision ?? null,
    findings: [{ code: 'record-lost', level: 'warning', message }],
  };
}

/** Its last run ended with a snapshot that the next one starts from: it is asked for, and nothing is started without. */
function leavesSnapshot({ job, engine }: Context): boolean {
  const named = job.strategy === 'auto' || job.strategy.includes('savepoint-upgrade');
  return job.stateful && named && engine.verbs(job.target).includes('stopWithSnapshot');
}

const fromSnapshot = { situation: 'change', impact: 'upgrade' } as const;

/** The last good run went down by itself, or by hand, and where its state stands is not in the ledger: it is asked for it. */
function stateOf(last: Run | null, c: Context): typeof fromSnapshot | Record<string, never> {
  const good = c.record?.good ?? null;
  if (last === null || good === null || good.snapshot !== null) return {};
  const isGood = last.id === good.runId || last.stamp?.revision === good.revision;
  return isGood && leavesSnapshot(c) && !c.input.options.accept.has('state-loss') ? fromSnapshot : {};
}

function adoptable({ run }: Of<'adoptable'>, c: Context): Intent {
  const message = `${naming(run)} was started by hand`;
  const reason: Reason = { kind: 'first-contact', message };
  const { touched } = c.change.explanation;
  if (touched !== true && !c.input.options.force) {
    return still('adopt', { run, revision: null }, { ...reason, message: `${message} and is taken over as it is` }, [
      ...notRolledOut(run, c),
      ...differing(run, c),
    ]);
  }
  return replaceStrange(run, c, reason);
}

function drift(found: Of<'drift'>, c: Context): Intent {
  const { run, why } = found;
  const messages = {
    'by-hand': `${linked(run)} is active, and the ledger does not name it`,
    newer: `${linked(run)} is of rollout ${run.stamp?.n}, and the ledger knows of ${c.record?.n}`,
    stray: `${linked(run)} of the older rollout ${run.stamp?.n} is active, and the recorded run is not`,
  } as const;
  const codes = { 'by-hand': 'run-by-hand', newer: 'run-newer', stray: 'stray-run' } as const;
  if (why === 'stray' && c.input.options.force)
    return replaceStrange(run, c, { kind: 'drift', message: messages[why] });
  return byPolicy(run, c, codes[why], messages[why]);
}

function foreign({ run }: Of<'foreign'>, c: Context): Intent {
  const of = strangerOf(run, c);
  return byPolicy(run, c, 'run-foreign', of.message, of.next);
}

function byPolicy(
  run: Intent['run'] & object,
  c: Context,
  code: 'run-by-hand' | 'run-newer' | 'run-foreign' | 'stray-run',
  message: string,
  next = `take it over as it runs, or replace it with \`--on-drift overwrite\`: ${commandOf('apply', aboutOf(c), '--on-drift', 'adopt')}`,
): Intent {
  const { onDrift } = c.input.options;
  const reason: Reason = { kind: 'drift', message };
  const at = { run, revision: run.stamp?.revision ?? null };
  if (onDrift === 'overwrite') return replaceStrange(run, c, reason);
  if (onDrift === 'adopt') return still('adopt', at, ...takenOver(run, c, reason, code));
  return refuse(at, 'drift', code, message, next);
}

/** What is told of a run that is taken over. One of this very job is recorded as what its stamp says; any other as what is declared. */
function takenOver(
  run: Intent['run'] & object,
  c: Context,
  reason: Reason,
  code: string,
): readonly [Reason, readonly Finding[]] {
  const own = code === 'run-newer' || code === 'stray-run';
  if (!own) return [reason, [...notRolledOut(run, c), ...differing(run, c)]];
  if (isDesired(c, run.stamp?.revision ?? null)) return [reason, differing(run, c)];
  const then = `it is recorded as revision ${run.stamp?.revision}, and the next call rolls out what is declared`;
  return [{ ...reason, message: `${reason.message}: ${then}` }, []];
}

function down(found: Of<'down'>, c: Context): Intent {
  const { force, onDrift } = c.input.options;
  const at = { run: found.last, revision: found.last?.stamp?.revision ?? null };
  const last =
    found.last === null ? 'its last run is not known to the engine any more' : `its last one is ${naming(found.last)}`;
  const message = `no run is active, and no rollout stopped it; ${last}`;
  if (!force && onDrift !== 'overwrite') {
    return refuse(at, 'down', 'job-down', message, commandOf('apply', aboutOf(c), '--force'));
  }
  const held = quarantineOf(c);
  if (held !== null) return quarantinedDown(at, held, c);
  return { ...start(found.last, [{ kind: 'down', message }]), ...stateOf(found.last, c), ...at };
}

function ending({ run }: Of<'ending'>, c: Context): Intent {
  const message = `${linked(run)} is on its way out, and no rollout ended it`;
  const next = `wait until it has ended, then: ${commandOf('apply', aboutOf(c), '--force')}`;
  return refuse({ run, revision: run.stamp?.revision ?? null }, 'drift', 'run-ending', message, next);
}

function stopped(found: Of<'stopped'>): Intent {
  const at = { run: found.run, revision: found.revision };
  if (found.run === null)
    return still('none', at, { kind: 'stopped', message: 'it is declared as stopped, and no run is active' });
  return {
    action: 'roll-out',
    situation: 'stop',
    impact: 'recreate',
    ...at,
    reasons: [{ kind: 'stopped', message: `it is declared as stopped, and ${naming(found.run)} is active` }],
    findings: [],
  };
}

function batch({ run }: Of<'not-streaming'>, c: Context): Intent {
  const message = `${naming(run)} is a batch job: it ends by itself`;
  const next = `take ${c.job.key} out of the manifest, or give it a streaming pipeline under another target.name`;
  return refuse({ run, revision: null }, 'drift', 'not-streaming', message, next);
}

function ambiguous(found: Of<'ambiguous'>, c: Context): Intent {
  const message = `several runs are active, and it can't be told which one is the job: ${listed(found.runs.map(linked), 20)}`;
  return refuse(
    nowhere,
    'drift',
    'several-runs',
    message,
    `stop all but one of them on the engine, then: ${commandOf('plan', aboutOf(c))}`,
  );
}

function openRollout(found: Of<'open-rollout'>, c: Context): Intent {
  const { record, job, change } = c;
  const at = { run: found.run, revision: found.revision };
  const wanted = record !== null && goesOn(record, change.desired.revision, c.input.options);
  const message = `rollout ${record?.n} (${record?.revision}) is open since ${record?.openedAt}`;
  const then = wanted && record !== null ? goingOn(record, c.input.observed?.get(job.key) ?? []) : 'is closed first';
  const reason: Reason = { kind: 'open-rollout', message: `${message} and ${then}` };
  if (wanted) {
    const scale = record?.plan?.strategy === 'in-flight-update';
    return { ...still('resume', at, reason), situation: 'resume', impact: scale ? 'scale' : 'upgrade' };
  }
  if (job.desired === 'stopped') return { ...start(found.run, [reason]), ...at, action: 'resume', situation: 'stop' };
  const changed = changedSince(job, change.desired, change.explanation, c.engine, record, found.run, found.revision);
  const reasons = [reason, ...changeReasons(c, changed, found.revision)];
  return { action: 'resume', situation: 'change', impact: changed.impact, ...at, reasons, findings: [] };
}

function start(last: Intent['run'], reasons: readonly Reason[]): Intent {
  return {
    action: 'roll-out',
    situation: 'create',
    impact: 'recreate',
    run: last,
    revision: null,
    reasons,
    findings: [],
  };
}

/** Rolls out over a run that no rollout of ours proved. */
function replaceStrange(run: Intent['run'] & object, c: Context, reason: Reason): Intent {
  return whollyNew(c, run, run.stamp?.revision ?? null, [reason]);
}

/** The declared revision is recorded for a run that is taken over, so what the commit changed beside does not roll out by itself later. */
function notRolledOut(run: Intent['run'] & object, c: Context): readonly Finding[] {
  const { added, touched, files } = c.change.explanation;
  if (files.length === 0 || (added !== true && touched !== true)) return [];
  const paths = files.map((file) => file.path);
  const message = `this commit also changes ${listed(paths, 4)}, and ${naming(run)} was started without that: it is taken over all the same, and the change does not roll out by itself`;
  const next = `to roll it out now: stream-rollout apply --environment ${c.input.manifest.environment} --jobs ${c.job.key} --force`;
  return [{ code: 'adopted-without-change', level: 'warning', message, next }];
}

/** Fields in which a run that is taken over differs from the manifest, as far as the engine shows them. */
function differing(run: Intent['run'] & object, c: Context): readonly Finding[] {
  const wanted = inSlot(c.job, slotOf(run, c.job.parallel.slots, c.record?.good ?? null));
  const fields = [
    ...contradictions(run.shows ?? {}, wanted).filter((entry) => impactOf(c.engine, entry.field) !== 'none'),
    ...contradictions(run.scale ?? {}, c.change.desired.scale),
  ];
  if (fields.length === 0) return [];
  const told = fields.map(
    ({ field, shown, wanted: declared }) =>
      `${field} is ${JSON.stringify(shown)}, declared ${JSON.stringify(declared)}`,
  );
  return [
    {
      code: 'adopted-differs',
      level: 'notice',
      message: `${naming(run)} differs from the manifest: ${listed(told, 8)}`,
    },
  ];
}
