import {
  counting,
  dataflowJob,
  flinkJob,
  glueJob,
  jar,
  region,
  script,
  template,
} from '../../__tests__/e2e/harness/fleet.js';
import type { JsonObject } from '../../src/model/json.js';
import { commands, commandTarget } from './engine/commands.js';
import { emulated } from './engine/emulated.js';
import type { Declared, Story } from './story.js';

/** How many times as fast as the real one the clock runs: waits are short, and still longer than a slow machine's pauses. */
const rate = 100;
const verify = { 'running-within': '60m', bake: '10s' };
/** For versions whose run never comes up. */
const impatient = { 'running-within': '90s', bake: '10s' };
const quick = { drainSeconds: 20, pendingSeconds: 20, queuedSeconds: 5 };
const parallel = { overlap: '10s' };

type More = (i: number) => JsonObject;
const none: More = () => ({});

function dataflow(settings: JsonObject, fate: JsonObject | null = null): (more: More) => Story['declare'] {
  return (more) => (job, i) => ({
    job: dataflowJob(job, {}, { verify: fate === null ? verify : impatient, ...settings, ...more(i) }),
    files: {
      [`templates/${job}.json`]: template(`${job}-${i}`.padEnd(20 + i, 'x'), i === 0 || fate === null ? {} : fate),
    },
  });
}

function glue(settings: JsonObject, fate: string | null = null): (more: More) => Story['declare'] {
  return (more) => (job, i) => ({
    job: glueJob(job, {}, { verify: fate === null ? verify : impatient, ...settings, ...more(i) }),
    files: { [`glue/${job}.py`]: script(`version ${i}`, ...(i === 0 || fate === null ? [] : [fate])) },
  });
}

/** What samples tell is played elsewhere: many worlds side by side are too slow for a clock that runs fast. */
const unmeasured = [
  { signal: 'checkpoints', mode: 'converge', min: 0, advisory: true },
  { signal: 'restarts', mode: 'budget', 'max-delta': 1000, advisory: true },
  { signal: 'lost-state-names', mode: 'converge', max: 1000, advisory: true },
];

function flink(
  settings: JsonObject,
  fate: string | null = null,
  target: (i: number) => JsonObject = none,
): (more: More) => Story['declare'] {
  return (more) => (job, i) => ({
    job: flinkJob(job, target(i), {
      verify: { ...(fate === null ? verify : impatient), gates: unmeasured },
      ...settings,
      ...more(i),
    }),
    files: { [`jobs/${job}.jar`]: jar(`version ${i}`, counting, ...(i === 0 || fate === null ? [] : [fate])) },
  });
}

function managedFlink(settings: JsonObject, fate: string | null = null): (more: More) => Story['declare'] {
  const gates = ['checkpoints', 'throughput'].map((signal) => ({ signal, mode: 'converge', min: 0, advisory: true }));
  const restarts = { signal: 'restarts', mode: 'budget', 'max-delta': 1000, advisory: true };
  return (more) => (job, i) => ({
    job: {
      engine: 'managed-flink',
      target: {
        region,
        code: { file: `jobs/${job}.jar`, 'upload-to': `s3://acme-jars/${job}/\${digest}.jar` },
      },
      verify: { ...(fate === null ? verify : impatient), gates: [...gates, restarts] },
      sink: 'transactional',
      ...settings,
      ...more(i),
    },
    files: { [`jobs/${job}.jar`]: script(`version ${i}`, ...(i === 0 || fate === null ? [] : [fate])) },
  });
}

function command(verbs: readonly string[], settings: JsonObject, fate = 'runs'): (more: More) => Story['declare'] {
  return (more) => (job, i) => ({
    job: {
      engine: 'command',
      paths: [`streams/${job}.txt`],
      target: commandTarget(verbs, { settings: { version: i, fate: i === 0 ? 'runs' : fate } }),
      verify: fate === 'runs' ? verify : impatient,
      sink: 'idempotent',
      ...settings,
      ...more(i),
    },
    files: { [`streams/${job}.txt`]: `version ${i}\n` },
  });
}

const onDataflow = () => emulated('dataflow', rate, quick);
const onGlue = () => emulated('glue', rate, {});
const onGlueTwice = () => emulated('glue', rate, {}, { ExecutionProperty: { MaxConcurrentRuns: 2 } });
const onFlink = () => emulated('flink', rate, {});
const onManagedFlink = () => emulated('managed-flink', rate, {});
const onCommands = (folder: string) => commands(folder, rate);

const base = { kind: 'forward', flags: [] } as const;
const ofDataflow = { ...base, engine: 'dataflow', open: onDataflow } as const;
const ofGlue = { ...base, engine: 'glue', open: onGlue } as const;
const ofFlink = { ...base, engine: 'flink', open: onFlink } as const;
const ofManagedFlink = { ...base, engine: 'managed-flink', open: onManagedFlink } as const;
const ofCommand = { ...base, engine: 'command', open: onCommands } as const;

