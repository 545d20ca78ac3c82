import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';
import { same } from '../api/value.js';

/** What the operator reads from a spec, with its defaults; it writes some of them back. */
export interface JobSpec {
  readonly jarURI: string;
  readonly args: readonly string[];
  readonly entryClass: string | null;
  readonly parallelism: number;
  readonly state: 'running' | 'suspended';
  readonly upgradeMode: UpgradeMode;
  readonly allowNonRestoredState: boolean;
  readonly initialSavepointPath: string | null;
}

export type UpgradeMode = 'stateless' | 'savepoint' | 'last-state';

const text = (value: Json | undefined) => (typeof value === 'string' && value !== '' ? value : null);

/** Null: a session cluster. */
export function jobOf(spec: JsonObject): JobSpec | null {
  const job = spec['job'];
  if (!isObject(job)) return null;
  const args = job['args'];
  const mode = job['upgradeMode'];
  return {
    jarURI: text(job['jarURI']) ?? '',
    args: Array.isArray(args) ? args.map(String) : [],
    entryClass: text(job['entryClass']),
    parallelism: typeof job['parallelism'] === 'number' ? job['parallelism'] : slotsPerTaskManager(spec),
    state: job['state'] === 'suspended' ? 'suspended' : 'running',
    upgradeMode: mode === 'savepoint' || mode === 'last-state' ? mode : 'stateless',
    allowNonRestoredState: job['allowNonRestoredState'] === true,
    initialSavepointPath: text(job['initialSavepointPath']),
  };
}

function slotsPerTaskManager(spec: JsonObject): number {
  const { replicas } = isObject(spec['taskManager']) ? spec['taskManager'] : {};
  return typeof replicas === 'number' ? replicas : 1;
}

/** A spec with what the operator's own classes add when it is read and written again. */
export function withDefaults(spec: JsonObject): JsonObject {
  const { job, jobManager } = spec;
  return {
    ...spec,
    ...(isObject(job) && { job: { args: [], state: 'running', upgradeMode: 'stateless', ...job } }),
    ...(isObject(jobManager) && { jobManager: { replicas: 1, ...jobManager } }),
  };
}

export type DiffType = 'IGNORE' | 'SCALE' | 'UPGRADE' | 'SAVEPOINT_REDEPLOY';
const ranks: readonly DiffType[] = ['IGNORE', 'SCALE', 'UPGRADE', 'SAVEPOINT_REDEPLOY'];

export interface Diff {
  readonly type: DiffType;
  readonly changes: readonly {
    readonly path: string;
    readonly left: Json | undefined;
    readonly right: Json | undefined;
  }[];
}

/** What a change of a field costs; what is not listed is an upgrade. The first row whose path begins the field's decides. */
const table: readonly (readonly [
  path: string,
  type: DiffType | 'UPGRADE_UNLESS_NULL' | 'REDEPLOY_UNLESS_NULL' | 'SCALE_STANDALONE' | 'SCALE_NATIVE',
])[] = [
  ['job.upgradeMode', 'IGNORE'],
  ['job.allowNonRestoredState', 'IGNORE'],
  ['job.initialSavepointPath', 'IGNORE'],
  ['job.savepointTriggerNonce', 'IGNORE'],
  ['job.checkpointTriggerNonce', 'IGNORE'],
  ['job.autoscalerResetNonce', 'IGNORE'],
  ['job.savepointRedeployNonce', 'REDEPLOY_UNLESS_NULL'],
  ['job.parallelism', 'SCALE_STANDALONE'],
  ['restartNonce', 'UPGRADE_UNLESS_NULL'],
  ['flinkConfiguration.job.autoscaler', 'IGNORE'],
  ['flinkConfiguration.parallelism.default', 'IGNORE'],
  ['flinkConfiguration.kubernetes.operator', 'IGNORE'],
  ['flinkConfiguration.pipeline.jobvertex-parallelism-overrides', 'SCALE_NATIVE'],
];

/** How an operator sees a change of a spec: the largest of all fields' types decides. */
export function diffOf(before: JsonObject, after: JsonObject): Diff {
  const changes = changed(withDefaults(before), withDefaults(after), '');
  const standalone = after['mode'] === 'standalone';
  const types = changes.map(({ path, right }) => typeOf(path, right, standalone));
  const rank = Math.max(0, ...types.map((type) => ranks.indexOf(type)));
  return { type: ranks[rank] ?? 'IGNORE', changes };
}

function typeOf(path: string, right: Json | undefined, standalone: boolean): DiffType {
  const [, type = 'UPGRADE'] = table.find(([prefix]) => path.startsWith(prefix)) ?? [];
  const isNull = right === undefined || right === null;
  if (type === 'UPGRADE_UNLESS_NULL') return isNull ? 'IGNORE' : 'UPGRADE';
  if (type === 'REDEPLOY_UNLESS_NULL') return isNull ? 'IGNORE' : 'SAVEPOINT_REDEPLOY';
  if (type === 'SCALE_STANDALONE') return standalone ? 'SCALE' : 'UPGRADE';
  if (type === 'SCALE_NATIVE') return standalone ? 'UPGRADE' : 'SCALE';
  return type;
}

function changed(before: Json | undefined, after: Json | undefined, path: string): Diff['changes'] {
  if (same(before, after) || (before ?? null) === (after ?? null)) return [];
  if (!isObject(before) || !isObject(after)) return [{ path, left: before, right: after }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => changed(before[key], after[key], path === '' ? key : `${path}.${key}`));
}

/** A difference as the operator's events tell it. */
export function told({ type, changes }: Diff): string {
  const shown = (value: Json | undefined) =>
    typeof value === 'object' ? JSON.stringify(value) : String(value ?? null);
  const parts = changes.map(({ path, left, right }) => `${path} : ${shown(left)} -> ${shown(right)}`);
  return `${type} change(s) detected (Diff: FlinkDeploymentSpec[${parts.join(', ')}]), starting reconciliation.`;
}
