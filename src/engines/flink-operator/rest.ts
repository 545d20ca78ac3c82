import type { Clock } from '../../model/clock.js';
import { type Answer, NoAnswer, type Rest } from '../../platforms/flink/rest.js';
import type { Kubectl } from './kubectl.js';

/**
 * Each read is a process, and Flink itself makes its answers anew every 3 s (`web.refresh-interval`), all but the list of jobs: so many
 * milliseconds an answer is good.
 */
const sharedMs = 3000;
const fresh: ReadonlySet<string> = new Set(['/jobs/overview']);

/** Reads of Flink's REST API through the API server's proxy of a service; nothing is ever changed this way. */
export function proxiedRest(kubectl: Kubectl, clock: Clock, namespace: string, service: string): Rest {
  const base = `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(service)}:rest/proxy`;
  const refused = () => Promise.reject(new TypeError('Flink is only read through the API server'));
  const recent = new Map<string, { readonly at: number; readonly answer: Promise<Answer> }>();

  async function read(path: string): Promise<Answer> {
    const what = `GET ${base}${path.split('?')[0]}`;
    const ended = await kubectl.raw(`${base}${path}`);
    if (ended.how !== 'exited') throw new NoAnswer(what, new Error(ended.how));
    if (ended.code === 0) return { status: 200, body: parsed(ended.stdout) };
    // kubectl shows nothing of the body; Flink itself says 404 of a job that it does not have.
    if (/\(NotFound\): the server could not find the requested resource/.test(ended.stderr)) {
      return { status: 404, body: { errors: ['not found'] } };
    }
    if (/\(Forbidden\)/.test(ended.stderr))
      return { status: 403, body: { errors: [ended.stderr.trim().slice(0, 400)] } };
    throw new NoAnswer(what, new Error(ended.stderr.trim().slice(0, 400)));
  }

  return {
    url: base,
    get(path) {
      if (fresh.has(path)) return read(path);
      const now = clock.now();
      const before = recent.get(path);
      if (before !== undefined && now - before.at < sharedMs) return before.answer;
      const answer = read(path);
      recent.set(path, { at: now, answer });
      answer.catch(() => recent.delete(path));
      return answer;
    },
    send: refused,
    upload: refused,
    close: () => undefined,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
