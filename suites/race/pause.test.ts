import { describe, expect, it } from '@jest/globals';
import {
  dataflowJob,
  defineGlueJobs,
  glueJob,
  manifest,
  manifestPath,
  script,
  template,
} from '../../__tests__/e2e/harness/fleet.js';
import type { JsonObject } from '../../src/model/json.js';
import { checkAgeSeconds } from '../../src/rollout/pen.js';
import { until } from '../support/until.js';
import { type Ground, openGround } from './ground.js';
import { flawsOf } from './line.js';
import type { Kind, Racer } from './racer.js';

const verify = { 'running-within': '2h', bake: '30s' };
const long = { 'running-within': '2h', bake: '30m' };
const slots = [
  { parameters: { subscription: 'a' }, name: 'orders-a' },
  { parameters: { subscription: 'b' }, name: 'orders-b' },
];

/** How a holder comes to stand still, and what the engine may show of it afterwards. */
interface Pause {
  readonly name: string;
  readonly service: 'glue' | 'dataflow';
  readonly job: (version: number) => JsonObject;
  /** A call of the holder that takes effect late: while another takes over, within its settle time, or after it has closed the rollout. */
  readonly late?: { readonly operation: string; readonly until: 'settled' | 'closed' };
  /** The moment, where it is no late call. */
  readonly when?: (ground: Ground) => Promise<void>;
  /** Launches of this rollout, by what the engine answered. */
  readonly launches: readonly ('accepted' | 'refused')[];
  readonly as?: Kind;
}

const restart = (more: JsonObject = {}) => glueJob('orders', {}, { verify, strategy: 'restart', ...more });
const drained = dataflowJob('orders', {}, { verify, stateful: false, strategy: 'drain-and-resubmit' });
const parallel = { overlap: '1m', slots };

const seen =
  (service: 'glue' | 'dataflow', what: string, wanted: (states: readonly string[]) => boolean) =>
  async ({ cloud }: Ground) =>
    void (await until(what, async () => Object.values(await cloud.states(service)), wanted));

const pauses: readonly Pause[] = [
  {
    name: 'before the stop, whose effect comes before another has settled',
    service: 'glue',
    job: () => restart(),
    late: { operation: 'BatchStopJobRun', until: 'settled' },
    launches: ['accepted'],
  },
  {
    name: 'between stop and start',
    service: 'glue',
    job: () => restart(),
    when: seen('glue', 'the old run is stopping', (states) => states.includes('STOPPING')),
    launches: ['accepted'],
  },
  {
    name: 'at the start, whose effect comes before another has settled',
    service: 'glue',
    job: () => restart(),
    late: { operation: 'StartJobRun', until: 'settled' },
    launches: ['accepted'],
  },
  {
    name: 'at the start, whose effect comes when another has closed the rollout: the limit of one run at a time refuses it',
    service: 'glue',
    job: () => restart(),
    late: { operation: 'StartJobRun', until: 'closed' },
    launches: ['accepted', 'refused'],
  },
  {
    name: 'at the start, whose effect comes when another has closed the rollout: the name is in use',
    service: 'dataflow',
    job: () => drained,
    late: { operation: 'launchFlexTemplate', until: 'closed' },
    launches: ['accepted', 'refused'],
  },
  {
    name: 'while the new run is watched',
    service: 'glue',
    job: (version) => restart({ verify: version === 1 ? verify : long }),
    when: seen('glue', 'the new run is up', (states) => states.includes('STOPPED') && states.includes('RUNNING')),
    launches: ['accepted'],
  },
  {
    name: 'in a workflow that is over for GitHub',
    service: 'glue',
    job: () => restart(),
    when: seen('glue', 'the old run is stopping', (states) => states.includes('STOPPING')),
    launches: ['accepted'],
    as: 'action',
  },
  {
    name: 'while old and new run side by side',
    service: 'dataflow',
    job: () => dataflowJob('orders', {}, { verify, stateful: false, strategy: 'parallel', parallel }),
    when: seen(
      'dataflow',
      'both run',
      (states) => states.filter((state) => state === 'JOB_STATE_RUNNING').length === 3,
    ),
    launches: ['accepted'],
  },
];

/** By the cloud's clock. The shorter one is less than a settle time (75 s on Glue), and the longer one is cut short. */
const lateSeconds = { settled: 50, closed: 80_000 };
const launching = { glue: 'StartJobRun', dataflow: 'launchFlexTemplate' } as const;
const running = ['RUNNING', 'JOB_STATE_RUNNING'];

