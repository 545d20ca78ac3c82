#!/usr/bin/env node
// A streaming engine in a folder, driven by the commands of docs/engines/command.md. It keeps its own time, which only the test moves on.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const home = process.env.BACKEND;
const file = (name) => join(home, name);
const request = JSON.parse(readFileSync(0, 'utf8'));
const state = JSON.parse(readFileSync(file('state.json'), 'utf8'));
const faults = JSON.parse(readFileSync(file('faults.json'), 'utf8'));

const startSeconds = 10;
const takes = { stopping: 10, draining: 30 };
const ends = { stopping: 'stopped', draining: 'drained' };

let changed = false;
const operations = {
  observe,
  start,
  replace,
  drain,
  stop,
  scale,
  prepare,
  snapshot,
  measure,
  'stop-with-snapshot': stopWithSnapshot,
};
await main();

async function main() {
  const before = broken('before');
  if (before) return fail(before, null);
  const answer = operations[request.verb](request);
  if (changed) save('state.json', state);
  hear();
  if (broken('held')) while (!existsSync(file('released'))) await new Promise((resolve) => setTimeout(resolve, 20));
  const after = broken('after');
  if (after) return fail(after, answer);
  process.stdout.write(JSON.stringify(answer));
}

/** Takes the next fault for this verb, if there is one. */
function broken(when) {
  const kind = request.verb === 'observe' ? 'read' : request.verb;
  const at = faults.findIndex((fault) => fault.verb === kind && fault.when === when);
  if (at < 0) return null;
  const [fault] = faults.splice(at, 1);
  save('faults.json', faults);
  return fault;
}

function fail({ how, when }, answer) {
  if (when === 'before') hear();
  if (how === 'cut') return process.kill(process.pid, 'SIGKILL');
  const quote = `cannot be accepted with the token ${process.env.TOKEN}`;
  console.error(quote);
  // Broken off after it had told: what it told proves nothing.
  if (how === 'error' && answer !== null) process.stdout.write(JSON.stringify(answer));
  if (how === 'quoted') process.stdout.write(JSON.stringify({ failed: { message: quote } }));
  else process.exitCode = 7;
}

function hear() {
  const heard = {
    operation: request.verb,
    write: changed,
    text: JSON.stringify([process.argv, request]),
    secretField: process.env.TOKEN ?? '',
  };
  appendFileSync(file('heard'), `${JSON.stringify(heard)}\n`);
}

function save(name, value) {
  writeFileSync(file(`${name}.${process.pid}`), JSON.stringify(value));
  renameSync(file(`${name}.${process.pid}`), file(name));
}

function change(what) {
  changed = true;
  what?.();
}

function observe({ ended, jobs }) {
  const wanted = new Set(jobs.flatMap(({ ids }) => ids));
  const late = state.now - state.lag;
  const runs = state.runs.flatMap((run) => {
    if (wanted.has(run.id)) return [describe(run, state.now)];
    // It lists every job of the cluster, as a command may.
    if (run.startedAt > late) return [];
    const seen = describe(run, late);
    return ended || seen.endedAt === null ? [seen] : [];
  });
  return { runs };
}

function describe(run, at) {
  const { id, name, stamp, scaling, settings, startedAt } = run;
  const [word, endedAt] = stateOf(run, at);
  const detail = word === 'failed' ? 'no such topic' : null;
  return { id, name, state: word, stamp, scaling, settings, startedAt: iso(startedAt), endedAt: iso(endedAt), detail };
}

/** The state in the words of the contract, and since when the run has ended. */
function stateOf(run, at) {
  const failsAt = run.settings.failsAfter === undefined ? null : run.startedAt + run.settings.failsAfter;
  if (run.replacedAt !== null && run.replacedAt <= at) return ['replaced', run.replacedAt];
  if (run.ending !== null && run.ending.at <= at) {
    const { how } = run.ending;
    const end = run.ending.at + (run.settings.endless ? Number.POSITIVE_INFINITY : takes[how]);
    return end <= at ? [ends[how], end] : [how, null];
  }
  if (failsAt !== null && failsAt <= at) return ['failed', failsAt];
  return [at - run.startedAt < startSeconds ? 'starting' : 'running', null];
}

function iso(seconds) {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}

function isActive(run) {
  return stateOf(run, state.now)[1] === null;
}

function byId(id) {
  return state.runs.find((run) => run.id === id);
}

function no(message) {
  return { failed: { message, next: 'Look at the runs of the engine.' } };
}

function start({ name, stamp, target, snapshot }) {
  // The same start, asked for twice, is one run.
  const id = `${name}.${stamp.rollout}.${stamp.n}.${stamp.step}`;
  if (byId(id)) return { run: { id } };
  const settings = target.settings ?? {};
  if (settings.refused) return no('the settings are refused');
  if (snapshot && !state.snapshots.includes(snapshot)) return no(`there is no snapshot ${snapshot}`);
  const run = {
    id,
    name,
    stamp,
    settings,
    scaling: target.scaling ?? {},
    startedAt: state.now,
    ending: null,
    replacedAt: null,
  };
  change(() => state.runs.push(run));
  return { run: { id } };
}

function replace(call) {
  const old = byId(call.predecessor?.id);
  const id = `${call.name}.${call.stamp.rollout}.${call.stamp.n}.${call.stamp.step}`;
  if (!byId(id) && (!old || !isActive(old))) return no('the run to replace has ended');
  const answer = start(call);
  if (changed) old.replacedAt = state.now;
  return answer;
}

function end({ run: { id } }, how) {
  const run = byId(id);
  if (!run) return no(`there is no run ${id}`);
  if (!isActive(run)) return { done: {} };
  if (run.ending === null) change(() => (run.ending = { at: state.now, how }));
  return { running: { memo: { asked: id }, retryAfterSeconds: 5 } };
}

function stop(call) {
  return end(call, 'stopping');
}

function drain(call) {
  return end(call, 'draining');
}

function scale({ run: { id }, scaling }) {
  const run = byId(id);
  if (!run || !isActive(run)) return no('the run has ended');
  const wanted = { ...run.scaling, ...scaling };
  if (JSON.stringify(wanted) !== JSON.stringify(run.scaling)) change(() => (run.scaling = wanted));
  return { done: {} };
}

function prepare({ target }) {
  const settings = target.settings ?? {};
  if (settings.refused) return no('the settings are refused');
  if (JSON.stringify(settings) !== JSON.stringify(state.prepared)) change(() => (state.prepared = settings));
  return { done: {} };
}

function snapshot({ run: { id }, directory }) {
  const run = byId(id);
  if (!run || !isActive(run)) return no('the run has ended');
  const path = `${directory}/${id}`;
  if (!state.snapshots.includes(path)) change(() => state.snapshots.push(path));
  return { done: { snapshot: path } };
}

function stopWithSnapshot(call) {
  const run = byId(call.run.id);
  if (!run) return no(`there is no run ${call.run.id}`);
  const path = `${call.directory}/${run.id}`;
  if (!isActive(run)) return state.snapshots.includes(path) ? { done: { snapshot: path } } : no('the run has ended');
  if (run.ending === null) snapshot(call);
  return stop(call);
}

function measure() {
  return { samples: [{ at: iso(state.now), value: 12 }] };
}
