import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import type { Position } from '../model/position.js';
import { limits } from './limits.js';
import type { Entry, Located, LocatedMap } from './located.js';
import type { Problems } from './problems.js';

/** Reads YAML or JSON text into located values. Null: the text is no well-formed YAML, which was added to the problems. */
export function readYaml(file: string, text: string, problems: Problems): Located | null {
  const start = { file, line: 1, column: 1 };
  if (Buffer.byteLength(text) > limits.fileBytes) {
    const message = `this file is larger than ${limits.fileBytes / 1024} KiB, the most that is read`;
    problems.add({ code: 'manifest-too-large', at: start, field: '', message });
    return null;
  }
  const lines = new LineCounter();
  const document = parsed(text, lines);
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document === null) {
    problems.add({ code: 'manifest-too-large', at: start, field: '', message: tooDeep });
    return null;
  }
  const faults = [...document.errors, ...document.warnings];
  // One slip makes the parser complain again and again; what comes later is told when it is corrected.
  for (const fault of faults.slice(0, 1)) {
    const several = fault.code === 'MULTIPLE_DOCS' ? 'a second document begins here; a file holds one' : null;
    const message = several ?? unquoted(text, fault.pos[0]) ?? fault.message;
    problems.add({ code: 'manifest-syntax', at: at(fault.pos[0]), field: '', message });
  }
  if (faults.length > 0) return null;
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    problems.add({ code: 'manifest-empty', at: start, field: '', message: 'this file holds nothing' });
    return null;
  }
  return new Reader(at, problems).read(document.contents as ParsedNode, '', 0);
}

const tooDeep = `values are nested more than ${limits.depth} levels deep`;

