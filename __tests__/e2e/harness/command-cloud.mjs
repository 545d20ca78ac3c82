#!/usr/bin/env node
// A streaming engine in one file, driven by the commands of docs/engines/command.md: runs, the snapshots that they wrote, and what was asked.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const path = join(process.env.ENGINE_HOME, 'engine.json');
const request = JSON.parse(readFileSync(0, 'utf8'));
const engine = {
  runs: [],
  snapshots: [],
  asked: [],
  faults: [],
  ...(existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}),
};
const fault = engine.faults.find((one) => one.verb === request.verb && one.times > 0) ?? null;
if (fault !== null) fault.times -= 1;
if (request.verb !== 'observe') engine.asked.push({ verb: request.verb, snapshot: request.snapshot ?? null });

if (fault !== null && fault.when === 'before') end(fault);
else {
  const answer = { observe, start, stop, 'stop-with-snapshot': stopWithSnapshot }[request.verb]();
  if (fault === null) {
    save();
    process.stdout.write(JSON.stringify(answer));
  } else end(fault);
}

function end({ how }) {
  save();
  if (how === 'killed') process.kill(process.pid, 'SIGKILL');
  console.error('the scheduler did not answer');
  process.exitCode = how === 'hangs' ? 124 : 1;
  if (how === 'hangs') setTimeout(() => {}, 3_600_000);
}

function observe() {
  const { ended, jobs } = request;
  const ids = new Set(jobs.flatMap((job) => job.ids));
  const runs = engine.runs.filter((run) => ended || ids.has(run.id) || run.endedAt === null);
  return { runs: runs.map(({ from: _, wrote: __, ...run }) => run) };
}

function start() {
  const { name, stamp, snapshot, target } = request;
  const settings = target.settings ?? {};
  const bad = settings.bad === true;
  const at = new Date().toISOString();
  const id = `run-${engine.runs.length + 1}`;
  const ended = bad
    ? { state: 'failed', endedAt: at, detail: 'no such topic' }
    : { state: 'running', endedAt: null, detail: null };
  engine.runs.push({ id, name, stamp, settings, startedAt: at, from: snapshot ?? null, ...ended });
  return { run: { id } };
}

function stop() {
  ends('stopped');
  return { done: {} };
}

/** Each stop writes a snapshot of its own: asking again for the same run gives the same one. */
function stopWithSnapshot() {
  const run = ends('stopped');
  run.wrote ??= `snapshot-${engine.snapshots.push(run.id)}`;
  return { done: { snapshot: run.wrote } };
}

function ends(state) {
  const run = engine.runs.find(({ id }) => id === request.run.id);
  if (run.endedAt === null) Object.assign(run, { state, endedAt: new Date().toISOString() });
  return run;
}

function save() {
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(engine));
  renameSync(`${path}.${process.pid}`, path);
}
