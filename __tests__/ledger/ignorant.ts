import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Conditions by the store's own names, S3's headers and Cloud Storage's query; `replacements`: only those on a version. */
const conditions = {
  all: { headers: ['if-match', 'if-none-match'], query: /[?&]ifGenerationMatch=\d+/ },
  replacements: { headers: ['if-match'], query: /[?&]ifGenerationMatch=[1-9]\d*/ },
} as const;

/** A store that takes conditional writes and ignores the condition, as some servers do: a proxy before one that does not. */
export async function ignorant(
  target: string,
  which: keyof typeof conditions,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { headers: dropped, query } = conditions[which];
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers };
    for (const name of dropped) delete headers[name];
    const path = (incoming.url ?? '/').replace(query, (found) => (found.startsWith('?') ? '?-' : ''));
    const onward = request(new URL(path, target), { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
