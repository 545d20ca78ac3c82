import { type Code, codes } from '../../model/codes/index.js';
import { RolloutError } from '../../model/error.js';
import type { Finding } from '../../model/finding.js';
import type { JsonObject } from '../../model/json.js';
import type { Intended } from '../engine.js';
import { conflictText, isFree } from './apply.js';
import { takeover } from './client-side.js';
import { launchDocument } from './document.js';
import type { Jobs } from './jobs.js';
import type { Kit } from './kit.js';
import { isFailure } from './kubectl.js';
import { resourceOf, standingIn } from './resources.js';
import type { Standing } from './seen.js';
import { errorIn } from './status.js';
import { kindOf, nameOf, partsOf } from './target.js';

/** Checks that only read, before anything is changed. A stop needs none of them. */
export async function preflight(kit: Kit, jobs: Jobs, intended: Intended): Promise<readonly Finding[]> {
  const { strategy, job, subject } = intended;
  if (strategy === 'stop') return [];
  const target = intended.target ?? job.target;
  const name = nameOf(target, subject.names[0] ?? subject.job);
  const kind = kindOf(target);
  const standing = await found(kit, kind, name);
  if ('code' in standing) return [standing];
  const { there } = standing;
  if (there === null && strategy !== 'create' && strategy !== 'parallel') {
    return [finding('flink-operator-missing', 'error', `${name}: there is no such ${kind} in ${kit.place.key}.`)];
  }
  const merged = mergedOf(target, there);
  return [
    ...program(name, merged, there),
    ...(await sessionCluster(kit, name, kind, merged)),
    ...condition(name, there),
    ...(await measurable(kit, jobs, name, target, there)),
    ...modes(name, merged, intended),
    ...version(name, target, there),
    ...(strategy === 'in-flight-update' ? [] : await dryRun(kit, intended, name, there)),
  ];
}

async function found(
  kit: Kit,
  kind: ReturnType<typeof kindOf>,
  name: string,
): Promise<Finding | { readonly there: Standing | null }> {
  try {
    return { there: await standingIn(kit, kind, name) };
  } catch (error) {
    if (!(error instanceof RolloutError) || error.code !== 'flink-operator-not-installed') throw error;
    return finding('flink-operator-not-installed', 'error', `${name}: ${kit.place.key} knows no ${kind}.`);
  }
}

type Parts = ReturnType<typeof partsOf>;

/** What the resource will have: what is declared, over what is there. */
function mergedOf(target: JsonObject, there: Standing | null): Parts {
  const declared = partsOf(target['spec']);
  const live = partsOf(there?.specs.wanted);
  return {
    spec: { ...live.spec, ...declared.spec },
    job: { ...live.job, ...declared.job },
    configuration: { ...live.configuration, ...declared.configuration },
  };
}

function program(name: string, { job }: Parts, there: Standing | null): readonly Finding[] {
  if (Object.keys(job).some((key) => key !== 'state' && key !== 'upgradeMode')) return [];
  const what = there === null ? 'spec.job is not declared' : 'the resource has no spec.job: it is a session cluster';
  return [finding('flink-operator-not-a-job', 'error', `${name}: ${what}.`)];
}

async function sessionCluster(kit: Kit, name: string, kind: string, { spec }: Parts): Promise<readonly Finding[]> {
  const cluster = spec['deploymentName'];
  if (kind !== 'FlinkSessionJob' || typeof cluster !== 'string' || cluster.includes('${')) return [];
  if ((await resourceOf(kit, 'FlinkDeployment', cluster)) !== null) return [];
  const message = `${name}: there is no session cluster ${cluster} in ${kit.place.key}.`;
  return [finding('flink-operator-no-session-cluster', 'error', message)];
}

/** How the resource is now: an upgrade of what is on its way, or in trouble, is another upgrade than people think of. */
function condition(name: string, there: Standing | null): readonly Finding[] {
  if (there === null) return [];
  const { deployed, resource } = there;
  const error = errorIn(resource.status);
  if (deployed === null) {
    const what = 'the operator has not brought the resource that is there out yet';
    const why = error === null ? '' : `: ${error.text}`;
    return [finding('flink-operator-not-stable', 'warning', `${name}: ${what}${why}.`)];
  }
  if (deployed.state === 'starting' || deployed.state === 'stopping') {
    const why = error === null ? '' : `: ${error.text}`;
    return [finding('flink-operator-not-stable', 'warning', `${name}: the resource is ${deployed.engineState}${why}.`)];
  }
  return error === null
    ? []
    : [finding('flink-operator-not-stable', 'warning', `${name}: the operator says: ${error.text}`)];
}

