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
        // Read to the end, as whoever lists the files has to.
        'git ls-tree -r': () => run('git', listTree, { cwd: clone, onOutput: () => {} }),
        phases: async () => {
          const { stdout } = await run(node, [pure, clone, manifestPath, 'HEAD~1'], { cwd: root });
          const told = JSON.parse(stdout);
          if (told.changed !== 10) throw new Error(`${told.changed} jobs changed, expected 10`);
          phases.push(told);
          return { ms: told.changesMs };
        },
        detect: async () => {
          const result = await run(node, detect, { cwd: clone, env: { GITHUB_TOKEN: '' } });
          const count = JSON.parse(result.stdout).jobs.filter((job) => job.changed).length;
          if (count !== 10) throw new Error(`${count} jobs changed, expected 10`);
          return result;
        },
      },
      rounds,
    );
    const base = median(times['git ls-tree -r'].ms);
    const of = 'ls-tree';
    const compared = (what, ms, budget = null) => row({ what, ms, ratio: ms / base, of, budget });
    const phase = (name) => median(phases.slice(1).map((told) => told[name]));
    compared(`git ls-tree -r of ${fileCount} files`, base);
    compared(`change detection of ${jobCount} jobs, inside the process`, phase('changesMs'), 1.5);
    compared(`reading the manifest of ${jobCount} jobs, inside the process`, phase('manifestMs'));
    compared('cli.js detect --json, all in all', median(times.detect.ms));
    const { peakMb } = await runWithPeak(node, detect, { cwd: clone, env: { GITHUB_TOKEN: '' } });
    row({ what: `peak memory of detect, ${jobCount} jobs`, mb: peakMb, budgetMb: 200 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
