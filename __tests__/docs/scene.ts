import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openCloud } from '../e2e/harness/cloud.js';
import { built, dist } from '../e2e/harness/dist.js';

const run = promisify(execFile);

/** Where the commands of a page are tried: a clone with a remote, a local cloud with a run that somebody started by hand, the built tool. */
export interface Scene {
  readonly clone: string;
  /** Runs commands as a reader would paste them, and gives what they print. Throws if they end with another code. */
  shell(commands: string, code?: number): Promise<string>;
  close(): Promise<void>;
}

/** `manifest`: committed beforehand; null where the page itself begins with it. */
export async function openScene(manifest: string | null): Promise<Scene> {
  const cloud = await openCloud(300);
  const folder = mkdtempSync(join(tmpdir(), 'stream-rollout-docs-'));
  const clone = join(folder, 'acme-streaming');
  const origin = join(folder, 'origin.git');
  const bin = join(folder, 'bin');
  mkdirSync(join(clone, 'glue'), { recursive: true });
  mkdirSync(bin);
  writeFileSync(join(bin, 'stream-rollout'), `#!/bin/sh\nexec "${process.execPath}" "${built('cli.js')}" "$@"\n`);
  chmodSync(join(bin, 'stream-rollout'), 0o755);
  const env = {
    ...cloud.env,
    // No forge: a terminal outside GitHub has none.
    GITHUB_TOKEN: '',
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: folder,
    STREAM_ROLLOUT_DIST: dist,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.test',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.test',
  };
  const git = (...args: readonly string[]) => run('git', args, { cwd: clone, env });
  await git('init', '-q', '--bare', '-b', 'main', origin);
  await git('init', '-q', '-b', 'main', '.');
  await git('remote', 'add', 'origin', origin);
  writeFileSync(join(clone, 'glue', 'clicks.py'), 'print("clicks")\n');
  if (manifest !== null) {
    mkdirSync(join(clone, '.github'));
    writeFileSync(join(clone, '.github', 'streaming-jobs.yml'), `${manifest}\n`);
  }
  await git('add', '-A');
  await git('commit', '-q', '-m', 'The jobs as they run');
  await git('push', '-q', 'origin', 'main');
  await cloud.plant({ service: 'glue', jobName: 'clicks-to-lake' });
  return {
    clone,
    shell: (commands, code = 0) => shell(commands, clone, env, code),
    async close() {
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function shell(commands: string, cwd: string, env: NodeJS.ProcessEnv, code: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', commands], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (ended) => {
      if (ended === code) resolve(stdout);
      else reject(new Error(`ended with ${ended}, not ${code}:\n${commands}\n${stdout}${stderr}`));
    });
  });
}
