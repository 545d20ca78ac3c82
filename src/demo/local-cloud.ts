import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cloud } from '../../emulators/cloud.js';
import type { Json, JsonObject } from '../model/json.js';
import { relayByHand, startedByHand } from './fleet.js';
import type { Shown } from './step.js';

export interface LoggedCall {
  readonly service: string;
  readonly operation: string;
  readonly write: boolean;
}

/** Services whose calls can touch a streaming job or its artifacts. */
const engines = ['dataflow', 'storage', 'glue', 's3'];

/** The local cloud through its control endpoint, as any other program would use it. */
export interface LocalCloud {
  /** Calls to engines and their stores since the last `forget`. */
  calls(): Promise<readonly LoggedCall[]>;
  forget(): Promise<void>;
  /** Ids and states of the runs of an engine's job, in the engine's words. */
  runs(service: string, job: string): Promise<readonly { readonly id: string; readonly state: string }[]>;
  /** Starts the fleet as a person would have, long ago. Answers with the ids of its runs. */
  startByHand(relayRuns: string): Promise<readonly string[]>;
  /** Annotations of a commit's check run, in GitHub's order. */
  annotations(repository: string, sha: string, check: string): Promise<readonly Shown[]>;
}

/** An annotation as GitHub's API shows it. */
interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly annotation_level: string;
  readonly title: string | null;
  readonly message: string;
}

export function localCloud({ control, services, clock, env }: Cloud): LocalCloud {
  async function ask(method: string, url: string, body?: JsonObject | string): Promise<Json> {
    const answer = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${env['GITHUB_TOKEN']}`, 'user-agent': 'stream-rollout-demo' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${new URL(url).pathname} on the local cloud: ${answer.status} ${text}`);
    return text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as Json) : text;
  }

  async function forget(): Promise<void> {
    await ask('DELETE', `${control}/requests`);
  }

  return {
    async calls() {
      const all = (await ask('GET', `${control}/requests`)) as unknown as readonly LoggedCall[];
      return all.filter(({ service }) => engines.includes(service));
    },
    forget,
    async runs(service, job) {
      const all = (await ask('GET', `${control}/runs?service=${service}`)) as unknown as readonly {
        readonly id: string;
        readonly name: string;
        readonly state: string;
      }[];
      return all.filter(({ name }) => name === job).map(({ id, state }) => ({ id, state }));
    },
    async startByHand(relayRuns) {
      const ids: string[] = [];
      for (const run of startedByHand) {
        if (run.service === 'glue') {
          const { pathname } = new URL(run.definition.Command.ScriptLocation.replace('s3://', 'http://s3/'));
          await ask('PUT', `${services['s3']}${pathname}`, '# as it was uploaded by hand\n');
        }
        const { id } = (await ask('POST', `${control}/runs`, run as unknown as JsonObject)) as { id: string };
        ids.push(id);
      }
      await mkdir(relayRuns, { recursive: true });
      const startedAt = new Date(clock.now() - 3_600_000).toISOString();
      await writeFile(join(relayRuns, `${relayByHand.id}.json`), JSON.stringify({ ...relayByHand, startedAt }));
      await forget();
      return [...ids, relayByHand.id];
    },
    async annotations(repository, sha, check) {
      const api = `${services['github']}/repos/${repository}`;
      const found = (await ask(
        'GET',
        `${api}/commits/${sha}/check-runs?check_name=${encodeURIComponent(check)}`,
      )) as unknown as { readonly check_runs: readonly { readonly id: number }[] };
      const lists = await Promise.all(
        found.check_runs.map(({ id }) => ask('GET', `${api}/check-runs/${id}/annotations?per_page=100`)),
      );
      return (lists.flat() as unknown as readonly Annotation[]).map((one) => ({
        file: one.path,
        line: one.start_line,
        level: one.annotation_level,
        title: one.title ?? '',
        message: one.message,
      }));
    },
  };
}
