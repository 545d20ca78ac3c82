import type { Report } from '../model/report.js';
import { broken, declared, documented, improved } from './fleet.js';
import type { LocalCloud } from './local-cloud.js';
import { changedIn, only, outcomes, outcomesOf, says, sorted, statusOf, strategies, writes } from './readings.js';
import type { Repository } from './repository.js';
import { type DemoStep, holds, same } from './step.js';
import type { Call, Tool } from './tool.js';

/** What the chapters play on. */
export interface Stage {
  readonly repository: Repository;
  readonly tool: Tool;
  readonly cloud: LocalCloud;
  /** Name of the repository on the emulated GitHub. */
  readonly name: string;
  /** Where the supervisor of the `command` job keeps its runs. */
  readonly relayRuns: string;
  /** Shows a command before it runs. */
  typed(command: string): void;
}

/** What came of a chapter. */
export interface Played extends Pick<DemoStep, 'annotations' | 'checks'> {
  readonly calls: readonly Call[];
}

/** A chapter as it is told before it is played. */
export interface Chapter {
  readonly title: string;
  readonly text: string;
  play(stage: Stage, told: Told): Promise<Played>;
}

/** A chapter that was played. */
export type Scene = Pick<Chapter, 'title' | 'text'> & Played;

/** What later chapters know of earlier ones: the head of the branch, and the run of each job. */
export interface Told {
  head: string;
  runs: { readonly [job: string]: string | null };
}

const environment = 'production';
const check = `stream-rollout / ${environment}`;
const all = ['alerts-relay', 'clicks-to-lake', 'orders-enrich', 'payments-fraud', 'sessions-to-lake'];
const changedFirst = ['clicks-to-lake', 'orders-enrich'];
const bad = ['clicks-to-lake', 'payments-fraud'];

const firstContact: Chapter = {
  title: 'A fleet that was started by hand',
  text: 'Five jobs run on two clouds and under a supervisor of their own; nobody wrote down from which commit. The first commit of the repository declares them. First contact restarts nothing: it takes the runs as they are.',
  async play(stage, told) {
    const ids = await stage.cloud.startByHand(stage.relayRuns);
    told.head = await stage.repository.commit('Declare the streaming jobs that run already', declared);
    await stage.repository.push();
    const applied = await typed(stage, 'apply');
    const { report } = applied;
    keep(told, report);
    return {
      calls: [applied],
      annotations: [],
      checks: [
        same('apply ends with exit code 0', applied.exitCode, 0),
        same('all five jobs are adopted', outcomes(report), outcomesOf(all, 'adopted')),
        same('the runs are those that were started by hand', Object.values(told.runs).sort(), [...ids].sort()),
        same('nothing was written to an engine', await writes(stage), []),
      ],
    };
  },
};

const twoOfFive: Chapter = {
  title: 'A commit that changes two of five jobs',
  text: 'A new image for orders-enrich (Dataflow) and another script for clicks-to-lake (Glue). `detect` needs git alone, `plan` also looks at the engines; both only read. The push then starts the workflow with this action.',
  async play(stage, told) {
    const before = told.head;
    const runsBefore = told.runs;
    told.head = await stage.repository.commit('Orders: enrich with currency; clicks: keep the referrer', improved);
    await stage.cloud.forget();
    const detected = await typed(stage, 'detect', '--base', 'HEAD~1');
    const callsOfDetect = await stage.cloud.calls();
    const planned = await typed(stage, 'plan');
    const writesOfPlan = await writes(stage);
    const pushed = await push(stage, before, told.head);
    const { report } = pushed;
    keep(told, report);
    const annotations = await stage.cloud.annotations(stage.name, told.head, check);
    const untouched = all.filter((job) => !changedFirst.includes(job));
    return {
      calls: [detected, planned, pushed],
      annotations,
      checks: [
        same('detect and plan end with exit code 0', [detected.exitCode, planned.exitCode], [0, 0]),
        same('detect finds these two', changedIn(detected.plan), changedFirst),
        same('detect asked no engine', callsOfDetect, []),
        same('plan finds these two', changedIn(planned.plan), changedFirst),
        same('each in the least disruptive way', strategies(planned.plan), {
          'clicks-to-lake': 'restart',
          'orders-enrich': 'in-place-update',
        }),
        same('plan wrote nothing to an engine', writesOfPlan, []),
        same('the action ends with exit code 0', pushed.exitCode, 0),
        same('two are rolled out and three are left alone', outcomes(report), {
          ...outcomesOf(untouched, 'unchanged'),
          ...outcomesOf(changedFirst, 'succeeded'),
        }),
        same(
          'both have a new run',
          changedFirst.map((job) => told.runs[job] !== runsBefore[job]),
          [true, true],
        ),
        same('the other three have the run that they had', only(told.runs, untouched), only(runsBefore, untouched)),
        holds('the check run says so on the manifest', says(annotations, changedFirst, 'succeeded'), annotations),
      ],
    };
  },
};

