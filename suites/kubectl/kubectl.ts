import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import type { JsonObject } from '../../src/model/json.js';
import { cached } from '../support/paths.js';

const own = cached('kubectl', 'bin');

// Every process that is started from here finds kubectl: the one of this machine, else the one that the suite has built.
if (existsSync(own)) process.env['PATH'] = `${own}${delimiter}${process.env['PATH'] ?? ''}`;

/** The environment of this process. */
export const env = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
);

/** Runs kubectl as somebody else at the same API server would. Throws with what it said. */
export function kubectl(url: string, args: readonly string[], stdin = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('kubectl', [...args, '--server', url], { env: { ...env, KUBECONFIG: '/dev/null' } });
    let out = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`kubectl ${args.join(' ')} ended with ${code}: ${said}`)),
    );
    child.stdin.end(stdin);
  });
}

export const api = 'flink.apache.org/v1beta1';

/** Applies a resource under another manager's name, and takes over what it names. */
export async function appliedBy(manager: string, url: string, resource: JsonObject): Promise<JsonObject> {
  const args = ['apply', '--server-side', '--force-conflicts', `--field-manager=${manager}`, '-f', '-', '-o', 'json'];
  return JSON.parse(await kubectl(url, args, JSON.stringify({ apiVersion: api, ...resource }))) as JsonObject;
}

/** A resource as the API server has it; null: there is none. */
export async function resource(url: string, name: string, plural = 'flinkdeployments'): Promise<JsonObject | null> {
  const answer = await fetch(`${url}/apis/${api}/namespaces/default/${plural}/${name}`);
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as JsonObject;
}
