import type { Ambient, Engine } from '../engines/engine.js';
import { engines } from '../engines/index.js';
import type { Inputs } from '../inputs/inputs.js';
import type { Ledger } from '../ledger/ledger.js';
import { RolloutError } from '../model/error.js';
import { lateAbort } from '../rollout/cancel.js';
import { clockOf } from '../rollout/clock.js';
import { holderOf } from '../rollout/holder.js';
import { measuringOf } from '../rollout/measuring.js';
import { openSessions, type Sessions } from '../rollout/sessions.js';
import { userAgent } from '../version.js';
import type { Bench, Forge, Teller } from './bench.js';
import { admitEngine, admitLedger, clockOrigin, clockRate } from './clock-rate.js';
import { reading } from './reading.js';
import { secretsFrom } from './secrets.js';

/** After a cancel the hand-over still goes to the ledger; the runner's next signal comes 7.5 s after its first. Milliseconds. */
const handOverMs = 6000;

/** Makes what a mode works with. Nothing is connected or read before it is needed. */
export function makeBench(
  inputs: Inputs,
  parts: { forge: Forge; teller: Teller; signal: AbortSignal; onSecret: (value: string) => void },
): Bench {
  const { signal } = parts;
  const clock = clockOf(clockRate(inputs.env), clockOrigin(inputs.env));
  const secrets = secretsFrom(inputs.env, parts.onSecret);
  const teller: Teller = {
    line: (text) => parts.teller.line(secrets.mask(text)),
    live: (text) => parts.teller.live?.(secrets.mask(text)),
    group: (title, work) => parts.teller.group(secrets.mask(title), work),
  };
  if (inputs.githubToken !== null) parts.onSecret(inputs.githubToken);
  const plain = { env: inputs.env, clock, userAgent, signal, secret: secrets.read, log: teller.line };
  const artifacts = reading(plain, inputs.workspace, parts.forge.source);
  const ambient: Ambient = { ...plain, read: artifacts.read };
  const opened = openSessions(ambient, secrets.mask);
  const sessions: Sessions = {
    async get(engine, target) {
      admitEngine(inputs.env, engine);
      return await opened.get(engine, target);
    },
    close: opened.close,
  };
  const { event } = inputs;
  const workflow =
    event.runId === null || event.repository === null
      ? null
      : { repository: event.repository, runId: event.runId, attempt: event.attempt, server: event.serverUrl };
  const startedAt = new Date(Date.now() - process.uptime() * 1000).toISOString();
  let ledger: Promise<Ledger> | null = null;
  return {
    inputs,
    clock,
    ambient,
    sessions,
    holder: holderOf({
      workflow,
      pid: process.pid,
      startedAt,
      // Elsewhere an attempt counts as completed once its runner is lost, and the process may still be at work.
      endsWithAttempt: inputs.env['RUNNER_ENVIRONMENT'] === 'github-hosted',
    }),
    forge: parts.forge,
    teller,
    signal,
    handOverAt: clock.now() + inputs.waitForMinutes * 60_000,
    measuring: measuringOf(ambient, secrets.mask),
    engine: loadEngine,
    async ledger() {
      admitLedger(inputs.env, inputs.ledger);
      ledger ??= import('../ledger/index.js').then(({ openLedger }) =>
        openLedger(inputs.ledger, {
          cwd: inputs.workspace,
          clock,
          env: inputs.env,
          signal: lateAbort(signal, handOverMs),
          isSecret: secrets.isSecret,
        }),
      );
      return await ledger;
    },
    secrets: secrets.known,
    mask: secrets.mask,
    async close() {
      await sessions.close();
      artifacts.close();
      await ledger?.then((opened) => opened.close()).catch(() => undefined);
    },
  };
}

export async function loadEngine(id: string): Promise<Engine> {
  const load = (engines as { readonly [id: string]: () => Promise<Engine> })[id];
  if (load === undefined) {
    throw new RolloutError('engine-unknown', `There is no engine \`${id}\`.`, {
      class: 'input',
      next: `Use one of: ${Object.keys(engines).join(', ')}.`,
    });
  }
  return await load();
}
