import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { artifact, files, manifestPath } from './fleets.mjs';
import { inTurn, median, run, runWithPeak, temporary } from './processes.mjs';
import { makeRepository } from './repository.mjs';

const root = join(import.meta.dirname, '..');

/** Change detection in a repository of 100,000 files and 1,000 jobs, of which the last commit changed ten. */
export async function detection({ node, dist, rounds, row, fileCount = 100_000, jobCount = 1000 }) {
  const folder = temporary('detection');
  try {
    const changed = Object.assign({}, ...Array.from({ length: 10 }, (_, index) => artifact(index * 7, 2)));
    const { clone } = await makeRepository(folder, [files(jobCount, fileCount), changed]);
    const pure = join(root, '.cache', 'bench', 'phases.mjs');
    await build({
      entryPoints: [join(root, 'bench', 'phases.ts')],
      outfile: pure,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      logLevel: 'warning',
    });
    const listTree = ['ls-tree', '-r', '-z', '--full-tree', 'HEAD'];
    const phases = [];
    const detect = [join(dist, 'cli.js'), 'detect', '--json', '--base', 'HEAD~1'];
    const times = await inTurn(
      {
        'git ls-tree -r': () => run('git', listTree, { cwd: clone, keepOutput: false }),
        'inside the process': async () => {
          const { stdout } = await run(node, [pure, clone, manifestPath, 'HEAD~1'], { cwd: root });
          const told = JSON.parse(stdout);
          if (told.changed !== 10) throw new Error(`${told.changed} jobs changed, expected 10`);
          phases.push(told);
          return { ms: told.changesMs };
        },
        'cli.js detect --json': async () => {
          const result = await run(node, detect, { cwd: clone, env: { GITHUB_TOKEN: '' } });
          const count = JSON.parse(result.stdout).jobs.filter((job) => job.changed).length;
          if (count !== 10) throw new Error(`${count} jobs changed, expected 10`);
          return result;
        },
      },
      rounds,
    );
    const base = median(times['git ls-tree -r']);
    const of = 'git ls-tree -r';
    const detail = (name) => median(phases.slice(1).map((told) => told[name]));
    row({ what: `git ls-tree -r of ${fileCount} files`, ms: base, ratio: 1, of, budget: null });
    row({
      what: `detection of ${jobCount} jobs (git and globs)`,
      ms: detail('changesMs'),
      ratio: detail('changesMs') / base,
      of,
      budget: 1.5,
    });
    row({
      what: `the manifest of ${jobCount} jobs, read twice`,
      ms: detail('manifestMs'),
      ratio: detail('manifestMs') / base,
      of,
      budget: null,
    });
    row({
      what: 'cli.js detect --json, all in all',
      ms: median(times['cli.js detect --json']),
      ratio: median(times['cli.js detect --json']) / base,
      of,
      budget: null,
    });
    const { peakMb } = await runWithPeak(node, detect, { cwd: clone, env: { GITHUB_TOKEN: '' } });
    row({ what: `peak memory of detect, ${jobCount} jobs`, mb: peakMb, budgetMb: 200 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
