import { isActive, type Run, type RunMessage } from '../../model/run.js';
import type { Tools } from './shared.js';
import { stateOf } from './states.js';

/** Longest text of a message, in characters: Glue puts whole stack traces into ErrorMessage. */
const mostCharacters = 4_000;

/** What Glue itself says about a run: its error, and why it waits or ended. */
export async function messagesOf(tools: Tools, run: Run): Promise<readonly RunMessage[]> {
  const found = await tools.glue.run(run.name, run.id);
  if (found === null) return [];
  const at = (found.CompletedOn ?? found.LastModifiedOn ?? found.StartedOn)?.toISOString() ?? null;
  const state = stateOf(found.JobRunState, found.CompletedOn !== undefined);
  const messages: RunMessage[] = [];
  const add = (level: RunMessage['level'], text: string | undefined): void => {
    if (text) messages.push({ at, level, text: text.slice(0, mostCharacters) });
  };
  add(isActive({ ...run, state }) || state === 'stopped' ? 'warning' : 'error', found.StateDetail);
  if (found.ErrorMessage !== found.StateDetail) add(state === 'stopped' ? 'warning' : 'error', found.ErrorMessage);
  return messages;
}
