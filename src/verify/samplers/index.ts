import type { Ambient, Session } from '../../engines/engine.js';
import { RolloutError } from '../../model/error.js';
import type { Point } from '../../model/verification.js';
import type { SourceKind } from '../signals.js';
import { type Asked, finite, type Sampler } from './asked.js';
import { command } from './command.js';
import { http } from './http.js';
import { prometheus } from './prometheus.js';

const generic: Readonly<
  Record<Exclude<SourceKind, 'engine'>, (asked: Asked, ambient: Ambient) => Promise<readonly Point[]>>
> = { prometheus, http, command };

/** Reads signals of one job's runs: from its engine's session, or from where the job says. `mask` takes known secrets out of errors. */
export function samplerOf(
  session: Pick<Session, 'measure'>,
  ambient: Ambient,
  mask: (text: string) => string,
): Sampler {
  return async (asked) => {
    const { source } = asked.sourced;
    try {
      return source === 'engine' ? await ofEngine(session, asked) : await generic[source](asked, ambient);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (mask(text) === text) throw error;
      throw new RolloutError('signal-unreadable', mask(text), { class: 'transient' });
    }
  };
}

async function ofEngine(session: Pick<Session, 'measure'>, asked: Asked): Promise<readonly Point[] | null> {
  const samples = await session.measure?.(asked.run, asked.sourced.signal.name, new Date(asked.since).toISOString());
  if (samples === undefined || samples === null) return null;
  return samples.map(({ at, value, idle, run }) => ({
    at: Date.parse(at),
    value: finite(value),
    idle: idle === true,
    run: run ?? null,
    error: null,
  }));
}
