import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { Engine } from '../src/engines/engine.js';
import { engineIds, engines } from '../src/engines/index.js';
import { fieldNames, fields, outputs } from '../src/inputs/fields.js';
import { modes } from '../src/inputs/inputs.js';
import { validateManifest } from '../src/manifest/index.js';
import { jobKeys } from '../src/manifest/schema/job.js';
import { strategyNames } from '../src/model/job.js';
import type { JsonObject } from '../src/model/json.js';
import { exitCodeOf, outcomes } from '../src/model/outcome.js';
import { reasonKinds } from '../src/model/plan.js';
import { anchorsOf, type Block, blocksOf, linksOf } from './docs/blocks.js';
import { normalised, shapeOf } from './docs/compare.js';
import { openScene, type Scene } from './docs/scene.js';
import { manifestOf } from './manifest/read.js';

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...docsIn('docs')];
const blocks = pages.flatMap(blocksOf);

function docsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

const yaml = blocks.filter((block) => block.language === 'yaml');
const values = yaml.map((block) => ({ block, value: parse(block.text) as JsonObject }));
const manifests = values.filter(({ value }) => 'version' in value && 'jobs' in value);
const workflows = values.filter(({ value }) => 'on' in value && 'jobs' in value);
const steps = values.filter(({ value }) => Array.isArray(value));

describe('manifests', () => {
  it.each(manifests.map(({ block }) => [block.at, block] as const))('%s is valid', async (_, { text }) => {
    const source = {
      files: [{ path: '.github/streaming-jobs.yml', text }],
      readFile: async (path: string) =>
        path === 'tenants.json' ? '{"acme": {"topic": "acme-in"}, "globex": {"topic": "globex-in"}}' : null,
    };
    expect(await validateManifest(source, { environment: null, vars: {}, ...ours })).toEqual([]);
  });

  it('are all that there is, with workflows and steps', () => {
    expect(manifests.length + workflows.length + steps.length).toBe(yaml.length);
    expect(manifests.length).toBeGreaterThan(5);
  });
});

const ours = {
  engineIds,
  engines: async (id: string): Promise<Engine | null> =>
    id in engines ? await engines[id as keyof typeof engines]() : null,
};

describe('workflows', () => {
  const action = parse(readFileSync('action.yml', 'utf8')) as { inputs: JsonObject; outputs: JsonObject };

  it('are there', () => expect(workflows.length).toBeGreaterThan(0));

  it('use inputs and outputs that exist', () => {
    const used = values.flatMap(({ block, value }) => callsIn(value).map((call) => ({ at: block.at, ...call })));
    const own = used.filter(({ uses }) => /^OWNER\/stream-rollout@/.test(uses));
    expect(own.length).toBeGreaterThan(1);
    for (const { at, given } of own)
      for (const name of given) expect([at, Object.keys(action.inputs)]).toEqual([at, expect.arrayContaining([name])]);
    for (const [, name = ''] of blocks.flatMap(({ text }) => [...text.matchAll(/steps\.\w+\.outputs\.([\w-]+)/g)]))
      expect(Object.keys(action.outputs)).toContain(name);
  });

  it('call reusable workflows that exist, with inputs that they have', () => {
    for (const { value } of values) {
      for (const { uses, given } of callsIn(value)) {
        const [, path] = /^OWNER\/stream-rollout\/(\.github\/workflows\/[\w.-]+)@/.exec(uses) ?? [];
        if (path === undefined) continue;
        const called = parse(readFileSync(path, 'utf8')) as { on: { workflow_call: { inputs?: JsonObject } } };
        expect(Object.keys(called.on.workflow_call.inputs ?? {})).toEqual(expect.arrayContaining([...given]));
      }
    }
  });

  it('pin what is not ours by its full commit, and name the version', () => {
    for (const { text, at } of yaml) {
      for (const line of text.split('\n').filter((candidate) => /uses: (?!OWNER\/|\.\/)/.test(candidate)))
        expect([at, line]).toEqual([at, expect.stringMatching(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)]);
    }
  });

  it('grant rights by the job, and never act on foreign code', () => {
    for (const { value } of workflows) {
      expect(value['permissions']).toEqual({});
      expect(Object.keys(value['on'] as object)).not.toContain('pull_request_target');
      for (const job of Object.values(value['jobs'] as JsonObject)) expect(job).toHaveProperty('permissions');
    }
  });
});

