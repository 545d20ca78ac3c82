import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EventFacts } from '../../src/inputs/inputs.js';
import { parseInputs, type RawInputs } from '../../src/inputs/parse.js';
import type { Held } from '../../src/ledger/ledger.js';
import type { JsonObject } from '../../src/model/json.js';
import type { JobReport, Report } from '../../src/model/report.js';
import type { Bench } from '../../src/modes/bench.js';
import { makeBench } from '../../src/modes/make-bench.js';
import { env, newRepo, type Repo, temporary } from '../changes/repo.js';

/** The tool's clock runs this many times as fast as the real one. */
const rate = '100';

/** Runs as entries in files, one a job. A run of version 0 fails at once. */
const runs = `
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
const request = JSON.parse(readFileSync(0, 'utf8'));
const root = process.env.RUNS_DIR;
const file = (name) => root + '/' + name + '.json';
const read = (name) => (existsSync(file(name)) ? JSON.parse(readFileSync(file(name), 'utf8')) : []);
function write(name, all) {
  writeFileSync(file(name) + '.new', JSON.stringify(all));
  renameSync(file(name) + '.new', file(name));
}
const log = (line) => appendFileSync(root + '/log', line + '\\n');
function change(run, by, line) {
  write(run.name, read(run.name).map((one) => (one.id === run.id ? { ...one, ...by } : one)));
  log(line);
  return { done: {} };
}
const verbs = {
  observe: ({ jobs }) => ({ runs: jobs.flatMap(({ names }) => names).flatMap(read) }),
  start({ name, stamp, target: { settings, scaling } }) {
    const id = name + '.' + stamp.rollout + '.' + stamp.step;
    const at = new Date().toISOString();
    const end = settings.v === 0 ? { state: 'failed', endedAt: at } : { state: 'running', endedAt: null };
    if (!read(name).some((run) => run.id === id)) {
      write(name, [...read(name), { id, name, startedAt: at, stamp, settings, scaling, ...end }]);
      log('start ' + name + ' ' + settings.v);
    }
    return { run: { id } };
  },
  stop: ({ run }) => change(run, { state: 'stopped', endedAt: new Date().toISOString() }, 'stop ' + run.name),
  scale: ({ run, scaling }) => change(run, { scaling }, 'scale ' + run.name + ' ' + scaling.replicas),
};
console.log(JSON.stringify(verbs[request.verb](request)));
`;

/** What the manifest says of one job. */
export interface Declared {
  readonly v: number;
  readonly replicas?: number;
  readonly needs?: readonly string[];
  readonly was?: string;
  readonly blind?: boolean;
  /** Beside what the script needs itself. */
  readonly env?: JsonObject;
  readonly build?: string;
  /** Laid over the job. */
  readonly more?: JsonObject;
}

export interface Call {
  readonly raw?: RawInputs;
  readonly runId?: string;
  readonly attempt?: number;
  readonly wait?: boolean;
  /** Laid over the environment of the process. */
  readonly env?: { readonly [name: string]: string };
  /** Asked with each line that is told; the process is cancelled where it says so. */
  cancel?(line: string): boolean;
  attemptState?: Bench['forge']['attemptState'];
  /** Laid over the bench. */
  over?(bench: Bench): Partial<Bench>;
}

/** A repository whose jobs are automated by a script, and a ledger in a folder. */
export interface World {
  readonly repo: Repo;
  /** Calls that changed something, oldest first. */
  log(): readonly string[];
  /** Commits a manifest. */
  declare(jobs: { readonly [key: string]: Declared }, environments?: readonly string[]): string;
  bench(call?: Call): Bench;
  held(environment?: string): Promise<ReadonlyMap<string, Held>>;
  /** Loses the ledger. */
  lose(): void;
  /** File of the runs of a name, as JSON. */
  runsFile(name: string): string;
}

