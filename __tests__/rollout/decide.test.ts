import { describe, expect, it } from '@jest/globals';
import { decide } from '../../src/rollout/decide.js';
import type { Decision } from '../../src/rollout/decision.js';
import { fresh, goodOf, old, ownOf, recordOf, runOf, sightOf, stampOf, superseding, undoing, undone } from './kit.js';

/** A decision in one line. */
function line(decision: Decision): string {
  switch (decision.do) {
    case 'call':
      return `call ${decision.step}${decision.on === null ? '' : ` ${decision.on.id}`}`;
    case 'close':
      return `close ${decision.outcome}${decision.cause === null ? '' : ` ${decision.cause.code}`}`;
    case 'verify':
    case 'write-ready':
    case 'write-predecessor':
      return `${decision.do} ${decision.run.id}`;
    case 'write-undo':
      return `write-undo ${decision.cause.code}`;
    default:
      return decision.do;
  }
}

const stray = (state: 'running' | 'stopping' = 'running', id = 'stray') =>
  runOf(id, { state, stamp: stampOf('r1-older', 1, 'start') });
const pass = { n: 2, run: 'new', verdict: { result: 'pass', message: 'ran' } } as const;

describe('runs that nobody expects', () => {
  const restart = recordOf('restart', { n: 3 });
  const created = runOf('new', { stamp: stampOf('r1-new', 3, 'start', 'old') });

  it('stops a stray of an older rollout', () => {
    expect(line(decide(restart, sightOf(restart, old(), stray()), ownOf()))).toBe('call stop-stray stray');
  });

  it('closes as stuck where the engine refuses to stop the stray, and does not ask for ever', () => {
    const failed = { step: 'stop-stray', code: 'no', message: 'no' };
    expect(line(decide(restart, sightOf(restart, old(), stray()), ownOf({ failed })))).toBe('close stuck no');
  });

  it('takes a lone stray for the predecessor, but not beside a stranger or after an undo was seen', () => {
    const ended = old('stopped');
    expect(line(decide(restart, sightOf(restart, ended, stray()), ownOf()))).toBe('write-predecessor stray');
    const stranger = runOf('stranger');
    expect(line(decide(restart, sightOf(restart, ended, stray(), stranger), ownOf()))).toBe('call stop-stray stray');
    const back = runOf('back', { stamp: stampOf('r1-old', 3, 'undo-start', 'new') });
    expect(line(decide(restart, sightOf(restart, ended, stray(), back), ownOf()))).toBe('call stop-stray stray');
  });

  it('stops the second active run of one step, and keeps the one that is being verified', () => {
    const second = runOf('twin', { stamp: stampOf('r1-new', 3, 'start', 'old') });
    const see = sightOf(restart, old('stopped'), created, second);
    expect([see.fresh?.id, see.strays.map((run) => run.id)]).toEqual(['new', ['twin']]);
    expect(line(decide(restart, see, ownOf()))).toBe('call stop-stray twin');
    const verifying = { run: 'twin', startedAt: 0, runningSince: 0, restarts: 0 };
    expect(sightOf({ ...restart, verifying }, old('stopped'), created, second).fresh?.id).toBe('twin');
  });

  it('never takes a run of another revision with the same number for its own', () => {
    const other = runOf('other', { stamp: stampOf('r1-other', 2, 'start') });
    const create = recordOf('create', { good: null });
    expect(line(decide(create, sightOf(create, other), ownOf()))).toBe('close refused unexpected-run');
  });

  it('says refused only where nothing can have been touched', () => {
    const stranger = runOf('stranger');
    const record = recordOf('restart');
    const gap = sightOf(record, old('stopped'), stranger);
    expect(line(decide(record, gap, ownOf({ touched: true })))).toBe('close stuck unexpected-run');
    expect(line(decide(record, gap, ownOf({ inherited: true })))).toBe('close stuck unexpected-run');
    const beside = sightOf(record, old(), stranger);
    expect(line(decide(record, beside, ownOf({ inherited: true })))).toBe('close refused unexpected-run');
    expect(line(decide(record, sightOf(record, old('stopped'), fresh(), stranger), ownOf()))).toBe(
      'close stuck unexpected-run',
    );
  });

  it.each(['restart', 'create'] as const)('%s starts nothing while another run is on its way out', (strategy) => {
    const record = recordOf(strategy);
    const leaving = stray('stopping');
    expect(line(decide(record, sightOf(record, old('stopped'), leaving), ownOf({ prepared: 'new' })))).toBe('wait');
    const late = ownOf({ prepared: 'new', overdue: new Set(['stray']) });
    expect(line(decide(record, sightOf(record, old('stopped'), leaving), late))).toBe('close stuck stop-timeout');
  });
});

