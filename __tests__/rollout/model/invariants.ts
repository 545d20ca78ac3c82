import type { Json } from '../../../src/model/json.js';
import type { JobRecord } from '../../../src/model/record.js';
import type { JobReport } from '../../../src/model/report.js';
import { checkAgeSeconds } from '../../../src/rollout/pen.js';
import type { Sent, Watcher } from './effects.js';
import type { Process } from './processes.js';
import { isForeign, type TrueRun, up } from './runs.js';
import type { Schedule } from './schedule.js';
import type { Sim } from './sim.js';

/** What the protocol promises; each is checked at every event that could break it. */
export const invariants = {
  'one start per step': 'a step of a rollout starts at most one run',
  'set-up fits the run': 'a run is launched, and a rollout closed, with the set-up of its own revision',
  'state is never dropped': 'a savepoint upgrade starts no run without the snapshot',
  'one run in a gap strategy': 'never two active runs; in parallel never more than the old one and the new one',
  'newer runs are left alone': 'an older rollout never ends the run of a newer one',
  'foreign runs are left alone': 'a run that is not ours is never ended or scaled',
  'verified before released':
    'in parallel the old run is told to end only after `ready = n` landed and the new run was verified',
  'no undo past the point of no return': 'the new run is not ended once the old one was told to end',
  'no way back from undo': 'once the direction has turned, no step forward is called and no record turns it again',
  'undo is written first': 'the direction has landed before the first call of an undo step',
  'only the holder calls': 'no call by a process whose lock was lost longer ago than the check age allows',
  'nothing after the close': 'no call of a closed or older rollout takes effect',
  'intent before effect': 'a call is made only under a record of its own that has landed',
  'ready is proved': '`ready = n` lands only with the verdict on that very run',
  'succeeded means the new run runs': 'at a close as succeeded the new run is the only active one, and it is sound',
  'rolled back means the old revision runs': 'at a close as rolled-back the old revision is the only active one',
  'good is what ran well': 'at a close the recorded good revision is one that runs or ran, and its run is named',
  'quarantine has a cause': 'a revision is quarantined only if it or one of its runs failed',
  'an undone overlap is watched': 'it is closed as rolled back or failed only once the timer of the service is over',
  'reports are true': 'a report names the runs that are active, and says `Nothing runs now` only if none is',
  'no outcome without need': 'stuck, refused, failed and rolled-back have a cause in the history',
  'it converges': 'once faults have ceased, resume closes the rollout',
  'one run is up in the end': 'exactly one run is up, unless a run failed by itself or the job was to stop',
} as const;
export type Invariant = keyof typeof invariants;

export interface Violation {
  readonly invariant: Invariant;
  readonly at: number;
  readonly what: string;
}