/** What a workflow, or a list of steps, uses, with the names that it gives. */
function callsIn(value: unknown): readonly { readonly uses: string; readonly given: readonly string[] }[] {
  if (Array.isArray(value)) return value.flatMap(callsIn);
  if (typeof value !== 'object' || value === null) return [];
  const { uses, with: given } = value as { uses?: unknown; with?: object };
  const own = typeof uses === 'string' ? [{ uses, given: Object.keys(given ?? {}) }] : [];
  return [...own, ...Object.values(value).flatMap(callsIn)];
}

describe.each([
  ['README.md', null],
  ['docs/ledger.md', 'README.md'],
  ['docs/json.md', 'README.md'],
] as const)('the commands of %s', (page, manifestOfPage) => {
  const own = blocksOf(page);
  let scene: Scene;

  beforeAll(async () => {
    const first = blocksOf('README.md').find((block) => block.language === 'yaml')?.text ?? '';
    scene = await openScene(manifestOfPage === null ? null : first);
    if (manifestOfPage !== null) return;
    mkdirSync(join(scene.clone, '.github'));
    writeFileSync(join(scene.clone, '.github', 'streaming-jobs.yml'), `${first}\n`);
  });

  afterAll(async () => await scene.close());

  it('do what the page says', async () => {
    let printed = '';
    let compared = 0;
    for (const block of own) {
      if (block.role?.is === 'run') printed = await scene.shell(block.text).catch(at(block));
      if (block.role?.is === 'output') {
        compared += 1;
        expect([block.at, normalised(printed)]).toEqual([block.at, normalised(block.text)]);
      }
      if (block.role?.is === 'json') {
        compared += 1;
        const { command, code } = block.role;
        const document: unknown = JSON.parse(await scene.shell(command, code).catch(at(block)));
        expect([block.at, ...shapeOf(document)]).toEqual([block.at, ...shapeOf(JSON.parse(block.text))]);
      }
    }
    if (page !== 'docs/ledger.md') expect(compared).toBeGreaterThan(3);
  });
});

function at(block: Block) {
  return (error: Error): never => {
    throw new Error(`${block.at}: ${error.message}`);
  };
}

