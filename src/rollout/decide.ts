import type { JobRecord } from '../model/record.js';
import { isEnding, type Run } from '../model/run.js';
import { backstopEnd } from './backstop.js';
import {
  active,
  type Case,
  call,
  close,
  conclude,
  ended,
  endingVerb,
  finalVerb,
  gone,
  hasStep,
  kinds,
  linked,
  mustPrepare,
  mustScaleBack,
  naming,
  refused,
  snapshotPath,
  touched,
  turn,
  unknownGood,
  verdictOn,
  waitOut,
} from './case.js';
import type { Cause, Decision, Own } from './decision.js';
import { scaleShown } from './scale.js';
import type { Sight } from './sight.js';
import { isReplayed, oldSnapshot, replacesGood } from './snapshot.js';

/**
 * The table of PROTOCOL 5 as one pure function: the first row that fits says what the holder does next.
 * `record.plan` must be there: a record without a plan has nothing to carry out.
 */
export function decide(record: JobRecord, see: Sight, own: Own): Decision {
  if (record.plan === null) throw new TypeError(`the record of ${record.job} holds no plan`);
  const c: Case = { kind: kinds[record.plan.strategy], record, see, own };
  return stray(c) ?? unexpected(c) ?? ending(c) ?? past(c) ?? (record.direction === 'forward' ? forward(c) : undo(c));
}

/** Any direction: a run of ours that nobody expects, of an older rollout or a second one of a step. */
function stray(c: Case): Decision | null {
  const { strays, fresh, undone, predecessor, unexpected } = c.see;
  const [run] = strays;
  if (run === undefined || c.record.good === null) return null;
  const alone = strays.length === 1 && unexpected.length === 0 && undone === null && gone(predecessor);
  if (c.record.direction === 'forward' && fresh === null && alone) return { do: 'write-predecessor', run };
  const no = refused(c, 'stop-stray');
  if (no !== null) return close(c, 'stuck', no);
  return { do: 'call', step: 'stop-stray', verb: 'stop', side: 'old', on: run };
}

/** Any direction: a run that is neither ours nor recorded. Nothing is touched; a person decides. */
function unexpected(c: Case): Decision | null {
  const found = [...c.see.unexpected, ...c.see.strays];
  if (found.length === 0) return null;
  const cause = {
    code: 'unexpected-run',
    message: `${found.length === 1 ? 'a run' : 'runs'} that this rollout did not start: ${found.map(linked).join(', ')}`,
  };
  return close(c, touched(c) ? 'stuck' : 'refused', cause);
}

/** Any direction: a run on its way out is waited for, until its step's deadline. */
function ending(c: Case): Decision | null {
  const { predecessor, fresh, undone } = c.see;
  const waiting = c.kind === 'parallel' ? [fresh, undone] : [predecessor, fresh, undone];
  const run = waiting.find((candidate) => candidate !== null && isEnding(candidate));
  if (run === undefined || run === null) return null;
  // A stop that writes a snapshot tells its path at the end, and only to whoever asks again.
  if (run === predecessor && c.own.polling.has('stop-with-snapshot')) {
    return c.own.overdue.has(run.id) ? waitOut(c, run) : call(c, 'snapshot', 'old', run);
  }
  const mayCancel = c.record.plan?.job.drain.onTimeout === 'cancel' && run.state === 'draining';
  if (c.own.overdue.has(run.id) && mayCancel && !c.own.cancelled.has(run.id)) {
    const no = refused(c, 'cancel-drain');
    if (no !== null) return close(c, 'stuck', no);
    return { do: 'call', step: 'cancel-drain', verb: 'stop', side: 'old', on: run };
  }
  return waitOut(c, run);
}

/** Parallel, past the point of no return, whatever the direction says: never undo. */
function past(c: Case): Decision | null {
  const { fresh, predecessor } = c.see;
  if (c.kind !== 'parallel' || fresh === null) return null;
  const ready = c.record.ready?.n === c.record.n;
  const early = predecessor === null || !active(predecessor);
  if (!ready && !early) return null;
  const verdict = verdictOn(c, fresh);
  const what = ready ? 'after the old run was released' : 'and the old run had already ended or was draining';
  if (ended(fresh)) return close(c, 'stuck', { code: 'failed-past-return', message: `${naming(fresh)} ended ${what}` });
  if (verdict !== null && verdict.result !== 'pass') {
    return close(c, 'stuck', { code: 'failed-past-return', message: `${verdict.message}, ${what}` });
  }
  if (c.own.failed !== null) return close(c, 'stuck', c.own.failed);
  if (!ready && verdict === null) return { do: 'verify', run: fresh };
  if (active(predecessor)) return call(c, finalVerb(c), 'old', predecessor);
  const trailing = predecessor !== null && isEnding(predecessor) ? [predecessor] : [];
  const cause = ready ? null : { code: 'drained-early', message: 'the old run left before the new one was verified' };
  return { do: 'close', outcome: 'succeeded', cause, trailing };
}

