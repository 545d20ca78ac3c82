import { randomUUID } from 'node:crypto';
import { Disk, type WriteObject } from './disk.js';
import { isActive, type Job, parallelismAt, phaseAt, type Taken } from './job.js';
import { programOf } from './program.js';
import { type FlinkSettings, versionNumber } from './settings.js';

export interface Jar {
  readonly id: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly uploadedAt: number;
}

/** A savepoint that was asked for. Times in milliseconds. */
export interface Trigger {
  readonly job: string;
  readonly id: string;
  readonly at: number;
  readonly doneAt: number;
  readonly ends: boolean;
  readonly directory: string;
  /** Why it fails; null: it succeeds. */
  readonly failure: string | null;
  readonly stopFails: boolean;
  result: { readonly location: string } | { readonly trace: string } | null;
}

/** One cluster: its jars, its jobs and what is under way. */
export class World {
  readonly jars = new Map<string, Jar>();
  readonly jobs = new Map<string, Job>();
  readonly triggers = new Map<string, Trigger>();
  readonly disk: Disk;
  settings: FlinkSettings;

  /** `disk`: that of another cluster, which sees the same snapshots; without one it has its own. */
  constructor(settings: FlinkSettings, object: WriteObject | null, disk: Disk | null = null) {
    this.settings = settings;
    this.disk = disk ?? new Disk(object);
  }

  get metadataVersion(): 4 | 6 {
    return versionNumber(this.settings) >= 201 ? 6 : 4;
  }

  checkpointPath(job: Job, n: number): string {
    return `${this.settings.checkpointDirectory ?? `file:${this.disk.folder}/checkpoints`}/${job.id}/chk-${n}`;
  }

  slots(now: number): { readonly total: number; readonly free: number } {
    const total = this.settings.taskManagers * this.settings.slotsEach;
    const used = [...this.jobs.values()]
      .filter((job) => isActive(job, now) && !job.starved)
      .map((job) => parallelismAt(job, now));
    return { total, free: Math.max(0, total - used.reduce((sum, one) => sum + one, 0)) };
  }

  addJar(name: string, bytes: Buffer, now: number): Jar {
    const jar = { id: `${randomUUID()}_${name}`, name, bytes, uploadedAt: now };
    this.jars.set(jar.id, jar);
    return jar;
  }

  programIn(jar: Jar) {
    return programOf(jar.bytes);
  }

  /** Carries out all that is due: results of savepoints, ends of programs, checkpoints, jobs that waited for slots, and what is forgotten. */
  settle(now: number): void {
    for (const trigger of this.triggers.values()) this.#settleTrigger(trigger, now);
    for (const job of this.jobs.values()) this.#settleJob(job, now);
    const forgotten = now - this.settings.historySeconds * 1000;
    for (const job of this.jobs.values()) if (job.end !== null && job.end.at < forgotten) this.jobs.delete(job.id);
    for (const [key, trigger] of this.triggers) {
      if (trigger.result !== null && now > trigger.doneAt + this.settings.resultSeconds * 1000)
        this.triggers.delete(key);
    }
  }

  #settleTrigger(trigger: Trigger, now: number): void {
    if (trigger.result !== null || now < trigger.doneAt) return;
    const job = this.jobs.get(trigger.job);
    if (job === undefined || !isActive(job, trigger.doneAt)) {
      trigger.result = {
        trace: `java.util.concurrent.CompletionException: org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job (${trigger.job})`,
      };
      return;
    }
    if (trigger.failure !== null) {
      trigger.result = { trace: trigger.failure };
      return;
    }
    const path = `${trigger.directory.replace(/\/+$/, '')}/savepoint-${job.id.slice(0, 6)}-${trigger.id.slice(0, 12)}`;
    this.disk.write(
      path,
      { checkpointId: checkpointsAt(this, job, trigger.doneAt) + 1, operators: job.operators },
      this.metadataVersion,
    );
    const location = path.replace(/^file:\/*(?=[^/])/, 'file:/').replace(/^\/(?!\/)/, 'file:/');
    job.taken.push({
      id: checkpointsAt(this, job, trigger.doneAt) + 1,
      triggeredAt: trigger.at,
      at: trigger.doneAt,
      path: location,
      type: trigger.ends ? 'SYNC_SAVEPOINT' : 'SAVEPOINT',
    });
    if (trigger.stopFails) {
      const text = `org.apache.flink.runtime.scheduler.stopwithsavepoint.StopWithSavepointStoppingException: A savepoint has been created at: ${location}, but the corresponding job ${job.id} failed during stopping. The savepoint is consistent, but might have uncommitted transactions. If you want to commit the transaction please restart a job from this savepoint.`;
      trigger.result = { trace: text };
      job.pauses.push({
        at: trigger.doneAt,
        until: trigger.doneAt + 1000,
        trace: 'java.lang.RuntimeException: it failed while it stopped',
      });
      return;
    }
    trigger.result = { location };
    if (trigger.ends) job.end = { at: trigger.doneAt + this.settings.stopSeconds * 1000, state: 'FINISHED' };
  }

  #settleJob(job: Job, now: number): void {
    if (job.starved && isActive(job, now) && this.slots(now).free >= parallelismAt(job, now)) {
      job.starved = false;
      job.runningAt = now + this.settings.startSeconds * 1000;
    }
    const { end } = job.program.fate;
    if (end !== null && job.end === null && job.cancelAt === null && now >= job.runningAt + end.after * 1000) {
      const at = job.runningAt + end.after * 1000;
      job.end = { at, state: end.state };
      if (end.state === 'FAILED') job.failures.push({ at, trace: end.message });
    }
    this.#settleCheckpoints(job, now);
  }

  /** One checkpoint is kept: each new one takes the place of the one before. */
  #settleCheckpoints(job: Job, now: number): void {
    const until = Math.min(now, job.end?.at ?? now);
    const newest = checkpointsAt(this, job, until);
    if (newest > job.written) {
      if (job.written > 0) this.disk.remove(this.checkpointPath(job, job.written));
      this.disk.write(
        this.checkpointPath(job, newest),
        { checkpointId: newest, operators: job.operators },
        this.metadataVersion,
      );
      job.written = newest;
    }
    const ended = job.end !== null && now >= job.end.at ? job.end.state : null;
    const discards =
      ended === 'FINISHED' || (ended === 'CANCELED' && this.settings.retention === 'DELETE_ON_CANCELLATION');
    if (discards && job.written > 0 && this.disk.read(this.checkpointPath(job, job.written)) !== null) {
      this.disk.remove(this.checkpointPath(job, job.written));
    }
  }
}

/** How many checkpoints a job has completed by a time. */
export function checkpointsAt(world: World, job: Job, at: number): number {
  const { fate } = job.program;
  const until = Math.min(at, job.cancelAt ?? at, job.end?.at ?? at);
  if (!fate.checkpoints || fate.stalled || job.loops !== null || until <= job.runningAt) return 0;
  return Math.floor((until - job.runningAt) / (world.settings.checkpointSeconds * 1000));
}

/** The newest snapshot of a kind by a time. */
export function newestTaken(job: Job, at: number): Taken | null {
  return job.taken.findLast((taken) => taken.at <= at) ?? null;
}

/** All tasks run, so that a checkpoint can be begun. */
export function canCheckpoint(job: Job, at: number): boolean {
  return phaseAt(job, at).tasks === 'running';
}