/** Watches one history. */
export function watch(
  schedule: Schedule,
  sim: Sim,
  current: () => JobRecord | null,
  runs: () => readonly TrueRun[],
  setUp: () => Json,
) {
  const found: Violation[] = [];
  const starts = new Map<string, number>();
  const landedUndo = new Set<number>();
  const parallel = schedule.scenario === 'parallel' || schedule.scenario === 'overlap';
  const has = (kind: Schedule['faults'][number]['kind']) => schedule.faults.some((fault) => fault.kind === kind);
  const zombies = schedule.faults.some((fault) => fault.kind === 'call' && fault.how === 'zombie');

  function violated(invariant: Invariant, what: string): void {
    found.push({ invariant, at: sim.now, what });
  }

  /** `resume` cuts short a drain that a closed rollout left behind. */
  const isTrailing = (id: string | null) => current()?.trailing.some((entry) => entry.run === id) === true;
  const ours = () => runs().filter((run) => up(run) && !isForeign(run));

  const watcher: Watcher = {
    sent(call) {
      const { by, stamp } = call;
      if (by.held === null && !isTrailing(call.on))
        violated('intent before effect', `${by.name} sends ${call.verb} without a landed record`);
      if (by.lostSince !== null && sim.now - by.lostSince > checkAgeSeconds * 1000)
        violated('only the holder calls', `${by.name} lost the lock ${(sim.now - by.lostSince) / 1000} s ago`);
      const undoStep = stamp?.step.startsWith('undo-') ?? false;
      if (landedUndo.has(call.n) && stamp !== null && !undoStep)
        violated('no way back from undo', `${call.verb} (${stamp.step}) of rollout ${call.n}`);
      // Inside a gap the write is waited for 30 s at most, so that a slow ledger may be overtaken.
      if (undoStep && call.direction !== 'undo' && !has('ledger'))
        violated('undo is written first', `${call.verb} (${stamp?.step}) of rollout ${call.n}`);
    },
    launched(run, call) {
      const step = `${run.stamp?.rollout} ${run.stamp?.step}`;
      starts.set(step, (starts.get(step) ?? 0) + 1);
      if ((starts.get(step) ?? 0) > 1)
        violated(
          'one start per step',
          `${run.id} is start ${starts.get(step)} of ${run.stamp?.step} of rollout ${run.stamp?.n}`,
        );
      if (!fits(run)) violated('set-up fits the run', `${run.id} of code ${run.target['code']}, set-up ${setUp()}`);
      const upgrade = call.by.held?.plan?.strategy === 'savepoint-upgrade';
      if (upgrade && run.from === null) violated('state is never dropped', `${run.id} starts from nothing`);
      const active = ours();
      const revisions = new Set(active.map((one) => `${one.stamp?.rollout} ${one.stamp?.step}`));
      if (active.length > 2 || revisions.size < active.length || (active.length === 2 && !parallel))
        violated('one run in a gap strategy', `${active.map((one) => one.id).join(', ')} are active`);
      effective(call);
    },
    ending(run, call) {
      if (isForeign(run)) violated('foreign runs are left alone', `${call.verb} of ${run.id}`);
      if ((run.stamp?.n ?? 0) > call.n && !isTrailing(run.id))
        violated('newer runs are left alone', `${call.verb} of ${run.id} by rollout ${call.n}`);
      effective(call);
      if (!parallel || call.late) return;
      const record = call.by.held;
      if (record === null || record.plan?.strategy !== 'parallel' || record.n !== call.n) return;
      if (run.id === record.predecessor?.run && call.direction === 'forward') released(run, record);
      const isNew = run.stamp?.rollout === record.rollout;
      const second = runs().some((other) => other !== run && up(other) && other.stamp?.rollout === record.rollout);
      const old = runs().find((one) => one.id === record.predecessor?.run);
      if (isNew && !second && old !== undefined && !up(old) && !old.byItself)
        violated('no undo past the point of no return', `${call.verb} of ${run.id}, and ${old.id} is ${old.state}`);
    },
  };

  function released(old: TrueRun, record: JobRecord): void {
    const fresh = runs().filter((run) => run.stamp?.rollout === record.rollout && !run.stamp.step.startsWith('undo-'));
    const proved = fresh.some((run) => sound(run) && run.runningSince !== null && sim.now - run.runningSince >= 45_000);
    const written = record.ready?.n === record.n;
    if (!proved || !written)
      violated(
        'verified before released',
        `${old.id} is told to end, ready ${JSON.stringify(record.ready)}, verified: ${proved}`,
      );
  }

  function effective(call: Sent): void {
    const record = current();
    if (call.late || zombies || has('ledger-lost') || record === null || isTrailing(call.on)) return;
    if (record.n > call.n || (record.n === call.n && record.closed !== null))
      violated(
        'nothing after the close',
        `${call.verb} of rollout ${call.n}, sent at ${new Date(call.at).toISOString()} by ${call.by.name}`,
      );
  }

  /** What its life can prove: a run that ends may have run long enough before. */
  const fits = (run: TrueRun) => zombies || setUp() === null || setUp() === run.target['code'];
  const sound = (run: TrueRun) => run.target['gate'] !== 'batch' && run.target['gate'] !== 'hangs';

  function landed(record: JobRecord, before: JobRecord | null, by: Process): void {
    const same = before !== null && before.rollout === record.rollout;
    if (record.direction === 'undo') landedUndo.add(record.n);
    else if (same && before?.direction === 'undo')
      violated('no way back from undo', `record ${record.counter} goes forward again`);
    if (record.ready?.n === record.n && record.n > 1 && before?.ready?.n !== record.n && same) {
      const { verdict } = record;
      if (verdict?.n !== record.n || verdict.run !== record.ready.run || verdict.result !== 'pass')
        violated('ready is proved', `ready ${record.ready.run}, verdict ${JSON.stringify(verdict)}`);
    }
    if (record.closed !== null && before?.closed === null) closed(record, by);
  }

  function closed(record: JobRecord, by: Process): void {
    const outcome = record.closed?.outcome;
    const active = ours().filter((run) => !record.trailing.some((entry) => entry.run === run.id));
    const linked = runs().find((run) => run.stamp?.rollout === record.rollout && run.stamp.step === 'overlap');
    const timer = (record.plan?.backstopSeconds ?? 0) * 1000;
    if (
      linked !== undefined &&
      (outcome === 'rolled-back' || outcome === 'failed') &&
      sim.now < linked.startedAt + timer
    )
      violated(
        'an undone overlap is watched',
        `${outcome} at ${(sim.now - linked.startedAt) / 1000} s of ${timer / 1000} s`,
      );
    const shown = active.map((run) => `${run.id} (${run.stamp?.revision})`).join(', ');
    // A run may fail between the last look and the close.
    const justFailed = (run: TrueRun) => run.byItself && (run.endedAt ?? 0) > by.lookedAt;
    const excused = runs().some(justFailed) || zombies;
    const strategy = record.plan?.strategy;
    if (outcome === 'succeeded' && strategy === 'stop') {
      if (active.length > 0) violated('succeeded means the new run runs', `stopped, and ${shown}`);
    } else if (outcome === 'succeeded' && !excused) {
      const [only] = active;
      const right = active.length === 1 && only?.stamp?.revision === record.revision && sound(only);
      if (!right) violated('succeeded means the new run runs', shown || 'nothing runs');
    }
    // A run that an unproved rollout left has a set-up that nobody wrote down.
    const [alone] = active.filter((run) => record.good?.target != null && run.stamp?.revision === record.good.revision);
    if (
      outcome !== 'superseded' &&
      outcome !== 'refused' &&
      outcome !== 'stuck' &&
      active.length === 1 &&
      alone &&
      !fits(alone)
    )
      violated('set-up fits the run', `${outcome} with ${alone.id} of code ${alone.target['code']}, set-up ${setUp()}`);
    const named = runs().find((run) => run.id === record.good?.runId);
    if (outcome === 'succeeded' && strategy !== 'stop' && !excused && (named === undefined || !up(named)))
      violated('good is what ran well', `good is ${record.good?.revision} of ${record.good?.runId}`);
    if (named !== undefined && named.stamp?.revision !== record.good?.revision)
      violated(
        'good is what ran well',
        `${record.good?.revision} is good, and its run ${named.id} has ${named.stamp?.revision}`,
      );
    for (const entry of record.quarantined) {
      const sick = runs().some(
        (run) => run.stamp?.revision === entry.revision && (run.byItself || run.target['gate'] !== 'good'),
      );
      const refused = schedule.faults.some((fault) => fault.kind === 'call' && fault.how === 'no');
      const scaled = strategy === 'in-flight-update';
      if (!sick && !refused && !scaled && !has('foreign') && !has('ledger-lost') && !zombies)
        violated('quarantine has a cause', `${entry.revision}: ${entry.reason}`);
    }
    if (outcome === 'rolled-back' && !excused) {
      const [only] = active;
      const undone = only?.stamp?.step.startsWith('undo-') === true && only.stamp.n === record.n;
      const right = undone || only?.id === record.predecessor?.run || only?.stamp?.revision === record.good?.revision;
      if (active.length !== 1 || !right) violated('rolled back means the old revision runs', shown || 'nothing runs');
    }
  }

  return {
    found,
    watcher,
    landed,
    violated,
    lost() {
      landedUndo.clear();
    },
    reported(report: JobReport, by: Process): void {
      const said = report.message.includes('Nothing runs now');
      const closed = by.held?.closed != null && report.rollout === by.held.rollout;
      if (!closed || zombies) return;
      // The report tells of the last look; lists may be late.
      const at = by.closedOn;
      const wasUp = (run: TrueRun) => run.listedAt <= at && (run.endedAt === null || run.endedAt > at + 120_000);
      const active = runs().filter((run) => wasUp(run) && up(run));
      if (said && active.length > 0)
        violated('reports are true', `"${report.message}", and ${active.map((run) => run.id).join(', ')}`);
      for (const shown of report.runs ?? []) {
        const run = runs().find((one) => one.id === shown.id);
        if (run !== undefined && run.endedAt !== null && run.endedAt < at)
          violated('reports are true', `${run.id} is reported as ${shown.state} and had ended`);
      }
    },
    /** The end of the history. */
    ended(applied: boolean): void {
      const record = current();
      const alive = runs().filter(up);
      const lost = has('ledger-lost');
      const disturbed = has('foreign') || zombies || lost;
      if (record?.closed === null) violated('it converges', `rollout ${record.n} is open: ${record.direction}`);
      if (record === null || record.closed === null || !applied) return;
      const { outcome } = record.closed;
      const byItself = runs().some((run) => run.byItself);
      const refusedCall = schedule.faults.some((fault) => fault.kind === 'call' && fault.how === 'no');
      const bad = schedule.gates[2] !== 'good' || schedule.gates[3] !== 'good';
      const needed = byItself || schedule.endless || refusedCall || bad || disturbed;
      if (['stuck', 'failed', 'rolled-back', 'refused'].includes(outcome) && !needed)
        violated('no outcome without need', `${outcome}: ${record.closed.code} ${record.closed.message}`);
      if (
        outcome === 'stuck' &&
        !byItself &&
        !schedule.endless &&
        !refusedCall &&
        !disturbed &&
        record.good?.target != null &&
        schedule.onFailure === 'rollback' &&
        !drainsBad()
      )
        violated('no outcome without need', `stuck: ${record.closed.code} ${record.closed.message}`);
      const stops = record.plan?.strategy === 'stop' && outcome === 'succeeded';
      const mine = alive.filter((run) => !isForeign(run) && !record.trailing.some((entry) => entry.run === run.id));
      const none =
        stops ||
        byItself ||
        (schedule.scenario === 'create' && outcome !== 'succeeded') ||
        (record.plan?.strategy === 'create' && outcome !== 'succeeded' && outcome !== 'rolled-back');
      if (mine.length === 1 && !stops) return;
      if (mine.length === 0 && (none || outcome === 'refused' || disturbed)) return;
      if (outcome === 'stuck' || outcome === 'refused') return;
      violated('one run is up in the end', `${outcome}: ${mine.map((run) => run.id).join(', ') || 'nothing runs'}`);
    },
  };

  /** In parallel a new run that turns out bad after the old one left is past the point of no return. */
  function drainsBad(): boolean {
    return parallel && runs().some((run) => run.byItself);
  }
}