function endedByItself(fresh: Run): Cause {
  return { code: 'new-run-ended', message: `${naming(fresh)} ended: ${fresh.detail ?? fresh.engineState}` };
}

function forward(c: Case): Decision {
  const { fresh, predecessor, undone, leaving } = c.see;
  if (c.own.superseding !== null) return supersede(c, c.own.superseding);
  const verdict = fresh === null ? null : verdictOn(c, fresh);
  if (undone !== null) return turn({ code: 'undo-seen', message: `${naming(undone)} was started by an undo` });
  if (verdict !== null && verdict.result !== 'pass') {
    const pause = verdict.result === 'inconclusive' || c.record.plan?.job.onFailure === 'pause';
    return pause ? close(c, 'stuck', verdict) : turn(verdict);
  }
  if (fresh !== null && ended(fresh)) return turn(endedByItself(fresh));
  if (c.own.failed !== null) return turn(c.own.failed);
  if (c.kind === 'scale') return scale(c);
  if (c.kind === 'stop') return stop(c);
  if (fresh !== null) {
    if (verdict === null) {
      if (hasStep(c, 'scale') && fresh.state === 'running' && !scaleShown(fresh, c.record.plan?.scale ?? {})) {
        return call(c, 'scale', 'new', fresh);
      }
      return { do: 'verify', run: fresh };
    }
    if (c.kind === 'parallel') return { do: 'write-ready', run: fresh };
    if (!active(predecessor)) return close(c, 'succeeded', null);
    return conclude(c, 'stuck', {
      code: 'old-run-still-active',
      message: `${naming(fresh)} runs, and ${naming(predecessor)} was not replaced`,
    });
  }
  if (active(predecessor)) {
    if (c.kind === 'create') {
      return close(c, 'refused', { code: 'unexpected-run', message: `${naming(predecessor)} is active again` });
    }
    if (mustPrepare(c, 'new')) return call(c, 'prepare', 'new', null);
    if (c.kind === 'in-place') return call(c, 'replace', 'new', predecessor);
    if (c.kind === 'parallel' && hasStep(c, 'snapshot') && snapshotPath(c) === null)
      return call(c, 'snapshot', 'old', predecessor);
    if (c.kind === 'parallel') return call(c, hasStep(c, 'overlap') ? 'overlap' : 'start', 'new', predecessor);
    return call(c, endingVerb(c), 'old', predecessor);
  }
  if (c.kind === 'gap' || c.kind === 'create') {
    if (leaving[0] !== undefined) return waitOut(c, leaving[0]);
    if (hasStep(c, 'snapshot') && snapshotPath(c) === null) {
      // The engine may know the path by its trigger or by the run, whoever asked for the snapshot.
      if (predecessor !== null) return call(c, 'snapshot', 'old', predecessor);
      return conclude(c, 'stuck', {
        code: 'snapshot-path-missing',
        message: `the old run ${c.record.predecessor?.run ?? ''} has ended, and where the snapshot stands that it wrote for rollout ${c.record.rollout} is not known`,
      });
    }
    if (mustPrepare(c, 'new')) return call(c, 'prepare', 'new', null);
    return call(c, 'start', 'new', predecessor);
  }
  return conclude(c, 'stuck', {
    code: 'predecessor-gone',
    message: 'the run to update has ended, and no new one was started',
  });
}

/** In-flight: the wanted values in the look take the place of a new run. */
function scale(c: Case): Decision {
  const run = c.see.predecessor;
  if (run === null || !active(run)) {
    return conclude(c, 'stuck', { code: 'predecessor-gone', message: 'the run to scale has ended' });
  }
  if (!scaleShown(run, c.record.plan?.scale ?? {})) return call(c, 'scale', 'new', run);
  const verdict = verdictOn(c, run);
  if (verdict === null) return { do: 'verify', run };
  if (verdict.result === 'pass') return close(c, 'succeeded', null);
  return verdict.result === 'inconclusive' || c.record.plan?.job.onFailure === 'pause'
    ? close(c, 'stuck', verdict)
    : turn(verdict);
}

function stop(c: Case): Decision {
  const run = c.see.predecessor;
  if (active(run)) return call(c, endingVerb(c), 'old', run);
  // The job is started again from what its run wrote; where we may have asked for that, its path has to be known.
  const asked = hasStep(c, 'snapshot') && snapshotPath(c) === null && (c.own.touched || c.own.inherited);
  return asked && run !== null ? call(c, 'snapshot', 'old', run) : conclude(c, 'succeeded', null);
}

/** A newer commit closes this rollout (PROTOCOL 6, supersede). */
function supersede(c: Case, cause: Cause): Decision {
  const { fresh, predecessor, undone } = c.see;
  if (undone !== null || (c.kind === 'parallel' && active(fresh))) return turn(cause);
  if (active(fresh)) return close(c, 'superseded', cause);
  // That its run ended counts against the revision, whoever closes the rollout.
  if (fresh !== null && ended(fresh)) return turn(endedByItself(fresh));
  // The newer revision may be the one that runs: nothing would write the old set-up again after this one.
  if (active(predecessor)) return mustPrepare(c, 'old') ? turn(cause) : conclude(c, 'superseded', cause);
  if (c.kind === 'stop') return conclude(c, 'succeeded', null);
  if (c.kind === 'create' || c.kind === 'scale') return conclude(c, 'superseded', cause);
  return turn(cause);
}

