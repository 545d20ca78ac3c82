import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.mjs';

/**
 * Makes a repository in a folder from commits, each a map of path to text; with a bare remote beside it that holds the ledger
 * and notes every push. fast-import makes a big tree in seconds.
 */
export async function makeRepository(folder, commits) {
  const clone = join(folder, 'clone');
  const origin = join(folder, 'origin.git');
  await run('git', ['init', '--quiet', '--initial-branch=main', clone]);
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', origin]);
  await importCommits(clone, commits);
  await run('git', ['repack', '-adq'], { cwd: clone });
  await run('git', ['checkout', '--quiet', 'main'], { cwd: clone });
  await run('git', ['remote', 'add', 'origin', origin], { cwd: clone });
  const log = join(folder, 'pushes');
  const hook = join(origin, 'hooks', 'pre-receive');
  writeFileSync(hook, `#!/bin/sh\nwc -l >>'${log}'\n`);
  chmodSync(hook, 0o755);
  return {
    clone,

    /** Number of refs of each push to the ledger so far. */
    pushes: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean).map(Number) : []),
    forgetPushes: () => writeFileSync(log, ''),
    checkout: (revision) => run('git', ['checkout', '--quiet', revision], { cwd: clone }),
  };
}

async function importCommits(clone, commits) {
  const child = spawn('git', ['fast-import', '--quiet'], { cwd: clone, stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(child, 'close');
  const write = async (text) => {
    if (!child.stdin.write(text)) await once(child.stdin, 'drain');
  };
  const data = (text) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  for (const [index, files] of commits.entries()) {
    await write(
      `commit refs/heads/main\ncommitter Bench <bench@localhost> ${1_700_000_000 + index} +0000\n${data(`commit ${index + 1}`)}`,
    );
    for (const [path, text] of Object.entries(files)) await write(`M 100644 inline ${path}\n${data(text)}`);
    await write('\n');
  }
  child.stdin.end('done\n');
  const [code] = await ended;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
}
