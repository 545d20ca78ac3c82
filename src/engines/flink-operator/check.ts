import { type Code, codes } from '../../model/codes/index.js';
import type { Finding } from '../../model/finding.js';
import type { Job } from '../../model/job.js';
import { isMark } from './marks.js';
import { kindOf, specOf } from './target.js';

/** `spec.job.upgradeMode` (JobSpec of the operator). */
const upgradeModes: ReadonlySet<string> = new Set(['savepoint', 'last-state', 'stateless']);

/** Rules of one job's target that the schema cannot express. */
export function checkJob(job: Job): readonly Finding[] {
  const { target } = job;
  const { spec, job: declared, configuration } = specOf(target);
  const found: Finding[] = [];
  const tell = (code: Code, level: Finding['level'], field: string, message: string) =>
    void found.push({ code, level, message: `${job.key}: ${message}`, next: codes[code].next, ...at(job, field) });

  if (declared['state'] !== undefined)
    tell('flink-operator-state-declared', 'error', 'target.spec.job.state', 'spec.job.state is set by the tool.');
  for (const name of ['savepointRedeployNonce'])
    if (declared[name] !== undefined)
      tell('flink-operator-state-declared', 'error', `target.spec.job.${name}`, `spec.job.${name} is set by the tool.`);
  const reserved = [
    ...Object.keys(configuration).map((key) => ['spec.flinkConfiguration', key] as const),
    ...Object.keys(target['annotations'] ?? {}).map((key) => ['annotations', key] as const),
    ...Object.keys(target['labels'] ?? {}).map((key) => ['labels', key] as const),
  ];
  for (const [field, key] of reserved) {
    if (isMark(key))
      tell('flink-operator-reserved-key', 'error', `target.${field}.${key}`, `${key} is the tool's own.`);
  }
  const { upgradeMode: mode } = declared;
  if (mode !== undefined && !String(mode).includes('${') && !upgradeModes.has(String(mode)))
    tell(
      'flink-operator-upgrade-mode-unknown',
      'error',
      'target.spec.job.upgradeMode',
      `upgradeMode is ${JSON.stringify(mode)}.`,
    );
  if (declared['upgradeMode'] === 'stateless' && job.stateful)
    tell(
      'flink-operator-stateless',
      'warning',
      'target.spec.job.upgradeMode',
      'with upgradeMode stateless each upgrade begins without state.',
    );
  if (declared['allowNonRestoredState'] === true)
    tell(
      'flink-operator-state-dropped',
      'warning',
      'target.spec.job.allowNonRestoredState',
      'state of operators that the new program does not have is dropped.',
    );
  if (kindOf(target) === 'FlinkSessionJob' && spec['deploymentName'] === undefined)
    tell(
      'flink-operator-no-session-cluster',
      'warning',
      'target.spec',
      'spec.deploymentName is not declared, so that the session cluster has to be set by somebody else.',
    );
  if (JSON.stringify(target['spec']).includes('${secret.'))
    tell(
      'flink-operator-secret-in-spec',
      'warning',
      'target.spec',
      'the spec holds a secret, which everyone who may read the resource sees.',
    );
  return found;
}

function at(job: Job, field: string): { readonly file: string; readonly line: number } {
  let path = field;
  while (path.includes('.') && job.positions[path] === undefined) path = path.slice(0, path.lastIndexOf('.'));
  const { file, line } = job.positions[path] ?? job.at;
  return { file, line };
}