describe('an overdue drain', () => {
  const record = recordOf('drain-and-resubmit');
  const overdue = new Set(['old']);

  it('is cut short where the manifest says so', () => {
    expect(line(decide(record, sightOf(record, old('draining')), ownOf({ overdue })))).toBe('call cancel-drain old');
  });

  it('closes as stuck where the engine refuses that, and does not ask for ever', () => {
    const failed = { step: 'cancel-drain', code: 'no', message: 'no' };
    const own = ownOf({ overdue, failed });
    expect(line(decide(record, sightOf(record, old('draining')), own))).toBe('close stuck no');
  });
});

describe('undo', () => {
  it('leaves the new run where the old settings are not known, in every strategy that would need them', () => {
    for (const strategy of ['restart', 'drain-and-resubmit', 'in-place-update'] as const) {
      const record = recordOf(strategy, { ...undoing, good: goodOf({ target: null }) });
      expect(line(decide(record, sightOf(record, old('stopped'), fresh()), ownOf()))).toBe('close stuck crash-loop');
    }
  });

  it('starts the old revision at once where this process knows all calls', () => {
    const record = recordOf('restart', { ...undoing });
    const own = ownOf({ settled: false, prepared: 'old' });
    expect(line(decide(record, sightOf(record, old('stopped'), fresh('failed')), own))).toBe('call undo-start new');
  });

  it('settles first where a launch of the old revision was accepted and does not show', () => {
    const record = recordOf('in-place-update', { ...undoing });
    const own = ownOf({ settled: false, sentBack: true });
    expect(line(decide(record, sightOf(record, old('replaced'), fresh('replaced')), own))).toBe('settle');
  });

  it('prepares the old set-up again where an earlier holder may have written the new one', () => {
    const record = recordOf('restart', { ...undoing });
    const see = sightOf(record, old());
    expect(line(decide(record, see, ownOf()))).toBe('close failed crash-loop');
    expect(line(decide(record, see, ownOf({ inherited: true })))).toBe('call undo-prepare');
  });

  it('begun for a newer commit closes as superseded, whoever finishes it', () => {
    const record = recordOf('restart', { direction: 'undo', undoReason: superseding });
    const verdict = { n: 2, run: 'back', verdict: { result: 'pass', message: 'ran' } } as const;
    const see = sightOf(record, old('stopped'), undone());
    expect(line(decide(record, see, ownOf({ verdict })))).toBe('close superseded superseded');
  });

  it('waits until nothing else is on its way out before the old revision is started', () => {
    const record = recordOf('restart', { ...undoing });
    const see = sightOf(record, old('stopped'), fresh('failed'), stray('stopping'));
    expect(line(decide(record, see, ownOf()))).toBe('wait');
  });
});

