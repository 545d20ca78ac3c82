/** Longest time that `parallel_replace_job_min_parallel_pipelines_duration` accepts: 31 days. */
export const maxBackstopSeconds = 744 * 3600;

/**
 * Experiments that decide how a launch treats a running job of the same name. The plan decides that, so a manifest may not.
 * Options that only bound the service's own drain (`…max_stop_duration`, `…cancel_on_drain_timeout`) stay open to users.
 * https://cloud.google.com/dataflow/docs/guides/upgrade-guide
 */
const reserved = [
  'update_strategy_parallel_job_update',
  'update_strategy_in_place_update',
  'parallel_replace_job_min_parallel_pipelines_duration',
  'parallel_replace_job_name',
  'parallel_replace_job_id',
  'create_or_update_job',
  'graph_validate_only',
];

/** Those of the given experiments that only a plan may set. */
export function reservedAmong(experiments: readonly string[]): readonly string[] {
  return experiments.filter((text) => reserved.includes(text.split('=', 1)[0]?.trim() ?? ''));
}

/** Experiments of a parallel update: the service drains the old job after `backstopSeconds`, and not before. */
export function overlapExperiments(backstopSeconds: number): readonly string[] {
  return [
    'update_strategy_parallel_job_update',
    `parallel_replace_job_min_parallel_pipelines_duration=${Math.ceil(backstopSeconds)}s`,
  ];
}
