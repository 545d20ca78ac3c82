import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { engineIds } from '../src/engines/index.js';
import { fieldNames, outputs } from '../src/inputs/fields.js';
import { codes } from '../src/model/codes/index.js';
import { filesBelow, type Import, importsOf } from './sources.js';

const sources = filesBelow('src', '.ts');
const imports = sources.flatMap(importsOf);
const text = new Map(sources.map((file) => [file, readFileSync(file, 'utf8')]));

const isOurs = ({ to }: Import) => to.startsWith('src/') || to.startsWith('emulators/');
const inFolder = (path: string, folder: string) => path.startsWith(`${folder}/`);
const told = ({ from, to }: Import) => `${from} -> ${to}`;

it('the scanner sees imports of all forms', () => {
  expect(imports.length).toBeGreaterThan(500);
  expect(imports).toContainEqual({
    from: 'src/engines/index.ts',
    to: 'src/engines/glue/index.ts',
    dynamic: true,
    typeOnly: false,
  });
  expect(imports).toContainEqual({ from: 'src/engines/engine.ts', to: 'zod', dynamic: false, typeOnly: true });
  for (const one of imports.filter(isOurs)) expect([told(one), existsSync(one.to)]).toEqual([told(one), true]);
});

describe('dependency rule', () => {
  it('model imports nothing outside itself', () => {
    expect(
      imports.filter(({ from, to }) => inFolder(from, 'src/model') && !inFolder(to, 'src/model')).map(told),
    ).toEqual([]);
  });

  it('an engine imports the model, the contract, its own folder, platforms and packages, but no toolkit', () => {
    const wrong = imports.filter(({ from, to }) => {
      const folder = /^src\/engines\/[^/]+(?=\/)/.exec(from)?.[0];
      if (folder === undefined) return false;
      if (to.startsWith('@actions/')) return true;
      return to.startsWith('src/') || to.startsWith('emulators/')
        ? ![folder, 'src/model', 'src/platforms'].some((one) => inFolder(to, one)) && to !== 'src/engines/engine.ts'
        : false;
    });
    expect(wrong.map(told)).toEqual([]);
  });

  it('a platform, which engines share, imports what an engine may, and engines alone import it', () => {
    const wrong = imports.filter(({ from, to }) => {
      const folder = /^src\/platforms\/[^/]+(?=\/)/.exec(from)?.[0];
      if (folder === undefined) return inFolder(to, 'src/platforms') && !inFolder(from, 'src/engines');
      if (to.startsWith('@actions/')) return true;
      return to.startsWith('src/') || to.startsWith('emulators/')
        ? !inFolder(to, folder) && !inFolder(to, 'src/model') && to !== 'src/engines/engine.ts'
        : false;
    });
    expect(wrong.map(told)).toEqual([]);
    expect(filesBelow('src/platforms', '.ts').length).toBeGreaterThan(0);
  });

  it('only the registry imports engines, one lazy line each', () => {
    const into = imports.filter(({ from, to }) => /^src\/engines\/[^/]+\//.test(to) && !inFolder(from, 'src/engines'));
    expect(into.map(told)).toEqual([]);
    const registry = imports.filter(({ from }) => from === 'src/engines/index.ts');
    expect(registry.filter(({ to, dynamic }) => to !== 'src/engines/engine.ts' && !dynamic).map(told)).toEqual([]);
  });

  it('a strategy imports the model only', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        inFolder(from, 'src/strategies') && !inFolder(to, 'src/model') && !inFolder(to, 'src/strategies'),
    );
    expect(wrong.map(told)).toEqual([]);
  });

  it('only inputs, report, main and post know the toolkit', () => {
    const mayUse = (from: string) => /^src\/(inputs|report)\/|^src\/(main|post)\.ts$/.test(from);
    const wrong = imports.filter(({ from, to }) => ['@actions/core', '@actions/github'].includes(to) && !mayUse(from));
    expect(wrong.map(told)).toEqual([]);
  });

  it('only changes, ledger and artifacts run commands by the toolkit', () => {
    const wrong = imports.filter(
      ({ from, to }) => to === '@actions/exec' && !/^src\/(changes|ledger|artifacts)\//.test(from),
    );
    expect(wrong.map(told)).toEqual([]);
  });

  it('nothing but the demo knows the emulators, and the demo is loaded when it is asked for', () => {
    const wrong = imports.filter(
      ({ from, to, dynamic }) =>
        !inFolder(from, 'src/demo') && (inFolder(to, 'emulators') || (inFolder(to, 'src/demo') && !dynamic)),
    );
    expect(wrong.map(told)).toEqual([]);
  });

  it('only entry points read the environment', () => {
    const reads = sources.filter((file) => /\bprocess\.env\b/.test(text.get(file) ?? ''));
    expect(reads.filter((file) => !/^src\/(main|post|cli)\.ts$/.test(file) && !inFolder(file, 'src/demo'))).toEqual([]);
  });
});

