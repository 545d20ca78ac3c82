import type { ApplicationDetail } from '@aws-sdk/client-kinesis-analytics-v2';
import type { Run, RunState } from '../../model/run.js';
import type { Ambient, Session, Subject } from '../engine.js';
import type { FlinkCalls } from './client.js';
import { markOf } from './marks.js';
import { consoleUrl } from './place.js';
import { type Application, applicationOf, errorTextOf } from './standing.js';
import { stateOf } from './states.js';
import { beganAt, type Event, partsOf, type Stretch, standingBefore, stretchesOf } from './timeline.js';
import { revealer, scaleOf, showsOf } from './view.js';

/** Versions that a look goes back, beside those of runs that the ledger knows. */
const versionsKept = 20;

/** How far a run has come; times in milliseconds. `event`: what ended it. */
interface Course {
  readonly state: RunState;
  readonly engineState: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly event: Event | null;
}

/**
 * Looks at runs. An application is one place, and a run is a stretch of its versions. Two calls a name; where ended runs are asked about,
 * also the list of versions and each version that this session has not read yet.
 */
export function observation(flink: FlinkCalls, ambient: Ambient): Pick<Session, 'observe' | 'look'> {
  const reveal = revealer(ambient);

  async function runsOf(subject: Subject, name: string, whole: boolean): Promise<readonly Run[]> {
    const application = await applicationOf(flink, name);
    if (application === null) return [];
    const { detail, events, run: current } = application;
    const over = new Set(subject.known?.filter(({ ended }) => ended).map(({ run }) => run));
    const asked = subject.ids.filter((id) => id !== current && partsOf(id)?.name === name && (whole || !over.has(id)));
    const earlier = whole || asked.length > 0 ? await versionsOf(flink, application, asked) : [];
    const stretches = stretchesOf(name, [...earlier, detail]);
    const found: [Stretch, Course][] = [];
    for (const stretch of stretches) {
      const known = asked.includes(stretch.run);
      if (stretch.run === current || !(whole || known)) continue;
      // A run that the ledger knows did run, even where the service has forgotten when.
      const began = beganAt(stretch, events) ?? (known ? stretch.from : null);
      if (began !== null) found.push([stretch, pastCourse(stretch, application, began)]);
    }
    const present = stretches.findLast(({ run }) => run === current);
    if (present !== undefined && (!application.never || subject.ids.includes(current))) {
      found.push([{ ...present, version: detail }, presentCourse(present, application)]);
    }
    const runs = found.map(async ([stretch, course]): Promise<Run> => {
      const { startedAt, endedAt, event, ...states } = course;
      return {
        id: stretch.run,
        name,
        ...states,
        streaming: detail.ApplicationMode === 'INTERACTIVE' ? false : null,
        startedAt: iso(startedAt),
        endedAt: endedAt === null ? null : iso(endedAt),
        stamp: markOf(stretch.version)?.stamp ?? null,
        continues: null,
        replacedBy: null,
        scale: scaleOf(stretch.version),
        shows: showsOf(stretch.version, subject.target, reveal),
        url: consoleUrl(flink.region, name),
        detail: await errorTextOf(flink, name, event),
      };
    });
    return Promise.all(runs);
  }

  const look = async (subject: Subject, whole: boolean) =>
    (await Promise.all(subject.names.map((name) => runsOf(subject, name, whole)))).flat();
  return {
    look: (subject) => look(subject, true),
    async observe(subjects) {
      const looks = subjects.map(async (subject) => [subject.job, await look(subject, false)] as const);
      return new Map(await Promise.all(looks));
    },
  };
}

/** Earlier versions: the newest ones, and those from each asked run on until its end shows. */
async function versionsOf(
  flink: FlinkCalls,
  { name, detail }: Application,
  asked: readonly string[],
): Promise<readonly ApplicationDetail[]> {
  const ids = (await flink.versions(name)).filter((id) => id !== detail.ApplicationVersionId);
  const oldest = Math.min(...asked.map((id) => partsOf(id)?.version ?? Number.POSITIVE_INFINITY));
  const wanted = ids.filter((id, index) => index < versionsKept || id >= oldest);
  const read = await Promise.all(wanted.map((id) => flink.version(name, id)));
  return read.filter((version) => version !== null);
}

/** The course of a run that another one, or a stop, has followed. */
function pastCourse(stretch: Stretch, { detail, events }: Application, began: number): Course {
  // Where going back shows an old version number again, no later version tells the end.
  const back = events.find(({ effect, from }) => effect === 'rollback' && from >= stretch.from);
  const until = stretch.to ?? back?.from ?? Number.POSITIVE_INFINITY;
  const { is, event } = standingBefore(events, until);
  const last = stretch.to ?? back?.from ?? detail.LastUpdateTimestamp?.getTime() ?? began;
  if (is === 'stopped' || is === 'failed') {
    const endedAt = Math.min(event?.to ?? last, last);
    return { state: is, engineState: 'READY', startedAt: began, endedAt, event };
  }
  return { state: 'replaced', engineState: 'UPDATED', startedAt: began, endedAt: last, event: null };
}

/** The course of the run that the application is at. Its success is read from the operation, not from the status. */
function presentCourse(stretch: Stretch, { detail, events }: Application): Course {
  const engineState = detail.ApplicationStatus ?? 'UNKNOWN';
  const startedAt = beganAt(stretch, events) ?? stretch.from;
  const state = stateOf(engineState);
  if (state === 'ended') {
    const { is, event } = standingBefore(events, Number.POSITIVE_INFINITY);
    const endedAt = event?.to ?? detail.LastUpdateTimestamp?.getTime() ?? startedAt;
    return { state: is === 'failed' ? 'failed' : 'stopped', engineState, startedAt, endedAt, event };
  }
  const last = events.findLast(({ effect }) => effect !== 'stop');
  const isUnderWay = state === 'running' && last?.status === 'running';
  return { state: isUnderWay ? 'starting' : state, engineState, startedAt, endedAt: null, event: null };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
