import type { Ambient, Engine } from '../engines/engine.js';
import type { Job, Manifest } from '../model/job.js';
import { type Combined, combine } from './combine.js';
import { checkOtherFragments, type Declaration, declarationsOf, engineIdOf, withDefaults } from './declarations.js';
import { checkDefaultsNames, type EngineChoice, loadEngines } from './engines.js';
import { chooseEnvironment, namesOf, refsOf } from './environments.js';
import { forEachFiles, type Instance, instancesOf } from './for-each.js';
import { checkOverlayNames } from './fragments.js';
import type { Scope } from './interpolate.js';
import { jobOf } from './job.js';
import { limits } from './limits.js';
import { emptyMap, type LocatedMap } from './located.js';
import { checkCycles, type Needing, needingOf, withNeeds } from './needs.js';
import { problems as collect, type ManifestError, type Problems } from './problems.js';
import { resolved } from './resolve.js';
import { checkByEngine, checkRules, checkSignals, checkWas } from './rules.js';
import { job as jobSchema } from './schema/job.js';
import type { ManifestSource } from './source.js';
import { checkTarget, targetsOf } from './target.js';
import { checkUnique } from './unique.js';
import { validate } from './validate.js';
import { varsOf } from './vars.js';

export type ManifestResult =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly errors: readonly ManifestError[] };

export interface ManifestOptions extends EngineChoice {
  /** Null: the only one; an error where the manifest has several. */
  readonly environment: string | null;
  /** The input `vars`; they go before those of the environment. */
  readonly vars: Readonly<Record<string, string>>;
  /** Where engines look for a region that the target leaves out. Not given: a missing region is not judged here. */
  readonly env?: Ambient['env'];
}

/**
 * Reads a manifest for one environment: defaults, overlay, `for-each` and variables are applied, and everything is checked.
 * All errors of all files come at once. Throws only what `source.readFile` or loading an engine throws.
 */
export async function readManifest(source: ManifestSource, options: ManifestOptions): Promise<ManifestResult> {
  const problems = collect();
  const combined = combine(source, problems);
  const environment = chooseEnvironment(combined, options.environment, problems);
  checkOverlayNames(combined, problems);
  checkDefaultsNames(combined, options, problems);
  // Which environment is meant is one mistake; it should not hide those in the jobs.
  let jobs: readonly Job[] = [];
  for (const name of environment === null ? namesOf(combined) : [environment]) {
    jobs = await readJobs(combined, name, source, options, problems);
  }
  const files = source.files.map((file) => file.path);
  if (problems.count > 0 || environment === null) return { ok: false, errors: problems.all(files) };
  const manifest: Manifest = {
    file: combined.at.file,
    name: combined.name,
    environment,
    environments: namesOf(combined),
    refs: refsOf(combined, environment),
    jobs,
  };
  return { ok: true, manifest };
}

async function readJobs(
  combined: Combined,
  environment: string,
  source: ManifestSource,
  options: ManifestOptions,
  problems: Problems,
): Promise<readonly Job[]> {
  const budget = { left: limits.jobNodes };
  const vars = varsOf(combined, environment, options.vars, { environment, budget, problems });
  const declarations = declarationsOf(combined, environment);
  const engines = await loadEngines(declarations, options, problems);
  checkOtherFragments(combined, engines, problems);
  const scope = { environment, vars, budget, problems };
  const { jobs, all, instances, keys } = await expand(combined, declarations, engines, scope, source);
  const known = [...new Set([...combined.jobs.keys(), ...keys])];
  // A job with another fault is part of a circle all the same.
  checkCycles(withNeeds(all, instances, known, combined.whole ? problems : null), problems);
  const needing = withNeeds(jobs, instances, known, null);
  checkWas(needing, [...combined.jobs.keys()], problems);
  checkUnique(needing, engines, options.env ?? null, problems);
  return needing;
}

interface Expanded {
  /** The jobs without a fault of their own. */
  readonly jobs: readonly Job[];
  /** All jobs, as far as what they need is concerned. */
  readonly all: readonly Needing[];
  /** Keys of the instances of each `for-each`. */
  readonly instances: ReadonlyMap<string, readonly string[]>;
  /** Keys of all jobs, faulty ones too. */
  readonly keys: ReadonlySet<string>;
}

