import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { runEmulate } from '../emulators/emulate.js';
import { engineIds, engines } from '../src/engines/index.js';
import { fieldNames } from '../src/inputs/fields.js';
import { environmentsOf, readManifest } from '../src/manifest/index.js';
import type { JobReport, Report } from '../src/model/report.js';
import { documents } from '../src/report/contract.js';
import { filesBelow } from './sources.js';

const manifests = filesBelow('examples', 'streaming-jobs.yml');

describe('manifests of the examples', () => {
  const validate = new Ajv2020({ strict: false }).compile(
    JSON.parse(readFileSync('schemas/streaming-jobs.schema.json', 'utf8')) as object,
  );

  it('are there for every engine', () => {
    expect(manifests.map((path) => path.split('/')[1]).sort()).toEqual([...engineIds].sort());
  });

  it.each(manifests)('%s is valid in each of its environments', async (path) => {
    const text = readFileSync(path, 'utf8');
    const source = { files: [{ path, text }], readFile: async () => null };
    const options = { vars: {}, engineIds, engines: (id: string) => engines[id as keyof typeof engines]() };
    expect(environmentsOf(source).length).toBeGreaterThan(0);
    for (const environment of environmentsOf(source)) {
      const result = await readManifest(source, { ...options, environment });
      expect(result.ok ? [] : result.errors).toEqual([]);
    }
    expect(validate(parse(text)) ? [] : validate.errors).toEqual([]);
  });

  it.each(manifests)('%s names files that are there', (path) => {
    const folder = path.replace(/\.github\/streaming-jobs\.yml$/, '');
    const named = [
      ...readFileSync(path, 'utf8').matchAll(/\{(?:file|zip): ([^,}]+),|build: \.\/(\S+)|\[node, ([^\]]+)\]/g),
    ];
    expect(named.length).toBeGreaterThan(0);
    for (const [, artifact, build, command] of named) {
      const file = join(folder, artifact ?? build ?? command ?? '');
      expect([file, existsSync(file)]).toEqual([file, true]);
      if (build !== undefined) expect(statSync(file).mode & 0o111).not.toBe(0);
    }
  });
});

it('the script of the command example is the one that its page shows', () => {
  const shown = /```js\n([\s\S]*?)```/.exec(readFileSync('docs/engines/command.md', 'utf8'))?.[1];
  expect(readFileSync('examples/command/ci/runs.mjs', 'utf8')).toBe(shown);
});