/** Slots: of their own names on Dataflow, of their own checkpoints on Glue, of any difference for commands. */
function withSlots(declare: Story['declare'], slots: (job: string) => readonly JsonObject[]): Story['declare'] {
  return (job, i) => {
    const { job: declared, files } = declare(job, i);
    return { job: { ...declared, parallel: { ...parallel, slots: slots(job) } }, files };
  };
}
const topicSlots = (job: string) =>
  ['a', 'b'].map((slot) => ({ parameters: { table: `acme:ods.${slot}` }, name: `${job}-slot-${slot}` }));
const checkpointSlots = (job: string) =>
  ['a', 'b'].map((slot) => ({ arguments: { '--checkpoint': `s3://acme-state/${job}/${slot}/` } }));
const nameSlots = (job: string) => ['a', 'b'].map((slot) => ({ name: `${job}-slot-${slot}` }));
const groupSlots = () => ['a', 'b'].map((group) => ({ settings: { group } }));

const inPlace = { strategy: 'in-place-update' };
const resubmit = { stateful: false, strategy: 'drain-and-resubmit' };
const overlap = { stateful: false, sink: 'idempotent', strategy: 'parallel', parallel };
const stateless = { stateful: false };
const beside = { sink: 'idempotent', strategy: 'parallel', parallel };
const restart = { strategy: 'restart', stateful: false, sink: 'idempotent' };
const savepoint = { strategy: 'savepoint-upgrade' };
const stopped: More = () => ({ desired: 'stopped' });
const stopStart = ['start', 'stop'];
const scaled = (i: number): JsonObject => ({ workers: { min: 1, max: 10 + i } });

const dataflowScale: Story['declare'] = (job, i): Declared => ({
  job: dataflowJob(job, scaled(i), { verify }),
  files: { [`templates/${job}.json`]: template(`${job}-0`) },
});

/** The same commands and settings, with so many replicas. */
function replicas(count: (i: number) => number, times: JsonObject): Story['declare'] {
  return (job, i) => ({
    job: {
      engine: 'command',
      paths: [`streams/${job}.txt`],
      target: commandTarget(['start', 'stop', 'scale'], { settings: {}, scaling: { replicas: count(i) } }),
      verify: times,
      sink: 'idempotent',
    },
    files: { [`streams/${job}.txt`]: 'the same\n' },
  });
}

const forward: readonly Story[] = [
  { ...ofDataflow, strategy: 'in-place-update', declare: dataflow(inPlace)(none) },
  { ...ofDataflow, strategy: 'in-flight-update', declare: dataflowScale, sameRevision: true },
  { ...ofDataflow, strategy: 'drain-and-resubmit', declare: dataflow(resubmit)(none) },
  {
    ...ofDataflow,
    strategy: 'parallel',
    as: '(overlap)',
    declare: dataflow(overlap)(none),
    flags: ['--accept', 'shared-input'],
  },
  { ...ofDataflow, strategy: 'parallel', as: '(slots)', declare: withSlots(dataflow(overlap)(none), topicSlots) },
  {
    ...ofDataflow,
    strategy: 'stop',
    declare: dataflow(stateless)(stopped),
    ends: 'stopped',
    before: dataflow(stateless)(none),
  },
  { ...ofDataflow, strategy: 'create', declare: dataflow(stateless)(none), before: dataflow(stateless)(stopped) },
  { ...ofGlue, strategy: 'restart', declare: glue({ strategy: 'restart' })(none) },
  {
    ...ofGlue,
    open: onGlueTwice,
    strategy: 'parallel',
    as: '(slots)',
    declare: withSlots(glue(overlap)(none), checkpointSlots),
  },
  { ...ofGlue, strategy: 'stop', declare: glue(stateless)(stopped), ends: 'stopped', before: glue(stateless)(none) },
  { ...ofGlue, strategy: 'create', declare: glue(stateless)(none), before: glue(stateless)(stopped) },
  { ...ofFlink, strategy: 'savepoint-upgrade', declare: flink(savepoint)(none) },
  { ...ofFlink, strategy: 'restart', declare: flink({ strategy: 'restart' })(none) },
  { ...ofFlink, strategy: 'drain-and-resubmit', declare: flink(resubmit)(none) },
  { ...ofFlink, strategy: 'parallel', as: '(slots)', declare: withSlots(flink(beside)(none), nameSlots) },
  { ...ofFlink, strategy: 'stop', declare: flink({})(stopped), ends: 'stopped', before: flink({})(none) },
  { ...ofFlink, strategy: 'create', declare: flink({})(none), before: flink({})(stopped) },
  { ...ofManagedFlink, strategy: 'in-place-update', declare: managedFlink({})(none) },
  { ...ofManagedFlink, strategy: 'create', declare: managedFlink({})(none), before: managedFlink({})(stopped) },
  { ...ofCommand, strategy: 'restart', declare: command(stopStart, restart)(none) },
  { ...ofCommand, strategy: 'drain-and-resubmit', declare: command(['start', 'drain'], resubmit)(none) },
  { ...ofCommand, strategy: 'savepoint-upgrade', declare: command(['start', 'stop-with-snapshot'], savepoint)(none) },
  {
    ...ofCommand,
    strategy: 'in-place-update',
    declare: command(['start', 'stop', 'replace'], { ...inPlace, stateful: false })(none),
  },
  { ...ofCommand, strategy: 'in-flight-update', declare: replicas((i) => 1 + i, verify), sameRevision: true },
  {
    ...ofCommand,
    strategy: 'parallel',
    as: '(slots)',
    declare: withSlots(command(stopStart, overlap)(none), groupSlots),
  },
  {
    ...ofCommand,
    strategy: 'stop',
    declare: command(stopStart, stateless)(stopped),
    ends: 'stopped',
    before: command(stopStart, stateless)(none),
  },
  {
    ...ofCommand,
    strategy: 'create',
    declare: command(stopStart, stateless)(none),
    before: command(stopStart, stateless)(stopped),
  },
];