describe('tables', () => {
  const readme = readFileSync('README.md', 'utf8');

  it('have every engine, mode, outcome and strategy', () => {
    for (const id of engineIds) expect(readme).toContain(`[docs/engines/${id}.md](docs/engines/${id}.md)`);
    for (const mode of modes) expect(readme).toMatch(new RegExp(`^\\| \`${mode}\` \\|`, 'm'));
    const strategies = readFileSync('docs/strategies.md', 'utf8');
    for (const name of strategyNames) expect(strategies).toMatch(new RegExp(`^\\| ${name} \\|`, 'm'));
  });

  it('have the exit code of every outcome', () => {
    const rows = [...readme.matchAll(/^\| (`[^|]*`) \| [^|]* \| ([^|]*) \|$/gm)];
    const told = new Map(
      rows.flatMap(([, names = '', code]) => [...names.matchAll(/`([\w-]+)`/g)].map(([, name]) => [name, code])),
    );
    for (const outcome of outcomes) {
      const codes = [exitCodeOf(outcome, false), exitCodeOf(outcome, true)];
      expect([outcome, told.get(outcome)]).toEqual([
        outcome,
        codes[0] === codes[1] ? String(codes[0]) : `${codes[0]} if nothing runs, else ${codes[1]}`,
      ]);
    }
  });

  it('have every key of a job, with the default that the code gives', async () => {
    const page = readFileSync('docs/manifest.md', 'utf8');
    const [table = ''] = /<!-- defaults -->[\s\S]*<!-- \/defaults -->/.exec(page) ?? [];
    const rows = new Map(
      [...table.matchAll(/^\| `([\w.-]+)` \| .* \| (.*) \|$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(new Set([...rows.keys()].map((name) => name.split('.')[0]))).toEqual(new Set(jobKeys));
    const [job] = (await manifestOf(blocksOf('README.md')[1]?.text ?? '', ours)).jobs;
    expect(job).toMatchObject({
      ignore: JSON.parse(plain(rows.get('ignore'))),
      sink: plain(rows.get('sink')),
      stateful: plain(rows.get('stateful')) === 'true',
      strategy: plain(rows.get('strategy')),
      maxGapSeconds: null,
      parallel: {
        overlapSeconds: seconds(rows.get('parallel.overlap')),
        slots: JSON.parse(plain(rows.get('parallel.slots'))),
      },
      drain: { timeoutSeconds: seconds(rows.get('drain.timeout')), onTimeout: plain(rows.get('drain.on-timeout')) },
      verify: {
        runningWithinSeconds: seconds(rows.get('verify.running-within')),
        bakeSeconds: seconds(rows.get('verify.bake')),
        gates: JSON.parse(plain(rows.get('verify.gates'))),
      },
      onFailure: plain(rows.get('on-failure')),
      needs: JSON.parse(plain(rows.get('needs'))),
      desired: plain(rows.get('desired')),
    });
  });

  it('have the inputs and outputs of the action', () => {
    const between = (name: string) =>
      new RegExp(`<!-- ${name} -->([\\s\\S]*)<!-- /${name} -->`).exec(readme)?.[1] ?? '';
    for (const name of fieldNames) expect(between('inputs')).toContain(`\`${name}\``);
    for (const name of Object.keys(outputs)) expect(between('outputs')).toContain(`\`${name}\``);
  });

  it('have every command of the command line', () => {
    const own = [...readFileSync('src/cli.ts', 'utf8').matchAll(/\.command\('(\w+)'\)/g)].map(([, name]) => name);
    expect(own).toEqual(expect.arrayContaining(['log', 'verify', 'emulate', 'demo']));
    const [sentence = ''] = /^Commands have the names of the modes, .*$/m.exec(readme) ?? [];
    for (const name of own) expect(sentence).toContain(`\`${name}\``);
  });

  it('have every package that is shipped', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
    const [section = ''] = /^## Dependencies$[\s\S]*?(?=^## )/m.exec(readFileSync('docs/design.md', 'utf8')) ?? [];
    // A row may name several of one family by their ends.
    const named = (name: string) =>
      [name, name.replace(/^.*\/(client|plugin)?/, '')].some((one) => section.includes(`\`${one}\``));
    expect(Object.keys(dependencies).filter((name) => !named(name))).toEqual([]);
  });

  it('have every kind of reason that a plan gives', () => {
    const [row = ''] = /^\| `jobs\[\]\.reasons\[\]\.kind` \|.*$/m.exec(readFileSync('docs/json.md', 'utf8')) ?? [];
    for (const kind of reasonKinds) expect(row).toContain(`\`${kind}\``);
  });

  it('give the limits of inputs as they are', () => {
    expect(readme).toContain(`More than ${fields['max-changed-jobs'].default} changed jobs`);
  });
});

function plain(cell: string | undefined): string {
  return (cell ?? '').replaceAll('`', '');
}

function seconds(cell: string | undefined): number {
  const text = plain(cell);
  return Number.parseInt(text, 10) * { s: 1, m: 60, h: 3600, d: 86_400 }[text.at(-1) as 's' | 'm' | 'h' | 'd'];
}

it('every npm script that a page names is there', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
  const named = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

describe('JSON', () => {
  it.each(blocks.filter((block) => block.language === 'json').map((block) => [block.at, block] as const))(
    '%s is JSON',
    (_, { text }) => {
      expect(() => JSON.parse(text) as unknown).not.toThrow();
    },
  );
});

describe('links', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    for (const { path, anchor } of linksOf(page)) {
      const file = path === '' ? page : normalize(join(dirname(page), path));
      expect([file, existsSync(file)]).toEqual([file, true]);
      if (anchor !== null) expect([file, anchorsOf(file)]).toEqual([file, expect.arrayContaining([anchor])]);
    }
  });
});
