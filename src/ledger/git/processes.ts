import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the processes that a process started, and those started, as they run now. */
export function descendants(of: number): readonly number[] {
  const parents = process.platform === 'linux' ? fromProc() : fromPs();
  const found = new Set([of]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  found.delete(of);
  return [...found];
}

type Parents = readonly (readonly [pid: number, parent: number])[];

/** Small images have no `ps`. */
function fromProc(): Parents {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const parent = parentOf(name);
      return parent === null ? [] : [[Number(name), parent] as const];
    });
}

function parentOf(pid: string): number | null {
  try {
    // The name of the program, which may hold anything, ends with the last parenthesis; state and parent follow.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(fields[1]);
  } catch {
    return null; // It has ended in the meantime.
  }
}

function fromPs(): Parents {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8', timeout: 2000 });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return pid && parent ? [[pid, parent] as const] : [];
  });
}
