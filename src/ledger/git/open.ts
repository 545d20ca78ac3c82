import type { Json } from '../../model/json.js';
import type { JobRecord } from '../../model/record.js';
import { refuseSecrets } from '../guard.js';
import type { Held, Ledger, Swap } from '../ledger.js';
import { artifacts } from '../names.js';
import type { LedgerOptions } from '../options.js';
import { buildsReading, keepBuild } from './builds.js';
import { heads } from './heads.js';
import { history } from './history.js';
import { provePush } from './prove.js';
import { filesOf, objectsOf, recordOf } from './records.js';
import { buildsRef, environmentRefs, jobOf, recordRef, root } from './refs.js';
import { findRemote } from './remote.js';
import { openScratch } from './scratch.js';
import { type Found, storeOf } from './store.js';
import { writerOf } from './writer.js';

/** Refs that are named one by one when the heads are read; for more, all of the environment are listed. */
const namedRefs = 50;

/**
 * The ledger in git refs: `refs/stream-rollout/<environment>/<job>`, one commit a write, first parent the one before.
 * Any host that takes a push is enough; a push that does not continue what stands there is refused, which is the lock.
 */
export async function openGit(place: string, options: LedgerOptions): Promise<Ledger> {
  const scratch = await openScratch(await findRemote(place, options), options);
  const isSecret = options.isSecret ?? (() => false);
  const records = storeOf(scratch, {
    objects: objectsOf,
    value: ([rollout, deployed], where) => recordOf(rollout, deployed, where),
  });
  const builds = storeOf(scratch, buildsReading);
  const writer = writerOf(scratch, options.clock.now, (oid) => records.has(oid) || builds.has(oid), options.signal);

  async function read(environment: string, jobs?: readonly string[]): Promise<ReadonlyMap<string, Held>> {
    if (jobs?.length === 0) return new Map();
    const wanted =
      jobs && jobs.length <= namedRefs
        ? jobs.map((job) => recordRef(environment, job))
        : [environmentRefs(environment)];
    const found = await records.read(wanted);
    const all = [...found].map(([ref, one]) => [jobOf(ref), heldOf(one)] as const);
    return new Map(all.filter(([job]) => jobs === undefined || jobs.includes(job)));
  }

  async function write(record: JobRecord, expected: string | null, message: string): Promise<Swap> {
    const { environment, job } = record;
    const ref = recordRef(environment, job);
    refuseSecrets(`The record of ${job}`, [message, record as unknown as Json], isSecret);
    // A head that was read by another process: its commit has to be here before it can be a parent.
    if (expected !== null && !records.has(expected)) await records.read([ref]);
    const oid = await writer.write({ ref, expected, message: `${job}: ${message}`, files: filesOf(record) });
    if (oid === null) return { landed: false, now: (await read(environment, [job])).get(job) ?? null };
    records.note(ref, { oid, value: record });
    return { landed: true, head: oid };
  }

  return {
    url: `git:${place.replace(/:\/\/[^/@]+@/, '://')}`,
    read,
    async environments() {
      const refs = [...(await heads(scratch.ask, [`${root}/*`])).keys()];
      const names = new Set(refs.map((ref) => ref.split('/')[2] ?? ''));
      names.delete(artifacts);
      return [...names].sort();
    },
    write,
    log: (environment, job, limit) => history(scratch, environment, job, limit),
    readBuilds: async (job) => (await builds.read([buildsRef(job)])).get(buildsRef(job))?.value ?? [],
    async writeBuild(job, result) {
      refuseSecrets(`The build result of ${job}`, result as unknown as Json, isSecret);
      return keepBuild(builds, writer, job, result);
    },
    prove: () => provePush(scratch, options.clock.now()),
    get writes() {
      return writer.pushes;
    },
    async close() {
      await writer.idle();
      await scratch.remove();
    },
  };
}

function heldOf(found: Found<JobRecord>): Held {
  return { record: found.value, head: found.oid };
}