const nowhere: EventFacts = {
  name: null,
  repository: 'acme/streams',
  ref: null,
  defaultBranch: null,
  sha: null,
  headSha: null,
  before: null,
  forced: false,
  created: false,
  deleted: false,
  baseSha: null,
  pullRequest: null,
  untrusted: false,
  actor: 'ada',
  runId: null,
  attempt: 1,
  serverUrl: 'https://github.com',
  apiUrl: 'http://127.0.0.1:9',
};

export function world(): World {
  const repo = newRepo();
  const origin = String(Date.now());
  const home = temporary();
  const folder = join(home, 'runs');
  mkdirSync(folder);
  appendFileSync(join(folder, 'log'), '');
  repo.commit({ 'ci/runs.mjs': runs, 'src/main.txt': 'x\n' });
  // Commands start where the tests do.
  const script = [process.execPath, join(repo.path, 'ci/runs.mjs')];

  function bench(call: Call = {}): Bench {
    const abort = new AbortController();
    const inputs = parseInputs(
      { environment: 'production', ledger: `file:${join(home, 'ledger')}`, 'wait-for-minutes': '6000', ...call.raw },
      {
        event: { ...nowhere, runId: call.runId ?? null, attempt: call.attempt ?? 1 },
        workspace: repo.path,
        outputDirectory: '',
        env: {
          ...env,
          GITHUB_API_URL: 'http://127.0.0.1:9',
          STREAM_ROLLOUT_CLOCK_RATE: rate,
          STREAM_ROLLOUT_CLOCK_ORIGIN: origin,
          ...call.env,
        },
        wait: call.wait ?? true,
      },
    );
    const made = makeBench(inputs, {
      forge: { attemptState: call.attemptState ?? (async () => 'completed'), source: null },
      teller: {
        line: (text) => {
          if (call.cancel?.(text) === true) abort.abort();
        },
        group: (_, work) => work(),
      },
      signal: abort.signal,
      onSecret: () => {},
    });
    return { ...made, ...call.over?.(made) };
  }

  return {
    repo,
    bench,
    log: () => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8').trim().split('\n') : []),
    declare(jobs, environments = ['production']) {
      const manifest = {
        version: 1,
        name: 'acme',
        environments: Object.fromEntries(environments.map((name) => [name, { vars: { place: name } }])),
        jobs: Object.fromEntries(
          Object.entries(jobs).map(([key, { v, replicas, blind, env: given, build, more: over, ...more }]) => [
            key,
            {
              engine: 'command',
              paths: ['src/**'],
              ...(build === undefined ? {} : { build }),
              target: {
                name: `${key === 'renamed' ? 'a' : key}-\${var.place}`,
                observe: blind === true ? ['false'] : script,
                start: script,
                stop: script,
                scale: script,
                settings: { v },
                scaling: { replicas: replicas ?? 1 },
                env: { RUNS_DIR: folder, ...given },
                guarantees: { state: 'kept', duplicates: 'replay', gap: '10s' },
                times: { call: '5s', lag: '1s' },
              },
              sink: 'idempotent',
              verify: { 'running-within': '60m', bake: '10s' },
              ...more,
              ...over,
            },
          ]),
        ),
      };
      return repo.commit({ '.github/streaming-jobs.yml': `${JSON.stringify(manifest, null, 2)}\n` });
    },
    lose: () => rmSync(join(home, 'ledger'), { recursive: true }),
    runsFile: (name) => join(folder, `${name}.json`),
    async held(environment = 'production') {
      const ledger = await bench().ledger();
      return await ledger.read(environment);
    },
  };
}

/** Outcomes by job. */
export function outcomesOf(report: Report): { readonly [job: string]: string } {
  return Object.fromEntries(report.jobs.map((job) => [job.job, job.outcome]));
}

export function jobOf(report: Report, key: string): JobReport {
  const found = report.jobs.find((job) => job.job === key);
  if (found === undefined) throw new TypeError(`the report has no ${key}`);
  return found;
}