describe('the command-line tool outside of GitHub', () => {
  const files = [
    'examples/gitlab/.gitlab-ci.yml',
    'examples/jenkins/Jenkinsfile',
    'examples/airflow/stream_rollout_dag.py',
  ];

  it.each(files)('%s uses flags that there are', (path) => {
    const flags = [...readFileSync(path, 'utf8').matchAll(/(?<=['"\s[])--([a-z-]+)/g)].map((match) => match[1] ?? '');
    const ofTools = ['quiet', 'ff-only'];
    const known = [...fieldNames, 'json', 'out', 'wait', ...ofTools];
    expect(flags.length).toBeGreaterThan(3);
    expect(flags.filter((flag) => !(known as string[]).includes(flag))).toEqual([]);
  });

  it.each(files)('%s tells what each exit code means', (path) => {
    const text = readFileSync(path, 'utf8').replace(/\n(\/\/|#)?\s*/g, ' ');
    for (const said of [
      '0 done or nothing to do',
      '1 failed or rolled back',
      '2 a person is needed',
      '3 refused',
      '4 bad manifest',
      '5 still open',
    ])
      expect(text).toContain(said);
  });
});

describe('the command example, carried out', () => {
  const home = mkdtempSync(join(tmpdir(), 'example-command-'));
  const [checkout, runs] = [join(home, 'checkout'), join(home, 'runs')];
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    SENSORS_TOKEN: 'canary-token',
    // The clock counts only while every endpoint is loopback.
    GITHUB_API_URL: 'http://127.0.0.1:9',
    STREAM_ROLLOUT_CLOCK_RATE: '10',
  };
  const git = (...args: string[]) => execFileSync('git', args, { cwd: checkout, env, encoding: 'utf8' });
  const live = () => {
    const all = existsSync(runs) ? readdirSync(runs).filter((id) => existsSync(join(runs, id, 'run.json'))) : [];
    return all.filter((id) => !existsSync(join(runs, id, 'exit')));
  };

  /** Runs the tool from its sources; gives exit code and document, which must be exactly what its schema says. */
  function tool(command: string, ...more: readonly string[]): Promise<{ code: number; document: { kind: string } }> {
    const where = ['--ledger', `file:${join(home, 'ledger')}`, '--vars', `runs=${runs}`];
    const args = [join(home, 'cli.mjs'), command, '--json', ...where, ...more];
    return new Promise((resolve, reject) => {
      execFile(process.execPath, args, { cwd: checkout, env }, (error, stdout, stderr) => {
        try {
          const document = JSON.parse(stdout) as { kind: keyof typeof documents };
          expect(documents[document.kind].parse(document)).toEqual(document);
          resolve({ code: error === null ? 0 : Number(error.code), document });
        } catch (cause) {
          reject(new Error(`${command} printed ${stdout}, and ${stderr}`, { cause }));
        }
      });
    });
  }

  async function apply(): Promise<{ code: number; job: JobReport }> {
    const { code, document } = await tool('apply');
    const [job] = (document as Report).jobs;
    if (job === undefined) throw new TypeError('the report has no job');
    return { code, job };
  }

  beforeAll(async () => {
    cpSync('examples/command', checkout, { recursive: true });
    const { build } = await import('esbuild');
    await build({
      entryPoints: ['src/cli.ts'],
      ...{ outfile: join(home, 'cli.mjs'), bundle: true, platform: 'node', format: 'esm', target: 'node20' },
      banner: { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" },
    });
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-q', '-m', 'Sensors');
  }, 120_000);

  afterAll(() => {
    for (const id of live()) {
      const { pid } = JSON.parse(readFileSync(join(runs, id, 'run.json'), 'utf8')) as { pid: number };
      process.kill(-pid, 'SIGKILL');
    }
    rmSync(home, { recursive: true, force: true });
  });

  it('starts, is unchanged, and is restarted by a change, with one run at any time', async () => {
    const created = await apply();
    expect([created.code, created.job.outcome, created.job.strategy]).toEqual([0, 'succeeded', 'create']);
    expect(live()).toEqual([created.job.runAfter]);

    const again = await apply();
    expect([again.code, again.job.outcome]).toEqual([0, 'unchanged']);

    writeFileSync(join(checkout, 'streams', 'sensors.txt'), 'two\n');
    git('add', '-A');
    git('commit', '-q', '-m', 'Change the sensors');
    const changed = await apply();
    expect([changed.code, changed.job.outcome, changed.job.strategy]).toEqual([0, 'succeeded', 'restart']);
    expect(live()).toEqual([changed.job.runAfter]);
    expect(changed.job.runAfter).not.toBe(created.job.runAfter);
  }, 180_000);

  it.each([
    ['plan', [], 'plan', 0],
    ['detect', [], 'plan', 0],
    ['status', [], 'status', 0],
    ['log', [], 'log', 0],
    ['validate', [], 'validate', 0],
    ['resume', [], 'report', 0],
    ['plan', ['--base', 'no-such-commit'], 'error', 4],
    ['plan', ['--manifest', 'README.md'], 'error', 4],
    ['plan', ['--jobs', 'nobody'], 'error', 4],
  ] as const)('%s %j prints one document: %s', async (command, flags, kind, code) => {
    expect(await tool(command, ...flags)).toMatchObject({ code, document: { version: 1, kind } });
  });

  it('a manifest with errors is the document of validate, whatever the command', async () => {
    writeFileSync(join(checkout, 'bad.yml'), 'version: 1\njobs: {a: {engine: nile}}\n');
    for (const command of ['validate', 'apply'])
      expect(await tool(command, '--manifest', 'bad.yml')).toMatchObject({ code: 4, document: { kind: 'validate' } });
  });
});

it('the line of emulate is what its schema says', async () => {
  const ending = new AbortController();
  const lines: string[] = [];
  const stdout = (text: string) => {
    lines.push(text);
    ending.abort();
  };
  await runEmulate({ json: true, services: ['github'], stdout, signal: ending.signal });
  const document = JSON.parse(lines.join('')) as object;
  expect(documents.emulate.parse(document)).toEqual(document);
});