/** Without Flink's own API there is nothing to measure: success would be what the operator says. */
async function measurable(
  kit: Kit,
  jobs: Jobs,
  name: string,
  target: JsonObject,
  there: Standing | null,
): Promise<readonly Finding[]> {
  const behind = there?.deployed?.state === 'running' ? jobs.behind(there.deployed, target) : null;
  if (behind === null || kit.ambient.signal.aborted) return [];
  try {
    await behind.api.jobs();
    return [];
  } catch (error) {
    if (!(error instanceof RolloutError)) throw error;
    const isForbidden = error.code === 'flink-access-denied';
    const what = isForbidden ? 'may not be asked, so nothing is measured' : 'can’t be reached now';
    const message = `${name}: the REST API of the job ${what}: ${error.message}`;
    return [finding('flink-operator-rest-unreachable', 'warning', message)];
  }
}

const highAvailability = ['high-availability.type', 'high-availability'];
const checkpoints = ['state.checkpoints.dir', 'execution.checkpointing.dir'];
const savepoints = ['state.savepoints.dir', 'execution.checkpointing.savepoint-dir'];

/** How the operator will carry the state over. */
function modes(name: string, { job, configuration }: Parts, { job: declared, strategy }: Intended): readonly Finding[] {
  if (!declared.stateful || strategy === 'parallel') return [];
  const mode = partsOf(declared.target['spec']).job['upgradeMode'];
  const told: Finding[] = [];
  if (mode === undefined && job['upgradeMode'] !== 'last-state' && job['upgradeMode'] !== 'savepoint') {
    const message = `${name}: upgradeMode is not declared and the operator's default drops the state; savepoint is set.`;
    told.push(finding('flink-operator-upgrade-mode', 'notice', message));
  }
  const has = (keys: readonly string[]) =>
    keys.some((key) => configuration[key] !== undefined && configuration[key] !== 'NONE');
  const effective = mode ?? (job['upgradeMode'] === 'last-state' ? 'last-state' : 'savepoint');
  if (effective === 'last-state' && !has(highAvailability)) {
    const message = `${name}: upgradeMode last-state, and the resource configures no high availability.`;
    told.push(finding('flink-operator-no-high-availability', 'warning', message));
  }
  if (effective !== 'stateless' && !has(checkpoints)) {
    const message = `${name}: upgradeMode ${String(effective)}, and the resource names no directory for checkpoints.`;
    told.push(finding('flink-operator-no-checkpoint-directory', 'warning', message));
  }
  if (effective === 'savepoint' && !has(savepoints)) {
    const message = `${name}: upgradeMode savepoint, and the resource names no directory for savepoints.`;
    told.push(finding('flink-operator-no-savepoint-directory', 'warning', message));
  }
  return told;
}

function version(name: string, target: JsonObject, there: Standing | null): readonly Finding[] {
  const major = (of: unknown) => /^v(\d+)_/.exec(String(of))?.[1] ?? null;
  const before = there?.deployed?.spec?.['flinkVersion'];
  const after = partsOf(target['spec']).spec['flinkVersion'];
  if (major(before) === null || major(after) === null || major(before) === major(after)) return [];
  const message = `${name}: from ${String(before)} to ${String(after)}: state may not be readable.`;
  return [finding('flink-operator-version-major', 'warning', message)];
}

/** The API server checks the whole write and stores nothing: unknown fields, webhooks, rights, fields of other managers. */
async function dryRun(
  kit: Kit,
  { target, applies }: Intended,
  name: string,
  standing: Standing | null,
): Promise<readonly Finding[]> {
  if (target === null) return [];
  const stamp = {
    ...{ revision: 'r1-0000000000000000', rollout: 'preflight', n: 1, step: 'preflight' },
    ...{ commit: null, predecessor: null, slot: null },
  };
  const filled = JSON.parse(kit.reveal(JSON.stringify(target)) ?? JSON.stringify(target)) as JsonObject;
  const { namespace } = kit;
  const entries = standing?.entries ?? [];
  const document = launchDocument(filled, { name, namespace, stamp, standing, from: null, entries });
  const costly = takeover(standing?.resource ?? null, document);
  if (costly !== null) return [finding(costly.code, 'error', `${name}: ${costly.text}.`)];
  const force = target['force-conflicts'] === true;
  const answer = await kit.kubectl.apply(document, { force, dryRun: true, signal: kit.ambient.signal });
  if (!isFailure(answer)) return [];
  // Who only plans may have no right to write.
  if (answer.code === 'flink-operator-access-denied' && applies !== true) return [];
  if (answer.kind === 'owned') {
    if (answer.conflicts.length > 0 && answer.conflicts.every(isFree)) return [];
    return [finding(answer.code, 'error', `${name}: ${conflictText(answer)}.`)];
  }
  if (answer.kind === 'refused' || answer.kind === 'missing') {
    return [finding(answer.code, 'error', `${name}: the API server refuses the spec: ${answer.text}`)];
  }
  return [];
}

function finding(code: Code, level: Finding['level'], message: string): Finding {
  return { code, level, message, next: codes[code].next };
}
