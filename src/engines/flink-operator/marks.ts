import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../model/json.js';
import { type Stamp, stampFields, stampFromFields, stampToFields } from '../../model/stamp.js';
import type { Resource } from './shapes.js';
import { partsOf } from './target.js';

/**
 * Keys of Flink's configuration that carry the stamp. Flink ignores what it does not know; the operator passes all on, takes another value for
 * an upgrade, and keeps in its status the spec that it has really brought out: there the stamp of what runs is read.
 */
const prefix = 'stream-rollout.';

/** The annotation that keeps what the status forgets: the runs before, and what was declared for each. */
export const runsAnnotation = 'stream-rollout/runs';

/** A key of the tool's own, in Flink's configuration or among annotations and labels. */
export function isMark(key: string): boolean {
  return key.startsWith(prefix) || key.startsWith('stream-rollout/');
}

export function marksOf(stamp: Stamp): { readonly [key: string]: string } {
  const fields = stampToFields(stamp);
  return Object.fromEntries(stampFields.map((field) => [`${prefix}${field}`, fields[field]]));
}

/** The stamp in a spec's configuration; null: it has none. */
export function stampIn(spec: unknown): Stamp | null {
  const { configuration } = partsOf(spec);
  return stampFromFields((field) => {
    const value = configuration[`${prefix}${field}`];
    return value === undefined || value === null ? undefined : String(value);
  });
}

export function sameStep(a: Stamp | null, b: Stamp | null): boolean {
  return a !== null && b !== null && a.rollout === b.rollout && a.n === b.n && a.step === b.step;
}

/** One run as the annotation keeps it; newest first. Times are ISO 8601. */
export interface Entry {
  readonly run: string;
  readonly stamp: { readonly [field: string]: string } | null;
  readonly launchedAt: string;
  /** `jobStatus.startTime` before the launch: a run has begun when it shows another one. */
  readonly before: string | null;
  /** `status.error` before the launch, which says nothing of it. */
  readonly error: string | null;
  /** Declared fields on which the run depends, secrets as references: if the resource has others, somebody else has changed it. */
  readonly declared: JsonObject | null;
  readonly end: 'replaced' | 'stopped' | 'failed' | 'finished' | null;
  readonly endedAt: string | null;
  /** Where the state stands that the run was begun with, if it was ended without a savepoint of its own. */
  readonly kept: string | null;
}

/** Entries that are kept, and entries of which it is kept what was declared: annotations have 256 KiB in all. */
const mostEntries = 10;
const mostDeclared = 2;
/** Above it what was declared is left out, too: hand-made changes of it then go unnoticed. */
const mostBytes = 64 * 1024;

/** The entries of a resource. Where it was made by the launch itself, its uid was not known yet when the id was written. */
export function entriesOf({ metadata: { name, uid = '', annotations } }: Resource): readonly Entry[] {
  const text = annotations?.[runsAnnotation];
  if (text === undefined) return [];
  try {
    const value = JSON.parse(text) as unknown;
    const entries = Array.isArray(value) ? value.filter((one) => isObject(one) && typeof one['run'] === 'string') : [];
    return (entries as Entry[]).map((entry) => {
      const stamp = entryStamp(entry);
      return stamp === null ? entry : { ...entry, run: stampedId(name, uid, stamp) };
    });
  } catch {
    // Somebody else wrote there: the stamps in the configuration are what counts.
    return [];
  }
}

export function entriesText(entries: readonly Entry[]): string {
  const kept = entries
    .slice(0, mostEntries)
    .map((entry, index) => (index < mostDeclared ? entry : { ...entry, declared: null, error: null }));
  const text = JSON.stringify(kept);
  if (Buffer.byteLength(text) <= mostBytes) return text;
  return JSON.stringify(kept.map((entry) => ({ ...entry, declared: null })));
}

/** The stamp of an entry. */
export function entryStamp({ stamp }: Entry): Stamp | null {
  return stamp === null ? null : stampFromFields((field) => stamp[field]);
}

/** Id of a run that carries a stamp. A resource that was deleted and made again has another uid. */
export function stampedId(name: string, uid: string, stamp: Stamp): string {
  return `${name}/${stamp.n}-${stamp.step}-${short([uid, stamp.rollout, stamp.n, stamp.step])}`;
}

/** Id of a run that somebody else has brought out: it changes with what the run depends on. */
export function foundId(name: string, uid: string, spec: unknown): string {
  return `${name}/found-${short([uid, canonical(coveredIn(spec))])}`;
}

/**
 * The fields that make a run another one and that the operator shows as they were given: image, version, program, configuration and nonces.
 * Not among them: what the operator ignores, the size, our marks, and templates, which it writes in its own form.
 */
export function coveredIn(given: unknown): JsonObject {
  const { spec, job, configuration } = partsOf(given);
  const entries: [string, Json | undefined][] = [
    ...['image', 'flinkVersion', 'restartNonce', 'deploymentName', 'mode'].map(
      (key) => [key, spec[key]] as [string, Json],
    ),
    ...['jarURI', 'entryClass', 'args', 'savepointRedeployNonce'].map(
      (key) => [`job.${key}`, job[key]] as [string, Json],
    ),
    ...Object.entries(configuration)
      .filter(([key]) => !isMark(key) && !ignored.test(key))
      .map(([key, value]) => [`flinkConfiguration.${key}`, String(value)] as [string, Json]),
  ];
  const empty = (value: Json | undefined) =>
    value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  const plain = entries.filter(([key, value]) => !empty(value) && !(key === 'mode' && value === 'native'));
  return Object.fromEntries(plain) as JsonObject;
}

/** Keys of Flink's configuration that the operator ignores, or takes for another size. */
const ignored =
  /^(job\.autoscaler|parallelism\.default|kubernetes\.operator|pipeline\.jobvertex-parallelism-overrides)/;

/** Whether a spec still has what was declared for its run. `reveal` tells the value of a secret, or null where it is not set. */
export function isAsDeclared(spec: unknown, declared: JsonObject, reveal: (text: string) => string | null): boolean {
  const shown = coveredIn(spec);
  return Object.entries(declared).every(([key, value]) => {
    const text = JSON.stringify(value);
    if (!text.includes('${secret.')) return canonical(shown[key] ?? null) === canonical(value);
    const revealed = typeof value === 'string' ? reveal(value) : null;
    return revealed === null || shown[key] === revealed;
  });
}

export function short(of: readonly Json[]): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 12);
}

/** A number that is the same at every call of a step and another one at every other step, as the operator's nonces have to be. */
export function nonceOf({ rollout, n, step }: Stamp): number {
  return Number.parseInt(short([rollout, n, step]).slice(0, 8), 16) & 0x7fffffff;
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`;
}
