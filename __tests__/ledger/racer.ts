import { openLedger } from '../../src/ledger/open.js';
import { clockOf } from '../../src/rollout/clock.js';
import { record } from './world.js';

/** Takes part in a race on one record: writes the next counter against what it read, until all rounds are over. */
const [url = '', cwd = '', rounds = '', nonce = ''] = process.argv.slice(2);
const ledger = await openLedger(url, { cwd, clock: clockOf(), env: process.env });
const won: number[] = [];
for (;;) {
  const held = (await ledger.read('production', ['orders'])).get('orders');
  const counter = (held?.record.counter ?? 0) + 1;
  if (counter > Number(rounds)) break;
  const holder = { name: nonce, workflow: null, process: null, nonce };
  const swap = await ledger.write(record('orders', { counter, holder }), held?.head ?? null, `round ${counter}`);
  if (swap.landed) won.push(counter);
}
await ledger.close();
process.stdout.write(JSON.stringify(won));