describe('a holder that stands still while another takes over, and then goes on', () => {
  it.concurrent.each(pauses)('$name', async (pause) => {
    const ground = await openGround('git');
    try {
      await play(ground, pause);
    } finally {
      await ground.close();
    }
  });
});

async function play(ground: Ground, pause: Pause): Promise<void> {
  const { cloud } = ground;
  const { service } = pause;
  const files = (version: number) => ({
    [manifestPath]: manifest({ orders: pause.job(version) }),
    'glue/orders.py': script(`orders ${version}`, 'slow-stop 120'),
    'templates/orders.json': template(`orders-${version}`.padEnd(10 + version, 'x')),
  });
  if (service === 'glue') await defineGlueJobs(cloud, ['orders']);
  const sibling = await cloud.plant(
    service === 'glue'
      ? { service, jobName: 'orders-returns', region: 'eu-west-1' }
      : { service, name: 'orders-returns', project: 'acme-prod', region: 'europe-west1' },
  );
  const apply = ['apply', '--environment', 'production'];
  await ground.commit(files(1));
  const first = await ground.cli(apply);
  expect([(await first.finish).code, first.said()]).toEqual([0, expect.any(String)]);
  await ground.commit(files(2));
  await cloud.forget();
  const { late } = pause;
  if (late !== undefined) await ground.delay(service, late.operation, 'before', lateSeconds[late.until]);

  const zombie = pause.as === 'action' ? await ground.action() : await ground.cli(apply);
  await (pause.when?.(ground) ??
    until(
      'the call is under way',
      () => ground.held(),
      (held) => held === 1,
    ));
  zombie.freeze();
  const frozenAt = performance.now();
  const taken = await takeOver(ground, pause, zombie);
  if (late?.until === 'closed') await cloud.advance(lateSeconds.closed);
  const writes = await cloud.writes();
  // Longer than a head check counts for: what it does next, it does after another look at the ledger.
  const left = checkAgeSeconds * 1000 + 1000 - (performance.now() - frozenAt);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, left)));
  zombie.thaw();
  const woken = await zombie.finish;

  const { outcome, code, message, next } = woken.job('orders');
  expect([woken.code, { outcome, code, message, next }]).toEqual([
    5,
    {
      outcome: 'interrupted',
      code: 'rollout-lost',
      message:
        'Another process has this rollout now; this one made no further call. ' +
        `Rollout 2 was closed as succeeded. Now: run ${taken.report.runAfter} of ${taken.name} is running.`,
      next: 'stream-rollout status --environment production --jobs orders',
    },
  ]);
  expect(await cloud.writes()).toEqual(writes);

  const launches = (await cloud.requests()).filter(({ operation, write }) => write && operation === launching[service]);
  expect(launches.map(({ status }) => (status === 200 ? 'accepted' : 'refused')).sort()).toEqual(pause.launches);
  const active = (await cloud.runs(service)).filter(
    ({ id, name, state }) => name.startsWith('orders') && id !== sibling && running.includes(state),
  );
  expect(active.map(({ id }) => id)).toEqual([taken.report.runAfter]);
  expect(JSON.stringify(active)).toContain(taken.report.revision);
  expect(running).toContain((await cloud.states(service))[sibling]);

  const { orders = [] } = await ground.history();
  expect(flawsOf(orders)).toEqual([]);
  expect(orders.at(-1)?.record).toMatchObject({ n: 2, closed: { outcome: 'succeeded' }, holder: null });
}

/** The other one goes on with the same rollout, and closes it. */
async function takeOver(ground: Ground, pause: Pause, zombie: Racer) {
  const flags = ['apply', '--environment', 'production'];
  if (pause.as === 'action') {
    // GitHub says that the holder's attempt is active: a command is refused, and names it.
    const refused = await ground.cli(flags);
    expect((await refused.finish).job('orders').message).toContain(`is held by ${zombie.holder}`);
    await zombie.over?.();
  } else {
    const refused = await ground.cli(flags);
    const { code, next } = (await refused.finish).job('orders');
    expect([code, next]).toEqual(['rollout-held', expect.stringContaining('--take-over')]);
  }
  const taker = pause.as === 'action' ? await ground.action() : await ground.cli([...flags, '--take-over']);
  const done = await taker.finish;
  expect([done.code, done.job('orders').outcome]).toEqual([0, 'succeeded']);
  const report = done.job('orders');
  return { report, name: report.runs?.[0]?.name };
}
