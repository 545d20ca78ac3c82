import type { LogEntry } from '../ledger.js';
import { fetchRefs, heads } from './heads.js';
import { readTexts } from './objects.js';
import { objectsOf, recordOf } from './records.js';
import { recordRef } from './refs.js';
import type { Scratch } from './scratch.js';

/** A job's records, newest first, from the commits of its ref: fetched as deep as asked. */
export async function history(
  scratch: Scratch,
  environment: string,
  job: string,
  limit: number,
): Promise<readonly LogEntry[]> {
  const ref = recordRef(environment, job);
  if (limit < 1 || !(await heads(scratch.ask, [ref])).has(ref)) return [];
  const { stdout } = await scratch.alone(async () => {
    const tip = (await fetchRefs(scratch, [ref], limit)).get(ref) ?? '';
    const format = '--format=%H%x09%cI%x09%s';
    return scratch.git('Reading the ledger', ['log', `--max-count=${limit}`, '--first-parent', format, tip]);
  });
  const commits = stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [oid, at, ...message] = line.split('\t');
      return oid && at ? [{ oid, at: new Date(at).toISOString(), message: message.join('\t') }] : [];
    });
  const texts = await readTexts(
    scratch,
    commits.flatMap(({ oid }) => objectsOf(oid)),
  );
  return commits.map(({ oid, at, message }, index) => ({
    job,
    environment,
    at,
    message: message.replace(`${job}: `, ''),
    record: recordOf(texts[2 * index], texts[2 * index + 1], `${ref} at ${oid.slice(0, 12)}`),
  }));
}
