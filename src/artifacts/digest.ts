import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Json } from '../model/json.js';

/** sha256 of text or bytes, as lower-case hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** sha256 of a value's canonical JSON (RFC 8785): independent of key order and white space. */
export function digestOf(value: Json): string {
  return sha256(canonicalize(value) as string);
}

/** Revision of a job: digest of its code identity and of its settings (DESIGN 1). Golden: may not change within v1. */
export function revisionOf(codeDigest: string, settingsDigest: string): string {
  return `r1-${digestOf({ code: codeDigest, settings: settingsDigest }).slice(0, 16)}`;
}

/** Rollout id (PROTOCOL 2.1). */
export function rolloutIdOf(name: string, job: string, environment: string, revision: string, n: number): string {
  return digestOf(['rollout', name, job, environment, revision, n]).slice(0, 20);
}
