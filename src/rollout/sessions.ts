import type { Ambient, Engine, Session } from '../engines/engine.js';
import type { JsonObject } from '../model/json.js';
import { maskedSession } from './masked-session.js';

/** Open sessions: one per engine, place and identity, connected at first use. */
export interface Sessions {
  get(engine: Engine, target: JsonObject): Promise<Session>;
  close(): Promise<void>;
}

/** `mask` takes known secrets out of what the engines say. */
export function openSessions(ambient: Ambient, mask: (text: string) => string): Sessions {
  const open = new Map<string, Promise<Session>>();
  return {
    get(engine, target) {
      const place = engine.place(target, ambient);
      const key = `${engine.id} ${place.session}`;
      let session = open.get(key);
      if (session === undefined) {
        session = engine.connect(place, target, ambient).then((connected) => maskedSession(connected, mask));
        session.catch(() => open.delete(key));
        open.set(key, session);
      }
      return session;
    },
    async close() {
      for (const session of open.values()) {
        await session.then((connected) => connected.close?.()).catch(() => undefined);
      }
    },
  };
}
