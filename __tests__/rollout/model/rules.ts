import type { Session } from '../../../src/engines/engine.js';
import type { Ledger, Swap } from '../../../src/ledger/ledger.js';
import type { JobRecord } from '../../../src/model/record.js';
import type { Run } from '../../../src/model/run.js';
import type { Order } from '../../../src/rollout/fleet.js';
import type { Stage } from './actors.js';
import { environment } from './scenario.js';

/**
 * Rules of the protocol, switched off from outside: what the real code is given (a ledger, a session, an order) is bent, so that it
 * acts as if it did not have the rule. Two more are bent where processes are made: the head check (their clocks for locks stand
 * still) and settling (the engine's times are not told).
 */
export const off = { ledger, session, order };

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
