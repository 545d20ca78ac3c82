import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../artifacts/digest.js';
import type { BuildResult } from '../../model/artifact.js';
import type { Json } from '../../model/json.js';
import type { JobRecord } from '../../model/record.js';
import { broken, decodeRecord, encode } from '../body.js';
import { refuseSecrets } from '../guard.js';
import type { Held, Ledger, LogEntry, Swap } from '../ledger.js';
import { artifacts, checkEnvironment, checkJob } from '../names.js';
import type { LedgerOptions } from '../options.js';
import { builds, keepBuild } from './builds.js';
import { addEntry, type Entry, listed, numbers, readEntry } from './entries.js';
import { proveFolder } from './prove.js';

/** What one entry holds: the record, and when and why it was written. */
interface Written {
  readonly at: string;
  readonly message: string;
  readonly record: JobRecord;
}

/**
 * A ledger in a folder of this machine (or a shared one with hard links): `<environment>/<job>/<number>.json`, one entry a
 * write. The next number can be taken once only, which is the compare-and-swap; the entries together are the audit log.
 */
export async function openFile(place: string, options: LedgerOptions): Promise<Ledger> {
  const root = place.startsWith('//')
    ? fileURLToPath(`file:${place}`)
    : isAbsolute(place)
      ? place
      : resolve(options.cwd, place);
  const isSecret = options.isSecret ?? (() => false);
  let writes = 0;

  const folderOf = (environment: string, job: string) => join(root, checkEnvironment(environment), checkJob(job));

  async function held(environment: string, job: string): Promise<Held | null> {
    const folder = folderOf(environment, job);
    const last = (await numbers(folder)).at(-1);
    if (last === undefined) return null;
    const entry = await readEntry(folder, last);
    return { record: parse(entry, folder).record, head: headOf(entry) };
  }

  async function write(record: JobRecord, expected: string | null, message: string): Promise<Swap> {
    const { environment, job } = record;
    const folder = folderOf(environment, job);
    refuseSecrets(`The record of ${job}`, [message, record as unknown as Json], isSecret);
    const before = await held(environment, job);
    if ((before?.head ?? null) !== expected) return { landed: false, now: before };
    const number = expected === null ? 1 : numberOf(expected) + 1;
    const text = encode({ at: new Date(options.clock.now()).toISOString(), message, record } satisfies Written);
    const landed = await addEntry(folder, number, text);
    if (!landed) return { landed: false, now: await held(environment, job) };
    writes += 1;
    return { landed: true, head: headOf({ number, text }) };
  }

  async function log(environment: string, job: string, limit: number): Promise<readonly LogEntry[]> {
    const folder = folderOf(environment, job);
    const newest = (await numbers(folder)).slice(-limit).reverse();
    const entries = await Promise.all(newest.map((number) => readEntry(folder, number)));
    return entries.map((entry) => ({ job, environment, ...parse(entry, folder) }));
  }

  async function jobsOf(environment: string): Promise<readonly string[]> {
    const names = await listed(join(root, checkEnvironment(environment)));
    return names.filter((name) => !name.startsWith('.'));
  }

  return {
    url: `file:${place}`,
    async read(environment, jobs) {
      const names = jobs ?? (await jobsOf(environment));
      const all = await Promise.all(names.map(async (job) => [job, await held(environment, job)] as const));
      return new Map(all.flatMap(([job, found]) => (found === null ? [] : [[job, found] as const])));
    },
    environments: async () => (await listed(root)).filter((name) => name !== artifacts && !name.startsWith('.')).sort(),
    write,
    log,
    readBuilds: (job) => builds(join(root, artifacts, checkJob(job))),
    async writeBuild(job: string, result: BuildResult) {
      refuseSecrets(`The build result of ${job}`, result as unknown as Json, isSecret);
      writes += 1;
      return keepBuild(join(root, artifacts, checkJob(job)), result);
    },
    prove: () => proveFolder(root),
    get writes() {
      return writes;
    },
    close: async () => undefined,
  };
}

/** The number and a digest, so that a ledger that was emptied and filled again is not taken for the old one. */
function headOf(entry: Entry): string {
  return `${entry.number}-${sha256(entry.text).slice(0, 16)}`;
}

function numberOf(head: string): number {
  return Number(head.split('-')[0]);
}

function parse(entry: Entry, folder: string): Written {
  const where = join(folder, String(entry.number));
  let written: Written;
  try {
    written = JSON.parse(entry.text) as Written;
  } catch (cause) {
    throw broken(where, 'it is not JSON', cause);
  }
  return {
    at: written.at,
    message: written.message,
    record: decodeRecord(JSON.stringify(written.record ?? null), where),
  };
}
