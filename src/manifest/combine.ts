import type { Position } from '../model/position.js';
import { limits } from './limits.js';
import { child, type Entry, emptyMap, entriesOf, type Located, type LocatedMap, plainOf } from './located.js';
import type { Problems } from './problems.js';
import { manifest } from './schema/manifest.js';
import type { ManifestSource } from './source.js';
import { validate } from './validate.js';
import { readYaml } from './yaml.js';

/** All files of a manifest as one. */
export interface Combined {
  readonly name: string | null;
  readonly environments: LocatedMap;
  readonly defaults: LocatedMap;
  readonly jobs: ReadonlyMap<string, Entry>;
  /** Where the manifest begins. */
  readonly at: Position;
  /** False where a file could not be read, so that a name unknown here may be declared there. */
  readonly whole: boolean;
}

/** Reads and joins the files: jobs side by side; `name`, `environments` and `defaults` merged, where a contradiction is an error. */
export function combine(source: ManifestSource, problems: Problems): Combined {
  const at = { file: source.files[0]?.path ?? '', line: 1, column: 1 };
  if (source.files.length === 0)
    problems.add({ code: 'manifest-empty', at, field: '', message: 'there is no manifest file' });
  if (source.files.length > limits.files) {
    const message = `the manifest has ${source.files.length} files; at most ${limits.files} are read`;
    problems.add({ code: 'manifest-too-large', at, field: '', message });
  }
  let name: Located | undefined;
  let environments = emptyMap(at, 'environments');
  let defaults = emptyMap(at, 'defaults');
  const jobs = new Map<string, Entry>();
  let whole = true;
  for (const { path, text } of source.files.slice(0, limits.files)) {
    const root = readYaml(path, text, problems);
    if (root === null) whole = false;
    if (root === null) continue;
    checkFile(root, problems);
    name = sameName(name, child(root, 'name'), problems);
    environments = join(environments, child(root, 'environments'), problems);
    defaults = join(defaults, child(root, 'defaults'), problems);
    addJobs(jobs, root, problems);
  }
  return { name: typeof textOf(name) === 'string' ? textOf(name) : null, environments, defaults, jobs, at, whole };
}

function checkFile(root: Located, problems: Problems): void {
  const version = child(root, 'version');
  if (root.kind === 'map' && (version?.kind !== 'scalar' || version.value !== 1)) {
    const at = root.entries.get('version')?.at ?? root.at;
    const message = version === undefined ? '`version` is missing: expected `version: 1`' : 'expected `version: 1`';
    problems.add({ code: 'manifest-version', at, field: 'version', message });
  }
  validate(root, manifest, problems, { only: (path) => path[0] !== 'version' });
}

function textOf(node: Located | undefined): string | null {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : null;
}

function sameName(first: Located | undefined, second: Located | undefined, problems: Problems): Located | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  if (textOf(first) !== textOf(second)) contradiction(first, second, problems);
  return first;
}

/** Joins two maps; the same field may be given twice only with the same value. */
function join(first: LocatedMap, second: Located | undefined, problems: Problems): LocatedMap {
  if (second?.kind !== 'map') return first;
  const entries = new Map(first.entries);
  for (const [key, entry] of second.entries) {
    const before = entries.get(key);
    if (before === undefined || isNothing(before.node)) entries.set(key, entry);
    else if (before.node.kind === 'map' && entry.node.kind === 'map') {
      entries.set(key, { at: before.at, node: join(before.node, entry.node, problems) });
    } else if (!isNothing(entry.node) && !equal(before.node, entry.node)) {
      contradiction(before.node, entry.node, problems);
    }
  }
  return { ...(first.entries.size === 0 ? second : first), entries };
}

function isNothing(node: Located): boolean {
  return node.kind === 'scalar' && node.value === null;
}

function equal(a: Located, b: Located): boolean {
  return JSON.stringify(plainOf(a)) === JSON.stringify(plainOf(b));
}

function contradiction(first: Located, second: Located, problems: Problems): void {
  const message = `another value is given in ${first.at.file}:${first.at.line}:${first.at.column}`;
  problems.add({ code: 'manifest-conflict', at: second.at, field: second.field, message });
}

function addJobs(jobs: Map<string, Entry>, root: Located, problems: Problems): void {
  for (const [key, entry] of entriesOf(child(root, 'jobs'))) {
    const first = jobs.get(key);
    if (first === undefined) {
      jobs.set(key, entry);
      continue;
    }
    const message = `job \`${key}\` is already declared in ${first.at.file}:${first.at.line}:${first.at.column}`;
    problems.add({ code: 'manifest-duplicate-job', at: entry.at, field: `jobs.${key}`, message });
  }
}
