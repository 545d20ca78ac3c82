import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service whose clock is so many seconds ahead, as its answers tell: what `url` answers, with another `date`. */
export async function ahead(url: string, seconds: number): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((incoming, answer) => {
    const { method, headers } = incoming;
    const onward = request(new URL(incoming.url ?? '/', url), { method, headers }, (from) => {
      const date = new Date(Date.now() + seconds * 1000).toUTCString();
      answer.writeHead(from.statusCode ?? 500, { ...from.headers, date });
      from.pipe(answer);
    });
    onward.on('error', (error) => answer.destroy(error));
    incoming.pipe(onward);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
