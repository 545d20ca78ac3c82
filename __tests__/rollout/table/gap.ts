import type { JobRecord } from '../../../src/model/record.js';
import { fresh, old, recordOf, runOf, superseding, undoing, undone } from '../kit.js';
import {
  failed,
  foreign,
  late,
  newer,
  no,
  noTarget,
  passed,
  pausing,
  prepared,
  type Rows,
  scaled,
  stranger,
  strayOf,
  timeout,
  unclear,
  unknownGood,
} from './row.js';

/** Rows that hold for every strategy with one run at a time, in both directions. */
export const any: Rows = {
  'a stray beside the predecessor: stop it': { runs: [old(), strayOf()], does: 'call stop-stray stray' },
  'a stray beside the new run: stop it': { runs: [old('stopped'), fresh(), strayOf()], does: 'call stop-stray stray' },
  'a stray, good unknown: refused': {
    runs: [old(), strayOf()],
    record: unknownGood,
    does: 'close refused unexpected-run',
  },
  'a stray in the undo: stop it': { runs: [old('stopped'), strayOf()], record: undoing, does: 'call stop-stray stray' },
  'a stray that is going already: no stop': {
    runs: [old('stopped'), strayOf('stopping')],
    own: { prepared: 'new' },
    does: 'wait',
  },
  'an unstamped run: refused': { runs: [old(), stranger], does: 'close refused unexpected-run' },
  'a foreign stamp: refused': { runs: [old(), foreign], does: 'close refused unexpected-run' },
  'a run of a newer rollout: refused': { runs: [old(), newer], does: 'close refused unexpected-run' },
  'an unexpected run after a call of ours: stuck': {
    runs: [old(), stranger],
    own: { touched: true },
    does: 'close stuck unexpected-run',
  },
  'an unexpected run that has ended: nobody’s business': {
    runs: [old(), runOf('stranger', { state: 'stopped' })],
    own: { prepared: 'new' },
    does: 'call stop old',
  },
  'the predecessor is stopping: wait': { runs: [old('stopping')], does: 'wait' },
  'the new run is stopping: wait': { runs: [old('stopped'), fresh('stopping')], does: 'wait' },
  'the undo’s run is stopping: wait': { runs: [old('stopped'), undone('stopping')], record: undoing, does: 'wait' },
  'overdue while stopping: stuck': { runs: [old('stopping')], own: late('old'), does: 'close stuck stop-timeout' },
};

export const restart: Rows = {
  'forward, an undo-run exists: turn': { runs: [old('stopped'), undone()], does: 'write-undo undo-seen' },
  'forward, verdict failed: turn': { runs: [old('stopped'), fresh()], own: failed(), does: 'write-undo crash-loop' },
  'forward, verdict failed, on-failure pause: stuck, what runs is left': {
    runs: [old('stopped'), fresh()],
    record: pausing('restart'),
    own: failed(),
    does: 'close stuck crash-loop',
  },
  'forward, verdict inconclusive: stuck': {
    runs: [old('stopped'), fresh()],
    own: unclear,
    does: 'close stuck verify-timeout',
  },
  'forward, new ended: turn': { runs: [old('stopped'), fresh('failed')], does: 'write-undo new-run-ended' },
  'forward, the engine said no: turn': { runs: [old('stopped')], own: no('start'), does: 'write-undo engine-no' },
  'forward, new active without a verdict: verify': { runs: [old('stopped'), fresh('starting')], does: 'verify new' },
  'forward, verdict of another run: verify': {
    runs: [old('stopped'), fresh()],
    own: passed('other'),
    does: 'verify new',
  },
  'forward, verdict passed: succeeded': { runs: [old('stopped'), fresh()], own: passed(), does: 'close succeeded' },
  'forward, verdict passed, predecessor still active: settle first': {
    runs: [old(), fresh()],
    own: { ...passed(), settled: false },
    does: 'settle',
  },
  'forward, verdict passed, predecessor still active: stuck': {
    runs: [old(), fresh()],
    own: passed(),
    does: 'close stuck old-run-still-active',
  },
  'forward, no new, predecessor active: prepare': { runs: [old()], does: 'call prepare' },
  'forward, no new, predecessor active, prepared: stop': {
    runs: [old()],
    own: { prepared: 'new' },
    does: 'call stop old',
  },
  'forward, no new, predecessor ended: start': {
    runs: [old('stopped')],
    own: { prepared: 'new', settled: false },
    does: 'call start old',
  },
  'forward, no new, predecessor gone from the look: start': {
    runs: [],
    own: { prepared: 'new' },
    does: 'call start',
  },
  'forward, a lone stray, predecessor ended: it becomes the predecessor': {
    runs: [old('stopped'), strayOf()],
    does: 'write-predecessor stray',
  },
  'undo, new active: stop it': { runs: [old('stopped'), fresh()], record: undoing, does: 'call undo-stop new' },
  'undo, new active, old settings unknown: stuck, what runs is left': {
    runs: [old('stopped'), fresh()],
    record: { ...undoing, ...noTarget },
    does: 'close stuck crash-loop',
  },
  'undo, undo-run active: verify': { runs: [old('stopped'), undone()], record: undoing, does: 'verify back' },
  'undo, undo-run verified: rolled back': {
    runs: [old('stopped'), undone()],
    record: undoing,
    own: passed('back'),
    does: 'close rolled-back crash-loop',
  },
  'undo, undo-run failed its verification: stuck': {
    runs: [old('stopped'), undone()],
    record: undoing,
    own: failed('back'),
    does: 'close stuck crash-loop',
  },
  'undo, undo-run ended: stuck': {
    runs: [old('stopped'), undone('failed')],
    record: undoing,
    does: 'close stuck crash-loop',
  },
  'undo, start(old) refused: stuck': {
    runs: [old('stopped')],
    record: undoing,
    own: no('undo-start'),
    does: 'close stuck crash-loop',
  },
  'undo, predecessor active, new never ran: failed': {
    runs: [old()],
    record: undoing,
    own: { prepared: 'old' },
    does: 'close failed crash-loop',
  },
  'undo, predecessor active, new was stopped by us: rolled back': {
    runs: [old(), fresh('stopped')],
    record: undoing,
    own: { prepared: 'old' },
    does: 'close rolled-back crash-loop',
  },
  'undo, predecessor active, not settled: settle': {
    runs: [old()],
    record: undoing,
    own: { prepared: 'old', settled: false },
    does: 'settle',
  },
  'undo, nothing active: start the old revision': {
    runs: [old('stopped'), fresh('failed')],
    record: undoing,
    own: { prepared: 'old' },
    does: 'call undo-start new',
  },
  'undo, nothing active, old settings unknown: stuck': {
    runs: [old('stopped'), fresh('failed')],
    record: { ...undoing, ...noTarget },
    does: 'close stuck crash-loop',
  },
  'superseded, new active: closed, the run stays': {
    runs: [old('stopped'), fresh()],
    own: { superseding },
    does: 'close superseded superseded',
  },
  'superseded, predecessor active: closed': {
    runs: [old()],
    own: { superseding },
    does: 'close superseded superseded',
  },
  'superseded, new ended by itself: undo, for that reason': {
    runs: [old('stopped'), fresh('failed')],
    own: { superseding },
    does: 'write-undo new-run-ended',
  },
  'superseded, predecessor active, the new set-up was written: undo': {
    runs: [old()],
    record: { journal: prepared },
    own: { superseding },
    does: 'write-undo superseded',
  },
  'undo for a newer commit, the new set-up was written: prepare(old)': {
    runs: [old()],
    record: { journal: prepared, direction: 'undo', undoReason: superseding },
    own: { superseding },
    does: 'call undo-prepare',
  },
  'superseded in the gap: undo': { runs: [old('stopped')], own: { superseding }, does: 'write-undo superseded' },
};

