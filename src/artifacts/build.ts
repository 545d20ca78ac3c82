import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Repository } from '../changes/repository.js';
import type { Engine } from '../engines/engine.js';
import type { Ledger } from '../ledger/ledger.js';
import type { BuildResult } from '../model/artifact.js';
import type { Clock } from '../model/clock.js';
import { RolloutError } from '../model/error.js';
import type { Job } from '../model/job.js';
import { digestOf, sha256 } from './digest.js';
import { artifactsOf } from './fields.js';
import { buildNamesOf, buildValue, localKey } from './resolve.js';
import { masked, readResults, refuseSecrets } from './results.js';
import { runShell } from './shell.js';
import type { Stores } from './stores/index.js';
import { builtKey, uploadArtifacts } from './upload.js';

export interface BuilderOptions {
  readonly ledger: Pick<Ledger, 'readBuilds' | 'writeBuild'>;
  readonly repository: Repository;
  readonly commit: string;
  readonly env: { readonly [name: string]: string | undefined };
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly stores: Stores;
  /** Build again although the ledger has a result. */
  readonly rebuild: boolean;
  /** Values of secrets that are known by now: none may stand in a result. */
  secrets(): readonly string[];
  /** Shows the work under a title: a log group, a heading. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** A line of the build's output. */
  line(text: string): void;
}

/** Makes builds; each code identity is built once. */
export interface Builder {
  /** The result for a job's code: from the ledger, else built now and written there. Null: the job has no build. Throws `build-…`. */
  ensure(job: Job | Omit<Job, 'positions'>, engine: Engine, codeDigest: string): Promise<BuildResult | null>;
}

export function createBuilder(options: BuilderOptions): Builder {
  const made = new Map<string, Promise<Values>>();
  // Builds share the work tree: one after the other.
  let last: Promise<unknown> = Promise.resolve();

  function build(job: Omit<Job, 'positions'>, code: string): Promise<Values> {
    const known = made.get(code);
    if (known) return known;
    const next = last.then(() => runBuild(job, code, options));
    last = next.catch(() => {});
    made.set(code, next);
    return next;
  }

  return {
    async ensure(job, engine, codeDigest) {
      if (job.build === null) return null;
      const results = await options.ledger.readBuilds(job.key);
      const stands = findBuild(results, codeDigest);
      if (stands !== null && !options.rebuild) return stands;
      const values = await build(job, codeDigest);
      // Asked for here, so that a forgotten result is told before anything is uploaded or stopped.
      for (const name of buildNamesOf(job.target)) buildValue(job.key, resultOf(codeDigest, values, {}, options), name);
      const files = { ...values.files, ...(await publish(job, engine, codeDigest, values, options)) };
      const kept = resultOf(nextKey(results, codeDigest), values, files, options);
      return options.ledger.writeBuild(job.key, kept);
    },
  };
}

type Files = NonNullable<BuildResult['files']>;

interface Values {
  readonly values: BuildResult['values'];
  /** Results that name files of this machine. */
  readonly files: Files;
}

/** The latest result for a code digest, or null. */
export function findBuild(results: readonly BuildResult[], codeDigest: string): BuildResult | null {
  const of = results.filter((result) => codeOf(result) === codeDigest);
  return of.sort((a, b) => tryOf(b) - tryOf(a))[0] ?? null;
}

/** The ledger keeps the first result of a key, so a forced build takes a key of its own: `<digest>#2`. */
function nextKey(results: readonly BuildResult[], codeDigest: string): string {
  const before = findBuild(results, codeDigest);
  return before === null ? codeDigest : `${codeDigest}#${tryOf(before) + 1}`;
}

