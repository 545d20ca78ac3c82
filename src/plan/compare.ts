import { commandOf } from '../model/command.js';
import type { Finding } from '../model/finding.js';
import { highest } from '../model/impact.js';
import type { Reason } from '../model/plan.js';
import type { Run } from '../model/run.js';
import { aboutOf, type Context, isDesired } from './context.js';
import { changedSince, scaleChanges, scaleUnknown } from './impact.js';
import { type Intent, linked, naming, type Of, refuse, still } from './intent.js';
import { quarantined } from './left.js';
import { quarantineOf, scaleQuarantineOf, triesAgain } from './quarantine.js';
import { changeReasons, explain, scaleReasons } from './reasons.js';
import { listed } from './words.js';

/** The run that the ledger names, against what is declared. */
export function compareRecorded(found: Of<'recorded'>, c: Context): Intent {
  const { run, revision } = found;
  const at = { run, revision };
  if (c.input.options.force) return whollyNew(c, run, revision, [], strayFindings(found));
  if (!isDesired(c, revision)) {
    const held = quarantineOf(c);
    return held === null ? whollyNew(c, run, revision, [], strayFindings(found)) : quarantined(at, held, c);
  }
  if (found.strays.length > 0) return beside(found, c);
  if (found.proof === 'left' && c.record !== null) {
    if (triesAgain(c))
      return whollyNew(c, run, revision, [{ kind: 'forced', message: 'the failed workflow run is run again' }]);
    const { closed, rollout } = c.record;
    const held = {
      revision: revision ?? '',
      reason: closed?.message || `rollout ${rollout} ended stuck`,
      at: closed?.at ?? '',
      scale: null,
    };
    return quarantined(at, held, c);
  }
  return scaling(found, c) ?? equal(found, c);
}

/** Our stamp, but nothing in the ledger: an equal revision is verified, not believed. */
export function compareUnrecorded(found: Of<'unrecorded'>, c: Context): Intent {
  const { run, revision } = found;
  const message = `${naming(run)} bears our stamp (${revision}), and the ledger has no record of it`;
  const findings: readonly Finding[] = [{ code: 'record-lost', level: 'warning', message }];
  if (c.input.options.force || !isDesired(c, revision)) return whollyNew(c, run, revision, [], findings);
  return verifyOnly(
    run,
    revision,
    { kind: 'first-contact', message: `${message}: it is verified before it counts` },
    findings,
  );
}

/** A rollout of the desired revision over a run, with everything that is known of the difference. */
export function whollyNew(
  c: Context,
  run: Run,
  revision: string | null,
  before: readonly Reason[],
  findings: readonly Finding[] = [],
): Intent {
  const { desired, explanation } = c.change;
  const changed = changedSince(c.job, desired, explanation, c.engine, c.record, run, revision);
  const scale = scaleChanges(desired, run, c.record);
  const equalRevision = isDesired(c, revision);
  const forced: readonly Reason[] = c.input.options.force ? [{ kind: 'forced', message: 'a rollout was forced' }] : [];
  const renamed = renaming(c);
  const why =
    equalRevision || (revision === null && before.length > 0) ? explain(c) : changeReasons(c, changed, revision);
  return {
    action: 'roll-out',
    situation: 'change',
    impact: equalRevision ? 'upgrade' : highest([changed.impact]),
    run,
    revision,
    reasons: [...before, ...forced, ...renamed, ...why, ...scaleReasons(c.job, scale)],
    findings,
  };
}

/** Equal but for values that a running run can take. */
function scaling({ run, revision }: Of<'recorded'>, c: Context): Intent | null {
  const differs = scaleChanges(c.change.desired, run, c.record);
  if (differs.length === 0) return null;
  const held = scaleQuarantineOf(c);
  if (held !== null) return quarantined({ run, revision }, held, c);
  return {
    action: 'roll-out',
    situation: 'change',
    impact: 'scale',
    run,
    revision,
    reasons: [...renaming(c), ...scaleReasons(c.job, differs)],
    findings: [],
  };
}

function equal(found: Of<'recorded'>, c: Context): Intent {
  const { run, revision } = found;
  const message = `${naming(run)} has the declared revision ${revision}`;
  const findings: readonly Finding[] = scaleUnknown(c.change.desired, run, c.record)
    ? [
        {
          code: 'scale-not-shown',
          level: 'notice',
          message: `the engine does not show the scale of ${naming(run)}`,
        },
      ]
    : [];
  if (found.proof !== 'yes') {
    return verifyOnly(
      run,
      revision,
      { kind: 'open-rollout', message: `${message}, but its rollout was closed before it was verified` },
      findings,
    );
  }
  const [renamed] = renaming(c);
  if (renamed !== undefined) return still('adopt', { run, revision }, renamed, findings);
  return still('none', { run, revision }, { kind: 'unchanged', message }, findings);
}

/** Gates only: nothing is called that changes a run. */
function verifyOnly(run: Run, revision: string | null, reason: Reason, findings: readonly Finding[]): Intent {
  return { ...still('roll-out', { run, revision }, reason, findings), situation: 'verify' };
}

function beside(found: Of<'recorded'>, c: Context): Intent {
  const message = `beside ${linked(found.run)}, which is as declared, an older rollout's ${listed(found.strays.map(linked), 20)} is still active`;
  return refuse(
    { run: found.run, revision: found.revision },
    'drift',
    'stray-run',
    message,
    commandOf('apply', aboutOf(c), '--force'),
  );
}

function strayFindings({ strays }: Of<'recorded'>): readonly Finding[] {
  if (strays.length === 0) return [];
  const message = `${listed(strays.map(naming))} of an older rollout is still active and is stopped first`;
  return [{ code: 'stray-run', level: 'warning', message }];
}

function renaming(c: Context): readonly Reason[] {
  if (c.renamedFrom === null) return [];
  return [{ kind: 'renamed', message: `it was ${c.renamedFrom}: its run and history are taken over` }];
}
