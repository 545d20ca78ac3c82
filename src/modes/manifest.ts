import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import picomatch from 'picomatch';
import type { Repository } from '../changes/repository.js';
import { engineIds } from '../engines/index.js';
import {
  type ManifestError,
  type ManifestOptions,
  type ManifestSource,
  readManifest,
  validateManifest,
} from '../manifest/index.js';
import { RolloutError } from '../model/error.js';
import type { Manifest } from '../model/job.js';
import type { Bench } from './bench.js';

/** A manifest with errors: all of them, in the order of the files. */
export class ManifestInvalid extends Error {
  override readonly name = 'ManifestInvalid';
  readonly errors: readonly ManifestError[];

  constructor(errors: readonly ManifestError[]) {
    super(errors.map((error) => `${error.file}:${error.line}:${error.column} ${error.message}`).join('\n'));
    this.errors = errors;
  }
}

/** Reads the manifest of the work tree for the environment of this call. Throws ManifestInvalid. */
export async function loadManifest(bench: Bench): Promise<Manifest> {
  return (await loadManifestFiles(bench)).manifest;
}

type Loaded = { readonly manifest: Manifest; readonly files: readonly string[] };

/** The checkout stays as it is during a call, and a large manifest takes a while to read. */
const loaded = new WeakMap<Bench, Promise<Loaded>>();

/** The manifest with the paths of all files that it was read from, `for-each` files included; read once a call. Throws ManifestInvalid. */
export function loadManifestFiles(bench: Bench): Promise<Loaded> {
  const known = loaded.get(bench) ?? loadOnce(bench);
  loaded.set(bench, known);
  return known;
}

async function loadOnce(bench: Bench): Promise<Loaded> {
  const { inputs } = bench;
  const source = await workTreeSource(inputs.workspace, inputs.manifest);
  const texts = new Map<string, string | null>(source.files.map((file) => [file.path, file.text]));
  const noting: ManifestSource = {
    files: source.files,
    async readFile(path) {
      const text = await source.readFile(path);
      texts.set(path, text);
      return text;
    },
  };
  const result = await read(bench, noting, inputs.environment);
  if (!result.ok) throw new ManifestInvalid(result.errors);
  readFrom.set(result.manifest, { count: source.files.length, texts });
  return { manifest: result.manifest, files: [...texts].flatMap(([path, text]) => (text === null ? [] : [path])) };
}

/** What each manifest was read from: texts by path, of its own files (`count` of them) and of those that `for-each` names. */
const readFrom = new WeakMap<Manifest, { count: number; texts: ReadonlyMap<string, string | null> }>();

/** True if reading the source would give this manifest again: most commits change code only, and a large manifest takes a while to read. */
async function isReadFrom(manifest: Manifest, source: ManifestSource): Promise<boolean> {
  const known = readFrom.get(manifest);
  if (known === undefined || known.count !== source.files.length) return false;
  const texts = new Map(source.files.map((file) => [file.path, file.text]));
  for (const [path, text] of known.texts) {
    if ((texts.get(path) ?? (await source.readFile(path))) !== text) return false;
  }
  return true;
}

/** The same manifest as it was at a commit; null where it did not exist or was not valid then. */
export async function manifestAt(
  bench: Bench,
  repository: Repository,
  commit: string,
  now: Manifest,
): Promise<Manifest | null> {
  const source = await commitSource(bench, repository, commit);
  if (source === null) return null;
  if (await isReadFrom(now, source)) return now;
  const result = await read(bench, source, now.environment);
  return result.ok ? result.manifest : null;
}

/** All errors of the manifest of the work tree, over all its environments where none is chosen. */
export async function validateWorkTree(bench: Bench): Promise<readonly ManifestError[]> {
  const source = await workTreeSource(bench.inputs.workspace, bench.inputs.manifest);
  return await validateManifest(source, optionsOf(bench, bench.inputs.environment));
}

function read(bench: Bench, source: ManifestSource, environment: string | null) {
  return readManifest(source, optionsOf(bench, environment));
}

function optionsOf(bench: Bench, environment: string | null): ManifestOptions {
  return {
    environment,
    vars: bench.inputs.vars,
    engines: async (id) => ((engineIds as string[]).includes(id) ? await bench.engine(id) : null),
    engineIds,
    env: bench.ambient.env,
  };
}

export async function workTreeSource(workspace: string, manifest: string): Promise<ManifestSource> {
  const readText = (path: string) => textInside(workspace, path).catch(missing);
  if (isInline(manifest)) return { files: [{ path: '(input manifest)', text: manifest }], readFile: readText };
  const paths = await pathsOf(workspace, manifest);
  const files: { path: string; text: string }[] = [];
  for (const path of paths) {
    const text = await readText(path);
    if (text !== null) files.push({ path, text });
  }
  if (files.length === 0) {
    throw new RolloutError('manifest-not-found', `There is no manifest at ${manifest}.`, {
      class: 'input',
      next: 'Create it (README, "First rollout"), or name it with the input `manifest`.',
    });
  }
  return { files, readFile: readText };
}

/**
 * The text of a file of the checkout. A link that leads out of it, or into git's own folder, is taken as no file: errors quote what
 * they find, and the commit may be a stranger's. Where the input itself names a place outside, that was the workflow's own choice.
 */
async function textInside(workspace: string, path: string): Promise<string | null> {
  const [root, real] = await Promise.all([realpath(workspace), realpath(join(workspace, path))]);
  const [first] = relative(root, real).split(sep);
  if (!path.startsWith('../') && (first === '..' || first === '.git')) return null;
  return await readFile(real, 'utf8');
}

async function commitSource(bench: Bench, repository: Repository, commit: string): Promise<ManifestSource | null> {
  const { manifest, workspace } = bench.inputs;
  const decode = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('utf8'));
  const readText = async (path: string) => decode(await repository.file(commit, path));
  if (isInline(manifest)) return { files: [{ path: '(input manifest)', text: manifest }], readFile: readText };
  const files: { path: string; text: string }[] = [];
  for (const path of await pathsOf(workspace, manifest)) {
    const text = await readText(path);
    if (text !== null) files.push({ path, text });
  }
  return files.length === 0 ? null : { files, readFile: readText };
}

function isInline(manifest: string): boolean {
  return manifest.includes('\n');
}

/** Paths below the workspace that the input names, sorted; forward slashes. */
async function pathsOf(workspace: string, manifest: string): Promise<readonly string[]> {
  const { base, glob } = picomatch.scan(manifest);
  if (glob === '') return [manifest];
  const matches = picomatch(manifest, { dot: true });
  const listed = await readdir(join(workspace, base), { recursive: true, withFileTypes: true }).catch(() => []);
  return listed
    .filter((entry) => entry.isFile())
    .map((entry) => relative(workspace, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => matches(path))
    .sort();
}

function missing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
