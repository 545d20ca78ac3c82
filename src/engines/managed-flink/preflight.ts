import type { ApplicationDetail } from '@aws-sdk/client-kinesis-analytics-v2';
import type { Finding } from '../../model/finding.js';
import type { JsonObject } from '../../model/json.js';
import { accountFindings, finding } from '../../platforms/aws/account-check.js';
import { metricsReadable } from '../../platforms/aws/metrics-readable.js';
import type { Intended } from '../engine.js';
import { applicationDimension, queryOf } from './query.js';
import { referenceIn } from './reference.js';
import { keepsSnapshots } from './restore.js';
import type { Tools } from './shared.js';
import { signalsOf } from './signals.js';
import { isInTransition } from './states.js';
import { nameOf } from './wanted.js';

/** Checks that only read, before anything is changed. A stop needs none of them. */
export async function preflight(tools: Tools, intended: Intended): Promise<readonly Finding[]> {
  if (intended.strategy === 'stop') return [];
  const target = intended.target ?? intended.job.target;
  const name = nameOf(target, intended.subject.names[0] ?? intended.subject.job);
  const account = await accountFindings(tools, target, 'managed-flink-wrong-account');
  if (account.length > 0) return account;
  const detail = await tools.flink.application(name);
  if (detail === null) {
    const message = `${name}: there is no such application in ${tools.place.key}.`;
    return [finding('managed-flink-application-missing', 'error', message)];
  }
  const metric = queryOf('lastCheckpointDuration', 'Maximum', name);
  return [
    ...kind(name, detail),
    ...status(name, detail),
    ...state(name, detail, intended),
    ...rollback(name, detail, target, intended),
    ...runtime(name, detail, target),
    ...(await codeExists(tools, intended, target)),
    ...(await metricsReadable(tools, intended, signalsOf(intended.job.target), metric, applicationDimension(name))),
  ];
}

function kind(name: string, detail: ApplicationDetail): readonly Finding[] {
  const { RuntimeEnvironment: is = 'no runtime', ApplicationMode: mode } = detail;
  if (is.startsWith('FLINK-') && mode !== 'INTERACTIVE') return [];
  return [finding('managed-flink-not-streaming', 'error', `${name}: the application is ${is}, not a Flink program.`)];
}

function status(name: string, { ApplicationStatus: is }: ApplicationDetail): readonly Finding[] {
  if (!isInTransition(is)) return [];
  return [finding('managed-flink-busy', 'warning', `${name}: the application is ${is}; the rollout will wait for it.`)];
}

/** Whether an update could take the state over, and whether the way back has a snapshot. */
function state(name: string, detail: ApplicationDetail, { job, strategy }: Intended): readonly Finding[] {
  if (keepsSnapshots(detail) || strategy === 'parallel') return [];
  const level = job.stateful && strategy !== 'create' ? 'error' : 'notice';
  const message = `${name}: snapshots are off, so that each version begins without state.`;
  return [finding('managed-flink-snapshots-off', level, message)];
}

function rollback(
  name: string,
  detail: ApplicationDetail,
  target: JsonObject,
  { strategy }: Intended,
): readonly Finding[] {
  const { ApplicationSystemRollbackConfigurationDescription: is } = detail.ApplicationConfigurationDescription ?? {};
  const after = target['system-rollback'] ?? is?.RollbackEnabled ?? false;
  if (after === true || (strategy !== 'in-place-update' && strategy !== 'in-flight-update')) return [];
  const message = `${name}: an update that fails leaves the application stopped, until the rollout starts it again.`;
  return [finding('managed-flink-no-system-rollback', 'notice', message)];
}

function runtime(name: string, detail: ApplicationDetail, target: JsonObject): readonly Finding[] {
  const [now, wanted] = [majorOf(detail.RuntimeEnvironment), majorOf(target['runtime'])];
  if (now === null || wanted === null || now === wanted) return [];
  const message = `${name}: from ${detail.RuntimeEnvironment} to ${target['runtime']}: state may not be readable.`;
  return [finding('managed-flink-runtime-major', 'warning', message)];
}

function majorOf(runtime: unknown): string | null {
  return typeof runtime === 'string' ? (runtime.match(/^FLINK-(\d+)_/)?.[1] ?? null) : null;
}

/** Only code made elsewhere: what the tool uploads is proven by the upload. */
async function codeExists(tools: Tools, { job }: Intended, target: JsonObject): Promise<readonly Finding[]> {
  const uri = referenceIn(target);
  if (uri === null || typeof job.target['code'] !== 'string') return [];
  const head = await (await tools.objects()).head(uri);
  if (head.state === 'missing') return [finding('managed-flink-code-missing', 'error', `${uri} does not exist.`)];
  if (head.state === 'found') return [];
  return [finding('managed-flink-code-unreadable', 'warning', `${uri} could not be checked: ${head.why}.`)];
}
