import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../../__tests__/e2e/harness/stage.js';
import type { JobRecord } from '../../src/model/record.js';

/** Command lines of processes that were started, by however many others, for a scenario: they bear its folder in their environment. */
export function processesOf(stage: Stage): readonly string[] {
  if (!existsSync('/proc/self/environ')) throw new Error('this suite reads /proc');
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return environment.includes(stage.folder) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
      } catch {
        // It has ended meanwhile, or belongs to somebody else.
        return [];
      }
    })
    .map((line) => line.replaceAll('\0', ' '));
}

/** A job's record as it stands in the ledger, or null. */
export async function recordOf(stage: Stage, job: string): Promise<JobRecord | null> {
  const ref = `refs/stream-rollout/production/${job}`;
  if (!(ref in (await stage.repo.ledger()))) return null;
  return JSON.parse(await stage.repo.git('--git-dir', stage.repo.origin, 'show', `${ref}:rollout.json`)) as JobRecord;
}

/** Makes the git host sit on every push to the ledger; `mark` appears when one has come. Gives how to let them through again. */
export function hangPushes({ repo }: Stage, mark: string): () => void {
  const hooks = join(repo.origin, 'hooks');
  const hook = join(hooks, 'pre-receive');
  mkdirSync(hooks, { recursive: true });
  writeFileSync(hook, `#!/bin/sh\ngrep -q refs/stream-rollout || exit 0\ntouch '${mark}'\nsleep 5000\n`);
  chmodSync(hook, 0o755);
  return () => rmSync(hook);
}
