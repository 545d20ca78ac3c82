import { afterAll, beforeAll } from '@jest/globals';
import { ledgerContract } from '../../__tests__/ledger/contract.js';
import { World } from '../../__tests__/ledger/world.js';
import type { Server } from './server.js';
import { fakeGcs, versitygw } from './servers.js';

const world = new World();
const servers: { s3?: Server; gs?: Server } = {};
let places = 0;

beforeAll(async () => {
  servers.s3 = await versitygw();
  servers.gs = await fakeGcs();
  for (const server of Object.values(servers)) await server.bucket('acme');
});
afterAll(async () => {
  for (const server of Object.values(servers)) await server.end();
});

const races = { processes: 10, rounds: 25 };
for (const scheme of ['s3', 'gs'] as const) {
  const placeOf = () => ({
    url: `${scheme}://acme/ledgers/${++places}`,
    cwd: world.folder(),
    env: servers[scheme]?.env ?? {},
  });
  ledgerContract(scheme === 's3' ? 'versitygw' : 'fake-gcs-server', world, placeOf, races);
}