const slow = { behaviour: 'slow-start', seconds: 100_000 };
const dies = { behaviour: 'fail-after', seconds: 1 };
const never = 'never-starts';
const undone = { kind: 'undo' } as const;

const undo: readonly Story[] = [
  { ...ofDataflow, ...undone, strategy: 'in-place-update', declare: dataflow(inPlace, dies)(none) },
  { ...ofDataflow, ...undone, strategy: 'drain-and-resubmit', declare: dataflow(resubmit, slow)(none) },
  {
    ...ofDataflow,
    ...undone,
    strategy: 'parallel',
    as: '(slots)',
    declare: withSlots(dataflow(overlap, slow)(none), topicSlots),
  },
  { ...ofGlue, ...undone, strategy: 'restart', declare: glue({ strategy: 'restart' }, never)(none) },
  {
    ...ofGlue,
    ...undone,
    open: onGlueTwice,
    strategy: 'parallel',
    as: '(slots)',
    declare: withSlots(glue(overlap, never)(none), checkpointSlots),
  },
  { ...ofFlink, ...undone, strategy: 'savepoint-upgrade', declare: flink(savepoint, 'fail-after 1 "no"')(none) },
  { ...ofFlink, ...undone, strategy: 'restart', declare: flink({ strategy: 'restart' }, 'fail-after 1 "no"')(none) },
  { ...ofManagedFlink, ...undone, strategy: 'in-place-update', declare: managedFlink({}, 'fail no such state')(none) },
  { ...ofCommand, ...undone, strategy: 'restart', declare: command(stopStart, restart, 'never-starts')(none) },
  {
    ...ofCommand,
    ...undone,
    strategy: 'savepoint-upgrade',
    declare: command(['start', 'stop-with-snapshot', 'stop'], savepoint, 'fails')(none),
  },
  {
    ...ofCommand,
    ...undone,
    strategy: 'in-place-update',
    declare: command(['start', 'stop', 'replace'], { ...inPlace, stateful: false }, 'never-starts')(none),
  },
  {
    ...ofCommand,
    ...undone,
    strategy: 'in-flight-update',
    declare: replicas((i) => (i === 0 ? 1 : 50 + i), impatient),
    sameRevision: true,
  },
  {
    ...ofCommand,
    ...undone,
    strategy: 'parallel',
    as: '(slots)',
    declare: withSlots(command(stopStart, overlap, 'never-starts')(none), groupSlots),
  },
];

const asked = { kind: 'rollback' } as const;

/** `before` is the version that is gone back from. */
const rollback: readonly Story[] = [
  { ...ofDataflow, ...asked, strategy: 'drain-and-resubmit', declare: dataflow(resubmit)(none) },
  {
    ...ofDataflow,
    ...asked,
    strategy: 'in-place-update',
    declare: dataflow(inPlace)(none),
    flags: ['--accept', 'unsafe-rollback'],
  },
  {
    ...ofGlue,
    ...asked,
    strategy: 'restart',
    declare: glue({ strategy: 'restart' })(none),
    flags: ['--accept', 'unsafe-rollback'],
  },
  {
    ...ofCommand,
    ...asked,
    strategy: 'savepoint-upgrade',
    declare: command(['start', 'stop-with-snapshot'], savepoint)(none),
    flags: ['--accept', 'unsafe-rollback'],
  },
];

/** The ones that take longest come first: they are played side by side. */
export const stories: readonly Story[] = [...undo, ...rollback, ...forward];

/** Slow enough for the four minutes of a post step to hold a settle time. */
const slowly = 20;

/** Strategies that leave a gap, for the post step. */
export const gaps: readonly Story[] = [
  {
    ...ofDataflow,
    strategy: 'drain-and-resubmit',
    declare: dataflow(resubmit)(none),
    open: () => emulated('dataflow', slowly, quick, {}, 'dataflow'),
  },
  {
    ...ofGlue,
    strategy: 'restart',
    declare: glue({ strategy: 'restart' })(none),
    open: () => emulated('glue', slowly, { stopSeconds: 10, startSeconds: 10 }, {}, 'glue'),
  },
  {
    ...ofCommand,
    strategy: 'savepoint-upgrade',
    declare: command(['start', 'stop-with-snapshot'], savepoint)(none),
    open: (folder) => commands(folder, slowly),
  },
];
