import type { Subject, Progress as VerbProgress } from '../engines/engine.js';
import type { JournalEntry } from '../model/record.js';
import type { Run } from '../model/run.js';
import { answered } from './answered.js';
import { beforeOf } from './before.js';
import type { Crew, Ended } from './crew.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import { endingsOf, givenUp } from './ending.js';
import { gainSeconds, isFencedStart, looksFirst } from './gain.js';
import { observeGap, opensGap } from './gap.js';
import { invoke } from './invoke.js';
import {
  accepted,
  callKey,
  cancelled,
  giveUp,
  knowledgeOf,
  looked,
  moved,
  ownOf,
  regains,
  turned,
  unanswered,
  unsent,
} from './knowledge.js';
import { landingOf } from './landing.js';
import { latenessOf } from './late.js';
import { isDefect, patienceOf } from './patience.js';
import { LockLost } from './pen.js';
import { journaled, movedRecord, readyRecord, undoRecord } from './records.js';
import { seenOutcomes } from './seen.js';
import { settleSeconds } from './settle.js';
import { type Sight, sortRuns } from './sight.js';
import { text } from './text.js';
import { type Verifying, verifyingOf } from './verifying.js';

/** Inside a gap, looks come at least this often (seconds). */
const gapPollSeconds = 3;
/** In an open gap an undo waits this long (seconds) for its write; then it goes on as long as the head can be read (PROTOCOL 4). */
const unwrittenUndoSeconds = 30;

const postIsOver = 'the time of the post step is over';

type Call = Extract<Decision, { do: 'call' }>;

/**
 * Carries one open rollout out: look, decide, then exactly one wait, verification, write or call, until it is closed,
 * the time of this process is over, or the lock is lost. Everything that must survive is in the record.
 */
export async function carryOut(crew: Crew): Promise<Ended> {
  const verifying = verifyingOf(crew);
  try {
    return { ...(await carry(crew, verifying)), gates: verifying.gates, anew: verifying.anew };
  } finally {
    verifying.end();
  }
}

