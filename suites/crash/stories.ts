import { dataflowJob, glueJob, script, template } from '../../__tests__/e2e/harness/fleet.js';
import type { StrategyName } from '../../src/model/job.js';
import type { JsonObject } from '../../src/model/json.js';

/** One strategy on one engine: what is declared before the change, and what the i-th change makes of it. */
export interface Story {
  readonly name: string;
  readonly engine: 'dataflow' | 'glue';
  readonly strategy: StrategyName;
  /** The job and its files as they are for the i-th time; every i is another revision, but for `scale`. */
  declare(i: number): { readonly job: JsonObject; readonly files: { readonly [path: string]: string } };
  /** Flags of `apply`. */
  readonly flags: readonly string[];
  /** `stop` and `create` take turns: even i runs, odd i is stopped. */
  readonly turns?: true;
}

const key = 'orders';
const verify = { 'running-within': '10m', bake: '30s' };
const flex = (i: number) => ({ [`templates/${key}.json`]: template(`${key}-${i}`.padEnd(10 + i, 'x')) });
const glueFile = (i: number) => ({ [`glue/${key}.py`]: script(`version ${i}`) });
const parallel = { overlap: '1m' };
const topicSlots = [
  { parameters: { subscription: 'a' }, name: `${key}-a` },
  { parameters: { subscription: 'b' }, name: `${key}-b` },
];
const checkpointSlots = [
  { arguments: { '--checkpoint': 's3://acme-state/a/' } },
  { arguments: { '--checkpoint': 's3://acme-state/b/' } },
];

export const stories: readonly Story[] = [
  {
    name: 'dataflow: in-place-update',
    engine: 'dataflow',
    strategy: 'in-place-update',
    declare: (i) => ({ job: dataflowJob(key, {}, { verify, strategy: 'in-place-update' }), files: flex(i) }),
    flags: [],
  },
  {
    name: 'dataflow: in-flight-update',
    engine: 'dataflow',
    strategy: 'in-flight-update',
    declare: (i) => ({ job: dataflowJob(key, { workers: { min: 1, max: 10 + i } }, { verify }), files: flex(0) }),
    flags: [],
  },
  {
    name: 'dataflow: drain-and-resubmit',
    engine: 'dataflow',
    strategy: 'drain-and-resubmit',
    declare: (i) => ({
      job: dataflowJob(key, {}, { verify, stateful: false, strategy: 'drain-and-resubmit' }),
      files: flex(i),
    }),
    flags: [],
  },
  {
    name: "dataflow: parallel, the service's own",
    engine: 'dataflow',
    strategy: 'parallel',
    declare: (i) => ({
      job: dataflowJob(key, {}, { verify, stateful: false, strategy: 'parallel', parallel }),
      files: flex(i),
    }),
    flags: ['--accept', 'shared-input'],
  },
  {
    name: 'dataflow: parallel by slots',
    engine: 'dataflow',
    strategy: 'parallel',
    declare: (i) => ({
      job: dataflowJob(
        key,
        {},
        { verify, stateful: false, strategy: 'parallel', parallel: { ...parallel, slots: topicSlots } },
      ),
      files: flex(i),
    }),
    flags: [],
  },
  {
    name: 'dataflow: stop and create',
    engine: 'dataflow',
    strategy: 'create',
    declare: (i) => ({
      job: dataflowJob(key, {}, { verify, stateful: false, desired: i % 2 === 1 ? 'stopped' : 'running' }),
      files: flex(i),
    }),
    flags: [],
    turns: true,
  },
  {
    name: 'glue: restart',
    engine: 'glue',
    strategy: 'restart',
    declare: (i) => ({ job: glueJob(key, {}, { verify, strategy: 'restart' }), files: glueFile(i) }),
    flags: [],
  },
  {
    name: 'glue: parallel by slots',
    engine: 'glue',
    strategy: 'parallel',
    declare: (i) => ({
      job: glueJob(
        key,
        {},
        {
          verify,
          sink: 'idempotent',
          stateful: false,
          strategy: 'parallel',
          parallel: { ...parallel, slots: checkpointSlots },
        },
      ),
      files: glueFile(i),
    }),
    flags: [],
  },
  {
    name: 'glue: stop and create',
    engine: 'glue',
    strategy: 'create',
    declare: (i) => ({
      job: glueJob(key, {}, { verify, stateful: false, desired: i % 2 === 1 ? 'stopped' : 'running' }),
      files: glueFile(i),
    }),
    flags: [],
    turns: true,
  },
];
