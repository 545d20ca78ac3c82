import type {
  LaunchCall,
  PrepareCall,
  Progress,
  RunCall,
  ScaleCall,
  Session,
  SnapshotCall,
  Subject,
} from '../../../src/engines/engine.js';
import { isActive, type Run } from '../../../src/model/run.js';
import { effectsOf, type Sent, type Watcher } from './effects.js';
import type { Process } from './processes.js';
import { runsOf, show, type TrueRun, up } from './runs.js';
import type { Schedule } from './schedule.js';
import type { Dice, Sim } from './sim.js';

/** An engine in memory with the fence, the delays and the faults of a schedule. */
export function engineOf(schedule: Schedule, sim: Sim, dice: Dice, watcher: Watcher, tell: (line: string) => void) {
  const world = runsOf(schedule, sim, dice, tell);
  const { runs, setUp, end } = world;
  const { launchFenced, replace } = effectsOf(schedule, world, watcher);
  const T = schedule.callSeconds * 1000;
  let calls = 0;
  let looks = 0;

  /** One mutating call: when it is sent, when it takes effect and when it is answered are three moments. */
  async function mutate(
    by: Process,
    verb: Sent['verb'],
    parts: Pick<Sent, 'stamp' | 'on'>,
    effect: (sent: Sent) => TrueRun,
  ) {
    calls += 1;
    const ordinal = calls;
    const how = schedule.faults.find((fault) => fault.kind === 'call' && fault.call === ordinal);
    const fault = how?.kind === 'call' ? how.how : 'none';
    const { held } = by;
    const late = fault === 'zombie';
    const sent: Sent = {
      by,
      verb,
      at: sim.now,
      n: held?.n ?? parts.stamp?.n ?? Number.POSITIVE_INFINITY,
      direction: held?.direction ?? 'forward',
      late,
      ...parts,
    };
    watcher.sent(sent);
    const what = `${verb}${parts.stamp === null ? '' : ` (${parts.stamp.step} of ${parts.stamp.n})`}${parts.on === null ? '' : ` ${parts.on}`}`;
    tell(`${by.name} sends ${what}${fault === 'none' ? '' : `: ${fault}`}`);
    if (fault === 'no') return await by.event(dice.between(50, T / 4), () => 'no' as const);
    if (fault === 'unsent') return await by.event(dice.between(50, T), () => lost());
    const stands = late ? dice.between(20_000, 400_000) : 0;
    if (late) by.freeze(stands);
    const takes = stands + (fault === 'late' ? dice.between(T / 2, T - 1) : dice.between(20, T / 10));
    const answer: { run: TrueRun | null; refusal: unknown } = { run: null, refusal: null };
    sim.at(takes, () => {
      try {
        answer.run = effect(sent);
        tell(`${what} of ${by.name} takes effect: ${answer.run.id}`);
      } catch (error) {
        answer.refusal = error;
        tell(`${what} of ${by.name}: ${(error as Error).message}`);
      }
    });
    if (fault === 'late') return await by.event(dice.between(50, takes), () => lost());
    return await by.event(takes + dice.between(1, 3_000), () => {
      if (fault === 'lost') return lost();
      if (answer.run === null) throw answer.refusal;
      return answer.run;
    });
  }

  function lost(): never {
    throw new Error('the connection was reset');
  }

  /** Polls by memo, or makes the call and answers as the schedule's verbs do. */
  async function progress(
    by: Process,
    call: { readonly memo: unknown },
    done: (run: TrueRun) => boolean,
    make: () => Promise<TrueRun | 'no'>,
  ): Promise<Progress> {
    const known = runs.find((run) => run.id === call.memo);
    const run = known === undefined ? await make() : await by.event(dice.between(50, 1_500), () => known);
    if (run === 'no') return { state: 'failed', code: 'unexpected-error', message: 'the engine said no' };
    if (schedule.verbs === 'poll' && !done(run)) return { state: 'running', memo: run.id, retryAfterSeconds: 5 };
    return { state: 'succeeded', run: run.id, snapshot: null };
  }

  async function prepare(by: Process, call: PrepareCall): Promise<Progress> {
    const made = await mutate(by, 'prepare', { stamp: call.stamp, on: null }, () => {
      setUp.code = call.target['code'] ?? null;
      return runs[0] as TrueRun;
    });
    if (made === 'no') return { state: 'failed', code: 'unexpected-error', message: 'the engine said no' };
    return { state: 'succeeded', run: null, snapshot: null };
  }

  /** Tells the path at the end; of an ended run the one that it wrote, whoever asked for it. */
  const stopWithSnapshot = (by: Process) => async (call: SnapshotCall) => {
    const run = byId(call.run.id);
    if (call.memo === null && up(run)) {
      const made = await mutate(by, 'snapshot', { stamp: null, on: run.id }, (sent) => {
        if (up(run)) watcher.ending(run, sent);
        if (up(run)) run.snapshot = `${call.directory}/snapshot`;
        end(run, 'stopping');
        return run;
      });
      if (made === 'no') return { state: 'failed', code: 'unexpected-error', message: 'the engine said no' } as const;
    }
    return await by.event(dice.between(50, 1_500), (): Progress => {
      if (isActive(show(run))) return { state: 'running', memo: run.id, retryAfterSeconds: 3 };
      return run.snapshot === null
        ? { state: 'failed', code: 'unexpected-error', message: `${run.id} wrote no snapshot` }
        : { state: 'succeeded', run: run.id, snapshot: run.snapshot };
    });
  };

  const byId = (id: string) => runs.find((run) => run.id === id) as TrueRun;

  function sessionOf(by: Process): Session {
    const launching = (verb: 'start' | 'overlap' | 'replace') => (call: LaunchCall) =>
      progress(
        by,
        call,
        (run) => run.state !== 'starting',
        () =>
          mutate(
            by,
            verb,
            { stamp: call.stamp, on: verb === 'start' ? null : (call.predecessor?.id ?? null) },
            (sent) => (verb === 'replace' ? replace(sent, call) : launchFenced(sent, call)),
          ),
      );
    const ending = (verb: 'stop' | 'drain') => (call: RunCall) =>
      progress(
        by,
        call,
        (run) => !isActive(show(run)),
        () =>
          mutate(by, verb, { stamp: null, on: call.run.id }, (sent) => {
            const run = byId(call.run.id);
            if (up(run)) watcher.ending(run, sent);
            end(run, verb === 'stop' ? 'stopping' : 'draining');
            return run;
          }),
      );
    return {
      observe: async (subjects) => {
        const all = await Promise.all(
          subjects.map(async (subject) => [subject.job, (await see(subject)).filter(isActive)] as const),
        );
        return new Map(all);
      },
      look: see,
      preflight: async () => [],
      can: {
        prepare: (call) => prepare(by, call),
        start: launching('start'),
        overlap: launching('overlap'),
        replace: launching('replace'),
        stop: ending('stop'),
        drain: ending('drain'),
        stopWithSnapshot: stopWithSnapshot(by),
        scale: (call: ScaleCall) =>
          progress(
            by,
            call,
            () => true,
            () =>
              mutate(by, 'scale', { stamp: null, on: call.run.id }, () => {
                const run = byId(call.run.id);
                if (up(run)) run.scale = call.scale;
                return run;
              }),
          ),
      },
    };

    /** The list is read at one moment, single runs a little later: a look is no snapshot. */
    async function see(subject: Subject): Promise<readonly Run[]> {
      looks += 1;
      const ordinal = looks;
      const listed = await by.event(dice.between(20, 1_000), () => {
        if (schedule.faults.some((fault) => fault.kind === 'look' && fault.look === ordinal))
          throw new Error('503 Service Unavailable');
        by.lookedAt = sim.now;
        return runs.filter((run) => run.listedAt <= sim.now && subject.names.includes(run.name)).map(show);
      });
      const missing = subject.ids.filter((id) => !listed.some((run) => run.id === id));
      const single = await by.event(dice.between(5, 500), () =>
        runs.filter((run) => missing.includes(run.id)).map(show),
      );
      return await by.event(dice.between(5, 500), () => [...listed, ...single]);
    }
  }

  return { runs, setUp, launch: world.launch, become: world.become, sessionOf };
}
