import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FlinkSettings, flinkService } from '../../../emulators/flink/index.js';
import { openStores } from '../../../src/artifacts/index.js';
import type { Ambient, LaunchCall, Progress, Session, Subject } from '../../../src/engines/engine.js';
import { flink } from '../../../src/engines/flink/index.js';
import type { Json, JsonObject } from '../../../src/model/json.js';
import { isActive, type Run } from '../../../src/model/run.js';
import type { Stamp } from '../../../src/model/stamp.js';
import { jobOf } from '../../contract/calls.js';
import { startLocal } from '../../emulators/local.js';

export const counting = ['operator numbers uid=numbers list=offsets', 'operator counter uid=counter keyed=count:long'];

/** A cluster of its own, a session on it and a folder of jars. */
export interface World {
  readonly session: Session;
  readonly url: string;
  readonly target: JsonObject;
  readonly lines: readonly string[];
  advance(seconds: number): void;
  set(settings: JsonObject): void;
  plant(spec: JsonObject): string;
  /** A target with a jar of these lines. */
  of(lines: readonly string[], more?: JsonObject): JsonObject;
  subject(ids?: readonly string[]): Subject;
  drive(call: (memo: Json) => Promise<Progress>): Promise<Progress>;
  /** Starts a run and waits until its tasks run and a checkpoint is there; the run as a look shows it. */
  started(target: JsonObject, more?: Partial<LaunchCall>): Promise<Run>;
  launch(target: JsonObject, more?: Partial<LaunchCall>): LaunchCall;
  look(id: string): Promise<Run>;
  preflight(target: JsonObject, more?: JsonObject, current?: Run | null): Promise<readonly string[]>;
  /** Another session on the same cluster, as of a process that takes over. */
  again(): Promise<Session>;
  end(): Promise<void>;
}

let count = 0;

export function freshStamp(more: Partial<Stamp> = {}): Stamp {
  count += 1;
  const usual = { revision: 'r1-00000000000000aa', rollout: `rollout${count}`, n: count, step: 'start' };
  return { ...usual, commit: null, predecessor: null, slot: null, ...more };
}

export async function openWorld(settings: Partial<FlinkSettings> = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'flink-world-'));
  const local = await startLocal((clock) => [flinkService(clock, { settings })] as const);
  const [service] = local.parts;
  const url = local.services['flink'] ?? '';
  const lines: string[] = [];
  const signal = new AbortController().signal;
  const plain = { env: {}, clock: clockOf(local), userAgent: 'stream-rollout/0.0.0', signal, secret: () => 'canary' };
  const stores = openStores(plain);
  const ambient: Ambient = { ...plain, log: (line) => void lines.push(line), read: stores.get };
  const target: JsonObject = {
    url,
    name: 'fraud',
    jar: `file://${folder}/none.jar`,
    'savepoint-directory': `file://${folder}/savepoints`,
  };
  const connect = (wanted = target) => flink.connect(flink.place(wanted, ambient), wanted, ambient);
  const session = await connect(settings.scheduler === 'adaptive' ? { ...target, scheduler: 'adaptive' } : target);
  const subject = (ids: readonly string[] = []): Subject => ({ job: 'fraud', names: ['fraud'], target, ids });

  const world: World = {
    session,
    url,
    target,
    lines,
    advance: local.advance,
    set: (change) => void service.configure?.(change),
    plant: (spec) => service.plant?.(spec).id ?? '',
    of(program, more = {}) {
      const text = program.map((line) => `# emulator: ${line}`).join('\n');
      count += 1;
      const file = join(folder, `${count}.jar`);
      writeFileSync(file, text);
      return { ...target, jar: `file://${file}`, ...more };
    },
    subject,
    async drive(call) {
      let memo: Json = null;
      for (let polls = 0; polls < 500; polls += 1) {
        const progress = await call(memo);
        if (progress.state !== 'running') return progress;
        memo = progress.memo;
        local.advance(progress.retryAfterSeconds);
      }
      throw new Error('still running after 500 polls');
    },
    launch: (of, more = {}) => ({
      subject: subject(),
      target: of,
      stamp: freshStamp(),
      predecessor: null,
      snapshot: null,
      memo: null,
      signal,
      ...more,
    }),
    async started(of, more = {}) {
      const call = world.launch(of, more);
      const progress = await world.drive((memo) => session.can.start?.({ ...call, memo }) ?? never());
      if (progress.state !== 'succeeded' || progress.run === null) throw new Error(JSON.stringify(progress));
      local.advance(30);
      return world.look(progress.run);
    },
    async look(id) {
      const run = (await session.look(subject([id]))).find((candidate) => candidate.id === id);
      if (run === undefined) throw new Error(`no run ${id}`);
      return run;
    },
    async preflight(of, more = {}, current = null) {
      const runs = (await session.look(subject())).filter(isActive);
      const job = { ...jobOf('flink', of), ...more };
      const about = { subject: subject(), job, target: of, current: current ?? runs[0] ?? null, applies: true };
      const findings = await session.preflight({ ...about, strategy: 'savepoint-upgrade', ...more });
      return findings.map(({ code, level, message }) => `${level} ${code}: ${message}`);
    },
    again: () => connect(),
    async end() {
      await session.close?.();
      stores.close();
      await local.close();
      rmSync(folder, { recursive: true, force: true });
      if (local.errors.length > 0) throw new Error(local.errors.join('\n'));
    },
  };
  return world;
}

function clockOf(local: Awaited<ReturnType<typeof startLocal>>): Ambient['clock'] {
  return { now: () => local.clock.now(), sleep: async (seconds) => local.advance(seconds) };
}

function never(): never {
  throw new Error('no such verb');
}
