import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { until } from '../support/until.js';

/** An answer of the cluster as it came. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into whatever the cluster answers.
  readonly body: any;
}

export interface JobLine {
  readonly jid: string;
  readonly name: string;
  readonly state: string;
  readonly tasks: { readonly total: number; readonly running: number };
}

/** Raw requests, as somebody with curl would make them: no retry, no check. */
export function restOf(url: string) {
  async function call(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
  }
  async function done(method: string, path: string, body?: object) {
    const answer = await call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const jobs = async () => (await done('GET', '/jobs/overview')).jobs as readonly JobLine[];
  const line = async (id: string) => (await jobs()).find(({ jid }) => jid === id);

  return {
    call,
    done,
    jobs,
    async active() {
      const ended = ['FINISHED', 'CANCELED', 'FAILED'];
      return (await jobs()).filter(({ state }) => !ended.includes(state));
    },
    async upload(jar: string): Promise<string> {
      const form = new FormData();
      const type = 'application/x-java-archive';
      form.append('jarfile', new Blob([new Uint8Array(readFileSync(jar))], { type }), basename(jar));
      const answer = await fetch(`${url}/jars/upload`, { method: 'POST', body: form });
      return basename(((await answer.json()) as { filename: string }).filename);
    },
    async run(jar: string, body: object): Promise<string> {
      return (await done('POST', `/jars/${jar}/run`, body)).jobid;
    },
    /** Waits until all tasks run, and so many checkpoints are complete. */
    async running(id: string, checkpoints = 0): Promise<void> {
      await until(
        `${id} runs`,
        () => line(id),
        (job) => job?.state === 'RUNNING' && job.tasks.running === job.tasks.total,
      );
      const completed = async () => (await done('GET', `/jobs/${id}/checkpoints`)).counts.completed as number;
      if (checkpoints > 0) await until(`checkpoints of ${id}`, completed, (count) => count >= checkpoints);
    },
    /** A savepoint of a job that goes on, or, with `stop`, of one that ends; gives where it is. */
    async savepoint(id: string, formatType: 'NATIVE' | 'CANONICAL', how: 'go on' | 'stop' = 'go on', everyMs = 20) {
      const triggerId = randomBytes(16).toString('hex');
      if (how === 'stop') await done('POST', `/jobs/${id}/stop`, { triggerId, formatType, drain: false });
      else await done('POST', `/jobs/${id}/savepoints`, { triggerId, formatType, 'cancel-job': false });
      for (;;) {
        const { status, operation } = await done('GET', `/jobs/${id}/savepoints/${triggerId}`);
        if (status.id === 'COMPLETED') {
          if (operation.location === undefined) throw new Error(JSON.stringify(operation));
          return operation.location as string;
        }
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
    },
    async cancel(id: string): Promise<void> {
      const answer = await call('PATCH', `/jobs/${id}?mode=cancel`);
      if (![202, 404, 409].includes(answer.status)) throw new Error(`cancel of ${id}: ${answer.status}`);
      await until(
        `${id} ended`,
        () => line(id),
        (job) => job === undefined || job.tasks.running === 0,
      );
    },
  };
}

export type Rest = ReturnType<typeof restOf>;
