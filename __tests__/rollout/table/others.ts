import { fresh, old, undoing } from '../kit.js';
import { failed, no, noTarget, passed, pausing, type Rows, scaled } from './row.js';

export const inPlace: Rows = {
  'forward, predecessor active: replace': { runs: [old()], does: 'call replace old' },
  'forward, predecessor ended, not settled: settle': { runs: [old('failed')], own: { settled: false }, does: 'settle' },
  'forward, predecessor ended: stuck': { runs: [old('failed')], does: 'close stuck predecessor-gone' },
  'undo, new active: replace by the old revision': {
    runs: [old('replaced'), fresh()],
    record: undoing,
    does: 'call undo-replace new',
  },
  'undo, new active, old settings unknown: stuck': {
    runs: [old('replaced'), fresh()],
    record: { ...undoing, ...noTarget },
    does: 'close stuck crash-loop',
  },
  'undo, new dead: a dead run cannot be replaced, so start': {
    runs: [old('replaced'), fresh('failed')],
    record: undoing,
    does: 'call undo-start new',
  },
  'undo, refused update, predecessor goes on: failed': {
    runs: [old(), fresh('failed')],
    record: undoing,
    does: 'close failed crash-loop',
  },
};

export const create: Rows = {
  'no run: start': { runs: [], does: 'call start' },
  'new active: verify': { runs: [fresh()], does: 'verify new' },
  'verified: succeeded': { runs: [fresh()], own: passed(), does: 'close succeeded' },
  'new ended: turn': { runs: [fresh('failed')], does: 'write-undo new-run-ended' },
  'undo, new active: stop it': { runs: [fresh()], record: undoing, does: 'call undo-stop new' },
  'undo, nothing runs: failed': { runs: [fresh('failed')], record: undoing, does: 'close failed crash-loop' },
  'the run that was down is up again: refused': {
    runs: [old()],
    record: { predecessor: { run: 'old', stamp: null, scale: null } },
    does: 'close refused unexpected-run',
  },
};

export const inFlight: Rows = {
  'values differ: scale': { runs: [old()], does: 'call scale old' },
  'values show: verify': { runs: [scaled(old())], does: 'verify old' },
  'verified: succeeded': { runs: [scaled(old())], own: passed('old'), does: 'close succeeded' },
  'verdict failed: turn': { runs: [scaled(old())], own: failed('old'), does: 'write-undo crash-loop' },
  'verdict failed, on-failure pause: stuck': {
    runs: [scaled(old())],
    record: pausing('in-flight-update'),
    own: failed('old'),
    does: 'close stuck crash-loop',
  },
  'run ended: stuck': { runs: [old('failed')], does: 'close stuck predecessor-gone' },
  'refused: turn': { runs: [old()], own: no('scale'), does: 'write-undo engine-no' },
  'undo, new values show: scale back': { runs: [scaled(old())], record: undoing, does: 'call undo-scale old' },
  'undo, old values show: rolled back': {
    runs: [old()],
    record: undoing,
    own: { touched: true },
    does: 'close rolled-back crash-loop',
  },
  'undo, nothing was changed: failed': { runs: [old()], record: undoing, does: 'close failed crash-loop' },
  'undo, run ended: stuck': { runs: [old('failed')], record: undoing, does: 'close stuck crash-loop' },
};

export const stop: Rows = {
  'run active: end it': { runs: [old()], does: 'call drain old' },
  'ended, not settled: settle': { runs: [old('drained')], own: { settled: false }, does: 'settle' },
  'ended: succeeded': { runs: [old('drained')], does: 'close succeeded' },
};
