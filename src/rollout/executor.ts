import type { Progress as VerbProgress } from '../engines/engine.js';
import type { Json } from '../model/json.js';
import type { JournalEntry } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { closing } from './closing.js';
import type { Crew, Ended } from './crew.js';
import { decide } from './decide.js';
import type { Decision, Own } from './decision.js';
import { observeGap } from './gap.js';
import { leaseSeconds, renewSeconds } from './holder.js';
import { invoke } from './invoke.js';
import { LockLost } from './pen.js';
import { closeRecord, journaled, predecessorOf, readyRecord, undoRecord } from './records.js';
import { seenOutcomes } from './seen.js';
import { settleSeconds } from './settle.js';
import { type Sight, sortRuns } from './sight.js';
import { text } from './text.js';
import { watchOn } from './watching.js';

/** Inside a gap, looks come at least this often (seconds). */
const gapPollSeconds = 3;
/** A stop that is not a drain may take this long (seconds) before a person is needed. */
const stopTimeoutSeconds = 1800;
/** Errors of looks in a row after which this process gives up and leaves the rollout for `resume`. */
const looksToFail = 20;

/**
 * Carries one open rollout out: look, decide, then exactly one wait, verification, write or call, until it is closed,
 * the time of this process is over, or the lock is lost. Everything that must survive is in the record.
 */
