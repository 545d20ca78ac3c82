import pLimit from 'p-limit';
import {
  baseRequest,
  codeKind,
  describeChanges,
  openRepository,
  type Relation,
  type Repository,
  sameCodeUnderTodaysGlobs,
} from '../changes/index.js';
import type { Engine, Reference, Session, Subject } from '../engines/engine.js';
import type { Held } from '../ledger/ledger.js';
import { RolloutError } from '../model/error.js';
import type { Finding } from '../model/finding.js';
import type { Job, Manifest } from '../model/job.js';
import type { Plan } from '../model/plan.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { deployedCommit } from '../plan/downgrade.js';
import type { JobChange, PlanInput } from '../plan/input.js';
import { planJobs } from '../plan/plan.js';
import { selected } from '../plan/select.js';
import { oursOf } from '../rollout/order.js';
import { subjectOf } from '../rollout/subject.js';
import { text } from '../rollout/text.js';
import type { Bench } from './bench.js';
import { loadManifestFiles, manifestAt } from './manifest.js';
import { nameOf } from './name.js';
import { learnSecrets } from './secrets.js';

/** Looks and reference reads under way at the same time, over all engines. */
const looks = 16;

/** Everything that was read, and the plan that follows from it. */
export interface Gathered {
  readonly manifest: Manifest;
  readonly name: string;
  readonly plan: Plan;
  readonly repository: Repository;
  readonly engines: ReadonlyMap<string, Engine>;
  readonly places: ReadonlyMap<string, string>;
  readonly sessions: ReadonlyMap<string, Session>;
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly held: ReadonlyMap<string, Held>;
  /** Runs by job; a job that could not be looked at has no entry. Null: nothing was looked at (`detect`). */
  readonly observed: ReadonlyMap<string, readonly Run[]> | null;
  readonly changes: ReadonlyMap<string, JobChange>;
}

/** Reads the manifest, git, the ledger and (but for `detect`) the engines, and plans. Changes nothing. `jobs` null: the inputs' own choice. */
export async function gather(
  bench: Bench,
  only: { readonly jobs: readonly string[] | null; readonly detect?: boolean },
): Promise<Gathered> {
  const { inputs } = bench;
  const opening = openRepository({ directory: inputs.workspace, env: inputs.env, source: bench.forge.source });
  // The longest read of all begins first; whoever needs the repository or the tree gets its error.
  opening.then((opened) => opened.tree(opened.head)).catch(() => undefined);
  const { manifest, files: manifestFiles } = await loadManifestFiles(bench);
  learnSecrets(bench, manifest.jobs);
  const repository = await opening;
  const engines = await loadEngines(bench, manifest);
  const places = new Map(manifest.jobs.map((job) => [job.key, placeOf(bench, engines, job)]));
  const detect = only.detect === true;
  const held = detect ? new Map<string, Held>() : await (await bench.ledger()).read(manifest.environment);
  const records = new Map([...held].map(([key, entry]) => [key, entry.record]));
  const filter = only.jobs ?? (inputs.jobs.length === 0 ? null : inputs.jobs);
  const keys = selected(manifest, [...records.keys()], filter);
  const seen = detect
    ? null
    : await observe(
        bench,
        manifest.jobs.filter((job) => keys.has(job.key)),
        engines,
        held,
      );
  const changes = await describeChanges({
    manifest,
    engines,
    repository,
    head: repository.head,
    base: baseRequest(inputs.event.name === null ? null : inputs.event, {
      input: inputs.base,
      ledger: lastCommit(held),
    }),
    manifestAt: (commit) => manifestAt(bench, repository, commit, manifest),
    references: seen?.references ?? new Map(),
    manifestFiles,
    workTree: inputs.event.name === null,
  });
  const name = nameOf(manifest, records.values(), inputs);
  const relations = seen === null ? new Map() : await relationsOf(repository, manifest, records, seen.runs, name);
  const input: PlanInput = {
    manifest,
    name,
    engines,
    places,
    changes: changes.jobs,
    observed: seen?.runs ?? null,
    unseen: seen?.unseen ?? new Map(),
    records,
    base: changes.base,
    commit: repository.head,
    unowned: changes.unowned,
    options: {
      jobs: filter,
      force: inputs.force,
      accept: new Set(inputs.accept),
      onDrift: inputs.onDrift,
      strategy: inputs.strategy,
      maxChangedJobs: inputs.maxChangedJobs,
      rerunOf: inputs.event.attempt > 1 ? inputs.event.runId : null,
      relation: (job, deployed) => relations.get(`${job} ${deployed}`) ?? 'unknown',
      sameCode: await sameCodeOf(repository, manifest, engines, changes.jobs, records),
    },
  };
  return {
    manifest,
    name,
    plan: planJobs(input),
    repository,
    engines,
    places,
    sessions: seen?.sessions ?? new Map(),
    subjects: seen?.subjects ?? new Map(),
    held,
    observed: seen?.runs ?? null,
    changes: changes.jobs,
  };
}

async function loadEngines(bench: Bench, manifest: Manifest): Promise<ReadonlyMap<string, Engine>> {
  const ids = [...new Set(manifest.jobs.map((job) => job.engine))];
  return new Map(await Promise.all(ids.map(async (id) => [id, await bench.engine(id)] as const)));
}