describe('what exists once is named everywhere', () => {
  const folders = (path: string) =>
    readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);

  it('the registry has every folder of engines, and each has a page', () => {
    expect(folders('src/engines').sort()).toEqual([...engineIds].sort());
    const pages = filesBelow('docs/engines', '.md').map((path) => path.slice('docs/engines/'.length, -'.md'.length));
    expect(pages.filter((page) => page !== 'README').sort()).toEqual([...engineIds].sort());
  });

  it('every engine that is a service has an emulator with a page on its behaviour', () => {
    for (const id of engineIds.filter((one) => one !== 'command')) expect(folders('emulators')).toContain(id);
    const services = folders('emulators').filter((name) => name !== 'kernel');
    expect(services.filter((name) => !existsSync(`emulators/${name}/README.md`))).toEqual([]);
  });

  it('inputs and outputs are those of action.yml and the README', () => {
    const action = parse(readFileSync('action.yml', 'utf8')) as { inputs: object; outputs: object };
    expect(Object.keys(action.inputs)).toEqual(fieldNames);
    expect(Object.keys(action.outputs)).toEqual(Object.keys(outputs));
    const readme = readFileSync('README.md', 'utf8');
    const table = (name: string) =>
      [...(readme.split(`<!-- ${name} -->`)[1]?.split(`<!-- /${name} -->`)[0] ?? '').matchAll(/^\| `([^`]+)`/gm)].map(
        (row) => row[1],
      );
    expect(table('inputs')).toEqual(fieldNames);
    expect(table('outputs')).toEqual(Object.keys(outputs));
  });
});

describe('codes', () => {
  const used = sources
    .filter((file) => !inFolder(file, 'src/model/codes'))
    .map((file) => text.get(file) ?? '')
    .join('\n');

  it('every code of the registry is used', () => {
    expect(
      Object.keys(codes).filter((code) => !used.includes(`'${code}'`) && !new RegExp(`^\\s+${code}:`, 'm').test(used)),
    ).toEqual([]);
  });

  it('every code that is used is in the registry', () => {
    // `custom` is zod's own word for an issue.
    const literal = /(?:RolloutError\(\s*|\bcode: )'([a-z][a-z0-9]*(?:-[a-z0-9]+)*)'/g;
    const found = new Set([...used.matchAll(literal)].map((match) => match[1] ?? ''));
    expect(found.size).toBeGreaterThan(50);
    expect([...found].filter((code) => !(code in codes) && code !== 'custom')).toEqual([]);
  });

  it('no code has two meanings', () => {
    const all = filesBelow('src/model/codes', '.ts').flatMap((file) =>
      [...(text.get(file) ?? '').matchAll(/^ {2}'?([a-z0-9-]+)'?: \{/gm)].map((match) => match[1]),
    );
    expect(all.filter((code, at) => all.indexOf(code) !== at)).toEqual([]);
    expect(all.length).toBe(Object.keys(codes).length);
  });
});

describe('files', () => {
  const ours = [...sources, ...filesBelow('emulators', '.ts', '.mjs'), ...filesBelow('scripts', '.ts', '.mjs')];

  it('have at most 300 lines', () => {
    const long = ours.filter((file) => readFileSync(file, 'utf8').split('\n').length > 301);
    expect(long).toEqual([]);
  });

  it('leave nothing to be done later', () => {
    const mark = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')}|X{3})\\b`);
    const all = [...ours, ...filesBelow('__tests__', '.ts'), ...filesBelow('docs', '.md'), 'README.md'];
    expect(all.filter((file) => mark.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('import zod as a namespace, so that the bundle leaves out what nobody uses of it', () => {
    const all = [...sources, ...filesBelow('emulators', '.ts')];
    const names = all.filter((file) => /import (type )?\{[^}]*\} from 'zod'/.test(readFileSync(file, 'utf8')));
    expect(names).toEqual([]);
  });

  it('have named exports only', () => {
    expect(sources.filter((file) => /^export default\b/m.test(text.get(file) ?? ''))).toEqual([]);
  });
});

it('an entry point loads no SDK before it is needed', async () => {
  const { metafile } = await build({
    entryPoints: ['src/main.ts', 'src/post.ts', 'src/cli.ts'],
    ...{ bundle: true, splitting: true, write: false, metafile: true, outdir: 'dist', logLevel: 'silent' },
    ...{ platform: 'node', format: 'esm', target: 'node20', mainFields: ['module', 'main'] },
  });
  const isEntry = (path: string) => /^dist\/(main|post|cli)\.js$/.test(path);
  const reached = new Set(Object.keys(metafile.outputs).filter(isEntry));
  for (const path of reached) {
    for (const one of metafile.outputs[path]?.imports ?? [])
      if (one.kind === 'import-statement' && !one.external) reached.add(one.path);
  }
  const inputs = [...reached].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}));
  const all = Object.keys(metafile.inputs);
  const sdk = /^node_modules\/(@aws-sdk|@smithy|@google-cloud|google-auth-library|google-gax|gaxios|@grpc)\//;
  expect(all.filter((path) => sdk.test(path)).length).toBeGreaterThan(0);
  expect(inputs.filter((path) => sdk.test(path))).toEqual([]);
  expect(inputs.filter((path) => inFolder(path, 'emulators'))).toEqual([]);
  expect(inputs).toContain('src/main.ts');
});
