import type { Application, Config, World } from './application.js';
import { type Fate, fateOf } from './fate.js';

/** A Flink job inside an application: from when it runs until the next start, update or stop. Times in milliseconds. */
export interface FlinkJob {
  readonly id: string;
  readonly from: number;
  readonly to: number | null;
  readonly config: Config;
  readonly fate: Fate;
}

/** The service may do these to a job that goes on. */
const running = new Set(['RUNNING', 'AUTOSCALING', 'MAINTENANCE']);

/** The jobs that an application has had, oldest first. */
export function jobsOf(application: Application, world: World): readonly FlinkJob[] {
  const { history } = application;
  const jobs: FlinkJob[] = [];
  for (const [index, { at, status, version }] of history.entries()) {
    const before = history[index - 1];
    if (!running.has(status) || (before !== undefined && running.has(before.status))) continue;
    const end = history.slice(index + 1).find((later) => !running.has(later.status));
    const config = application.versions.get(version)?.config ?? application.current.config;
    const id = `${application.arn}#${jobs.length}`;
    jobs.push({ id, from: at, to: end?.at ?? null, config, fate: fateOf(config, world) });
  }
  return jobs;
}
