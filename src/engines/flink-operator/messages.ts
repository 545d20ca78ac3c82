import { codes } from '../../model/codes/index.js';
import { RolloutError } from '../../model/error.js';
import type { Run, RunMessage } from '../../model/run.js';
import { headline } from '../../platforms/flink/errors.js';
import { seenRun } from './find.js';
import type { Behind, Jobs } from './jobs.js';
import type { Kit } from './kit.js';

const mostExceptions = 10;

/** What the operator and Flink say of a run: exceptions oldest first, then the operator's own word. */
export async function messagesOf(kit: Kit, jobs: Jobs, run: Run): Promise<readonly RunMessage[]> {
  const found = await seenRun(kit, run);
  if (found === null) return [];
  const { seen, target } = found;
  const behind = jobs.behind(seen, target);
  const told = behind === null ? [] : await exceptionsOf(behind);
  if (seen.code === null && seen.text === null) return told;
  const why = seen.code === null ? '' : `${seen.code}: ${codes[seen.code].meaning} `;
  const level = seen.state === 'failed' ? 'error' : 'warning';
  return [...told, { at: seen.endedAt ?? seen.startedAt, level, text: `${why}${seen.text ?? ''}`.trim() }];
}

async function exceptionsOf({ api, jobId }: Behind): Promise<readonly RunMessage[]> {
  try {
    const entries = (await api.exceptions(jobId)).slice(0, mostExceptions);
    return entries
      .map(({ timestamp, taskName, stacktrace, exceptionName }): RunMessage & { readonly at: string } => ({
        at: new Date(timestamp).toISOString(),
        level: 'error',
        text: `${taskName ? `${taskName}: ` : ''}${headline(stacktrace || exceptionName)}`,
      }))
      .toSorted((a, b) => a.at.localeCompare(b.at));
  } catch (error) {
    // The JobManager is gone, or may not be asked: what the operator says is all there is.
    if (error instanceof RolloutError) return [];
    throw error;
  }
}
