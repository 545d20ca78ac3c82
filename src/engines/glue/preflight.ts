import type { Job, JobUpdate } from '@aws-sdk/client-glue';
import type { Finding } from '../../model/finding.js';
import type { JsonObject } from '../../model/json.js';
import type { Stamp } from '../../model/stamp.js';
import { accountFindings, finding } from '../../platforms/aws/account-check.js';
import { metricsReadable } from '../../platforms/aws/metrics-readable.js';
import type { Intended } from '../engine.js';
import { updateOf } from './definition.js';
import { argumentBytes, mostArgumentBytes, notCarried, runArguments } from './launch.js';
import { lay } from './overlay.js';
import { jobDimension, queryOf, records } from './query.js';
import { referencesOf } from './reference.js';
import { writeRefusal } from './refusals.js';
import { noteModified, type Tools } from './shared.js';
import { signals } from './signals.js';
import { argumentsOf, membersOf, nameOf, type Wanted } from './wanted.js';

/** Checks that only read, before anything is stopped. A stop needs none of them. */
export async function preflight(tools: Tools, intended: Intended): Promise<readonly Finding[]> {
  if (intended.strategy === 'stop') return [];
  const target = intended.target ?? intended.job.target;
  const name = nameOf(target, intended.subject.names[0] ?? intended.subject.job);
  const account = await accountFindings(tools, target, 'glue-wrong-account');
  if (account.length > 0) return account;
  const job = await tools.glue.job(name);
  if (job === null) {
    return [finding('glue-job-missing', 'error', `${name}: there is no such Glue job in ${tools.place.key}.`)];
  }
  noteModified(tools, name, job, false);
  const leave = target['definition'] === 'leave';
  const wanted = wantedAsFarAsKnown(target, job);
  const current = updateOf(job);
  const metric = queryOf(records, 'Sum', name, intended.current?.id ?? 'ALL');
  const effective = leave ? { ...current, ...wanted.members } : lay(current, wanted);
  return [
    ...kind(name, job, leave ? null : wanted),
    ...capacity(name, effective),
    ...concurrency(name, leave ? current : effective, intended),
    ...timeout(name, effective),
    ...argumentsFit(name, effective, wanted),
    ...(leave ? left(name, current, wanted) : []),
    ...(await objectsExist(tools, intended, target)),
    ...(await undoExists(tools, intended.undo ?? null)),
    ...(await metricsReadable(tools, intended, signals, metric, jobDimension(name))),
  ];
}

function kind(name: string, job: Job, written: Wanted | null): readonly Finding[] {
  const command = job.Command?.Name;
  if (command !== 'gluestreaming') {
    const message = `${name}: the Glue job is a ${command ?? 'job without a command'}, not a streaming job (gluestreaming).`;
    return [finding('glue-not-streaming', 'error', message)];
  }
  const refusal = written === null ? null : writeRefusal(job, written.members);
  return refusal === null ? [] : [finding(refusal.code, 'error', refusal.message)];
}

function capacity(name: string, effective: JobUpdate): readonly Finding[] {
  if ((effective.WorkerType === undefined) === (effective.NumberOfWorkers === undefined)) return [];
  const lacks = effective.WorkerType === undefined ? 'worker type' : 'number of workers';
  return [finding('glue-worker-fields', 'error', `${name}: with this manifest the Glue job would have no ${lacks}.`)];
}

/** The limit is the fence of a start in a gap, and the room for a second run side by side (PROTOCOL 7). */
function concurrency(name: string, effective: JobUpdate, { strategy, current, job }: Intended): readonly Finding[] {
  const most = effective.ExecutionProperty?.MaxConcurrentRuns ?? 1;
  if (strategy === 'parallel') {
    if (most >= 2 || (current !== null && current.name !== name)) return [];
    return [
      finding('glue-no-second-place', 'error', `${name}: MaxConcurrentRuns is ${most}, so a second run cannot start.`),
    ];
  }
  if (most <= 1 || job.parallel.slots.length > 0) return [];
  return [
    finding(
      'glue-fence-weak',
      'warning',
      `${name}: MaxConcurrentRuns is ${most}, so Glue would not refuse a second start.`,
    ),
  ];
}

