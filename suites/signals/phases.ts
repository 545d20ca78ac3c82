import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataflowJob, glueJob, script, template } from '../../__tests__/e2e/harness/fleet.js';
import type { Files } from '../../__tests__/e2e/harness/repo.js';
import type { Stage } from '../../__tests__/e2e/harness/stage.js';
import type { JsonObject } from '../../src/model/json.js';
import type { Outcome } from '../../src/model/outcome.js';
import { until } from '../support/until.js';

/** A moment of a rollout at which the workflow is cancelled, and what has to come of it. */
export interface Phase {
  readonly name: string;
  readonly engine: 'glue' | 'dataflow';
  /** The job as declared at first (1) and by the change (2), and its files. */
  declare(version: 1 | 2): { readonly job: JsonObject; readonly files: Files };
  /** Set after the first rollout: what makes the moment last. */
  readonly fault?: JsonObject;
  /** The git host takes pushes to the ledger and never ends them: all of them, or those from the moment on. */
  readonly hungPush?: 'from-the-start' | 'at-the-moment';
  /** Resolves at the moment. */
  when(stage: Stage): Promise<void>;
  /** How far it had come: in the second case the report tells of the job, in the third its record does too. */
  readonly reached: 'nothing' | 'plan' | 'rollout';
  /** Last step of the journal, with its state, as the main step left it; null: none. */
  readonly journal: readonly [step: string, state: string] | null;
  /** Changes of engines and stores after the signal: all of them are the post step's. */
  readonly after: readonly string[];
  /** How many times as fast as the real one the cloud's clock runs; slow where the post step has something to do. */
  readonly rate: number;
  /** What `resume`, or a rerun where nothing was opened, comes to. */
  readonly outcome: Outcome;
  /** Runs that were started after the first one, in all. */
  readonly launches: number;
}

const verify = { 'running-within': '4h', bake: '30s' };
const restart = (more: JsonObject = {}) => glueJob('clicks', {}, { verify, strategy: 'restart', ...more });

/** `fates`: of the runs of each version. */
function glue(fates: readonly [first: string, second: string], more: JsonObject = {}) {
  return (version: 1 | 2) => ({
    job: restart(more),
    files: { 'glue/clicks.py': script(`clicks ${version}`, fates[version - 1] ?? '') },
  });
}

const fired = (service: string, operation: string) => async (stage: Stage) =>
  void (await until(
    `${service}.${operation} is held up`,
    async () => (await (await fetch(`${stage.cloud.control}/faults`)).json()) as readonly { fired: number }[],
    (faults) => faults.some((fault) => fault.fired > 0),
  ));

const states =
  (service: 'glue' | 'dataflow', what: string, wanted: (states: readonly string[]) => boolean) => (stage: Stage) =>
    until(what, async () => Object.values(await stage.cloud.states(service, 'clicks')), wanted).then(() => undefined);

/** A call that is held up: `before`, it has no effect; `after`, its answer is lost. */
function held(service: 'glue' | 's3' | 'dataflow', operation: string, when: 'before' | 'after', nth = 1) {
  return {
    fault: { service, operation, when, nth, effect: 'hang' },
    when: fired(service, operation),
  };
}

const plain = glue(['slow-stop 60', 'start-after 60']);

const building = (version: 1 | 2) => ({
  job: dataflowJob(
    'clicks',
    { template: { file: '${build.template}', 'upload-to': 'gs://acme-templates/clicks/${digest}.json' } },
    { verify, build: 'sh ci/build.sh', paths: ['ci/**'] },
  ),
  files: {
    'ci/template.json': template('clicks'),
    'ci/build.sh': [
      `# version ${version}`,
      // Only where it is told to, it never ends, and has a child that does not either.
      'if [ -n "${STREAM_MARK:-}" ]; then sleep 5000 & touch "$STREAM_MARK"; sleep 5000; fi',
      'echo "template=ci/template.json" >> "$STREAM_ROLLOUT_OUTPUT"',
      '',
    ].join('\n'),
  },
});

const draining = (version: 1 | 2) => ({
  job: dataflowJob(
    'clicks',
    {},
    { verify, stateful: false, strategy: 'drain-and-resubmit', drain: { timeout: '10h' } },
  ),
  files: {
    'templates/clicks.json': template(`clicks-${version}`, { behaviour: 'healthy', drainSeconds: 3600 }),
  },
});