async function carry(crew: Crew, verifying: Verifying): Promise<Ended> {
  const { clock, pen, signal } = crew;
  const know = knowledgeOf(crew);
  // Between stop and start nobody gives up while there is time: what is left lying there processes nothing.
  const goesOn = () => know.inGap && clock.now() < crew.handOverAt;
  const looks = patienceOf('look-failed', clock, signal, say, goesOn);
  const { checked, land } = landingOf(crew, say, goesOn);
  const { close, leave } = endingsOf(crew, know, land, say);
  const before = beforeOf(crew, land);
  let said = '';
  let late = false;

  try {
    for (;;) {
      if (signal.aborted) return await leave('interrupted', crew.last ? postIsOver : 'the process was cancelled');
      crew.beat?.();
      regains(know, pen.regained);
      if (know.mustSettle && !looksFirst(crew, know) && !(await settle())) continue;
      const see = await look();
      if (see === null) continue;
      const decision = decide(pen.record, see, ownOf(know, crew, see));
      if (clock.now() >= crew.handOverAt && !know.inGap) {
        // One reading in each call, however short: else a bake over many of them would never end.
        if (decision.do === 'verify') await verify(decision.run, see);
        if (decision.do !== 'close' && !(decision.do === 'verify' && know.verdict !== null))
          return await leave(see.fresh === null ? 'interrupted' : 'pending', 'the time of this call is over');
      }
      if (know.mustSettle && !isFencedStart(crew, decision)) {
        await settle();
        continue;
      }
      const ended = await act(decision, see);
      if (ended !== null) return ended;
    }
  } catch (error) {
    if (!(error instanceof LockLost))
      return await givenUp(crew, error, signal.aborted ? null : await seenNow(), know.last);
    const now = error.now?.record ?? null;
    return { how: 'lost', record: pen.record, runs: await seenNow(), note: error.message, now };
  }

  /** For the report alone: what was seen before the lock was lost may be long over. Null: it could not be seen. */
  async function seenNow(): Promise<readonly Run[] | null> {
    if (signal.aborted) return null;
    return await crew.session.look(asked()).catch((error: unknown) => {
      say(`the look failed: ${text(error)}`);
      return null;
    });
  }

  /** The job's runs, and those of them that are known by their ids. */
  function asked(): Subject {
    const known = [...crew.subject.ids, ...pen.record.journal.map((entry) => entry.run), pen.record.predecessor?.run];
    return { ...crew.subject, ids: [...new Set(known.filter((id): id is string => typeof id === 'string'))] };
  }

  async function look(): Promise<Sight | null> {
    try {
      const at = clock.now();
      const runs = await answered(crew.session.look(asked()), signal);
      const see = sortRuns(pen.record, runs, crew.isOurs, at, clock.now());
      looks.rest();
      // This process, or the engine, stood still: what was seen is too old to act on. An engine that is always slow is believed.
      late = !late && see.answeredAt - at > settleSeconds(crew.engine) * 1000;
      if (late) return null;
      looked(know, pen.record, see);
      pen.note((record) => ({
        ...seenOutcomes(record, see).reduce(journaled, record),
        gap: observeGap(record.gap, see),
      }));
      return see;
    } catch (error) {
      await looks.bear('the look failed', error);
      return null;
    }
  }

  async function settle(): Promise<boolean> {
    const startedAt = clock.now();
    const seconds = gainSeconds(crew, know);
    say(`settling for ${seconds} s, so that earlier calls show`);
    await clock.sleep(seconds, signal);
    if (signal.aborted) return false;
    know.mustSettle = false;
    know.taken = false;
    know.settledAt = startedAt;
    return true;
  }

  async function act(decision: Decision, see: Sight): Promise<Ended | null> {
    const { n } = pen.record;
    switch (decision.do) {
      case 'wait':
        say(decision.for);
        await pause();
        return null;
      case 'settle':
        await settle();
        return null;
      case 'verify':
        await verify(decision.run, see);
        if (know.verdict === null) await pause(verifying.untilSample());
        return null;
      case 'write-undo':
        pen.note((record) => undoRecord(record, decision.cause));
        turned(know);
        say(`turning back: ${decision.cause.message}`);
        await land(`undo rollout ${n}: ${decision.cause.code}`, know.inGap ? unwrittenUndoSeconds : null);
        return null;
      case 'write-ready':
        pen.note((record) => readyRecord(record, decision.run.id));
        await crew.turn?.();
        await land(`rollout ${n}: ${decision.run.id} is verified`);
        return null;
      case 'write-predecessor':
        pen.note((record) => movedRecord(record, decision.run));
        moved(know);
        await land(`rollout ${n}: ${decision.run.id} is the predecessor`);
        return null;
      case 'call':
        if (await before.ready(decision, see)) await call(decision, see);
        else await pause();
        return null;
      case 'put-off':
        return await leave('pending', decision.cause.message, decision.until);
      case 'close':
        return await close(decision, see);
    }
  }

  async function verify(run: Run, see: Sight): Promise<void> {
    const { verdict, due, watched } = await verifying.look(run, see);
    if (verdict !== null) know.verdict = { n: pen.record.n, run: run.id, verdict };
    const left = Math.max(0, Math.round((due - see.at) / 1000));
    if (verdict !== null) say(verdict.message);
    else if (!watched) say(`${run.id} is ${run.engineState}; a verdict is due in at most ${left} s`);
  }

  async function call(decision: Call, see: Sight): Promise<void> {
    const key = callKey(decision);
    const doneAt = know.done.get(key);
    if (doneAt !== undefined) {
      if (clock.now() - doneAt <= settleSeconds(crew.engine) * 1000) return await pause();
      const message = `the engine accepted ${decision.step}, but its effect does not show`;
      know.failed = { step: decision.step, code: 'step-without-effect', message };
      return;
    }
    const refusal = giveUp(know, decision);
    if (refusal !== null) {
      know.failed = refusal;
      return;
    }
    const anyway = know.inGap && isFencedStart(crew, decision);
    if (!(await checked(anyway)) || signal.aborted || regains(know, pen.regained)) return;
    const memo = know.memos.get(key)?.memo ?? null;
    if (memo === null) {
      say(`${decision.step}${aboutRun(decision)}`);
      journal(decision, 'intended', decision.on?.id ?? null, null);
    }
    let progress: VerbProgress;
    const late = latenessOf(pen);
    try {
      // What was seen before is no answer to what runs now.
      know.runs = null;
      know.inGap ||= opensGap(pen.record, decision);
      const calling = invoke(
        decision,
        pen.record,
        crew.session,
        crew.subject,
        see.tail,
        memo,
        signal,
        anyway ? undefined : late.isLate,
      );
      progress = await answered(calling, signal);
    } catch (error) {
      if (isDefect(error)) throw error;
      say(`the answer to ${decision.step} is not known: ${text(error)}`);
      unanswered(know, decision, error);
      return;
    }
    if (late.was && progress.state === 'running') return unsent(know, decision);
    await take(decision, progress);
  }

  async function take(decision: Call, progress: VerbProgress): Promise<void> {
    const key = callKey(decision);
    if (progress.state === 'failed') {
      know.memos.delete(key);
      know.failed = { step: decision.step, code: progress.code, message: progress.message };
      journal(decision, 'failed', decision.on?.id ?? null, progress.message);
      return;
    }
    accepted(know, decision);
    if (decision.step === 'cancel-drain' && decision.on) cancelled(know, decision.on, clock.now());
    if (progress.state === 'running') {
      know.memos.set(key, { step: decision.step, memo: progress.memo });
      await pause(progress.retryAfterSeconds);
      return;
    }
    know.memos.delete(key);
    if (decision.verb === 'prepare') know.prepared = decision.side;
    else know.done.set(key, clock.now());
    journal(decision, 'succeeded', progress.run, progress.snapshot);
    pen.flushSoon(`rollout ${pen.record.n}: ${decision.step} succeeded`);
  }

  function journal(decision: Call, state: JournalEntry['state'], run: string | null, note: string | null): void {
    const at = new Date(clock.now()).toISOString();
    pen.note((record) => journaled(record, { at, step: decision.step, verb: decision.verb, state, run, note }));
  }

  /** Waits for the next look. In a gap the head check runs beside it, so that the start only asks for its age. */
  async function pause(most = Number.POSITIVE_INFINITY): Promise<void> {
    const gap = know.inGap;
    const seconds = gap ? Math.min(gapPollSeconds, crew.engine.pollSeconds) : crew.engine.pollSeconds;
    const checking = gap ? answered(pen.check(), signal).catch(lockLostOnly) : null;
    await Promise.all([clock.sleep(Math.min(most, seconds), signal), checking]);
  }

  /** Tells a line once, not at every poll. */
  function say(line: string): void {
    const gist = line.replace(/\d+ s\b/g, '');
    if (gist === said) return;
    said = gist;
    crew.tell({ job: crew.subject.job, at: clock.now(), text: line });
  }
}

/** The call that follows asks again, and bears what else went wrong. */
function lockLostOnly(error: unknown): void {
  if (error instanceof LockLost) throw error;
}

/** A start follows a run, every other call acts on one. */
function aboutRun({ verb, on }: Extract<Decision, { do: 'call' }>): string {
  if (on === null) return '';
  return verb === 'start' ? `, after ${on.id}` : ` ${on.id}`;
}