function parsed(text: string, lineCounter: LineCounter): Document | null {
  try {
    // Duplicate keys are found while reading: the parser's own check takes quadratic time.
    return parseDocument(text, {
      ...{ lineCounter, prettyErrors: false, uniqueKeys: false, stringKeys: true, logLevel: 'error' },
      ...{ schema: 'core', resolveKnownTags: false, version: '1.2' },
    });
  } catch (error) {
    // The parser recurses: its one way to throw is a text nested so deeply that the stack runs out.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The most common slip, of which the parser's own message says nothing that helps. */
function unquoted(text: string, offset: number): string | null {
  const before = text.slice(text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1, offset + 1);
  return /[{[,:]\s*\$\{$/.test(before) ? 'a value with ${…} has to stand in quotes inside { } and [ ]' : null;
}

class Reader {
  readonly #anchors = new Map<string, Located>();
  readonly #sizes = new Map<Located, number>();
  #size = 0;
  #stopped = false;

  constructor(
    private readonly at: (offset: number) => Position,
    private readonly problems: Problems,
  ) {}

  read(node: ParsedNode | null, field: string, depth: number): Located {
    const at = this.at(node?.range[0] ?? 0);
    const before = this.#size;
    this.#count(1, at, field);
    if (depth > limits.depth) this.#stop(at, field, tooDeep);
    const value = this.#stopped ? none(at, field) : this.#value(node, at, field, depth);
    if (!isAlias(node)) this.#sizes.set(value, this.#size - before);
    if (node !== null && !isAlias(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, value);
    return value;
  }

  #value(node: ParsedNode | null, at: Position, field: string, depth: number): Located {
    if (node === null) return { kind: 'scalar', at, field, value: null };
    if (isMap(node)) return this.#map(node.items, at, field, depth);
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.read(item as ParsedNode, `${field}.${index}`, depth + 1));
      return { kind: 'list', at, field, items };
    }
    if (isAlias(node)) return this.#alias(node.source, at, field);
    return this.#scalar(node.value, at, field);
  }

  #map(pairs: readonly { key: unknown; value: unknown }[], at: Position, field: string, depth: number): LocatedMap {
    const entries = new Map<string, Entry>();
    const merged: Located[] = [];
    for (const pair of pairs) {
      const keyNode = pair.key as ParsedNode;
      const key = isScalar(keyNode) ? String(keyNode.value) : '';
      const keyAt = this.at(keyNode?.range?.[0] ?? 0);
      const path = field === '' ? key : `${field}.${key}`;
      const value = this.read((pair.value ?? null) as ParsedNode | null, path, depth + 1);
      // An empty value (`key:` alone) has no place of its own.
      const range = (pair.value as ParsedNode | null)?.range;
      const empty = value.kind === 'scalar' && value.value === null && range?.[0] === range?.[1];
      const entry = { at: keyAt, node: empty ? { ...value, at: keyAt } : value };
      if (key === '<<') merged.push(entry.node);
      else if (this.#mayAdd(key, keyAt, path, entries)) entries.set(key, entry);
    }
    for (const [key, entry] of merged.flatMap((node) => this.#mergeKey(node))) {
      if (!entries.has(key)) entries.set(key, entry);
    }
    return { kind: 'map', at, field, entries };
  }

  #mayAdd(key: string, at: Position, field: string, entries: ReadonlyMap<string, Entry>): boolean {
    const first = entries.get(key);
    if (first !== undefined) {
      const message = `\`${key}\` stands here twice, first in line ${first.at.line}`;
      this.problems.add({ code: 'manifest-duplicate-key', at, field, message });
      return false;
    }
    if (key === '__proto__' || loneSurrogate.test(key)) {
      this.problems.add({ code: 'manifest-syntax', at, field, message: `${JSON.stringify(key)} can not be a key` });
      return false;
    }
    return true;
  }

  /** `<<: *anchor` or a list of them: keys that the map does not have itself. */
  #mergeKey(node: Located): (readonly [string, Entry])[] {
    const maps = node.kind === 'list' ? node.items : [node];
    const wrong = maps.find((map) => map.kind !== 'map');
    if (wrong !== undefined && !this.#stopped) {
      const message = '`<<` takes a map, or a list of maps, by `*anchor`';
      this.problems.add({ code: 'manifest-syntax', at: node.at, field: node.field, message });
    }
    return maps.flatMap((map) => (map.kind === 'map' ? [...map.entries] : []));
  }

  #alias(name: string, at: Position, field: string): Located {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      const message = `*${name} stands for nothing: no complete value before it has the anchor &${name}`;
      this.problems.add({ code: 'manifest-syntax', at, field, message });
      return none(at, field);
    }
    this.#count(this.#sizes.get(target) ?? 1, at, field);
    return this.#stopped ? none(at, field) : target;
  }

  #scalar(value: unknown, at: Position, field: string): Located {
    const wrong = notJson(value);
    if (wrong !== null) this.problems.add({ code: 'manifest-value', at, field, message: wrong });
    const json = wrong === null ? (value as null | boolean | number | string) : null;
    return { kind: 'scalar', at, field, value: json, ...(wrong !== null && { broken: true }) };
  }

  #count(size: number, at: Position, field: string): void {
    this.#size += size;
    if (this.#size <= limits.nodes) return;
    this.#stop(at, field, `from here on the file has more than ${limits.nodes} values, aliases expanded`);
  }

  #stop(at: Position, field: string, message: string): void {
    if (!this.#stopped) this.problems.add({ code: 'manifest-too-large', at, field, message });
    this.#stopped = true;
  }
}

const loneSurrogate = /\p{Surrogate}/u;

/** Says why a value can't stand in JSON as it is written, or null. */
function notJson(value: unknown): string | null {
  if (typeof value === 'number' && !Number.isFinite(value)) return `${value} is no number that JSON knows`;
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return 'this number is too large to be kept exactly: write it in quotes';
  }
  if (typeof value === 'string' && loneSurrogate.test(value))
    return 'this text holds half a character (a lone surrogate)';
  return null;
}

function none(at: Position, field: string): Located {
  return { kind: 'scalar', at, field, value: null, broken: true };
}
