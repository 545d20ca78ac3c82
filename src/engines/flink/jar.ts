import { createHash } from 'node:crypto';
import { RolloutError } from '../../model/error.js';
import type { JsonObject } from '../../model/json.js';
import { errorOf, failed, failureOf } from '../../platforms/flink/errors.js';
import type { ByteRange, Progress, Reference } from '../engine.js';
import { isCancelled, type Kit, running } from './kit.js';
import { overwritableIn } from './overwritable.js';
import { nameOf } from './target.js';

/** A digest in a URI: the tool's own uploads have one, and such an object is taken to be written once. */
const contentAddress = /[0-9a-f]{64}/gi;
/** URI of the jar. Throws `flink-target-incomplete` (class bug) where it is not filled in. */
export function jarUri(target: JsonObject): string {
  const { jar } = target;
  if (typeof jar === 'string' && !jar.includes('${')) return jar;
  const message = `${nameOf(target, 'the job')}: target.jar is not a URI yet.`;
  throw new RolloutError('flink-target-incomplete', message, { class: 'bug' });
}

/** The jar that stands on the cluster for a target; null: it is not there (yet). Reads nothing where the URI names the digest. */
export async function jarOnCluster(kit: Kit, target: JsonObject): Promise<string | null> {
  const digest = await digestOf(kit, jarUri(target), target);
  return digest === null ? null : onCluster(kit, digest);
}

/**
 * Brings the jar to the cluster, where its bytes are not there under their digest already. `id`: it is there. Else the step's answer.
 * Throws where the answer is not known.
 */
export async function bringJar(
  kit: Kit,
  call: { readonly target: JsonObject; readonly signal: AbortSignal; readonly isLate?: () => boolean },
  fresh = false,
): Promise<{ readonly id: string } | Progress> {
  const uri = jarUri(call.target);
  if (fresh && digestIn(uri) === null) kit.memory.digests.delete(uri);
  const digest = await digestOf(kit, uri, call.target);
  const there = digest === null ? null : await onCluster(kit, digest);
  if (there !== null && digest !== null) return brought(kit, digest, there);
  const bytes = await bytesOf(kit, uri, call.target);
  if (bytes === null || digest === null) return failed('flink-jar-missing', `${uri} does not exist.`);
  if (isCancelled(kit, call)) return running({}, 1);
  const what = `POST /jars/upload of ${uri}`;
  const answer = await kit.api.upload(fileName(digest), bytes).catch((error: unknown) => {
    throw errorOf(failureOf(error), what);
  });
  const filename = (answer.body as { filename?: unknown } | null)?.filename;
  if (answer.status === 200 && typeof filename === 'string')
    return brought(kit, digest, filename.split('/').at(-1) ?? filename);
  const failure = failureOf(answer);
  if (failure.kind === 'unknown') throw errorOf(failure, what);
  const code = failure.code === 'flink-access-denied' ? failure.code : 'flink-upload-refused';
  return failed(code, `${what}: ${failure.text}`);
}

function brought(kit: Kit, digest: string, id: string): { readonly id: string } {
  kit.memory.jars.set(digest, id);
  return { id };
}

/** The jar that this session brought or found before, without asking for it; null: none. */
export function preparedJar({ memory }: Kit, target: JsonObject): string | null {
  const uri = jarUri(target);
  return memory.jars.get(digestIn(uri) ?? memory.digests.get(uri) ?? '') ?? null;
}

/** The cluster has lost a jar that was there: the next one who needs it asks again. */
export function forgetJar({ memory }: Kit, target: JsonObject): void {
  const uri = jarUri(target);
  memory.jars.delete(digestIn(uri) ?? memory.digests.get(uri) ?? '');
}

/** The content of a jar that was made elsewhere. Null: the target names no plain URI. */
export async function referenceOf(kit: Kit, target: JsonObject): Promise<Reference | null> {
  const { jar: uri } = target;
  if (typeof uri !== 'string' || uri.includes('${')) return null;
  if (overwritableIn(target).length === 0) {
    // Its name says what it holds: that it is there is enough to know.
    const there = await bytesOf(kit, uri, target, { offset: 0, length: 1 });
    return { uri, digest: there === null ? null : sha256(Buffer.from(uri)), mutable: false };
  }
  kit.memory.digests.delete(uri);
  const bytes = await bytesOf(kit, uri, target);
  return { uri, digest: bytes === null ? null : sha256(bytes), mutable: true };
}

/** Bytes of the jar; null where there is none. Throws `flink-jar-unreadable`, or the store's own error. */
async function bytesOf(kit: Kit, uri: string, target: JsonObject, range?: ByteRange): Promise<Uint8Array | null> {
  const { read } = kit.ambient;
  if (read !== undefined) return await read(uri, target, range);
  throw new RolloutError('flink-jar-unreadable', `${uri}: this process reads no artifacts.`, {
    next: 'Report it with the log of this call.',
  });
}

async function digestOf(kit: Kit, uri: string, target: JsonObject): Promise<string | null> {
  const known = digestIn(uri) ?? kit.memory.digests.get(uri) ?? null;
  if (known !== null) return known;
  const bytes = await bytesOf(kit, uri, target);
  if (bytes === null) return null;
  const digest = sha256(bytes);
  kit.memory.digests.set(uri, digest);
  return digest;
}

function digestIn(uri: string): string | null {
  return uri.match(contentAddress)?.at(-1)?.toLowerCase() ?? null;
}

async function onCluster(kit: Kit, digest: string): Promise<string | null> {
  const jars = await kit.api.jars();
  return jars.find(({ name }) => name === fileName(digest))?.id ?? null;
}

/** The name under which a jar is found again: the cluster keeps the name of an upload. */
function fileName(digest: string): string {
  return `stream-rollout-${digest}.jar`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