export const drain: Rows = {
  'forward, predecessor active: drain': { runs: [old()], does: 'call drain old' },
  'draining: wait': { runs: [old('draining')], does: 'wait' },
  'overdue, on-timeout cancel: stop': { runs: [old('draining')], own: late('old'), does: 'call cancel-drain old' },
  'overdue, stopped already: stuck': {
    runs: [old('draining')],
    own: { ...late('old'), cancelled: new Set(['old']) },
    does: 'close stuck drain-timeout',
  },
  'overdue, on-timeout fail: stuck': {
    runs: [old('draining')],
    record: timeout('drain-and-resubmit', 'fail'),
    own: late('old'),
    does: 'close stuck drain-timeout',
  },
  'drained: start': { runs: [old('drained')], does: 'call start old' },
  'undo, drained, nothing active: start the old revision': {
    runs: [old('drained')],
    record: undoing,
    does: 'call undo-start old',
  },
};

const { plan } = recordOf('restart');
const scalesAfterStart: Partial<JobRecord> = {
  plan: plan && {
    ...plan,
    steps: [...plan.steps, { id: 'scale', verb: 'scale', undo: null, final: false }],
    scale: { workers: 5 },
  },
};

/** A field that a launch cannot set is set on the new run before it is judged. */
export const scaling: Rows = {
  'new runs with other values: scale it': {
    runs: [old('stopped'), fresh()],
    record: scalesAfterStart,
    does: 'call scale new',
  },
  'new does not run yet: verify': {
    runs: [old('stopped'), fresh('starting')],
    record: scalesAfterStart,
    does: 'verify new',
  },
  'new shows the values: verify': {
    runs: [old('stopped'), scaled(fresh())],
    record: scalesAfterStart,
    does: 'verify new',
  },
};

const written: Partial<JobRecord> = {
  journal: [
    { at: '', step: 'stop-with-snapshot', verb: 'snapshot', state: 'succeeded', run: 'old', note: 's3://chk/1' },
  ],
};

/** Never a start without the snapshot's path. */
export const savepoint: Rows = {
  'predecessor active: stop it with a snapshot': { runs: [old()], does: 'call stop-with-snapshot old' },
  'on its way out, asked by this process: poll': {
    runs: [old('stopping')],
    own: { polling: new Set(['stop-with-snapshot']) },
    does: 'call stop-with-snapshot old',
  },
  'on its way out, asked by another: wait': { runs: [old('stopping')], does: 'wait' },
  'ended, the path is known: start': { runs: [old('stopped')], record: written, does: 'call start old' },
  'ended, the path is not in the journal: ask the engine': {
    runs: [old('stopped')],
    does: 'call stop-with-snapshot old',
  },
  'gone from the look, the path is not known: settle': { runs: [], own: { settled: false }, does: 'settle' },
  'gone from the look, still not known: stuck': { runs: [], does: 'close stuck snapshot-path-missing' },
  'undo, nothing active, the path is known: start the old revision': {
    runs: [old('stopped'), fresh('failed')],
    record: { ...undoing, ...written },
    does: 'call undo-start new',
  },
};
