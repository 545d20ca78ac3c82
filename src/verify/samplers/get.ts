import { type Ambient, withSecrets } from '../../engines/engine.js';
import { RolloutError } from '../../model/error.js';
import { readingMs } from './asked.js';

/** An answer longer than this is no measurement; characters. */
const longest = 8 * 1024 * 1024;

/** Reads an address. A redirect is not followed: it would take the headers to a place that nobody named. Throws where there is no answer. */
export async function get(
  url: string,
  headers: { readonly [name: string]: string } | undefined,
  ambient: Pick<Ambient, 'secret' | 'signal' | 'userAgent'>,
): Promise<{ readonly status: number; readonly text: string }> {
  const { address, login } = parted(url);
  const shown = address.replace(/[?#].*$/, '');
  try {
    const response = await fetch(address, {
      headers: { 'user-agent': ambient.userAgent, ...login, ...withSecrets({ ...headers }, ambient.secret) },
      redirect: 'manual',
      signal: AbortSignal.any([ambient.signal, AbortSignal.timeout(readingMs)]),
    });
    return { status: response.status, text: await bounded(response) };
  } catch (error) {
    if (error instanceof RolloutError) throw error;
    const reason = reasonOf(error).replaceAll(address, shown);
    throw new RolloutError('signal-unreadable', `${shown} could not be read: ${reason}`, { class: 'transient' });
  }
}

/** A name and a password in an address go into a header, as `fetch` takes them in no other way. */
function parted(url: string): { readonly address: string; readonly login: { readonly authorization?: string } } {
  if (!URL.canParse(url)) {
    throw new RolloutError('signal-unreadable', 'the address of a signal is none', { class: 'input' });
  }
  const parsed = new URL(url);
  if (parsed.username === '' && parsed.password === '') return { address: parsed.href, login: {} };
  const words = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
  parsed.username = '';
  parsed.password = '';
  return { address: parsed.href, login: { authorization: `Basic ${Buffer.from(words).toString('base64')}` } };
}

async function bounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > longest) throw new Error('the answer is longer than 8 MiB');
  }
  return text + decoder.decode();
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