describe('a savepoint upgrade', () => {
  const record = recordOf('savepoint-upgrade');
  const written = {
    at: '',
    step: 'stop-with-snapshot',
    verb: 'snapshot',
    state: 'succeeded',
    run: 'old',
    note: 's3://savepoints/1',
  } as const;

  it('asks the engine for the path that no journal tells', () => {
    expect(line(decide(record, sightOf(record, old('stopped')), ownOf()))).toBe('call stop-with-snapshot old');
    const known = { ...record, journal: [written] };
    expect(line(decide(known, sightOf(known, old('stopped')), ownOf()))).toBe('call start old');
  });

  it('does not end the new run before it knows what the old one could start from', () => {
    const back = { ...record, ...undoing };
    const see = sightOf(back, old('stopped'), fresh());
    expect(line(decide(back, see, ownOf()))).toBe('call undo-snapshot old');
    const failed = { step: 'undo-snapshot', code: 'no', message: 'no snapshot' };
    expect(line(decide(back, see, ownOf({ failed })))).toBe('close stuck crash-loop');
    expect(line(decide({ ...back, journal: [written] }, see, ownOf()))).toBe('call undo-stop new');
  });

  it('never starts the old revision without its state', () => {
    const back = { ...record, ...undoing };
    expect(line(decide(back, sightOf(back, old('stopped')), ownOf()))).toBe('call undo-snapshot old');
    expect(line(decide(back, sightOf(back), ownOf()))).toBe('close stuck snapshot-path-missing');
  });
});

describe('a newer commit', () => {
  it('finishes a stop that has already ended the run, so that the job counts as stopped and not as down', () => {
    const record = recordOf('stop');
    const own = ownOf({ superseding });
    expect(line(decide(record, sightOf(record, old('drained')), own))).toBe('close succeeded');
    expect(line(decide(record, sightOf(record, old()), own))).toBe('close superseded superseded');
  });

  it('leaves a new run that is up, and undoes only an overlap or a gap', () => {
    const own = ownOf({ superseding });
    const restart = recordOf('restart');
    expect(line(decide(restart, sightOf(restart, old('stopped'), fresh()), own))).toBe('close superseded superseded');
    expect(line(decide(restart, sightOf(restart, old('stopped')), own))).toBe('write-undo superseded');
    const parallel = recordOf('parallel');
    expect(line(decide(parallel, sightOf(parallel, old(), fresh()), own))).toBe('write-undo superseded');
    const past = recordOf('parallel', { ready: { n: 2, run: 'new' } });
    expect(line(decide(past, sightOf(past, old(), fresh()), own))).toBe('call drain old');
  });

  it('is not believed to be alone with a predecessor before it has settled', () => {
    const restart = recordOf('restart');
    expect(line(decide(restart, sightOf(restart, old()), ownOf({ superseding, settled: false })))).toBe('settle');
  });
});

describe('the point of no return', () => {
  it('is bound to the number of the rollout', () => {
    const before = recordOf('parallel', { ready: { n: 1, run: 'old' } });
    expect(line(decide(before, sightOf(before, old(), fresh()), ownOf()))).toBe('verify new');
    expect(line(decide(before, sightOf(before, old(), fresh()), ownOf({ verdict: pass })))).toBe('write-ready new');
  });

  it('is inferred from an old run that has left, whatever the direction says', () => {
    const back = recordOf('parallel', { ...undoing });
    expect(line(decide(back, sightOf(back, old('drained'), fresh()), ownOf()))).toBe('verify new');
    expect(line(decide(back, sightOf(back, old('drained'), fresh('failed')), ownOf()))).toBe(
      'close stuck failed-past-return',
    );
    expect(line(decide(back, sightOf(back, old(), fresh()), ownOf()))).toBe('call undo-stop new');
  });
});

describe('the tail of a line of runs', () => {
  it('is the last start, whoever made it, and the predecessor where there was none', () => {
    const record = recordOf('parallel', { n: 4 });
    const first = runOf('first', { state: 'stopped', stamp: stampOf('r1-x', 2, 'start', 'old') });
    const back = runOf('second', { state: 'stopped', stamp: stampOf('r1-old', 2, 'undo-start', 'first') });
    const third = runOf('third', { state: 'failed', stamp: stampOf('r1-y', 3, 'start', 'old') });
    expect(sightOf(record, old()).tail?.id).toBe('old');
    expect(sightOf(record, old(), first, back).tail?.id).toBe('second');
    expect(sightOf(record, back, third, old(), first).tail?.id).toBe('third');
    expect(sightOf(recordOf('create'), runOf('one', { stamp: stampOf('r1-x', 1, 'start') })).tail?.id).toBe('one');
    expect(sightOf(recordOf('create')).tail).toBeNull();
  });
});
