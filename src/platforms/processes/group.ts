import type { ChildProcess } from 'node:child_process';

const live = new Set<ChildProcess>();
let watching = false;

/**
 * A process that exits takes such a child, which leads a process group of its own, with it: no orphan acts after it is gone.
 */
export function keepUntilExit(child: ChildProcess): void {
  live.add(child);
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const one of live) signalGroup(one, 'SIGKILL');
  });
}

/** The child has ended. */
export function forget(child: ChildProcess): void {
  live.delete(child);
}

/** Sends a signal to a child and all that it has started in its group. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    // Windows has no process groups to signal.
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
