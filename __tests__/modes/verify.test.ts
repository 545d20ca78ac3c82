import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { renderVerification, verifyAgain } from '../../src/modes/verify.js';

describe('judging a file again', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evidence-'));
  });
  afterEach(async () => await rm(folder, { recursive: true }));

  async function file(document: object): Promise<string> {
    const path = join(folder, 'evidence.json');
    await writeFile(path, JSON.stringify(document));
    return path;
  }

  it('without a verdict in it is no success', async () => {
    const path = await file({ version: 1, kind: 'evidence', environment: null, commit: null, jobs: [] });
    const found = await verifyAgain(path);
    expect([found.exitCode, renderVerification(found)]).toEqual([5, 'The file holds no verdict.']);
  });

  it('that is no evidence is refused', async () => {
    await expect(verifyAgain(await file({ version: 1, kind: 'report' }))).rejects.toMatchObject({
      code: 'evidence-invalid',
    });
    await expect(verifyAgain(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'evidence-invalid' });
  });
});
