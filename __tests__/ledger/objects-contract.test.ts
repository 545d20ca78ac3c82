import { afterAll, beforeAll } from '@jest/globals';
import { s3Service } from '../../emulators/s3/index.js';
import { storageService } from '../../emulators/storage/index.js';
import { startLocal } from '../emulators/local.js';
import { ledgerContract } from './contract.js';
import { World } from './world.js';

const world = new World();
const start = () => startLocal((clock) => [s3Service(clock, { buckets: ['acme'] }), storageService(clock)] as const);
let local: Awaited<ReturnType<typeof start>>;
let places = 0;

beforeAll(async () => {
  local = await start();
});
afterAll(() => local.close());

ledgerContract('s3', world, () => ({
  url: `s3://acme/ledgers/${++places}`,
  cwd: world.folder(),
  env: {
    AWS_ENDPOINT_URL_S3: local.services['s3'] ?? '',
    AWS_ACCESS_KEY_ID: 'CANARY',
    AWS_SECRET_ACCESS_KEY: 'canary-secret',
    AWS_REGION: 'eu-west-1',
  },
}));

ledgerContract('gs', world, () => ({
  url: `gs://acme/ledgers/${++places}`,
  cwd: world.folder(),
  env: { STORAGE_EMULATOR_HOST: local.services['storage'] ?? '' },
}));
