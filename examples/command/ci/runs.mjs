#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const request = JSON.parse(readFileSync(0, 'utf8'));
const root = process.env.RUNS_DIR;
const verbs = { observe, start, stop };
console.log(JSON.stringify(verbs[request.verb](request)));

function observe() {
  const ids = existsSync(root) ? readdirSync(root).filter((id) => existsSync(join(root, id, 'run.json'))) : [];
  return {
    runs: ids
      .map(describe)
      .filter((run) => request.ended || run.endedAt === null || request.jobs.some(({ ids }) => ids.includes(run.id))),
  };
}

function describe(id) {
  const { name, stamp, settings, pid } = JSON.parse(readFileSync(join(root, id, 'run.json'), 'utf8'));
  const exit = join(root, id, 'exit');
  const ended = existsSync(exit);
  const asked = existsSync(join(root, id, 'stop'));
  const code = ended ? Number(readFileSync(exit, 'utf8')) : null;
  const state = !ended ? (asked ? 'stopping' : 'running') : asked ? 'stopped' : code === 0 ? 'finished' : 'failed';
  return {
    id,
    name,
    state,
    stamp,
    settings,
    startedAt: statSync(join(root, id, 'run.json')).birthtime.toISOString(),
    endedAt: ended ? statSync(exit).mtime.toISOString() : null,
    detail: ended ? `process ${pid} ended with exit code ${code}` : `process ${pid}`,
  };
}

function start({ name, stamp, target: { settings } }) {
  const id = `${name}.${stamp.rollout}.${stamp.step}`; // The same start, asked for twice, is one run.
  const folder = join(root, id);
  mkdirSync(root, { recursive: true });
  try {
    mkdirSync(folder);
  } catch {
    if (existsSync(join(folder, 'run.json'))) return { run: { id } };
    throw new Error(`${folder}: another start is under way or broke off`); // Not known which, so no answer is given.
  }
  // `detached` is a session of its own (setsid): the run outlives this command. The shell notes how it ended.
  const keep =
    'trap : TERM; "$@" >log 2>&1 & wait $!; code=$?; if [ -e stop ]; then kill $! 2>/dev/null; wait $!; fi; echo $code >exit.new; mv exit.new exit';
  const child = spawn('sh', ['-c', keep, 'sh', ...settings.command], { cwd: folder, detached: true, stdio: 'ignore' });
  child.unref();
  writeFileSync(join(folder, 'run.new'), JSON.stringify({ name, stamp, settings, pid: child.pid }));
  renameSync(join(folder, 'run.new'), join(folder, 'run.json'));
  return { run: { id } };
}

function stop({ run }) {
  const folder = join(root, run.id);
  if (!existsSync(join(folder, 'run.json'))) return { failed: { message: `there is no run ${run.id}` } };
  if (existsSync(join(folder, 'exit'))) return { done: {} };
  writeFileSync(join(folder, 'stop'), '');
  process.kill(-JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')).pid, 'SIGTERM');
  return { running: { retryAfterSeconds: 1 } };
}
