import { setTimeout as wait } from 'node:timers/promises';
import type { JsonObject } from '../../../src/model/json.js';
import { StatusError, statusOf } from './errors.js';
import { apiVersionOf, type Kind } from './kinds.js';
import type { Selects } from './select.js';
import type { Change, Store } from './store.js';
import { textAt } from './value.js';

export interface Watch {
  readonly store: Store;
  readonly kind: Kind;
  readonly namespace: string;
  readonly selects: Selects;
  readonly query: URLSearchParams;
  /** Carries out what is due; the time, in milliseconds. */
  settled(): number;
}

/** Between two looks at what changed, in real milliseconds: the emulated clock moves without a sign. */
const lookMs = 20;

/** Events of a watch, one JSON object a line; an empty text is nothing to send. Ends after `timeoutSeconds` of the emulated clock. */
export async function* watched(watch: Watch): AsyncGenerator<string> {
  const { store, kind, namespace, selects, query, settled } = watch;
  const begun = settled();
  const limit = Number(query.get('timeoutSeconds') ?? Number.POSITIVE_INFINITY);
  const from = query.get('resourceVersion') ?? '';
  const sends = query.get('sendInitialEvents') === 'true';
  let since = store.version;
  if (from === '' || from === '0' || sends) {
    for (const object of store.list(kind, namespace).filter(selects)) yield line('ADDED', object);
    if (sends) yield line('BOOKMARK', bookmark(kind, since));
  } else {
    since = Number(from);
    if (since < store.oldest) {
      const message = `too old resource version: ${since} (${store.oldest})`;
      yield line('ERROR', statusOf(new StatusError(410, 'Expired', message)));
      return;
    }
  }
  for (;;) {
    const now = settled();
    for (const change of store.changesAfter(since)) {
      since = change.version;
      const event = eventOf(change, watch);
      if (event !== null) yield event;
    }
    if (now - begun >= limit * 1000) return;
    yield '';
    await wait(lookMs);
  }

  function eventOf({ type, object, before, kind: changed }: Change, { selects: lets }: Watch): string | null {
    if (changed !== kind) return null;
    if (namespace !== '' && textAt(object, 'metadata', 'namespace') !== namespace) return null;
    const was = before !== null && lets(before);
    const is = lets(object);
    if (type === 'DELETED') return was ? line('DELETED', object) : null;
    if (was !== is) return line(is ? 'ADDED' : 'DELETED', object);
    return is ? line(type, object) : null;
  }
}

function line(type: string, object: JsonObject): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function bookmark(kind: Kind, version: number): JsonObject {
  const metadata = { resourceVersion: String(version), annotations: { 'k8s.io/initial-events-end': 'true' } };
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
}
