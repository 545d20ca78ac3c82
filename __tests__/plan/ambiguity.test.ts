import { describe, expect, it } from '@jest/globals';
import { rolloutIdOf } from '../../src/artifacts/digest.js';
import { planJobs } from '../../src/plan/index.js';
import { change, input, job, name, plan, record, recorded, revision, run, stamp } from './world.js';

const orders = job('orders');
const old = revision(orders, 'old');
const url = (id: string) => `https://console.example.com/${id}`;
const linked = (id: string, more: Parameters<typeof run>[2] = {}) => run(id, 'orders', { url: url(id), ...more });
const asked = (runs: Parameters<typeof plan>[0]['runs'], held = true) =>
  plan({ job: orders, change: change(orders, 'old'), runs: runs ?? [], record: held ? record(orders) : null });

describe('what cannot be told apart is refused, with every run, its link and the next command', () => {
  it('several runs, one of them recorded', () => {
    const made = asked([{ ...recorded(orders), url: url('run-1') }, linked('hand-1'), linked('hand-2')]);
    expect([made.action, made.steps]).toEqual(['refuse', []]);
    expect(made.findings).toEqual([
      {
        code: 'several-runs',
        level: 'error',
        message:
          "several runs are active, and it can't be told which one is the job: run run-1 (RUNNING, https://console.example.com/run-1), run hand-1 (RUNNING, https://console.example.com/hand-1) and run hand-2 (RUNNING, https://console.example.com/hand-2)",
        next: 'stop all but one of them on the engine, then: stream-rollout plan --environment production --jobs orders',
      },
    ]);
  });

  it('none of many is left out', () => {
    const ids = Array.from({ length: 12 }, (_, at) => `hand-${at}`);
    const [finding] = asked(
      ids.map((id) => linked(id)),
      false,
    ).findings;
    for (const id of ids) expect(finding?.message).toContain(url(id));
  });

  it.each([
    [
      'a run that somebody started by hand',
      linked('hand-1'),
      'run-by-hand',
      'run hand-1 (RUNNING, https://console.example.com/hand-1) is active, and the ledger does not name it',
    ],
    [
      'a run of a rollout that the ledger does not know',
      linked('run-9', { stamp: stamp(orders, old, 9) }),
      'run-newer',
      'run run-9 (RUNNING, https://console.example.com/run-9) is of rollout 9, and the ledger knows of 1',
    ],
  ])('drift: %s', (_name, found, code, message) => {
    const made = asked([found]);
    expect([made.action, made.findings]).toEqual([
      'refuse',
      [
        {
          code,
          level: 'error',
          message,
          next: 'take it over as it runs, or replace it with `--on-drift overwrite`: stream-rollout apply --environment production --jobs orders --on-drift adopt',
        },
      ],
    ]);
  });

  it('a job that is down, and one that somebody is ending', () => {
    const [down] = asked([recorded(orders, { state: 'stopped' })]).findings;
    expect([down?.code, down?.next]).toEqual([
      'job-down',
      'stream-rollout apply --environment production --jobs orders --force',
    ]);
    const [ending] = asked([recorded(orders, { state: 'draining' })]).findings;
    expect([ending?.code, ending?.next]).toEqual([
      'run-ending',
      'wait until it has ended, then: stream-rollout apply --environment production --jobs orders --force',
    ]);
  });
});

describe('a foreign stamp', () => {
  const inEnvironment = (environment: string, at: string) =>
    linked('run-x', {
      stamp: { ...stamp(orders, at), rollout: rolloutIdOf(name, orders.key, environment, at, 1) },
    });
  const found = (of: Parameters<typeof run>[2], environments = ['production']) => {
    const made = input([{ job: orders, change: change(orders, 'old'), runs: [linked('run-x', of)], record: null }]);
    const [planned] = planJobs({ ...made, manifest: { ...made.manifest, environments } }).jobs;
    return planned;
  };
  const id = 'run run-x (RUNNING, https://console.example.com/run-x)';

  it('of another job is refused, and told as that', () => {
    const theirs = stamp({ key: 'returns' }, old);
    expect(found({ stamp: theirs })).toMatchObject({
      action: 'refuse',
      steps: [],
      findings: [
        {
          code: 'run-foreign',
          message: `${id} bears the stamp of another job: rollout ${theirs.rollout}, revision ${old}`,
          next: 'give one of the two another target.name, or take it over as it runs: stream-rollout apply --environment production --jobs orders --on-drift adopt',
        },
      ],
    });
  });

  it('of the time before the manifest had environments is explained, and taken over without a restart where it runs the same', () => {
    expect(found({ stamp: inEnvironment('default', old).stamp })?.findings).toMatchObject([
      {
        code: 'run-foreign',
        message: `${id} was rolled out for this job before the manifest had environments: stamps and the ledger's records belong to one environment`,
        next: 'it runs what production declares; take it over as it runs, without a restart: stream-rollout apply --environment production --jobs orders --on-drift adopt',
      },
    ]);
    expect(found({ stamp: inEnvironment('default', revision(orders)).stamp })?.findings[0]?.next).toBe(
      'it runs another revision than production declares; replace it: stream-rollout apply --environment production --jobs orders --on-drift overwrite',
    );
  });

  it('of another environment of the manifest is two environments with one name: neither is taken', () => {
    expect(found({ stamp: inEnvironment('staging', old).stamp }, ['staging', 'production'])?.findings).toMatchObject([
      {
        code: 'run-foreign',
        message: `${id} is this job's run in environment staging: both environments declare the same name in the same place`,
        next: 'give orders another target.name or place in one of the two, then: stream-rollout plan --environment production --jobs orders',
      },
    ]);
  });
});

describe('a quarantined revision', () => {
  const quarantine = (more: object) => ({
    revision: revision(orders),
    rollout: 'r',
    reason: 'the new run ended',
    at: '2026-01-02T00:00:00Z',
    scale: null,
    ...more,
  });
  const left = (more: object) =>
    plan({
      job: orders,
      change: change(orders),
      runs: [recorded(orders)],
      record: record(orders, { quarantined: [quarantine(more)] }),
    });

  it.each([
    ['failed', {}, 'failed on 2026-01-02 (the new run ended)'],
    ['was rolled back from by a known person', { requestedBy: 'ada' }, 'was rolled back from on 2026-01-02 by ada'],
    ['was rolled back from', { requestedBy: null }, 'was rolled back from on 2026-01-02 by a person'],
  ])('that %s is told as that', (_name, more, said) => {
    expect(left(more).findings).toEqual([
      {
        code: 'revision-quarantined',
        level: 'warning',
        message: `revision ${revision(orders)} ${said} and is left alone`,
        next: 'push another revision, run the failed workflow run again, or: stream-rollout apply --environment production --jobs orders --force',
      },
    ]);
  });
});
