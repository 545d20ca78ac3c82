import type { JsonObject } from '../../../src/model/json.js';
import { trigger } from '../../flink/savepoints.js';
import { flinkBlueGreenDeployments, flinkDeployments } from '../api/kinds.js';
import { timeOf } from '../api/store.js';
import { objectAt, same, textAt } from '../api/value.js';
import { remove } from '../api/write.js';
import { jobIn, stateOf } from './cluster.js';
import { secondsOf } from './configuration.js';
import type { Operator } from './context.js';
import { released, taken } from './deployment.js';
import { diffOf, jobOf } from './spec.js';
import { makeOwned, newest, operatorName, type Status, tell, writeStatus } from './writer.js';

type Color = 'blue' | 'green';
const other = { blue: 'green', green: 'blue' } as const;
const upper = (color: Color) => color.toUpperCase();

/** One look at a FlinkBlueGreenDeployment. */
interface Look {
  readonly operator: Operator;
  readonly object: JsonObject;
  readonly status: Status;
  readonly now: number;
}

/** One look of the operator at a FlinkBlueGreenDeployment: two FlinkDeployments, of which one is active. */
export function lookAtBlueGreen(operator: Operator, found: JsonObject, now: number): number | null {
  const kind = flinkBlueGreenDeployments;
  if (textAt(found, 'metadata', 'deletionTimestamp') !== '') {
    released(operator, kind, found, now);
    return null;
  }
  const object = taken(operator, kind, found, now);
  const status: Status = { ...objectAt(object, 'status') };
  const look = { operator, object, status, now };
  const next = step(look);
  writeStatus(operator.store, kind, object, status, now);
  return next;
}

function step(look: Look): number | null {
  const { status } = look;
  const state = textAt(status, 'blueGreenState');
  if (state === '') return begin(look);
  const color: Color = state.endsWith('BLUE') ? 'blue' : 'green';
  if (state === 'INITIALIZING_BLUE') return initializing(look);
  if (state.startsWith('ACTIVE')) return active(look, color);
  if (state.startsWith('SAVEPOINTING')) return savepointing(look, color);
  return transitioning(look, color);
}

const specOf = ({ object }: Look) => objectAt(object, 'spec', 'template', 'spec');
const wait = (look: Look) => seconds(look, 'reconciliation.reschedule-interval', 15);

/** An option below `kubernetes.operator.bluegreen`, in seconds. */
function seconds({ object }: Look, name: string, usual: number): number {
  const value = textAt(object, 'spec', 'configuration', `kubernetes.operator.bluegreen.${name}`);
  return value === '' ? usual : secondsOf(value);
}

function enter({ status, now }: Look, state: string, change: Status = {}): void {
  Object.assign(status, { blueGreenState: state, lastReconciledTimestamp: timeOf(now), ...change });
}

function keep({ status, object }: Look): void {
  status['lastReconciledSpec'] = JSON.stringify(objectAt(object, 'spec'));
}

function begin(look: Look): number {
  enter(look, 'INITIALIZING_BLUE', { jobStatus: { state: 'RECONCILING' } });
  keep(look);
  makeChild(look, 'blue', null);
  abortAfter(look);
  return wait(look);
}

function initializing(look: Look): number {
  if (!isReady(look, 'blue')) {
    if (isChanged(look)) {
      keep(look);
      makeChild(look, 'blue', null);
    }
    return wait(look);
  }
  enter(look, 'ACTIVE_BLUE', { jobStatus: { state: 'RUNNING' }, deploymentReadyTimestamp: timeOf(look.now) });
  return wait(look);
}

/** What a change of the template asks for, by the first rule that fits. */
function active(look: Look, color: Color): number {
  const { status, operator, object } = look;
  if (!isChanged(look)) return 60;
  const before = objectAt(JSON.parse(textAt(status, 'lastReconciledSpec') || '{}') as JsonObject, 'template', 'spec');
  const [old, job] = [jobOf(before), jobOf(specOf(look))];
  const diff = diffOf(before, specOf(look));
  if (diff.type === 'IGNORE' || old?.state !== job?.state) {
    keep(look);
    makeChild(look, color, null);
    enter(look, `ACTIVE_${upper(color)}`, {
      jobStatus: { state: job?.state === 'suspended' ? 'SUSPENDED' : 'RUNNING' },
    });
    return wait(look);
  }
  if (!isReady(look, color)) {
    const name = childName(look, color);
    const error = `Transition to ${other[color]} not possible, current Flink Deployment '${name}' is not READY. FAILING '${textAt(object, 'metadata', 'name')}'`;
    enter(look, `ACTIVE_${upper(color)}`, { jobStatus: { state: 'FAILING' }, error });
    keep(look);
    tell(operator.store, object, 'Warning', 'TransitionFailed', error, 'Operator', look.now);
    return wait(look);
  }
  if (child(look, other[color]) !== null) {
    // Left by an aborted transition.
    removeChild(look, other[color]);
    return operator.settings().progressSeconds;
  }
  delete status['error'];
  keep(look);
  if (diff.type === 'SAVEPOINT_REDEPLOY') return transition(look, color, job?.initialSavepointPath ?? null);
  if (job?.upgradeMode === 'stateless') return transition(look, color, null);
  return savepoint(look, color);
}

