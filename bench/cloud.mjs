import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The local cloud in a process of its own: its work does not count as the tool's. */
export async function startCloud(node, cli, clockRate) {
  const child = spawn(node, [cli, 'emulate', '--json', '--clock-rate', String(clockRate)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { env, control, services } = JSON.parse(line);
  const ask = async (method, path, body) => {
    const answer = await fetch(`${control}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    env,
    services,
    set: (settings) => ask('POST', '/settings', settings),
    forget: () => ask('DELETE', '/requests'),
    plant: (run) => ask('POST', '/runs', run),
    /** Number of calls by service and operation. */
    async calls() {
      const counts = new Map();
      for (const { service, operation } of await ask('GET', '/requests')) {
        const name = `${service} ${operation}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      return new Map([...counts].sort(([, a], [, b]) => b - a));
    },
    /** Number of calls that changed something. */
    async writes() {
      return (await ask('GET', '/requests')).filter((request) => request.write).length;
    },
    async close() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
