import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

/** Runs a program to its end: `{code, ms, stdout, stderr}`. Throws for another exit code than `expected` (a number, or null: any). */
export function run(program, args, { cwd, env = {}, expected = 0, keepOutput = true } = {}) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(program, args, {
      cwd,
      env: { ...kept, ...noGitConfiguration, ...env },
      stdio: ['ignore', keepOutput ? 'pipe' : 'ignore', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text) => {
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

/** Measures several commands in turn, so that a change of the machine's load hits all of them; milliseconds by name. */
export async function inTurn(commands, rounds) {
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, command] of Object.entries(commands)) {
      const { ms } = await command();
      if (round >= 0) times[name].push(ms); // The first round only warms the disk's cache up.
    }
  }
  return times;
}

export function temporary(name) {
  return mkdtempSync(join(tmpdir(), `bench-${name}-`));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