export async function carryOut(crew: Crew): Promise<Ended> {
  const { clock, pen, signal } = crew;
  const state = {
    verdict: null as Own['verdict'],
    prepared: null as Own['prepared'],
    failed: null as Own['failed'],
    touched: pen.record.journal.some((entry) => entry.verb !== 'prepare'),
    mustSettle: crew.mustSettle,
    settledAt: null as number | null,
    endedAt: null as number | null,
    endingSince: new Map<string, number>(),
    cancelled: new Set<string>(),
    memos: new Map<string, Json>(),
    done: new Map<string, number>(),
    lookErrors: 0,
    runs: [] as readonly Run[],
    said: '',
  };

  try {
    for (;;) {
      if (signal.aborted) return await leave('interrupted', 'the process was cancelled');
      renewLease();
      if (state.mustSettle && !(await settle())) continue;
      const see = await look();
      if (see === null) continue;
      const handOver = clock.now() >= crew.handOverAt && !inGap(see);
      if (handOver) return await leave(see.fresh === null ? 'interrupted' : 'pending', 'the time of this call is over');
      const decision = decide(pen.record, see, own(see));
      const ended = await act(decision, see);
      if (ended !== null) return ended;
    }
  } catch (error) {
    if (!(error instanceof LockLost)) throw error;
    return { how: 'lost', record: error.now?.record ?? pen.record, runs: state.runs, note: error.message };
  }

  /** Only a holder that cannot be looked up through its workflow run needs a lease that is kept fresh. */
  function renewLease(): void {
    const { holder, lease } = pen.record;
    if (holder === null || holder.workflow !== null || lease === null) return;
    if (Date.parse(lease) - Date.now() > (leaseSeconds - renewSeconds) * 1000) return;
    pen.note((record) => ({ ...record, lease: new Date(Date.now() + leaseSeconds * 1000).toISOString() }));
    pen.flushSoon(`rollout ${pen.record.n}: the lease is renewed`);
  }

  function own(see: Sight): Own {
    const ending = [see.predecessor, see.fresh, see.undone].find((run) => run !== null && isEnding(run)) ?? null;
    return {
      verdict: state.verdict,
      prepared: state.prepared,
      settled: state.settledAt !== null && (state.endedAt === null || state.settledAt >= state.endedAt),
      failed: state.failed,
      overdue:
        ending !== null &&
        clock.now() > (state.endingSince.get(phase(ending)) ?? clock.now()) + endingSeconds(ending) * 1000,
      cancelled: ending !== null && state.cancelled.has(ending.id),
      touched: state.touched,
      polling: new Set(state.memos.keys()),
      superseding: crew.superseding,
    };
  }

  function endingSeconds(run: Run): number {
    return run.state === 'draining'
      ? (pen.record.plan?.job.drain.timeoutSeconds ?? stopTimeoutSeconds)
      : stopTimeoutSeconds;
  }

  async function look(): Promise<Sight | null> {
    const known = [
      ...crew.subject.ids,
      ...pen.record.journal.flatMap((entry) => entry.run ?? []),
      pen.record.predecessor?.run ?? [],
    ].flat();
    try {
      const at = clock.now();
      const runs = await crew.session.look({ ...crew.subject, ids: [...new Set(known)] });
      const see = sortRuns(pen.record, runs, crew.isOurs, at);
      state.lookErrors = 0;
      state.runs = runs;
      if (state.endedAt === null && see.predecessor !== null && !isActive(see.predecessor)) state.endedAt = at;
      for (const run of runs)
        if (isEnding(run) && !state.endingSince.has(phase(run))) state.endingSince.set(phase(run), at);
      pen.note((record) => ({
        ...seenOutcomes(record, see).reduce(journaled, record),
        gap: observeGap(record.gap, see),
      }));
      return see;
    } catch (error) {
      state.lookErrors += 1;
      say(`the look failed: ${text(error)}`);
      if (state.lookErrors >= looksToFail) throw error;
      await clock.sleep(Math.min(60, 2 ** state.lookErrors), signal);
      return null;
    }
  }

  async function settle(): Promise<boolean> {
    const startedAt = clock.now();
    say(`settling for ${settleSeconds(crew.engine)} s, so that earlier calls show`);
    await clock.sleep(settleSeconds(crew.engine), signal);
    if (signal.aborted) return false;
    state.mustSettle = false;
    state.settledAt = startedAt;
    return true;
  }

  async function act(decision: Decision, see: Sight): Promise<Ended | null> {
    switch (decision.do) {
      case 'wait':
        say(decision.for);
        await Promise.all([pause(see), inGap(see) ? pen.check() : null]);
        return null;
      case 'settle':
        await settle();
        return null;
      case 'verify':
        verify(decision.run, see);
        if (state.verdict === null) await pause(see);
        return null;
      case 'write-undo':
        pen.note((record) => undoRecord(record, decision.cause));
        state.failed = null;
        state.verdict = null;
        state.done.clear();
        state.memos.clear();
        say(`turning back: ${decision.cause.message}`);
        await pen.flush(`undo rollout ${pen.record.n}: ${decision.cause.code}`);
        return null;
      case 'write-ready':
        pen.note((record) => readyRecord(record, decision.run.id));
        await pen.flush(`rollout ${pen.record.n}: ${decision.run.id} is verified`);
        return null;
      case 'write-predecessor':
        pen.note((record) => ({ ...record, predecessor: predecessorOf(decision.run) }));
        await pen.flush(`rollout ${pen.record.n}: ${decision.run.id} is the predecessor`);
        return null;
      case 'call':
        await call(decision, see);
        return null;
      case 'close':
        return await close(decision, see);
    }
  }

  function verify(run: Run, see: Sight): void {
    const { record } = pen;
    const { watch, verdict, due } = watchOn(record, run, see);
    const isUp = record.verifying?.runningSince == null && watch.runningSince !== null;
    pen.note((now) => ({ ...now, verifying: watch }));
    if (isUp) pen.flushSoon(`rollout ${record.n}: ${run.id} is running`);
    if (verdict === null) {
      const left = Math.max(0, Math.round((due - see.at) / 1000));
      say(`${run.id} is ${run.engineState}; a verdict is due in at most ${left} s`);
      return;
    }
    state.verdict = { n: record.n, run: run.id, verdict };
    const code = verdict.result === 'pass' ? null : verdict.code;
    pen.note((now) => ({
      ...now,
      verdict: { n: now.n, run: run.id, result: verdict.result, code, message: verdict.message },
    }));
    say(verdict.message);
  }

  async function call(decision: Extract<Decision, { do: 'call' }>, see: Sight): Promise<void> {
    const doneAt = state.done.get(decision.step);
    if (doneAt !== undefined) {
      if (clock.now() - doneAt <= settleSeconds(crew.engine) * 1000) return await pause(see);
      state.failed = {
        step: decision.step,
        code: 'step-without-effect',
        message: `the engine accepted ${decision.step}, but its effect does not show`,
      };
      return;
    }
    await pen.check();
    if (signal.aborted) return;
    const memo = state.memos.get(decision.step) ?? null;
    if (memo === null) {
      say(`${decision.step}${decision.on === null ? '' : ` ${decision.on.id}`}`);
      journal(decision, 'intended', decision.on?.id ?? null, null);
    }
    let progress: VerbProgress;
    try {
      progress = await invoke(decision, pen.record, crew.session, crew.subject, memo, signal);
    } catch (error) {
      if (error instanceof TypeError) throw error;
      say(`the answer to ${decision.step} is not known: ${text(error)}`);
      state.mustSettle = true;
      state.settledAt = null;
      if (decision.verb !== 'prepare') state.touched = true;
      return;
    }
    await take(decision, progress, see);
  }

  async function take(decision: Extract<Decision, { do: 'call' }>, progress: VerbProgress, see: Sight): Promise<void> {
    if (progress.state === 'failed') {
      state.memos.delete(decision.step);
      state.failed = { step: decision.step, code: progress.code, message: progress.message };
      journal(decision, 'failed', decision.on?.id ?? null, progress.message);
      return;
    }
    if (decision.verb !== 'prepare') state.touched = true;
    if (decision.step === 'cancel-drain' && decision.on) state.cancelled.add(decision.on.id);
    if (progress.state === 'running') {
      state.memos.set(decision.step, progress.memo);
      await Promise.all([
        clock.sleep(Math.min(progress.retryAfterSeconds, pollSeconds(see)), signal),
        inGap(see) ? pen.check() : null,
      ]);
      return;
    }
    state.memos.delete(decision.step);
    if (decision.verb === 'prepare') state.prepared = decision.side;
    else state.done.set(decision.step, clock.now());
    journal(decision, 'succeeded', progress.run, progress.snapshot);
    pen.flushSoon(`rollout ${pen.record.n}: ${decision.step} succeeded`);
  }

  function journal(
    decision: Extract<Decision, { do: 'call' }>,
    entry: JournalEntry['state'],
    run: string | null,
    note: string | null,
  ): void {
    const at = new Date(clock.now()).toISOString();
    pen.note((record) => journaled(record, { at, step: decision.step, verb: decision.verb, state: entry, run, note }));
  }

  async function close(decision: Extract<Decision, { do: 'close' }>, see: Sight): Promise<Ended> {
    const end = closing(pen.record, decision, see, clock.now());
    pen.note((record) => closeRecord(record, end));
    await pen.flush(`close rollout ${pen.record.n}: ${decision.outcome}`);
    return { how: 'closed', record: pen.record, runs: see.runs, note: null };
  }

  async function leave(how: 'pending' | 'interrupted', why: string): Promise<Ended> {
    say(why);
    // After a cancelled step its own post step follows: it finds what is left by the holder.
    const postFollows = signal.aborted && pen.record.holder?.workflow != null;
    if (!postFollows) pen.note((record) => ({ ...record, holder: null, lease: null }));
    await pen.flush(`hand over rollout ${pen.record.n}: ${how}`);
    return { how, record: pen.record, runs: state.runs, note: why };
  }

  /** No run of the job is up: between stop and start. Nothing is handed over here. */
  function inGap(see: Sight): boolean {
    const up = (run: Run | null) => run !== null && isActive(run) && !isEnding(run);
    const strategy = pen.record.plan?.strategy;
    if (strategy === 'create' || strategy === 'stop') return false;
    return !up(see.predecessor) && !up(see.fresh) && !up(see.undone);
  }

  function pollSeconds(see: Sight): number {
    return inGap(see) ? Math.min(gapPollSeconds, crew.engine.pollSeconds) : crew.engine.pollSeconds;
  }

  async function pause(see: Sight): Promise<void> {
    await clock.sleep(pollSeconds(see), signal);
  }

  /** Tells a line once, not at every poll. */
  function say(line: string): void {
    const gist = line.replace(/\d+ s\b/g, '');
    if (gist === state.said) return;
    state.said = gist;
    crew.tell({ job: crew.subject.job, at: clock.now(), text: line });
  }
}

/** A drain that is cut short by a stop gets a time of its own. */
function phase(run: Run): string {
  return `${run.id} ${run.state}`;
}
