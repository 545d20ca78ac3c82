import type { Session } from '../../../src/engines/engine.js';
import type { Ledger, Swap } from '../../../src/ledger/ledger.js';
import type { JobRecord } from '../../../src/model/record.js';
import type { Run } from '../../../src/model/run.js';
import type { Order } from '../../../src/rollout/fleet.js';
import type { Stage } from './actors.js';
import type { Given } from './arbitrary.js';
import type { Invariant } from './invariants.js';
import { environment } from './scenario.js';
import type { Rule } from './schedule.js';

/**
 * Rules of the protocol, switched off from outside: what the real code is given (a ledger, a session, an order) is bent, so that it
 * acts as if it did not have the rule. Two more are bent where processes are made: the head check (their clocks for locks stand
 * still) and settling (the engine's times are not told).
 */
export const off = { ledger, session, order };

/** What goes wrong without a rule, and where to look for it: the harm, not that the rule was not kept. */
export const harms: { readonly [rule in Rule]: { readonly given: Given; readonly breaks: readonly Invariant[] } } = {
  settle: {
    given: { fences: ['F4'] },
    breaks: ['one start per step', 'one run in a gap strategy'],
  },
  'intent-before-effect': {
    given: { fences: ['F4'] },
    breaks: ['one start per step', 'one run in a gap strategy'],
  },
  'head-check': {
    given: {},
    breaks: ['one start per step', 'one run in a gap strategy', 'nothing after the close', 'newer runs are left alone'],
  },
  'ready-bound-to-number': {
    given: { scenarios: ['parallel', 'overlap'] },
    breaks: ['verified before released', 'no undo past the point of no return'],
  },
  'undo-of-what-is-seen': {
    given: {},
    breaks: ['one run in a gap strategy', 'one run is up in the end', 'rolled back means the old revision runs'],
  },
  'number-in-the-id': {
    given: {},
    breaks: ['no outcome without need', 'succeeded means the new run runs', 'one run is up in the end'],
  },
};

/** Intent before effect: the opening write is answered before it has landed. */
function ledger(stage: Stage, real: Ledger): Ledger {
  if (!stage.rules.has('intent-before-effect')) return real;
  let opening: Promise<Swap> | null = null;
  return {
    ...real,
    async write(record, expected, message) {
      if (message.startsWith('open rollout')) {
        opening = real.write(record, expected, message);
        opening.catch(() => undefined);
        return { landed: true, head: 'not yet' };
      }
      if (expected !== 'not yet' || opening === null) return await real.write(record, expected, message);
      const opened = await opening;
      return opened.landed ? await real.write(record, opened.head, message) : opened;
    },
  };
}

/** Undo of what is seen: only runs that the journal names count. Number in the id: runs of one revision look alike. */
function session(stage: Stage, real: Session): Session {
  const known = stage.rules.has('undo-of-what-is-seen');
  const alike = stage.rules.has('number-in-the-id');
  if (!known && !alike) return real;
  return {
    ...real,
    async look(subject) {
      const runs = await real.look(subject);
      const record = (await stage.ledger.read(environment, ['orders'])).get('orders')?.record ?? null;
      if (record === null || record.closed !== null) return runs;
      const seen = known ? runs.filter((run) => isKnown(run, record, subject.ids)) : runs;
      return alike ? seen.map((run) => unnumbered(run, record)) : seen;
    },
  };
}

function isKnown(run: Run, record: JobRecord, ids: readonly string[]): boolean {
  return record.direction !== 'undo' || run.stamp?.n !== record.n || ids.includes(run.id);
}

function unnumbered(run: Run, record: JobRecord): Run {
  if (run.stamp === null || run.stamp.revision !== record.revision) return run;
  return { ...run, stamp: { ...run.stamp, n: record.n, rollout: record.rollout } };
}

/** Ready bound to a number: what stood ready for an earlier rollout counts for this one. */
function order(stage: Stage, real: Order): Order {
  const before = real.held?.record.ready ?? null;
  if (!stage.rules.has('ready-bound-to-number') || before === null) return real;
  return { ...real, body: { ...real.body, ready: { ...before, n: real.body.n } } };
}
