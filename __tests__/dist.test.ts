import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root } from './e2e/harness/dist.js';

const folder = mkdtempSync(join(tmpdir(), 'dist-'));

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(root, 'scripts', 'build.mjs'), folder]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Paths of all files below a folder, sorted. */
function filesOf(place: string): readonly string[] {
  const all = readdirSync(place, { recursive: true, encoding: 'utf8' });
  return all.filter((name) => statSync(join(place, name)).isFile()).sort();
}

describe('dist, which is committed because runners execute it as it is', () => {
  it('holds exactly the files that the sources give (else: npm run build)', () => {
    expect(filesOf(join(root, 'dist'))).toEqual(filesOf(folder));
  });

  it('holds them byte for byte', () => {
    const differing = filesOf(folder).filter((name) => {
      const committed = readFileSync(join(root, 'dist', name));
      return !committed.equals(readFileSync(join(folder, name)));
    });
    expect(differing).toEqual([]);
  });

  it('names no path of the machine that built it', () => {
    const telling = filesOf(folder).filter((name) => readFileSync(join(folder, name), 'utf8').includes(root));
    expect(telling).toEqual([]);
  });
});
