import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** One import of a source file. */
export interface Import {
  /** Path from the root of the repository. */
  readonly from: string;
  /** Path from the root for our own files (`src/model/job.ts`), else the name of the package or `node:…`. */
  readonly to: string;
  readonly dynamic: boolean;
  readonly typeOnly: boolean;
}

/** Files below a folder of the repository, by their ends, sorted. */
export function filesBelow(folder: string, ...ends: string[]): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ends.some((end) => entry.name.endsWith(end)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const statement = /^(?:import|export)\s(?:(type)\s)?(?:[^'";]*?\sfrom\s)?'([^']+)'/gm;
const dynamic = /\bimport\(\s*'([^']+)'\s*\)/g;

/** The imports of a TypeScript file, types too. */
export function importsOf(file: string): readonly Import[] {
  const text = readFileSync(file, 'utf8');
  const found = (specifier: string, more: Pick<Import, 'dynamic' | 'typeOnly'>): Import => ({
    from: file,
    to: specifier.startsWith('.') ? posix.join(dirname(file), specifier).replace(/\.js$/, '.ts') : packageOf(specifier),
    ...more,
  });
  return [
    ...[...text.matchAll(statement)].map(([, type, to = '']) =>
      found(to, { dynamic: false, typeOnly: type !== undefined }),
    ),
    ...[...text.matchAll(dynamic)].map(([, to = '']) => found(to, { dynamic: true, typeOnly: false })),
  ];
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}
