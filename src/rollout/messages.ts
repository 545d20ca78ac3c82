import type { RunMessage } from '../model/run.js';
import type { Ended } from './crew.js';
import type { Order } from './fleet.js';

/** What the engine says about the runs of a rollout that did not simply succeed. */
export async function messagesOf(
  order: Pick<Order, 'session' | 'isOurs'>,
  ended: Ended,
): Promise<readonly RunMessage[]> {
  const { session } = order;
  if (session.messages === undefined) return [];
  const { record } = ended;
  if (ended.how === 'closed' && record.closed?.outcome === 'succeeded') return [];
  const ours = (ended.runs ?? []).filter((run) => run.stamp?.n === record.n && order.isOurs(run));
  const all: RunMessage[] = [];
  for (const run of ours) {
    all.push(
      ...(await session
        .messages(run)
        .catch(() => [{ at: null, level: 'warning' as const, text: `the messages of ${run.id} could not be read` }])),
    );
  }
  return all.slice(-50);
}
