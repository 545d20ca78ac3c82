// Makes the samples of __tests__/platforms/flink/metadata/samples anew. usage: node scripts/run.mjs suites/flink/samples.ts
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readMetadata } from '../../src/platforms/flink/metadata/index.js';
import { cached } from '../support/paths.js';
import { startCluster } from './cluster.js';
import { restOf } from './rest.js';

const samples = '__tests__/platforms/flink/metadata/samples';

/** Small state lies inside `_metadata`; the limit of 0 puts all of it into files. */
const settings: { readonly [backend: string]: { readonly [key: string]: string } } = {
  hashmap: { 'state.backend.type': 'hashmap' },
  rocksdb: {
    'state.backend.type': 'rocksdb',
    'execution.checkpointing.incremental': 'true',
    'execution.checkpointing.data-inline-threshold': '0b',
    'state.storage.fs.memory-threshold': '0b',
  },
};

rmSync(samples, { recursive: true, force: true });
for (const version of ['1.20.5', '2.3.0'] as const) {
  const cluster = await startCluster({ version });
  try {
    const rest = restOf(cluster.url);
    const jar = await rest.upload(cached('flink', 'jobs', 'kinds.jar'));
    for (const [backend, more] of Object.entries(settings)) {
      const flinkConfiguration = { 'pipeline.max-parallelism': '4', ...more };
      const id = await rest.run(jar, { parallelism: 2, flinkConfiguration });
      await rest.running(id, 2);
      for (const format of ['CANONICAL', 'NATIVE'] as const)
        keep(fileURLToPath(await rest.savepoint(id, format)), `${version}-${backend}-${format.toLowerCase()}`);
      await rest.cancel(id);
      const checkpoints = join(cluster.folder, 'checkpoints', id);
      const last = readdirSync(checkpoints).find((name) => name.startsWith('chk-'));
      if (last === undefined) throw new Error(`no checkpoint in ${checkpoints}`);
      keep(join(checkpoints, last), `${version}-${backend}-checkpoint`);
    }
  } finally {
    await cluster.stop();
  }
}

/** `_metadata`, and of the files beside it those that names are in. */
function keep(folder: string, name: string): void {
  const to = join(samples, name);
  mkdirSync(to, { recursive: true });
  copyFileSync(join(folder, '_metadata'), join(to, '_metadata'));
  for (const { files } of readMetadata(readFileSync(join(folder, '_metadata'))).operators)
    for (const { path, relative } of files) {
      const file = relative ? join(folder, path) : fileURLToPath(path);
      if (dirname(file) === folder) copyFileSync(file, join(to, basename(path)));
    }
  console.log(name, readdirSync(folder).length, readdirSync(to).length);
}