/** The direction never turns back. It works on what is seen, not on recorded outputs. */
function undo(c: Case): Decision {
  const { fresh, predecessor, undone, leaving } = c.see;
  const neverStopped = fresh === null || fresh.state === 'failed' || fresh.state === 'finished';
  const cause = c.record.undoReason ?? { code: 'undo-seen', message: 'the rollout was turned back' };
  const superseded = c.own.superseding !== null || cause.code === 'superseded';
  const outcome = superseded ? 'superseded' : 'rolled-back';
  const noOld = c.record.good?.target == null;
  if (c.own.failed !== null && c.own.failed.step !== 'undo-scale') {
    return close(c, 'stuck', { code: cause.code, message: `${cause.message}; undo: ${c.own.failed.message}` });
  }
  if (undone !== null) {
    if (ended(undone))
      return close(c, 'stuck', {
        code: cause.code,
        message: `${cause.message}; ${naming(undone)}, the old revision, ended too`,
      });
    const verdict = verdictOn(c, undone);
    if (mustScaleBack(c, undone)) return call(c, 'scale', 'old', undone);
    if (verdict === null) return { do: 'verify', run: undone };
    return verdict.result === 'pass' ? close(c, outcome, told(c, cause)) : close(c, 'stuck', verdict);
  }
  if (active(fresh)) {
    if (c.kind === 'in-place') {
      if (noOld) return close(c, 'stuck', unknownGood(cause));
      if (mustPrepare(c, 'old')) return call(c, 'prepare', 'old', null);
      return call(c, 'replace', 'old', fresh);
    }
    // Without the old settings, or its state, nothing could take its place: what runs is left.
    if (c.kind === 'gap' && noOld) return close(c, 'stuck', unknownGood(cause));
    const asked = askForSnapshot(c, cause);
    if (asked !== null) return asked;
    return call(c, 'stop', 'new', fresh);
  }
  if (active(predecessor)) {
    if (c.kind === 'scale') {
      const before = c.record.predecessor?.scale ?? null;
      if (before !== null && !scaleShown(predecessor, before)) return call(c, 'scale', 'old', predecessor);
      return close(c, touched(c) || superseded ? outcome : 'failed', cause);
    }
    if (mustPrepare(c, 'old')) return call(c, 'prepare', 'old', null);
    // A newer commit replaces the old run anyway; nobody else may count on it before the service's timer is over.
    const until = superseded ? null : backstopEnd(c.record, fresh);
    if (until !== null && c.see.at < until) return { do: 'put-off', until, cause };
    return conclude(c, !superseded && neverStopped ? 'failed' : outcome, cause);
  }
  if (c.kind === 'create') {
    if (mustPrepare(c, 'old')) return call(c, 'prepare', 'old', null);
    return conclude(c, superseded ? 'superseded' : 'failed', cause);
  }
  if (c.kind === 'parallel' || c.kind === 'scale' || c.kind === 'stop') return conclude(c, 'stuck', cause);
  if (noOld) return conclude(c, 'stuck', unknownGood(cause));
  if (c.own.sentBack && !c.own.settled) return { do: 'settle', why: 'before the old revision is started again' };
  if (leaving[0] !== undefined) return waitOut(c, leaving[0]);
  const asked = askForSnapshot(c, cause);
  if (asked !== null) return asked;
  if (mustPrepare(c, 'old')) return call(c, 'prepare', 'old', null);
  return call(c, 'start', 'old', fresh ?? predecessor);
}

/** Where the old revision went on from an older snapshot, the report says so. */
function told(c: Case, cause: Cause): Cause {
  if (!isReplayed(c.record)) return cause;
  const from = `the old revision was started from its own last snapshot ${oldSnapshot(c.record)}`;
  return { code: cause.code, message: `${cause.message}; ${from}, so what came after that is processed again` };
}

/** The old revision is not started without the snapshot that its run wrote: null where its path is known, or none was to be written. */
function askForSnapshot(c: Case, cause: Cause): Decision | null {
  const { predecessor } = c.see;
  if (c.kind !== 'gap' || endingVerb(c) !== 'snapshot' || active(predecessor)) return null;
  if (oldSnapshot(c.record) !== null) return null;
  const own = replacesGood(c.record);
  if (predecessor !== null && own) return call(c, 'snapshot', 'old', predecessor);
  const missing = own
    ? `where the snapshot stands that the old run wrote for rollout ${c.record.rollout} is not known, so it was not started without its state`
    : 'the run that was stopped was of a revision that nobody verified, and no snapshot of the old revision is known, so it was not started on state of another';
  return conclude(c, 'stuck', { code: 'snapshot-path-missing', message: `${cause.message}; ${missing}` });
}