function savepoint(look: Look, color: Color): number {
  const { operator, object, now } = look;
  const cluster = operator.clusters.get(`${textAt(object, 'metadata', 'namespace')}/${childName(look, color)}`);
  const job = cluster === null ? null : jobIn(cluster, now);
  if (cluster === null || job === null || cluster.world.settings.savepointDirectory === null) {
    enter(look, `ACTIVE_${upper(color)}`, {
      jobStatus: { state: 'FAILING' },
      error: 'Could not trigger the intermediate savepoint',
    });
    return wait(look);
  }
  const id = textAt(trigger(cluster.world, job.id, {}, false, now), 'request-id');
  enter(look, `SAVEPOINTING_${upper(color)}`, { savepointTriggerId: id, jobStatus: { state: 'RECONCILING' } });
  return wait(look);
}

function savepointing(look: Look, color: Color): number {
  const { operator, object, status, now } = look;
  const cluster = operator.clusters.get(`${textAt(object, 'metadata', 'namespace')}/${childName(look, color)}`);
  const job = cluster === null ? null : jobIn(cluster, now);
  const found = job === null ? undefined : cluster?.world.triggers.get(`${job.id} ${status['savepointTriggerId']}`);
  if (found !== undefined && found.result === null) return wait(look);
  if (found?.result != null && 'location' in found.result) return transition(look, color, found.result.location);
  const error = `Could not fetch the intermediate savepoint: ${found?.result?.trace ?? 'the job is gone'}`;
  enter(look, `ACTIVE_${upper(color)}`, { jobStatus: { state: 'FAILING' }, error });
  tell(operator.store, object, 'Warning', 'SavepointError', error, 'Operator', now);
  return wait(look);
}

/** The other child starts while the active one goes on. */
function transition(look: Look, from: Color, path: string | null): number {
  const to = other[from];
  makeChild(look, to, path);
  enter(look, `TRANSITIONING_TO_${upper(to)}`, { jobStatus: { state: 'RECONCILING' } });
  abortAfter(look);
  return wait(look);
}

function transitioning(look: Look, to: Color): number {
  const { operator, object, status, now } = look;
  const from = other[to];
  if (isChanged(look)) {
    keep(look);
    const path = textAt(child(look, to) ?? {}, 'spec', 'job', 'initialSavepointPath');
    makeChild(look, to, path || null);
    abortAfter(look);
    return wait(look);
  }
  if (isReady(look, to)) {
    const since = textAt(status, 'deploymentReadyTimestamp');
    if (since === '') status['deploymentReadyTimestamp'] = timeOf(now);
    const delay = seconds(look, 'deployment-deletion.delay', 0);
    if (now < Date.parse(textAt(status, 'deploymentReadyTimestamp')) + delay * 1000) return Math.min(wait(look), delay);
    removeChild(look, from);
    enter(look, `ACTIVE_${upper(to)}`, { jobStatus: { state: 'RUNNING' } });
    delete status['error'];
    return wait(look);
  }
  if (now < Date.parse(textAt(status, 'abortTimestamp'))) return wait(look);
  // What failed is left to be looked into; what was active stays so.
  const error = `Aborting deployment '${childName(look, to)}', rolling back to ${upper(from)} deployment`;
  enter(look, `ACTIVE_${upper(from)}`, { jobStatus: { state: 'FAILING' }, error });
  tell(operator.store, object, 'Warning', 'Aborted', error, 'Operator', now);
  return wait(look);
}

function abortAfter({ status, object, now }: Look): void {
  const grace = seconds({ status, object, now } as Look, 'abort.grace-period', 600);
  status['abortTimestamp'] = timeOf(now + grace * 1000);
  delete status['deploymentReadyTimestamp'];
}

function isChanged({ object, status }: Look): boolean {
  const kept = textAt(status, 'lastReconciledSpec');
  return kept !== '' && !same(JSON.parse(kept) as JsonObject, objectAt(object, 'spec'));
}

const childName = ({ object }: Look, color: Color) => `${textAt(object, 'metadata', 'name')}-${color}`;

function child(look: Look, color: Color): JsonObject | null {
  return look.operator.store.get(
    flinkDeployments,
    textAt(look.object, 'metadata', 'namespace'),
    childName(look, color),
  );
}

/** Its job runs and the operator says that it is stable. */
function isReady(look: Look, color: Color): boolean {
  const { operator, now, object } = look;
  const found = child(look, color);
  const cluster = operator.clusters.get(`${textAt(object, 'metadata', 'namespace')}/${childName(look, color)}`);
  const job = cluster === null ? null : jobIn(cluster, now);
  const isStable = textAt(found ?? {}, 'status', 'lifecycleState') === 'STABLE';
  return isStable && job !== null && stateOf(job, now) === 'RUNNING';
}

function makeChild(look: Look, color: Color, path: string | null): void {
  const { operator, object, now } = look;
  const spec = specOf(look);
  const job = jobOf(spec);
  const from = path === null || job === null ? {} : { job: { ...objectAt(spec, 'job'), initialSavepointPath: path } };
  const labels = objectAt(object, 'spec', 'template', 'metadata', 'labels');
  const marked = { ...labels, 'flink.apache.org/blue-green-deployment-type': color };
  const before = child(look, color);
  const finalizers = before === null ? undefined : objectAt(before, 'metadata')['finalizers'];
  const metadata = { name: childName(look, color), labels: marked, ...(finalizers !== undefined && { finalizers }) };
  makeOwned(operator.store, flinkDeployments, object, { metadata, spec: { ...spec, ...from } }, now);
}

function removeChild(look: Look, color: Color): void {
  const found = child(look, color);
  if (found === null) return;
  const namespace = textAt(found, 'metadata', 'namespace');
  const write = { kind: flinkDeployments, namespace, name: childName(look, color), subresource: '' as const };
  remove(
    look.operator.store,
    {
      ...write,
      manager: operatorName,
      dryRun: false,
      force: false,
      validation: 'Ignore',
      now: look.now,
      operatorVersion: newest,
    },
    {},
  );
}