async function expand(
  combined: Combined,
  declarations: readonly Declaration[],
  engines: ReadonlyMap<string, Engine>,
  scope: Omit<Scope, 'each' | 'refuses' | 'job'>,
  source: ManifestSource,
): Promise<Expanded> {
  const { problems } = scope;
  const files = forEachFiles((path) => source.readFile(path), problems);
  const jobs: Job[] = [];
  const all: Needing[] = [];
  const instances = new Map<string, readonly string[]>();
  const keys = new Set<string>(declarations.filter((declared) => !isForEach(declared)).map((declared) => declared.key));
  for (const written of declarations) {
    const engine = engines.get(engineIdOf(written.map));
    const declaration = withDefaults(written, combined, engine, problems);
    const found = await instancesOf(declaration, scope, files);
    if (isForEach(declaration)) {
      const ofThis = found.map((instance) => instance.key);
      instances.set(declaration.key, ofThis);
      problems.instances(declaration.key, ofThis);
    }
    for (const instance of found) {
      if (isForEach(declaration) && !isNewKey(keys, declaration, instance, problems)) continue;
      if (tooMany(keys.size, scope.budget.left, declaration, problems)) return { jobs, all, instances, keys };
      const { job, map } = readJob(declaration, instance, engine, scope);
      if (job !== null) jobs.push(job);
      all.push(job ?? needingOf(declaration, instance, map));
    }
  }
  return { jobs, all, instances, keys };
}

function isForEach(declaration: Declaration): boolean {
  return declaration.map.entries.has('for-each');
}

function isNewKey(keys: Set<string>, declaration: Declaration, instance: Instance, problems: Problems): boolean {
  const taken = keys.has(instance.key);
  keys.add(instance.key);
  if (!taken) return true;
  const message = `its instance \`${instance.key}\` has the key of another job`;
  problems.add({ code: 'manifest-duplicate-job', at: declaration.at, field: declaration.map.field, message });
  return false;
}

function tooMany(jobs: number, left: number, declaration: Declaration, problems: Problems): boolean {
  if (jobs <= limits.jobs && left >= 0) return false;
  const what = left < 0 ? `${limits.jobNodes} values` : `${limits.jobs} jobs`;
  const message = `from here on the manifest has more than ${what}, instances of \`for-each\` counted one by one`;
  problems.add({ code: 'manifest-too-large', at: declaration.at, field: declaration.map.field, message });
  return true;
}

/** One job, or null if it has a fault, which was added to the problems; and what is written, with all references filled in. */
function readJob(
  declaration: Declaration,
  instance: Instance,
  engine: Engine | undefined,
  scope: Omit<Scope, 'each' | 'refuses' | 'job'>,
): { readonly job: Job | null; readonly map: LocatedMap } {
  const { problems } = scope;
  const before = problems.count;
  const map = withTarget(resolved(declaration, instance, engine, scope), declaration);
  const parsed = validate(map, jobSchema, problems, {
    job: instance.key,
    // Loading the engines has told it.
    only: (path) => path[0] !== 'engine',
  });
  const targets = targetsOf(map);
  // The unknown engine has been told; what stands beside the target is checked all the same.
  if (targets === null || engine === undefined) return { job: null, map };
  checkTarget(targets, engine, instance.key, problems);
  if (parsed === undefined || problems.count > before) return { job: null, map };
  const job = jobOf(parsed, map, targets, declaration, instance, engine);
  checkRules(job, problems);
  checkByEngine(job, engine, problems);
  checkSignals(job, engine, problems);
  return { job, map };
}

/** A job without `target` is told what its engine needs. */
function withTarget(map: LocatedMap, { at }: Declaration): LocatedMap {
  if (map.entries.has('target')) return map;
  const target = { at, node: emptyMap(at, `${map.field}.target`) };
  return { ...map, entries: new Map([...map.entries, ['target', target]]) };
}
