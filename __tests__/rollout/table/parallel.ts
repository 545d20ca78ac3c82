import { fresh, old, superseding, undoing } from '../kit.js';
import { failed, no, passed, type Rows, ready } from './row.js';

export const parallel: Rows = {
  'forward, no new: start beside the predecessor': { runs: [old()], does: 'call start old' },
  'forward, predecessor ended, no new: stuck': { runs: [old('failed')], does: 'close stuck predecessor-gone' },
  'both run, no verdict: verify': { runs: [old(), fresh()], does: 'verify new' },
  'verdict passed: write ready': { runs: [old(), fresh()], own: passed(), does: 'write-ready new' },
  'verdict failed: turn': { runs: [old(), fresh()], own: failed(), does: 'write-undo crash-loop' },
  'past (ready), predecessor active: drain it': {
    runs: [old(), fresh()],
    record: ready,
    own: passed(),
    does: 'call drain old',
  },
  'past (ready), a holder without a verdict of its own: drain it': {
    runs: [old(), fresh()],
    record: ready,
    does: 'call drain old',
  },
  'past (ready), predecessor draining: succeeded, trailing': {
    runs: [old('draining'), fresh()],
    record: ready,
    does: 'close succeeded trailing old',
  },
  'past (ready), predecessor drained: succeeded': {
    runs: [old('drained'), fresh()],
    record: ready,
    does: 'close succeeded',
  },
  'past (ready), new ended: stuck, never undone': {
    runs: [old('draining'), fresh('failed')],
    record: ready,
    does: 'close stuck failed-past-return',
  },
  'past (ready), verdict failed: stuck': {
    runs: [old('draining'), fresh()],
    record: ready,
    own: failed(),
    does: 'close stuck failed-past-return',
  },
  'past (ready), the drain is refused: stuck': {
    runs: [old(), fresh()],
    record: ready,
    own: { ...passed(), ...no('drain') },
    does: 'close stuck engine-no',
  },
  'past (the old run drains early), no verdict: verify': { runs: [old('draining'), fresh()], does: 'verify new' },
  'past (the old run left early), verdict passed: succeeded, with a code of its own': {
    runs: [old('drained'), fresh()],
    own: passed(),
    does: 'close succeeded drained-early',
  },
  'past (the old run left early), verdict failed: stuck': {
    runs: [old('drained'), fresh()],
    own: failed(),
    does: 'close stuck failed-past-return',
  },
  'past, though the direction says undo: never undone': {
    runs: [old(), fresh()],
    record: { ...undoing, ...ready },
    does: 'call drain old',
  },
  'ready of another number is not past': {
    runs: [old(), fresh()],
    record: { ready: { n: 1, run: 'new' } },
    does: 'verify new',
  },
  'undo, both run: stop the new one': { runs: [old(), fresh()], record: undoing, does: 'call undo-stop new' },
  'undo, predecessor alone: rolled back': {
    runs: [old(), fresh('stopped')],
    record: undoing,
    does: 'close rolled-back crash-loop',
  },
  'undo, new ended by itself: failed': {
    runs: [old(), fresh('failed')],
    record: undoing,
    does: 'close failed crash-loop',
  },
  'undo, nothing runs: stuck': { runs: [old('failed')], record: undoing, does: 'close stuck crash-loop' },
  'superseded in the overlap: undo': { runs: [old(), fresh()], own: { superseding }, does: 'write-undo superseded' },
};
