import type { Run, RunMessage } from '../../model/run.js';
import type { Tools } from './shared.js';
import { errorTextOf } from './standing.js';
import { eventsOf } from './timeline.js';

const mostMessages = 10;

/** Errors of the operations that failed while a run was the application's, oldest first. The job's own log is in CloudWatch Logs. */
export async function messagesOf({ flink }: Pick<Tools, 'flink'>, run: Run): Promise<readonly RunMessage[]> {
  const events = eventsOf(await flink.operations(run.name));
  const from = run.startedAt === null ? 0 : Date.parse(run.startedAt);
  const to = run.endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(run.endedAt);
  const failed = events.filter((event) => event.status === 'failed' && event.from >= from && event.from <= to);
  const told = failed.slice(-mostMessages).map(async (event): Promise<RunMessage> => {
    const text = (await errorTextOf(flink, run.name, event)) ?? '';
    return { at: new Date(event.to ?? event.from).toISOString(), level: 'error', text };
  });
  return Promise.all(told);
}
