import { type Code, codes } from '../../model/codes/index.js';
import type { Run, RunMessage } from '../../model/run.js';
import { headline } from '../../platforms/flink/errors.js';
import { stampOf } from '../../platforms/flink/marks.js';
import type { Kit } from './kit.js';

/** What Flink itself says about a run: the exceptions of its history, oldest first. */
export async function messagesOf(kit: Kit, run: Run): Promise<readonly RunMessage[]> {
  const entries = await kit.api.exceptions(run.id);
  const told = entries
    .map(({ timestamp, taskName, stacktrace, exceptionName }): RunMessage & { readonly at: string } => ({
      at: new Date(timestamp).toISOString(),
      level: 'error',
      text: `${taskName ? `${taskName}: ` : ''}${headline(stacktrace || exceptionName)}`,
    }))
    .toSorted((a, b) => a.at.localeCompare(b.at));
  return [...(await replacedStamp(kit, run)), ...told];
}

/** A run that is known by its id alone, since its program replaced the stamp. */
async function replacedStamp(kit: Kit, run: Run): Promise<readonly RunMessage[]> {
  if (!kit.memory.stamps.has(run.id)) return [];
  const config = (await kit.api.config(run.id))?.['execution-config'];
  if (config === undefined || stampOf(config['user-config']) !== null) return [];
  const code: Code = 'flink-stamp-replaced';
  return [{ at: run.startedAt, level: 'warning', text: `${code}: ${codes[code].meaning}` }];
}
