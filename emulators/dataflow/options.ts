import { causedBy, DataflowError } from './error.js';

/** Longest overlap that the service takes: 31 days. */
const longestSeconds = 744 * 3600;

const minDuration = 'parallel_replace_job_min_parallel_pipelines_duration';
const maxStop = 'parallel_replace_job_max_stop_duration';
const cancelOnTimeout = 'parallel_replace_job_cancel_on_drain_timeout';

/** Update options out of experiments and service options. Durations in text: they are checked when they count. */
export interface UpdateOptions {
  readonly strategy: 'parallel' | 'in-place' | null;
  readonly oldName: string | null;
  readonly oldId: string | null;
  readonly minDuration: string | null;
  readonly maxStop: string | null;
  readonly cancelOnTimeout: boolean;
  readonly createOrUpdate: boolean;
  readonly validateOnly: boolean;
}

/** Reads the options; throws 400 where two exclude each other. Unknown ones are left alone, as experiments are. */
export function updateOptions(list: readonly string[]): UpdateOptions {
  const flags = new Set(list);
  const value = (name: string) => list.findLast((item) => item.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
  const parallel = flags.has('update_strategy_parallel_job_update');
  const inPlace = flags.has('update_strategy_in_place_update');
  if (parallel && inPlace) {
    const text = 'update_strategy_parallel_job_update and update_strategy_in_place_update are mutually exclusive.';
    throw new DataflowError(400, text);
  }
  return {
    strategy: parallel ? 'parallel' : inPlace ? 'in-place' : null,
    oldName: value('parallel_replace_job_name'),
    oldId: value('parallel_replace_job_id'),
    minDuration: value(minDuration),
    maxStop: value(maxStop),
    cancelOnTimeout: (value(cancelOnTimeout) ?? 'true') === 'true',
    createOrUpdate: flags.has('create_or_update_job'),
    validateOnly: flags.has('graph_validate_only'),
  };
}

/** Whether the request asks for a parallel update or a stop-and-replace. */
export function asksParallel(options: UpdateOptions): boolean {
  if (options.strategy === 'in-place') return false;
  const named = options.oldName !== null || options.oldId !== null;
  return options.strategy === 'parallel' || named || options.minDuration !== null || options.maxStop !== null;
}

/** Times of a parallel update in seconds: `minSeconds` null means stop-and-replace. Throws 400 with the service's text. */
export function parallelTimes(options: UpdateOptions): {
  readonly minSeconds: number | null;
  readonly maxStopSeconds: number | null;
} {
  if (options.minDuration === null && options.maxStop === null) {
    throw new DataflowError(400, causedBy(`The parallel replace job requires you to set the ${minDuration} field.`));
  }
  return {
    minSeconds: secondsOf(minDuration, options.minDuration),
    maxStopSeconds: secondsOf(maxStop, options.maxStop),
  };
}

const units: { readonly [unit: string]: number } = { s: 1, m: 60, h: 3600 };

function secondsOf(field: string, text: string | null): number | null {
  if (text === null) return null;
  const match = /^(\d+(?:\.\d+)?)([smh])$/.exec(text);
  const seconds = match ? Number(match[1]) * (units[match[2] as string] as number) : Number.NaN;
  if (seconds <= longestSeconds) return seconds;
  const rule = 'Set a valid duration string, such as 10s, 1m, or 1h. but not longer than 31 days.';
  throw new DataflowError(400, causedBy(`An invalid duration string ${text} is set for \`${field}\`. ${rule}`));
}