const again: Chapter = {
  title: 'The same again',
  text: 'Nothing changed, so nothing may happen: not on an engine, not in a bucket, not in the ledger.',
  async play(stage, told) {
    const ledger = await stage.repository.ledger();
    await stage.cloud.forget();
    const applied = await typed(stage, 'apply');
    const written = await writes(stage);
    const asked = await stage.cloud.calls();
    keep(told, applied.report);
    return {
      calls: [applied],
      annotations: [],
      checks: [
        same('apply ends with exit code 0', applied.exitCode, 0),
        same('all five jobs are unchanged', outcomes(applied.report), outcomesOf(all, 'unchanged')),
        holds('the engines were really asked', asked.length > 0, 'no call at all'),
        same(`${asked.length} calls to engines and buckets, none of them a write`, written, []),
        same('the ledger is as it was', await stage.repository.ledger(), ledger),
      ],
    };
  },
};

const badVersion: Chapter = {
  title: 'A bad version',
  text: 'A model without weights for payments-fraud, which runs in parallel slots: the new run is tried beside the old one. And a typing error in the script of clicks-to-lake, which has to stop before it starts: it is rolled back.',
  async play(stage, told) {
    const before = told.head;
    const runsBefore = told.runs;
    const statusBefore = await statusOf(stage);
    told.head = await stage.repository.commit('Payments: model v7; clicks: rename a column', broken);
    const pushed = await push(stage, before, told.head);
    const { report } = pushed;
    keep(told, report);
    const annotations = await stage.cloud.annotations(stage.name, told.head, check);
    const payments = await stage.cloud.runs('dataflow', 'payments-fraud-a');
    const untouched = all.filter((job) => !bad.includes(job));
    const status = await typed(stage, 'status');
    return {
      calls: [pushed, status],
      annotations,
      checks: [
        same('the action ends with exit code 1', pushed.exitCode, 1),
        holds(
          'before it every job ran',
          all.every((job) => statusBefore[job]?.state === 'running'),
          statusBefore,
        ),
        same('one failed beside the old run, one is rolled back', outcomes(report), {
          ...outcomesOf(untouched, 'unchanged'),
          'clicks-to-lake': 'rolled-back',
          'payments-fraud': 'failed',
        }),
        same('payments-fraud: the old run was never stopped', payments, [
          { id: runsBefore['payments-fraud'], state: 'JOB_STATE_RUNNING' },
        ]),
        same('every job runs, in the revision that it ran before', await statusOf(stage), statusBefore),
        same('the other three have the run that they had', only(told.runs, untouched), only(runsBefore, untouched)),
        holds(
          'the check run fails on both lines of the manifest',
          bad.every((job) => annotations.some((one) => one.level === 'failure' && one.title.startsWith(`${job}:`))),
          annotations,
        ),
      ],
    };
  },
};

const nextCommit: Chapter = {
  title: 'The next commit',
  text: 'Somebody edits the README. The head of the branch still holds the two bad versions, but they have failed once: they are quarantined and do not come back by themselves.',
  async play(stage, told) {
    const before = told.head;
    const runsBefore = told.runs;
    told.head = await stage.repository.commit('Say who to call', documented);
    await stage.cloud.forget();
    const pushed = await push(stage, before, told.head);
    const written = await writes(stage);
    keep(told, pushed.report);
    const annotations = await stage.cloud.annotations(stage.name, told.head, check);
    const untouched = all.filter((job) => !bad.includes(job));
    return {
      calls: [pushed],
      annotations,
      checks: [
        same('the action ends with exit code 0', pushed.exitCode, 0),
        same('both stay away, with a warning', outcomes(pushed.report), {
          ...outcomesOf(untouched, 'unchanged'),
          ...outcomesOf(bad, 'quarantined'),
        }),
        same('nothing was written to an engine', written, []),
        same('every job has the run that it had', told.runs, runsBefore),
      ],
    };
  },
};

/** The demo's story, in order. */
export const chapters: readonly Chapter[] = [firstContact, twoOfFive, again, badVersion, nextCommit];

async function typed(stage: Stage, ...args: string[]): Promise<Call> {
  stage.typed(`stream-rollout ${args.join(' ')}`);
  return stage.tool.cli(...args);
}

async function push(stage: Stage, before: string, after: string): Promise<Call> {
  stage.typed('git push origin main');
  await stage.repository.push();
  return stage.tool.push({ before, after });
}

/** Keeps which run each job has after a report. */
function keep(told: Told, report: Report | null): void {
  if (report === null) return;
  told.runs = sorted(report.jobs.map(({ job, runs, runAfter }) => [job, runs?.[0]?.id ?? runAfter]));
}