function placeOf(bench: Bench, engines: ReadonlyMap<string, Engine>, job: Job): string {
  return (engines.get(job.engine) as Engine).place(job.target, bench.ambient).key;
}

interface Seen {
  readonly runs: ReadonlyMap<string, readonly Run[]>;
  /** Jobs that could not be looked at, with the reason: they are refused, the others go on. */
  readonly unseen: ReadonlyMap<string, Finding>;
  readonly sessions: ReadonlyMap<string, Session>;
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly references: ReadonlyMap<string, Reference | null>;
}

/** One observation per session; a look at the ended runs only where nothing is active. */
async function observe(
  bench: Bench,
  jobs: readonly Job[],
  engines: ReadonlyMap<string, Engine>,
  held: ReadonlyMap<string, Held>,
): Promise<Seen> {
  const runs = new Map<string, readonly Run[]>();
  const unseen = new Map<string, Finding>();
  const sessions = new Map<string, Session>();
  const subjects = new Map<string, Subject>();
  const references = new Map<string, Reference | null>();
  const limit = pLimit(looks);
  const groups = new Map<Session, { job: Job; subject: Subject }[]>();

  await Promise.all(
    jobs.map(async (job) => {
      const engine = engines.get(job.engine) as Engine;
      const record = held.get(job.key)?.record ?? (job.was === null ? null : (held.get(job.was)?.record ?? null));
      const subject = subjectOf(job, record);
      try {
        const session = await bench.sessions.get(engine, job.target);
        sessions.set(job.key, session);
        subjects.set(job.key, subject);
        const group = groups.get(session) ?? [];
        group.push({ job, subject });
        groups.set(session, group);
      } catch (error) {
        unseen.set(job.key, notSeen(error));
      }
    }),
  );

  await Promise.all(
    [...groups].map(async ([session, members]) => {
      const found = await session
        .observe(members.map((member) => member.subject))
        .catch((error: unknown) => notSeen(error));
      await Promise.all(
        members.map(({ job, subject }) =>
          limit(async () => {
            if (!(found instanceof Map)) return void unseen.set(job.key, found as Finding);
            try {
              const active = (found as ReadonlyMap<string, readonly Run[]>).get(job.key) ?? [];
              const up = active.some((run) => isActive(run) && !isEnding(run));
              runs.set(job.key, up ? active : await session.look(subject));
              const engine = engines.get(job.engine) as Engine;
              if (codeKind(job, engine) === 'reference')
                references.set(job.key, (await session.reference?.(job.target)) ?? null);
            } catch (error) {
              runs.delete(job.key);
              unseen.set(job.key, notSeen(error));
            }
          }),
        ),
      );
    }),
  );
  return { runs, unseen, sessions, subjects, references };
}

function notSeen(error: unknown): Finding {
  if (error instanceof RolloutError) {
    return {
      code: error.code,
      level: 'error',
      message: error.message,
      ...(error.next === null ? {} : { next: error.next }),
    };
  }
  return { code: 'look-failed', level: 'error', message: `the engine could not be read: ${text(error)}` };
}

function lastCommit(held: ReadonlyMap<string, Held>): string | null {
  const newest = [...held.values()].sort((a, b) => b.record.openedAt.localeCompare(a.record.openedAt))[0];
  return newest?.record.commit ?? null;
}

/** What each job's deployed commit is to the head; asked beforehand, because planning asks nobody. */
async function relationsOf(
  repository: Repository,
  manifest: Manifest,
  records: ReadonlyMap<string, Held['record']>,
  runs: ReadonlyMap<string, readonly Run[]>,
  name: string,
): Promise<ReadonlyMap<string, Relation>> {
  const known = new Map<string, Relation>();
  const byCommit = new Map<string, Promise<Relation>>();
  await Promise.all(
    manifest.jobs.map(async (job) => {
      const isOurs = oursOf(name, manifest.environment, job);
      const record = records.get(job.key) ?? (job.was === null ? null : (records.get(job.was) ?? null));
      const deployed = deployedCommit(record, (runs.get(job.key) ?? []).filter(isOurs));
      if (deployed === null) return;
      const relation = byCommit.get(deployed) ?? repository.relation(repository.head, deployed);
      byCommit.set(deployed, relation);
      known.set(`${job.key} ${deployed}`, await relation);
    }),
  );
  return known;
}

/** Jobs of which only `paths` or `ignore` were edited since the running revision was rolled out. */
async function sameCodeOf(
  repository: Repository,
  manifest: Manifest,
  engines: ReadonlyMap<string, Engine>,
  changes: ReadonlyMap<string, JobChange>,
  records: ReadonlyMap<string, Held['record']>,
): Promise<ReadonlySet<string>> {
  const same = new Set<string>();
  for (const job of manifest.jobs) {
    const good = records.get(job.key)?.good ?? null;
    const desired = changes.get(job.key)?.desired;
    if (good === null || desired === undefined || good.commit === null || good.revision === desired.revision) continue;
    if (good.settingsDigest !== desired.settingsDigest) continue;
    const stamped = records.get(job.key)?.plan?.job ?? null;
    const engine = engines.get(job.engine) as Engine;
    const answer = await sameCodeUnderTodaysGlobs({
      job,
      engine,
      repository,
      desired,
      stampedCommit: good.commit,
      stamped,
    });
    if (answer === true) same.add(job.key);
  }
  return same;
}
