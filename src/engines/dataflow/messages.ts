import type { RunMessage } from '../../model/run.js';
import type { Api, ApiMessage } from './api.js';
import { fromTimestamp } from './struct.js';

/** Messages of a run that a report can carry, and characters of one. */
const most = 100;
const longest = 2_000;

/** Importances by name: the numbers of the API are not in the order of severity. */
const levels: { readonly [importance: string]: RunMessage['level'] } = {
  JOB_MESSAGE_ERROR: 'error',
  JOB_MESSAGE_WARNING: 'warning',
};

/** Errors and warnings of a run, oldest first. If there are too many, the first error and the newest are kept. */
export async function messagesOf(api: Api, id: string): Promise<readonly RunMessage[]> {
  const all = (await api.messages(id)).flatMap(messageOf).toSorted((a, b) => (a.at ?? '').localeCompare(b.at ?? ''));
  if (all.length <= most) return all;
  const kept = all.slice(-(most - 1));
  const first = all.find(({ level }) => level === 'error');
  return first && !kept.includes(first) ? [first, ...kept] : all.slice(-most);
}

/** Text of the first error, which is mostly the cause of those that follow; null if there is none. */
export async function firstError(api: Api, id: string): Promise<string | null> {
  return (await messagesOf(api, id)).find(({ level }) => level === 'error')?.text ?? null;
}

function messageOf(message: ApiMessage): readonly RunMessage[] {
  const level = levels[String(message.messageImportance)];
  if (level === undefined || !message.messageText) return [];
  return [{ at: fromTimestamp(message.time), level, text: message.messageText.slice(0, longest) }];
}
