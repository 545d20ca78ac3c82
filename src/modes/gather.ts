import {
  baseRequest,
  describeChanges,
  openRepository,
  type Relation,
  type Repository,
  sameCodeUnderTodaysGlobs,
} from '../changes/index.js';
import type { TreeSource } from '../changes/remote.js';
import type { Engine, Session, Subject } from '../engines/engine.js';
import type { Held } from '../ledger/ledger.js';
import type { Finding } from '../model/finding.js';
import type { Job, Manifest } from '../model/job.js';
import type { Plan } from '../model/plan.js';
import type { Run } from '../model/run.js';
import { deployedCommit } from '../plan/downgrade.js';
import type { JobChange } from '../plan/input.js';
import { planJobs } from '../plan/plan.js';
import { selected } from '../plan/select.js';
import { oursOf } from '../rollout/order.js';
import type { Bench } from './bench.js';
import { withBuilds } from './builds.js';
import { admitEngine } from './clock-rate.js';
import { loadManifestFiles, manifestAt } from './manifest.js';
import { nameOf } from './name.js';
import { observe, readAgain, type Seen } from './observe.js';
import { learnSecrets } from './secrets.js';

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
  const byHand = inputs.event.name === null;
  if (!detect) for (const engine of engines.values()) admitEngine(inputs.env, engine);
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
  // What a cancel broke off is no finding about a job.
  bench.signal.throwIfAborted();
  const changes = await describeChanges({
    manifest,
    engines,
    repository,
    head: repository.head,
    base: baseRequest(byHand ? null : inputs.event, {
      input: inputs.base,
      ledger: lastCommit(held),
      parent: byHand && detect ? ((await repository.parents(repository.head))[0] ?? null) : null,
    }),
    manifestAt: (commit) => manifestAt(bench, repository, commit, manifest),
    references: seen?.references ?? new Map(),
    manifestFiles,
    workTree: byHand,
  });
  const name = nameOf(manifest, records.values(), inputs);
  const sameCode = await sameCodeOf(repository, manifest, engines, changes.jobs, records);
  const planned = await planOver(seen, async (now) => {
    const relations = now === null ? new Map() : await relationsOf(repository, manifest, records, now.runs, name);
    return planJobs({
      manifest,
      name,
      engines,
      places,
      changes: changes.jobs,
      observed: now?.runs ?? null,
      unseen: now?.unseen ?? new Map(),
      records,
      base: changes.base,
      commit: repository.head,
      unowned: changes.unowned,
      findings: [...changes.findings, ...hostFindings(bench.forge.source)],
      options: {
        jobs: filter,
        force: inputs.force,
        accept: new Set(inputs.accept),
        onDrift: inputs.onDrift,
        strategy: inputs.strategy,
        maxChangedJobs: inputs.maxChangedJobs,
        waitSeconds: inputs.waitForMinutes * 60,
        rerunOf: inputs.event.attempt > 1 ? inputs.event.runId : null,
        relation: (job, deployed) => relations.get(`${job} ${deployed}`) ?? 'unknown',
        sameCode,
      },
    });
  });
  return {
    manifest,
    name,
    plan: detect ? planned.plan : await withBuilds(bench, planned.plan, manifest, changes.jobs),
    repository,
    engines,
    places,
    sessions: seen?.sessions ?? new Map(),
    subjects: seen?.subjects ?? new Map(),
    held,
    observed: planned.seen?.runs ?? null,
    changes: changes.jobs,
  };
}

/**
 * Plans, and plans again over what was read in full of the jobs that would not be left as they are: nothing is done, and nothing refused,
 * on what the ledger remembers of a run.
 */
async function planOver(
  first: Seen | null,
  make: (seen: Seen | null) => Promise<Plan>,
): Promise<{ readonly plan: Plan; readonly seen: Seen | null }> {
  let seen = first;
  for (;;) {
    const plan = await make(seen);
    const acting = plan.jobs.filter((job) => job.action !== 'none').map((job) => job.job);
    const more = seen === null ? null : await readAgain(seen, acting);
    if (more === null) return { plan, seen };
    seen = more;
  }
}

/** What the git host was asked for and did not give. */
function hostFindings(source: TreeSource | null): readonly Finding[] {
  return (source?.troubles ?? []).map((message) => ({ code: 'git-host-silent', level: 'notice', message }));
}

async function loadEngines(bench: Bench, manifest: Manifest): Promise<ReadonlyMap<string, Engine>> {
  const ids = [...new Set(manifest.jobs.map((job) => job.engine))];
  return new Map(await Promise.all(ids.map(async (id) => [id, await bench.engine(id)] as const)));
}

function placeOf(bench: Bench, engines: ReadonlyMap<string, Engine>, job: Job): string {
  return (engines.get(job.engine) as Engine).place(job.target, bench.ambient).key;
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
