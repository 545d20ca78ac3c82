#!/usr/bin/env node
// Commands of the crash suite's `command` jobs: runs are files in RUNS_DIR, their states follow the local cloud's clock.
// Unlike the example in docs/engines/command.md nothing here keeps two starts apart (fence F4): each accepted one is a run.
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.env.RUNS_DIR;
const rate = Number(process.env.STREAM_ROLLOUT_CLOCK_RATE ?? 1);
const origin = Number(process.env.STREAM_ROLLOUT_CLOCK_ORIGIN ?? Date.now());
const now = () => Math.floor(origin + (Date.now() - origin) * rate);
const seconds = { start: 5, stop: 5, drain: 20, fail: 10 };
const ended = new Set(['stopped', 'drained', 'replaced', 'failed']);

const request = JSON.parse(readFileSync(0, 'utf8'));
const verbs = {
  observe,
  start,
  replace,
  stop: () => end('stopping', 'stopped', seconds.stop),
  drain: () => end('draining', 'drained', seconds.drain),
  'stop-with-snapshot': () => end('stopping', 'stopped', seconds.stop, true),
  snapshot: () => ({ done: { snapshot: snapshotOf(load(request.run.id)) } }),
  scale,
  prepare: () => ({ done: {} }),
};
// A poll has no effect: only what acts is counted, and may be held up.
if (request.verb === 'observe' || request.memo !== null) answer(verbs[request.verb]());
else await act();

async function act() {
  const held = isHeld();
  if (held === 'before') {
    await untilReleased();
    return;
  }
  appendFileSync(join(root, 'calls'), `${JSON.stringify({ verb: request.verb, job: request.job })}\n`);
  const said = verbs[request.verb]();
  if (held === 'after') return await untilReleased();
  answer(said);
}

/** `hold` holds `before N` or `after N`: the N-th acting command waits there until the file is gone, and never answers. */
function isHeld() {
  if (!existsSync(join(root, 'hold'))) return null;
  const [when, nth] = readFileSync(join(root, 'hold'), 'utf8').split(' ');
  const count = (existsSync(join(root, 'count')) ? Number(readFileSync(join(root, 'count'), 'utf8')) : 0) + 1;
  writeFileSync(join(root, 'count'), String(count));
  return count === Number(nth) ? when : null;
}

async function untilReleased() {
  writeFileSync(join(root, 'reached'), '');
  for (let i = 0; i < 200 && existsSync(join(root, 'hold')); i += 1) await new Promise((done) => setTimeout(done, 50));
  process.exitCode = 1;
}

function answer(document) {
  console.log(JSON.stringify(document));
}

function observe() {
  const asOf = listedAsOf();
  const files = readdirSync(root).filter((file) => file.endsWith('.run'));
  return {
    runs: files.flatMap((file) => {
      const run = JSON.parse(readFileSync(join(root, file), 'utf8'));
      const shown = run.history.filter((entry) => entry.at <= asOf).at(-1);
      if (shown === undefined) return [];
      const { id, name, stamp, settings, history } = run;
      const scaling = run.scalings.filter((entry) => entry.at <= asOf).at(-1)?.scaling ?? null;
      const endedAt = ended.has(shown.state) ? time(shown.at) : null;
      return [{ id, name, stamp, settings, scaling, state: shown.state, startedAt: time(history[0].at), endedAt }];
    }),
  };
}

/** `late` holds `{since, seconds}` as the emulators' setting `listsStandStill`. */
function listedAsOf() {
  const at = now();
  if (!existsSync(join(root, 'late'))) return at;
  const late = JSON.parse(readFileSync(join(root, 'late'), 'utf8'));
  const first = join(root, 'late-since');
  if (!existsSync(first)) writeFileSync(first, String(at));
  return at < Number(readFileSync(first, 'utf8')) + late.seconds * 1000 ? Math.min(at, Date.parse(late.since)) : at;
}

function start() {
  if (request.snapshot !== null && !existsSync(join(root, request.snapshot)))
    return { failed: { message: `there is no snapshot ${request.snapshot}` } };
  return { run: { id: launch().id } };
}

function replace() {
  const old = request.predecessor === null ? null : load(request.predecessor.id);
  if (old === null || ended.has(stateOf(old))) return { failed: { message: 'the run to replace is not active' } };
  const run = launch();
  change(old, [{ at: now(), state: 'replaced' }]);
  return { run: { id: run.id } };
}

function launch() {
  const { name, stamp, target, snapshot } = request;
  const at = now();
  const { fate = 'runs' } = target.settings ?? {};
  const up = at + seconds.start * 1000;
  const history = [{ at, state: 'starting' }];
  if (fate !== 'never-starts') history.push({ at: up, state: 'running' });
  if (fate === 'fails') history.push({ at: up + seconds.fail * 1000, state: 'failed' });
  const id = `${name}.${randomUUID().slice(0, 8)}`;
  const scalings = [{ at, scaling: target.scaling ?? null }];
  return save({ id, name, stamp, settings: target.settings ?? {}, snapshot, scalings, history });
}

function end(leaving, over, after, withSnapshot = false) {
  const run = load(request.run.id);
  if (run === null) return { failed: { message: `there is no run ${request.run.id}` } };
  const state = stateOf(run);
  if (withSnapshot && ended.has(state) && !existsSync(join(root, 'snapshots', run.id)))
    return { failed: { message: `run ${run.id} ended without a snapshot` } };
  const snapshot = withSnapshot ? snapshotOf(run) : null;
  if (ended.has(state)) return { done: { snapshot } };
  if (state !== leaving) {
    const at = now();
    change(run, [
      { at, state: leaving },
      { at: at + after * 1000, state: over },
    ]);
  }
  return { running: { memo: leaving, retryAfterSeconds: 3 } };
}

function scale() {
  const run = load(request.run.id);
  if (run === null || ended.has(stateOf(run))) return { failed: { message: `run ${request.run.id} is not active` } };
  const at = now();
  run.scalings.push({ at, scaling: request.scaling });
  // More than it can bear: it never comes up again.
  change(run, [{ at, state: request.scaling.replicas > 50 ? 'starting' : 'running' }]);
  return { done: {} };
}

/** One snapshot a run, written when it is first asked for: asking again gives the same. */
function snapshotOf(run) {
  const path = join('snapshots', run.id);
  mkdirSync(join(root, 'snapshots'), { recursive: true });
  if (!existsSync(join(root, path))) writeFileSync(join(root, path), '');
  return path;
}

function stateOf(run) {
  return run.history.filter((entry) => entry.at <= now()).at(-1).state;
}

/** What was to come is no more. */
function change(run, entries) {
  const at = now();
  run.history = [...run.history.filter((entry) => entry.at <= at), ...entries];
  save(run);
}

function load(id) {
  const file = join(root, `${id}.run`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

function save(run) {
  const file = join(root, `${run.id}.run`);
  writeFileSync(`${file}.new`, JSON.stringify(run));
  renameSync(`${file}.new`, file);
  return run;
}

function time(milliseconds) {
  return new Date(milliseconds).toISOString();
}