/** The marker that a build leaves when it runs, or a push; a scenario's own. */
export const markOf = (stage: Stage) => join(stage.folder, 'mark');

export const phases: readonly Phase[] = [
  {
    name: 'while it plans',
    engine: 'glue',
    declare: plain,
    ...held('glue', 'GetJobRuns', 'before'),
    reached: 'nothing',
    journal: null,
    after: [],
    rate: 400,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'while it plans for Dataflow',
    engine: 'dataflow',
    declare: draining,
    ...held('dataflow', 'listJobs', 'before'),
    reached: 'nothing',
    journal: null,
    after: [],
    rate: 400,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'while it builds',
    engine: 'dataflow',
    declare: building,
    when: (stage) => until('the build runs', async () => existsSync(markOf(stage)), Boolean).then(() => undefined),
    reached: 'plan',
    journal: null,
    after: [],
    rate: 400,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'while it uploads',
    engine: 'glue',
    declare: plain,
    ...held('s3', 'PutObject', 'before'),
    reached: 'plan',
    journal: null,
    after: [],
    rate: 400,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'while it opens the rollout in the ledger',
    engine: 'glue',
    declare: plain,
    hungPush: 'from-the-start',
    when: (stage) =>
      until('the push is under way', async () => existsSync(markOf(stage)), Boolean).then(() => undefined),
    reached: 'plan',
    journal: null,
    after: [],
    rate: 400,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'while it updates the definition',
    engine: 'glue',
    declare: plain,
    ...held('glue', 'UpdateJob', 'after'),
    reached: 'rollout',
    journal: ['prepare', 'intended'],
    after: [],
    rate: 400,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'before the stop has its effect',
    engine: 'glue',
    declare: plain,
    ...held('glue', 'BatchStopJobRun', 'before'),
    reached: 'rollout',
    journal: ['stop', 'intended'],
    after: [],
    rate: 400,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'between stop and start: the post step starts the new run',
    engine: 'glue',
    declare: glue(['slow-stop 120', 'start-after 60']),
    when: states('glue', 'the old run is stopping', (all) => all.includes('STOPPING')),
    reached: 'rollout',
    journal: ['stop', 'intended'],
    after: ['glue.StartJobRun'],
    rate: 20,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'between stop and start, for longer than a post step may take: it lets go of the rollout',
    engine: 'glue',
    declare: glue(['slow-stop 900', 'start-after 60']),
    when: states('glue', 'the old run is stopping', (all) => all.includes('STOPPING')),
    reached: 'rollout',
    journal: ['stop', 'intended'],
    after: [],
    rate: 60,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'when the start had its effect and its answer is not there yet',
    engine: 'glue',
    declare: glue(['slow-stop 60', 'start-after 3600']),
    ...held('glue', 'StartJobRun', 'after'),
    reached: 'rollout',
    journal: ['start', 'intended'],
    after: [],
    rate: 100,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'while the new run is watched',
    engine: 'glue',
    declare: glue(['slow-stop 60', 'start-after 60'], { verify: { 'running-within': '4h', bake: '1h' } }),
    when: states('glue', 'the new run is up', (all) => all.includes('STOPPED') && all.includes('RUNNING')),
    reached: 'rollout',
    journal: ['start', 'succeeded'],
    after: [],
    rate: 200,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'while the new run is watched and the ledger does not answer',
    engine: 'glue',
    declare: glue(['slow-stop 60', 'start-after 60'], { verify: { 'running-within': '4h', bake: '1h' } }),
    hungPush: 'at-the-moment',
    when: states('glue', 'the new run is up', (all) => all.includes('STOPPED') && all.includes('RUNNING')),
    reached: 'rollout',
    journal: null,
    after: [],
    rate: 200,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'while the old run drains',
    engine: 'dataflow',
    declare: draining,
    when: states('dataflow', 'the old run is draining', (all) => all.includes('JOB_STATE_DRAINING')),
    reached: 'rollout',
    journal: ['drain', 'intended'],
    after: [],
    rate: 100,
    outcome: 'succeeded',
    launches: 1,
  },
  {
    name: 'before the old revision is started again: the post step does that',
    engine: 'glue',
    declare: glue(['slow-stop 60', 'fail-after 20 "No such topic"']),
    ...held('glue', 'StartJobRun', 'before', 2),
    reached: 'rollout',
    journal: ['undo-start', 'intended'],
    after: ['glue.StartJobRun'],
    rate: 20,
    outcome: 'rolled-back',
    launches: 2,
  },
];
