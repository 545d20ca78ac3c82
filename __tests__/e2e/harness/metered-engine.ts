import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/model/json.js';
import { clockOf } from '../../../src/rollout/clock.js';
import { node24, root } from './dist.js';
import type { Stage } from './stage.js';

/** How a run fares is written in its settings; nobody tells the engine what a test expects. */
export interface Settings {
  readonly version: number;
  /** Records per second that it can process. */
  readonly rate?: number;
  /** Seconds after which it processes nothing any more, though it goes on running. */
  readonly stalls?: number;
  /** Its tasks restart every so many seconds. */
  readonly crashes?: number;
}

/** What the metrics are like; may be changed while things run. */
export interface Metrics {
  /** Records per second that come in. */
  input: number;
  /** Nothing is measured. */
  missing: boolean;
  /** Points show this many seconds late (Prometheus). */
  late: number;
  /** What is measured is told of this run, whichever was asked for. */
  wrongRun: string | null;
}

interface MeteredRun {
  readonly id: string;
  readonly name: string;
  readonly stamp: unknown;
  readonly settings: Settings;
  readonly startedAt: number;
  endedAt: number | null;
  done: number;
  restarts: number;
}

interface Point {
  readonly at: number;
  readonly run: string;
  readonly values: { readonly [signal: string]: number };
}

export interface MeteredEngine {
  readonly env: { readonly [name: string]: string };
  readonly url: string;
  readonly metrics: Metrics;
  job(settings: Settings, verify: JsonObject, more?: JsonObject): JsonObject;
  /** Ids of the runs and whether they run. */
  runs(): readonly { readonly id: string; readonly version: number; readonly runs: boolean }[];
  close(): Promise<void>;
}

const startingMs = 20_000;
const keptEveryMs = 15_000;

/**
 * A streaming engine with metrics that follow its runs: what comes in while no run processes piles up and is worked off at the run's rate.
 * Its commands, `measure` among them, are those of docs/engines/command.md; a Prometheus and a health page tell the same numbers.
 */
export async function meteredEngine(stage: Stage): Promise<MeteredEngine> {
  const clock = clockOf(
    Number(stage.cloud.env['STREAM_ROLLOUT_CLOCK_RATE']),
    Number(stage.cloud.env['STREAM_ROLLOUT_CLOCK_ORIGIN']),
  );
  const metrics: Metrics = { input: 100, missing: false, late: 0, wrongRun: null };
  const runs: MeteredRun[] = [];
  const kept: Point[] = [];
  let at = Math.floor(clock.now() / 1000) * 1000;
  let lag = 0;

  const isUp = (run: MeteredRun, now: number) => run.endedAt === null && now - run.startedAt >= startingMs;

  function live(): void {
    for (const now = clock.now(); at + 1000 <= now; at += 1000) {
      lag += metrics.input;
      for (const run of runs.filter((one) => isUp(one, at))) {
        const { rate = 1000, stalls, crashes } = run.settings;
        const up = Math.floor((at - run.startedAt - startingMs) / 1000);
        const done = stalls !== undefined && up >= stalls ? 0 : Math.min(lag, rate);
        lag -= done;
        run.done += done;
        if (crashes !== undefined && up > 0 && up % crashes === 0) run.restarts += 1;
      }
      if (at % keptEveryMs !== 0) continue;
      for (const run of runs.filter(({ endedAt }) => endedAt === null))
        kept.push({ at, run: run.id, values: valuesOf(run) });
    }
  }

  function valuesOf(run: MeteredRun): Point['values'] {
    return { lag: lag / 100, progress: run.done, restarts: run.restarts, input: metrics.input };
  }

  const iso = (time: number) => new Date(time).toISOString();
  const stateOf = (run: MeteredRun) =>
    run.endedAt !== null ? 'stopped' : isUp(run, clock.now()) ? 'running' : 'starting';
  const verbs: { readonly [verb: string]: (request: Request) => unknown } = {
    observe: () => ({
      runs: runs.map((run) => ({
        ...{ id: run.id, name: run.name, state: stateOf(run), stamp: run.stamp, settings: run.settings },
        ...{ startedAt: iso(run.startedAt), endedAt: run.endedAt === null ? null : iso(run.endedAt) },
      })),
    }),
    start({ name, stamp, target }) {
      const id = `${name}.${runs.length + 1}`;
      const settings = target.settings as unknown as Settings;
      runs.push({ id, name, stamp, settings, startedAt: clock.now(), endedAt: null, done: 0, restarts: 0 });
      return { run: { id } };
    },
    stop({ run }) {
      const found = runs.find(({ id }) => id === run.id);
      if (found !== undefined) found.endedAt ??= clock.now();
      return { done: {} };
    },
    measure({ run, signal }) {
      const found = runs.find(({ id }) => id === run.id);
      const value = found === undefined ? undefined : valuesOf(found)[signal];
      if (value === undefined) return { unsupported: true };
      if (metrics.missing) return { samples: [] };
      return { samples: [{ at: iso(clock.now()), value, idle: metrics.input === 0, run: metrics.wrongRun ?? run.id }] };
    },
  };

  /** Range query over `<signal>{run="<id>"}`. */
  function range(parameters: URLSearchParams): unknown {
    const [, signal = '', run = ''] = /^(\w+)\{run="([^"]+)"\}$/.exec(parameters.get('query') ?? '') ?? [];
    const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(parameters.get(name)) * 1000) as [
      number,
      number,
      number,
    ];
    const seen = kept.filter(
      (point) => point.run === (metrics.wrongRun ?? run) && point.at <= clock.now() - metrics.late * 1000,
    );
    const values: [number, string][] = [];
    for (let time = start; time <= end; time += step) {
      const last = seen.findLast((point) => point.at <= time && time - point.at < keptEveryMs);
      if (last !== undefined) values.push([time / 1000, String(last.values[signal])]);
    }
    const result = metrics.missing || values.length === 0 ? [] : [{ metric: {}, values }];
    return { status: 'success', data: { resultType: 'matrix', result } };
  }

  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      live();
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://engine');
      const answer =
        request.method === 'POST'
          ? verbs[(JSON.parse(body) as Request).verb]?.(JSON.parse(body) as Request)
          : pathname === '/api/v1/query_range'
            ? range(searchParams)
            : { lag: { seconds: lag / 100 } };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const command = [node24, join(root, '__tests__', 'e2e', 'harness', 'metered-client.mjs')];
  return {
    env: { METERED_ENGINE: url },
    url,
    metrics,
    job: (settings, verify, more = {}) => ({
      ...{ engine: 'command', sink: 'idempotent', paths: ['bids/**'], verify },
      target: {
        ...{ observe: command, start: command, stop: command, measure: command },
        guarantees: { state: 'kept', duplicates: 'replay', gap: '30s' },
        settings: { ...settings },
      },
      ...more,
    }),
    runs: () => runs.map((run) => ({ id: run.id, version: run.settings.version, runs: run.endedAt === null })),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Request {
  readonly verb: string;
  readonly name: string;
  readonly signal: string;
  readonly stamp: unknown;
  readonly run: { readonly id: string };
  readonly target: { readonly settings: JsonObject };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
  return body;
}