function timeout(name: string, effective: JobUpdate): readonly Finding[] {
  const minutes = effective.Timeout;
  if (minutes !== undefined && minutes > 0) {
    return [finding('glue-timeout-ends-run', 'warning', `${name}: Glue ends each run after ${minutes} minutes.`)];
  }
  if (minutes !== undefined || Number.parseFloat(effective.GlueVersion ?? '') < 5) return [];
  const message = `${name}: the definition has no timeout; from Glue 5.0 the default may end each run after 480 minutes.`;
  return [finding('glue-timeout-ends-run', 'notice', message)];
}

function argumentsFit(name: string, effective: JobUpdate, wanted: Wanted): readonly Finding[] {
  const args = runArguments(effective.DefaultArguments, wanted, longestStamp);
  const found: Finding[] = [];
  const bytes = argumentBytes(args);
  if (bytes > mostArgumentBytes) {
    const message = `${name}: the arguments of the run have ${bytes} bytes, ${bytes - mostArgumentBytes} more than Glue takes.`;
    found.push(finding('glue-arguments-too-long', 'error', message));
  }
  for (const [argument, value] of Object.entries(effective.NonOverridableArguments ?? {})) {
    if (args[argument] === undefined || args[argument] === value) continue;
    found.push(finding('glue-argument-not-overridable', 'error', `${name}: ${argument} cannot be given to a run.`));
  }
  return found;
}

/** With `definition: leave`, what the manifest asks of the definition can only be compared. */
function left(name: string, current: JobUpdate, wanted: Wanted): readonly Finding[] {
  const drift = notCarried(current, wanted).map((member) =>
    finding('glue-definition-drift', 'error', `${name}: the definition has another ${member} than the manifest.`),
  );
  const script = current.Command?.ScriptLocation;
  if (script === wanted.script) return drift;
  const message = `${name}: the definition names ${script ?? 'no script'}; a run that is started by hand executes that one.`;
  return [...drift, finding('glue-definition-behind', 'notice', message)];
}

/** Only objects made elsewhere: what the tool uploads is proven by the upload. */
async function objectsExist(tools: Tools, { job }: Intended, target: JsonObject): Promise<readonly Finding[]> {
  const declared = new Set(referencesOf(job.target));
  const built = referencesOf(target).filter((uri) => declared.has(uri) || fromBuild(job.target, target, uri));
  if (built.length === 0) return [];
  const objects = await tools.objects();
  const heads = await Promise.all(built.map(async (uri) => ({ uri, head: await objects.head(uri) })));
  return heads.flatMap(({ uri, head }) => {
    if (head.state === 'missing') return [finding('glue-script-missing', 'error', `${uri} does not exist.`)];
    if (head.state === 'found') return [];
    return [finding('glue-script-unreadable', 'warning', `${uri} could not be checked: ${head.why}.`)];
  });
}

/** A new run that fails is followed by the old one, whose objects may be gone by now. */
async function undoExists(tools: Tools, undo: JsonObject | null): Promise<readonly Finding[]> {
  const uris = undo === null ? [] : referencesOf(undo);
  if (uris.length === 0) return [];
  const objects = await tools.objects();
  const heads = await Promise.all(uris.map(async (uri) => ({ uri, head: await objects.head(uri) })));
  return heads.flatMap(({ uri, head }) => {
    if (head.state !== 'missing') return [];
    const message = `${uri}, which the running run was started with, does not exist any more, so no undo can start it again: a new run that fails would leave nothing running.`;
    return [finding('undo-limited', 'warning', message)];
  });
}

/** A URI that came out of a build: the manifest has `${build.NAME}` text in its place. */
function fromBuild(declared: JsonObject, target: JsonObject, uri: string): boolean {
  return Object.entries(target).some(([field, value]) => {
    const before = declared[field];
    const now = Array.isArray(value) ? value : [value];
    const then = Array.isArray(before) ? before : [before];
    return now.some((item, index) => item === uri && typeof then[index] === 'string');
  });
}

/** Before a build and the uploads, the script and the libraries are not known: then what the definition has stands for them. */
function wantedAsFarAsKnown(target: JsonObject, job: Job): Wanted {
  const script = target['script'];
  const known = typeof script === 'string' && !script.includes('${');
  return {
    script: known ? script : (job.Command?.ScriptLocation ?? ''),
    arguments: argumentsOf(target),
    members: membersOf(target),
  };
}

const longest = 'x'.repeat(63);
const longestStamp: Stamp = {
  revision: longest,
  rollout: longest,
  n: 999_999,
  step: longest,
  commit: longest,
  predecessor: longest,
  slot: 1,
};
