import { setTimeout as delay } from 'node:timers/promises';
import { pauses } from '../../artifacts/stores/repeat.js';
import type { Bucket } from './bucket.js';
import { unknown } from './swap.js';

/**
 * Creates an object unless there is one; true: this call did. False says only that one stands there, which after a lost
 * answer can be our own. Asks again while the store is at another write of it.
 */
export async function createOnce(bucket: Bucket, key: string, text: string): Promise<boolean> {
  for (const pause of pauses) {
    const answer = await bucket.put(key, text, null).catch((error: unknown) => error as Error);
    if (answer instanceof Error) {
      const stands = await bucket.get(key).catch(() => null);
      if (stands !== null) return false;
      throw answer;
    }
    if (answer.state !== 'busy') return answer.state === 'landed';
    // Those who met here shall not meet again.
    if (pause !== null) await delay(pause * (0.5 + Math.random()));
  }
  throw unknown(`${bucket.url}/${key}`, new Error('the store was at other writes of it all the time'));
}
