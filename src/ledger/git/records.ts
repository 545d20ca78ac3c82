import type { JobRecord } from '../../model/record.js';
import { broken, decodeGood, decodeRecord, encode } from '../body.js';

const recordFile = 'rollout.json';
const deployedFile = 'deployed.json';

/** Names of the objects that make up the record of a commit. */
export function objectsOf(oid: string): readonly [string, string] {
  return [`${oid}:${recordFile}`, `${oid}:${deployedFile}`];
}

/** Files of a record's commit: the rollout, and apart from it what is deployed, so that its history reads by itself. */
export function filesOf(record: JobRecord): { [name: string]: string } {
  const { good, ...rollout } = record;
  return { [recordFile]: encode(rollout), ...(good === null ? {} : { [deployedFile]: encode(good) }) };
}

/** A record from the texts of its two files; `where` names the ref and commit in errors. */
export function recordOf(rollout: string | undefined, deployed: string | undefined, where: string): JobRecord {
  if (rollout === undefined) throw broken(where, `it has no ${recordFile}`);
  return { ...decodeRecord(rollout, where), good: deployed === undefined ? null : decodeGood(deployed, where) };
}
