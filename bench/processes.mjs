import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';

const peakScript = pathToFileURL(fileURLToPath(new URL('peak.mjs', import.meta.url))).href;

/** Variables that a measured process needs of this one's; everything else could change what it does. */
const kept = Object.fromEntries(
  ['PATH', 'TMPDIR'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
);
const noGitConfiguration = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

/** Runs a program to its end: `{code, ms, stdout, stderr}`; with `onOutput`, its output goes there as it comes. Throws for another exit code than `expected` (a number, or null: any). */
export function run(program, args, { cwd, env = {}, expected = 0, onOutput = null } = {}) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(program, args, {
      cwd,
      env: { ...kept, ...noGitConfiguration, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    if (onOutput !== null) child.stdout.on('data', onOutput);
    else
      child.stdout.setEncoding('utf8').on('data', (text) => {
        said.stdout += text;
      });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said.stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      const result = { code, ms: performance.now() - startedAt, ...said };
      if (expected === null || code === expected) return resolve(result);
      const tail = `${said.stdout.slice(-2000)}\n${said.stderr.slice(-2000)}`;
      reject(new Error(`${program} ${args.join(' ')} ended with ${code}, expected ${expected}:\n${tail}`));
    });
  });
}

/** As `run` for Node; adds `peakMb` and `cpuMs`: resident memory at its peak and processor time, of the process itself. */
export async function runWithPeak(node, args, options = {}) {
  const folder = temporary('peak');
  const file = join(folder, 'peak');
  try {
    const env = { ...options.env, BENCH_PEAK_FILE: file };
    const result = await run(node, ['--import', peakScript, ...args], { ...options, env });
    const [kib = 0, microseconds = 0] = readFileSync(file, 'utf8').split(' ').map(Number);
    return { ...result, peakMb: kib / 1024, cpuMs: microseconds / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Measures several commands in turn, so that a change of the machine's load hits all of them. By name: `ms`, the wall time of each round, and
 * `cpuMs`, the mean processor time with that of child processes, which other work on the machine hardly changes.
 */
export async function inTurn(commands, rounds) {
  const found = Object.fromEntries(Object.keys(commands).map((name) => [name, { ms: [], cpuMs: 0 }]));
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, command] of Object.entries(commands)) {
      const before = childrenMs();
      const { ms } = await command();
      if (round < 0) continue; // The first round only warms the disk's cache up.
      found[name].ms.push(ms);
      found[name].cpuMs += (childrenMs() - before) / rounds;
    }
  }
  return found;
}

/** Processor time of all child processes so far, in milliseconds; 0 where the system does not tell. */
function childrenMs() {
  const stat = existsSync('/proc/self/stat') ? readFileSync('/proc/self/stat', 'utf8') : '';
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(13, 15)
    .map(Number);
  return (user + system) * 10; // In ticks of a hundredth of a second.
}

export function temporary(name) {
  return mkdtempSync(join(tmpdir(), `bench-${name}-`));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
