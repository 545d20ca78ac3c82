import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DemoDocument } from '../src/demo/step.js';
import { dist, node24 } from './e2e/harness/dist.js';

/** A demo that shares the machine with other tests may need several times its minute. */
const patience = 240_000;

let place: string;
let temporary: string;
let children: ChildProcess[];
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'demo-test-'));
  temporary = join(place, 'tmp');
  mkdirSync(temporary);
  mkdirSync(join(place, 'elsewhere'));
  cpSync(dist, join(place, 'dist'), { recursive: true });
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(place, { recursive: true, force: true, maxRetries: 5 });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the demo from the copy, with nothing in the environment but programs and variables that must not matter. */
function start(
  node: string,
  args: readonly string[],
  onOutput: (text: string, child: ChildProcess) => void = () => {},
) {
  const child = spawn(node, [join(place, 'dist', 'cli.js'), 'demo', ...args], {
    cwd: join(place, 'elsewhere'),
    env: {
      PATH: process.env['PATH'],
      TMPDIR: temporary,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      GIT_DIR: '/nowhere',
      GITHUB_RUN_ID: '1',
      GITHUB_REPOSITORY: 'somebody/else',
      STREAM_ROLLOUT_CLOCK_RATE: '1',
    },
  });
  children.push(child);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      onOutput(said[name], child);
    });
  }
  return new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })));
}

function brokenIn(document: DemoDocument): readonly string[] {
  return document.steps.flatMap((step) =>
    step.checks.filter((check) => !check.held).map(({ text, found }) => `${text}: ${found}`),
  );
}

describe('demo', () => {
  it(
    'tells its story as one document, from a copy of dist alone',
    async () => {
      const ended = await start(process.execPath, ['--json']);
      const document = JSON.parse(ended.stdout) as DemoDocument;
      expect(brokenIn(document)).toEqual([]);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(document).toMatchObject({ version: 1, kind: 'demo', exitCode: 0, kept: null });
      expect(document.steps).toHaveLength(5);
      for (const step of document.steps) expect(step.checks.length).toBeGreaterThan(3);
      const levels = document.steps.map((step) => [...new Set(step.annotations.map(({ level }) => level))].sort());
      expect(levels).toEqual([[], ['notice', 'warning'], [], ['failure', 'notice'], ['warning']]);

      const page = readFileSync(document.page ?? '', 'utf8');
      for (const job of ['orders-enrich', 'payments-fraud', 'clicks-to-lake']) expect(page).toContain(job);
      expect(page).toContain('<svg');
      expect(page).not.toMatch(/<script|<link|src=|@import|url\(/);
      const [folder, ...others] = readdirSync(temporary);
      expect(others).toEqual([]);
      expect(readdirSync(join(temporary, folder ?? ''))).toEqual(['summary.html']);
    },
    patience,
  );

  it(
    'prints what a user types and sees, on the Node of the action, and keeps its folder',
    async () => {
      const { code, stdout, stderr } = await start(node24, ['--keep']);
      expect(stdout).not.toContain('✗');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const command of ['apply', 'detect --base HEAD~1', 'plan', 'status'])
        expect(stdout).toContain(`$ stream-rollout ${command}\n`);
      expect(stdout).toMatch(/\.github\/streaming-jobs\.yml:\d+ notice orders-enrich: succeeded/);
      expect(stdout).toMatch(/\.github\/streaming-jobs\.yml:\d+ failure payments-fraud: failed \(new-run-ended\)/);
      const kept = /^Repository, ledger and reports: (.*)$/m.exec(stdout)?.[1] ?? '';
      expect(existsSync(join(kept, 'streams', '.github', 'streaming-jobs.yml'))).toBe(true);
      expect(existsSync(join(kept, 'origin.git', 'HEAD'))).toBe(true);
    },
    patience,
  );

  it(
    'fails loudly where the story does not hold',
    async () => {
      // An action that reports success and has done nothing.
      writeFileSync(join(place, 'dist', 'main.js'), 'console.log("nothing to do");\n');
      const { code, stdout } = await start(process.execPath, []);
      expect(code).toBe(1);
      expect(stdout).toMatch(/✗ two are rolled out and three are left alone: found /);
      expect(stdout).toMatch(/\d+ of \d+ promises did NOT hold/);
    },
    patience,
  );

  it(
    'leaves nothing behind when it is interrupted',
    async () => {
      let asked = false;
      const { code } = await start(process.execPath, [], (text, child) => {
        if (asked || !text.includes('$ git push origin main\n   | ')) return;
        asked = true;
        child.kill('SIGINT');
      });
      expect(asked).toBe(true);
      expect(code).toBe(130);
      expect(readdirSync(temporary)).toEqual([]);
    },
    patience,
  );
});
