import type { JsonObject } from '../../model/json.js';
import { secondsOf } from './duration.js';
import { read } from './target.js';

/** A command that was told to end gets this long before its process group is killed. */
export const graceSeconds = 2;
export const defaultTimeoutSeconds = 60;
export const defaultPollSeconds = 5;
const defaultLagSeconds = 15;

/** PROTOCOL 1 for jobs that give no times of their own: a command acts no longer than its time-out and the grace. */
export const times = { callSeconds: defaultTimeoutSeconds + graceSeconds, lagSeconds: defaultLagSeconds };

/** Times of one job: `times` as given, else what follows from its `timeout`. */
export function timesOf(target: JsonObject): typeof times {
  const given = read(target);
  return {
    callSeconds: secondsOf(given.times?.call, secondsOf(given.timeout, defaultTimeoutSeconds) + graceSeconds),
    lagSeconds: secondsOf(given.times?.lag, defaultLagSeconds),
  };
}
