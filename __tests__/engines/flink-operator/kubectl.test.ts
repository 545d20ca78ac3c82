import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Ambient } from '../../../src/engines/engine.js';
import { openKubectl } from '../../../src/engines/flink-operator/kubectl.js';
import type { JsonObject } from '../../../src/model/json.js';

const { signal } = new AbortController();
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubectl-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A program in the place of kubectl: it notes what it is called with, and takes the current context from a file. */
async function opened(target: JsonObject = {}) {
  const program = join(folder, 'kubectl');
  const calls = join(folder, 'calls');
  const context = join(folder, 'context');
  const text = `echo "$*" >>'${calls}'; [ "$1" = config ] && exec cat '${context}'; sleep 0.2; echo '{}'`;
  await writeFile(program, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const ambient = { env: { PATH: process.env['PATH'] }, signal } as unknown as Ambient;
  return {
    kubectl: openKubectl({ kubectl: program, ...target }, ambient),
    switched: (name: string) => writeFile(context, name),
    told: async () => (await readFile(calls, 'utf8')).trim().split('\n'),
  };
}

describe('calls of kubectl', () => {
  it('an apply that waited for its turn until it was too late is not sent', async () => {
    const { kubectl, told } = await opened({ context: 'production' });
    let isLate = false;
    const reads = Array.from({ length: 6 }, () => kubectl.raw('/version'));
    const apply = kubectl.apply({}, { force: false, signal, isLate: () => isLate });
    isLate = true;
    await Promise.all(reads);
    expect(await apply).toMatchObject({ kind: 'contended', code: 'flink-operator-contended' });
    expect((await told()).filter((call) => !call.startsWith('get '))).toEqual([]);
  });

  it('all go to the context that was the current one at the first', async () => {
    const { kubectl, switched, told } = await opened();
    await switched('production');
    await kubectl.get('/version');
    await switched('staging');
    await kubectl.apply({}, { force: false, signal });
    const [asked, ...others] = await told();
    expect(asked).toBe('config current-context');
    expect(others.map((call) => / --context (\S+)/.exec(call)?.[1])).toEqual(['production', 'production']);
  });

  it('without a context it is left to kubectl, with the kubeconfig that is declared', async () => {
    const { kubectl, told } = await opened({ kubeconfig: '/a/config' });
    await kubectl.get('/version');
    expect(await told()).toEqual([
      'config current-context --kubeconfig /a/config',
      'get --raw /version --kubeconfig /a/config --request-timeout=15s',
    ]);
  });
});
