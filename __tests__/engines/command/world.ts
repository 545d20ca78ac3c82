import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../../src/engines/command/index.js';
import type { Ambient, Session, Subject } from '../../../src/engines/engine.js';
import { RolloutError } from '../../../src/model/error.js';
import type { Json, JsonObject } from '../../../src/model/json.js';
import type { Run } from '../../../src/model/run.js';
import type { Stamp } from '../../../src/model/stamp.js';
import { clockOf } from '../../../src/rollout/clock.js';

export const canary = 'canary-9c41-secret';

export interface Lab {
  readonly folder: string;
  readonly log: string[];
  readonly abort: AbortController;
  readonly ambient: Ambient;
  /** A command that answers with a document, after keeping its request. */
  answers(document: Json, more?: string): readonly string[];
  /** A command given as a program for Node; `request` holds its request. */
  program(source: string): readonly string[];
  /** Requests that commands of `answers` and `program` got, oldest first. */
  requests(): JsonObject[];
  open(target: JsonObject): Promise<Session>;
  end(): void;
}

export function lab(): Lab {
  const folder = mkdtempSync(join(tmpdir(), 'command-test-'));
  const requests = join(folder, 'requests');
  writeFileSync(requests, '');
  const log: string[] = [];
  const abort = new AbortController();
  const ambient: Ambient = {
    env: { ...process.env, 'INPUT_GITHUB-TOKEN': canary, STATE_x: canary, GITHUB_OUTPUT: '/nowhere', PLAIN: 'plain' },
    clock: clockOf(),
    userAgent: 'stream-rollout/test',
    signal: abort.signal,
    secret(name) {
      if (name === 'TOKEN') return canary;
      throw new RolloutError('command-answer-invalid', `no secret ${name}`);
    },
    log: (line) => log.push(line),
  };
  const head = `const fs = require('node:fs'); const request = JSON.parse(fs.readFileSync(0, 'utf8')); fs.appendFileSync(${JSON.stringify(requests)}, JSON.stringify(request) + '\\n');`;
  const program = (source: string) => [process.execPath, '-e', `${head} ${source}`];
  return {
    folder,
    log,
    abort,
    ambient,
    program,
    answers: (document, more = '') =>
      program(`${more}; process.stdout.write(${JSON.stringify(JSON.stringify(document))})`),
    requests: () =>
      readFileSync(requests, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as JsonObject),
    open: (target) => command.connect(command.place(target, ambient), target, ambient),
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const stamp: Stamp = {
  revision: 'r1-0123456789abcdef',
  rollout: '5f1c',
  n: 3,
  step: 'start',
  commit: null,
  predecessor: 'old-run',
  slot: null,
};

export function subject(target: JsonObject, more: Partial<Subject> = {}): Subject {
  return { job: 'orders', names: ['orders'], target, ids: [], ...more };
}

export function run(more: Partial<Run> = {}): Run {
  return {
    id: 'old-run',
    name: 'orders',
    state: 'running',
    engineState: 'running',
    streaming: null,
    startedAt: null,
    endedAt: null,
    stamp: null,
    continues: null,
    replacedBy: null,
    scale: null,
    shows: null,
    url: null,
    detail: null,
    ...more,
  };
}
