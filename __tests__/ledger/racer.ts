import { once } from 'node:events';
import { openLedger } from '../../src/ledger/open.js';
import { clockOf } from '../../src/rollout/clock.js';
import { record } from './world.js';

/** What one racer came to: the counters that it wrote, and how often another was faster. */
export interface Raced {
  readonly won: readonly number[];
  readonly lost: number;
}

/** Takes part in a race on one record: writes the next counter against what it read, until all rounds are over. */
const [url = '', cwd = '', rounds = '', nonce = ''] = process.argv.slice(2);
const ledger = await openLedger(url, { cwd, clock: clockOf(), env: process.env });
const won: number[] = [];
let lost = 0;
await ledger.read('production', ['orders']);
// All are at the line before the first one runs: else the fast would be through before the slow have started.
process.stdout.write('ready\n');
await once(process.stdin, 'data');
for (;;) {
  const held = (await ledger.read('production', ['orders'])).get('orders');
  const counter = (held?.record.counter ?? 0) + 1;
  if (counter > Number(rounds)) break;
  const holder = { name: nonce, workflow: null, process: null, nonce };
  const swap = await ledger.write(record('orders', { counter, holder }), held?.head ?? null, `round ${counter}`);
  if (swap.landed) won.push(counter);
  else lost += 1;
}
await ledger.close();
process.stdin.destroy();
process.stdout.write(JSON.stringify({ won, lost } satisfies Raced));
