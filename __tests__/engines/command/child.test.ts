import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { type Ended, run } from '../../../src/engines/command/child.js';
import type { Command } from '../../../src/engines/command/target.js';
import { type Lab, lab } from './world.js';

let here: Lab;
const started: number[] = [];
beforeEach(() => {
  here = lab();
});
afterEach(() => {
  for (const pid of started.splice(0)) if (runs(pid)) process.kill(pid, 'SIGKILL');
  here.end();
});

interface Ran {
  readonly ended: Ended;
  readonly lines: readonly string[];
}

async function execute(
  command: Command,
  more: { stdin?: string; timeoutSeconds?: number; signal?: AbortSignal } = {},
): Promise<Ran> {
  const lines: string[] = [];
  const signal = more.signal ?? new AbortController().signal;
  const ended = await run({
    command,
    env: process.env,
    stdin: more.stdin ?? '',
    timeoutSeconds: more.timeoutSeconds ?? 30,
    signal,
    line: (text) => lines.push(text),
  });
  return { ended, lines };
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended but was not waited for by its new parent still has its id.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 2000) throw new Error('it did not happen within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Text for a shell that starts a process which notes its id in a file and stays. */
const stays = (name: string) => `sh -c 'echo $$ > ${join(here.folder, name)}; exec sleep 600'`;

async function pidOf(name: string): Promise<number> {
  const file = join(here.folder, name);
  await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
  const pid = Number(readFileSync(file, 'utf8'));
  started.push(pid);
  return pid;
}

describe('a command', () => {
  it('as text is read by a strict shell, as a list by none', async () => {
    expect((await execute('echo "$((1 + 1))" | cat')).ended).toEqual({ how: 'exited', code: 0, stdout: '2\n' });
    expect((await execute('false; echo reached')).ended).toMatchObject({ code: 1, stdout: '' });
    expect((await execute('false | cat')).ended).toMatchObject({ code: 1 });
    expect((await execute(['echo', '$HOME; "x"'])).ended).toMatchObject({ code: 0, stdout: '$HOME; "x"\n' });
  });

  it('gets its request whole, or may leave it unread', async () => {
    const stdin = 'zwölf '.repeat(200_000);
    expect((await execute(['wc', '-c'], { stdin })).ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(String(Buffer.byteLength(stdin))),
    });
    expect((await execute(['true'], { stdin })).ended).toMatchObject({ how: 'exited', code: 0 });
  });

  it('tells its log line by line, without lines that never end', async () => {
    const { lines } = await execute(`printf 'a\\nb' >&2; printf '\\n\\xc3' >&2; sleep 0.1; printf '\\xa4' >&2`);
    expect(lines).toEqual(['a', 'b', 'ä']);
    const long = await execute([process.execPath, '-e', 'process.stderr.write("x".repeat(300000) + "\\nend")']);
    expect(long.lines).toEqual(['(a line that is too long)', 'end']);
  });

  it('that is missing was never started', async () => {
    expect((await execute(['./no-such-program'])).ended).toMatchObject({
      how: 'missing',
      reason: expect.stringContaining('ENOENT'),
    });
    expect((await execute([here.folder])).ended).toMatchObject({ how: 'missing' });
  });

  it('that prints without end is ended', async () => {
    expect((await execute(['yes'])).ended).toEqual({ how: 'too-large' });
  });
});

describe('ending', () => {
  it('on time-out takes the whole group', async () => {
    const running = execute(`${stays('child')} & wait`, { timeoutSeconds: 1 });
    const pid = await pidOf('child');
    expect(runs(pid)).toBe(true);
    expect((await running).ended).toEqual({ how: 'timed-out' });
    await until(() => !runs(pid));
  });

  it('on cancellation takes the whole group', async () => {
    const abort = new AbortController();
    const running = execute(`${stays('child')} & wait`, { signal: abort.signal });
    const pid = await pidOf('child');
    abort.abort();
    expect((await running).ended).toEqual({ how: 'cancelled' });
    await until(() => !runs(pid));
    expect((await execute(['true'], { signal: abort.signal })).ended).toEqual({ how: 'cancelled' });
  });

  it('is gentle first: a command may tidy up', async () => {
    const abort = new AbortController();
    const file = join(here.folder, 'tidied');
    const running = execute(
      `trap 'echo yes > ${file}; exit 0' TERM; echo ready > ${join(here.folder, 'ready')}; while :; do sleep 0.05; done`,
      { signal: abort.signal },
    );
    await until(() => existsSync(join(here.folder, 'ready')));
    abort.abort();
    expect((await running).ended).toEqual({ how: 'cancelled' });
    expect(readFileSync(file, 'utf8')).toBe('yes\n');
  });

  it('is hard for a command that does not listen', async () => {
    const abort = new AbortController();
    const running = execute(`trap '' TERM; echo $$ > ${join(here.folder, 'child')}; while :; do sleep 0.05; done`, {
      signal: abort.signal,
    });
    const pid = await pidOf('child');
    abort.abort();
    expect((await running).ended).toEqual({ how: 'cancelled' });
    await until(() => !runs(pid));
  });

  it('leaves the streaming job alone that the command started in a session of its own', async () => {
    const abort = new AbortController();
    const running = execute(`setsid ${stays('job')} & sleep 600`, { signal: abort.signal });
    const job = await pidOf('job');
    abort.abort();
    await running;
    expect(runs(job)).toBe(true);
  });

  it('does not wait for a job that keeps the pipes open', async () => {
    const { ended } = await execute(`${stays('job')} & echo started`);
    expect(ended).toEqual({ how: 'exited', code: 0, stdout: 'started\n' });
    expect(runs(await pidOf('job'))).toBe(true);
  });

  it('comes with the end of the tool', async () => {
    const tool = join(here.folder, 'tool.mjs');
    const source = `
      import { run } from ${JSON.stringify(join(process.cwd(), 'src/engines/command/child.ts'))};
      import { existsSync } from 'node:fs';
      void run({ command: process.argv[2], env: process.env, stdin: '', timeoutSeconds: 600, signal: new AbortController().signal, line: () => undefined });
      setInterval(() => existsSync(process.argv[3]) && process.exit(0), 10);`;
    writeFileSync(join(here.folder, 'tool.ts'), source);
    await build({
      entryPoints: [join(here.folder, 'tool.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: tool,
    });
    const child = spawn(process.execPath, [tool, `${stays('child')} & wait`, join(here.folder, 'end')]);
    const ended = new Promise((resolve) => child.once('close', resolve));
    const pid = await pidOf('child');
    expect(runs(pid)).toBe(true);
    writeFileSync(join(here.folder, 'end'), '');
    expect(await ended).toBe(0);
    await until(() => !runs(pid));
  });
});