function codeOf({ code }: BuildResult): string {
  return code.replace(/#\d+$/, '');
}

function tryOf({ code }: BuildResult): number {
  return Number(/#(\d+)$/.exec(code)?.[1] ?? 1);
}

function resultOf(code: string, { values }: Values, files: Files, { commit, clock }: BuilderOptions): BuildResult {
  const digests = Object.fromEntries(Object.entries(files).map(([key, file]) => [key, file.sha256]));
  return {
    code,
    values,
    sha256: digestOf({ values, files: digests }),
    commit,
    builtAt: new Date(clock.now()).toISOString(),
    ...(Object.keys(files).length === 0 ? {} : { files }),
  };
}

/** Uploads the artifacts that the build made, so that their bytes outlive this machine. */
async function publish(
  job: Omit<Job, 'positions'>,
  engine: Engine,
  code: string,
  values: Values,
  options: BuilderOptions,
): Promise<Files> {
  const built = artifactsOf(job.target, engine).filter((artifact) => artifact.built);
  if (built.length === 0) return {};
  const { repository, commit, stores } = options;
  const uploaded = await uploadArtifacts({
    job,
    engine,
    repository,
    commit,
    stores,
    build: resultOf(code, values, {}, options),
  });
  return Object.fromEntries(
    built.map((artifact) => {
      const { sha256: digest, uri } = uploaded.find((done) => done.field === artifact.field) as {
        sha256: string;
        uri: string;
      };
      return [builtKey(artifact), { sha256: digest, uris: [uri] }];
    }),
  );
}

async function runBuild(job: Omit<Job, 'positions'>, code: string, options: BuilderOptions): Promise<Values> {
  const command = job.build as string;
  const folder = await mkdtemp(join(tmpdir(), 'stream-rollout-'));
  const output = join(folder, 'output');
  try {
    await writeFile(output, '');
    await options.group(`Build ${job.key}: ${firstLine(command)}`, () =>
      execute(job.key, command, output, code, options),
    );
    const values = readResults(job.key, await readFile(output, 'utf8'));
    refuseSecrets(job.key, values, options.secrets());
    return { values, files: await localFiles(values, options.repository.root) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function execute(
  job: string,
  command: string,
  output: string,
  code: string,
  options: BuilderOptions,
): Promise<void> {
  const { repository, commit, signal, line, env } = options;
  const own = { STREAM_ROLLOUT_OUTPUT: output, STREAM_ROLLOUT_CODE: code, STREAM_ROLLOUT_COMMIT: commit };
  const secrets = options.secrets();
  const end = await runShell(command, {
    cwd: repository.root,
    env: { ...environmentOf(env), ...own },
    signal,
    onLine: (text) => line(masked(text, secrets)),
  });
  if (end.kind === 'cancelled')
    throw new RolloutError('build-cancelled', `${job}: the build was cancelled.`, {
      class: 'transient',
      next: 'run again',
    });
  if (end.kind === 'exit' && end.code === 0) return;
  const how = end.kind === 'exit' ? `with exit code ${end.code}` : `by ${end.signal}`;
  throw new RolloutError('build-failed', `${job}: the build ended ${how}. Nothing of the job was touched.`, {
    class: 'input',
    next: 'read its output above and repair the build; a rerun builds again',
  });
}

/** What belongs to this action alone: its inputs, its tokens to the runner, and the files that speak for its step. */
const withheld = /^(INPUT_|STATE_|ACTIONS_(RUNTIME|RESULTS|CACHE)_|GITHUB_(OUTPUT|STATE|ENV|PATH)$|STREAM_ROLLOUT_)/;

function environmentOf(env: BuilderOptions['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !withheld.test(entry[0]),
    ),
  );
}

async function localFiles(values: BuildResult['values'], root: string): Promise<Files> {
  const found: [string, { sha256: string; uris: readonly string[] }][] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === '' || value.includes('\n') || /^[a-z][a-z0-9+.-]*:\/\//i.test(value)) continue;
    const path = resolve(root, value);
    const known = await stat(path).catch(() => null);
    if (known?.isFile()) found.push([localKey(name), { sha256: sha256(await readFile(path)), uris: [] }]);
  }
  return Object.fromEntries(found);
}

function firstLine(command: string): string {
  const [line = ''] = command.trim().split('\n');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
