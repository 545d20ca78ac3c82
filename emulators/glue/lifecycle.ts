import { type Fate, fateOf, usual } from './fate.js';
import { launchOf, newRun, type World } from './launch.js';
import { maintenanceAt } from './maintenance.js';
import type { Place } from './place.js';
import { type JobRunState, type Run, type RunEvent, shownRun } from './run.js';

/** A queued run is tried again every 90 s, at most 10 times: 15 minutes. */
const dequeueEvery = 90_000;
const dequeues = 10;

const never = Number.POSITIVE_INFINITY;

/** Moves a run into a state at a time and sets what is due from there. */
export function enter(
  run: Run,
  state: JobRunState,
  at: number,
  world: World,
  more: { message?: string | null; detail?: string | null } = {},
): void {
  run.state = state;
  run.modifiedOn = at;
  run.errorMessage = more.message ?? null;
  run.stateDetail = more.detail ?? null;
  run.due = entered[state]?.(run, at, world) ?? [];
  if (ended.has(state)) run.completedOn = at;
  run.shown.push({ at, run: shownRun(run, world.settings.argumentsShown) });
}

const ended: ReadonlySet<JobRunState> = new Set<JobRunState>([
  'STOPPED',
  'SUCCEEDED',
  'FAILED',
  'TIMEOUT',
  'ERROR',
  'EXPIRED',
]);

const entered: { readonly [state in JobRunState]?: (run: Run, at: number, world: World) => Run['due'] } = {
  WAITING: (_, at) => [{ at: at + dequeueEvery, event: 'dequeue' }],
  STARTING(run, at, world) {
    const script = world.readScript(run.launch.scriptLocation);
    run.fate = script === null ? usual : fateOf(script);
    const after = (run.fate.startAfter ?? world.settings.startSeconds) * 1000;
    return after === never ? [] : [{ at: at + after, event: script === null ? 'launch-error' : 'run' }];
  },
  RUNNING(run, at, world) {
    run.runningSince = at;
    const { streaming, timeoutMinutes, maintenanceWindow } = run.launch;
    const batchEnd: Fate['end'] = streaming
      ? null
      : { state: 'SUCCEEDED', after: world.settings.batchSeconds, message: null };
    run.fate = { ...run.fate, end: run.fate.end ?? batchEnd };
    const maintenance = streaming ? maintenanceAt(at, maintenanceWindow, timeoutMinutes) : null;
    const times: readonly (readonly [RunEvent, number | null])[] = [
      ['end', run.fate.end ? at + run.fate.end.after * 1000 : null],
      ['time-out', timeoutMinutes === null ? null : at + timeoutMinutes * 60_000],
      ['maintenance', maintenance],
    ];
    return times.flatMap(([event, due]) => (due === null ? [] : [{ at: due, event }]));
  },
  STOPPING: (run, at, world) => [
    { at: at + (run.fate.stopAfter ?? world.settings.stopSeconds) * 1000, event: 'stopped' },
  ],
};

const events: { readonly [event in RunEvent]: (place: Place, run: Run, at: number, world: World) => void } = {
  run: (_, run, at, world) => enter(run, 'RUNNING', at, world),
  stopped: (_, run, at, world) => enter(run, 'STOPPED', at, world),
  'time-out': (_, run, at, world) => enter(run, 'TIMEOUT', at, world, { message: 'Job run exceeded its timeout.' }),
  maintenance: expire,
  'launch-error'(place, run, at, world) {
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(run.launch.scriptLocation) ?? [];
    const message = `LAUNCH ERROR | Error downloading from S3 for bucket: ${bucket}, key: ${key}.The specified key does not exist. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey)`;
    fail(place, run, at, world, message);
  },
  end(place, run, at, world) {
    if (run.fate.end?.state === 'FAILED') return fail(place, run, at, world, run.fate.end.message);
    enter(run, 'SUCCEEDED', at, world);
  },
  dequeue(place, run, at, world) {
    run.dequeues += 1;
    if (!place.full(run.launch.jobName, world.settings.runQuota)) return enter(run, 'STARTING', at, world);
    if (run.dequeues >= dequeues)
      return enter(run, 'FAILED', at, world, { message: 'The job exceeded its maximum allowed concurrent runs.' });
    run.due = [{ at: at + dequeueEvery, event: 'dequeue' }];
  },
};

/** Ends a run as FAILED; the service starts the next attempt where the job's MaxRetries allows one. */
export function fail(place: Place, run: Run, at: number, world: World, message: string | null): void {
  enter(run, 'FAILED', at, world, { message });
  if (run.attempt >= run.launch.maxRetries) return;
  const next = newRun(
    place,
    run.launch,
    { base: run.base, attempt: run.attempt + 1, restart: 0, previousRunId: run.id },
    at,
  );
  enter(next, 'WAITING', at, world, { detail: 'Waiting for the next attempt' });
  next.due = [{ at: at + world.settings.retrySeconds * 1000, event: 'dequeue' }];
}

/** A maintenance restart: the run is EXPIRED, and another one with the ending `_restart_N` goes on in its place. */
export function expire(place: Place, run: Run, at: number, world: World): void {
  enter(run, 'EXPIRED', at, world);
  const definition =
    world.settings.restartReads === 'definition' ? place.definitions.get(run.launch.jobName) : undefined;
  const launch = definition ? launchOf(definition, {}, run.launch.arguments.run, world) : run.launch;
  const next = newRun(
    place,
    launch,
    { base: run.base, attempt: run.attempt, restart: run.restart + 1, previousRunId: run.id },
    at,
  );
  const script = world.readScript(launch.scriptLocation);
  next.fate = script === null ? usual : fateOf(script);
  enter(next, 'RUNNING', at, world);
}

/** Carries out everything that is due, in the order of time, so that the state is what it would be at `now`. */
export function settle(places: Iterable<Place>, now: number, world: World): void {
  const all = [...places];
  for (;;) {
    let first: { place: Place; run: Run; at: number; event: RunEvent } | null = null;
    for (const place of all)
      for (const run of place.runs.values())
        for (const due of run.due)
          if (due.at <= now && (first === null || due.at < first.at)) first = { place, run, ...due };
    if (first === null) return;
    events[first.event](first.place, first.run, first.at, world);
  }
}
