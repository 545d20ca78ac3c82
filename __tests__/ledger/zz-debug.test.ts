import { it } from '@jest/globals';
import { Storage } from '@google-cloud/storage';
import { storageService } from '../../emulators/storage/index.js';
import { startLocal } from '../emulators/local.js';
import { openGcsBucket } from '../../src/ledger/objects/gcs.js';
import { clockOf } from '../../src/rollout/clock.js';
it('x', async () => {
  const local = await startLocal((clock) => [storageService(clock)] as const);
  const b = new Storage({ apiEndpoint: local.services['storage'] ?? '', projectId: 'p' }).bucket('acme');
  const t0 = Date.now(); const {appendFileSync} = await import('node:fs'); const say = (...a: unknown[]) => appendFileSync('/tmp/dbg/out', a.join(' ') + '\n'); const lap = (s: string) => say(s, Date.now() - t0);
  for (let i = 0; i < 1100; i += 100) { await Promise.all(Array.from({length:100},(_, k) => b.file(`a/job-${i+k}/record.json`).save('{}', {resumable:false}))); lap(`saved ${i}`); if (Date.now()-t0>20000) break; }
  const bucket = await openGcsBucket('acme', { cwd: '/', clock: clockOf(), env: { STORAGE_EMULATOR_HOST: local.services['storage'] } });
  lap('open');
  say((await bucket.list('a/')).folders.length); lap('list');
  for (let i = 0; i < 3; i++) { await Promise.all(Array.from({length:32},(_, k) => bucket.get(`a/job-${i*32+k}/record.json`))); lap('get'); }
  const slow = await openGcsBucket('acme', { cwd: '/', clock: clockOf(), timeoutSeconds: 0.2, env: { STORAGE_EMULATOR_HOST: local.services['storage'] } });
  await fetch(`${local.control}/faults`, {method:'POST', body: JSON.stringify({ service: 'storage', operation: '*', when: 'after', effect: 'delay', seconds: 60, times: 400 })});
  lap('faults');
  say(await slow.get('a/job-1/record.json').catch(e=>e.message)); lap('get');
  say(await slow.list('a/').catch(e=>e.message)); lap('list');
  say(await slow.put('a/x','{}', null).catch(e=>e.message)); lap('put');
  await local.close();
}, 100000);
