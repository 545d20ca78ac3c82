import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startCloud } from './cloud.mjs';
import { files, isGlue, jobName } from './fleets.mjs';
import { runWithPeak, temporary } from './processes.mjs';
import { makeRepository } from './repository.mjs';

/**
 * How many times as fast the local cloud's clock runs. A rollout waits for minutes of engine time; the faster the clock, the more the tool's
 * own work weighs, so the ratio is worse than on a real cloud.
 */
const clockRate = 4;
/** The emulated clouds on this machine are the bottleneck beyond this; real ones are not. */
const jobCount = 500;

/** Hundreds of jobs rolled out at once against one of each engine alone: wall time, calls, pushes to the ledger, memory. */
export async function fleet({ node, dist, row, log }) {
  const few = await rollOut({ node, dist, count: 2 });
  const many = await rollOut({ node, dist, count: jobCount });
  const of = 'alone';
  row({ what: `adopting ${jobCount} jobs that were started by hand`, ms: many.adopted.ms });
  row({ what: 'pushes to the ledger', count: many.adopted.pushes.length, budgetCount: 12 });
  row({ what: 'one job of each engine, rolled out alone', ms: few.rolledOut.ms, ratio: 1, of });
  row({
    what: `${jobCount} jobs rolled out at once`,
    ms: many.rolledOut.ms,
    cpuMs: many.rolledOut.cpuMs,
    ratio: many.rolledOut.ms / few.rolledOut.ms,
    of,
    budget: 1.2,
  });
  row({ what: 'pushes to the ledger', count: many.rolledOut.pushes.length, budgetCount: 12 });
  row({ what: `peak memory of that apply`, mb: many.rolledOut.peakMb, budgetMb: 200 });
  row({ what: 'apply again, nothing changed', ms: many.again.ms });
  row({ what: 'writes by that: engines and ledger', count: many.again.writes, budgetCount: 0 });
  for (const [title, { calls }] of [
    ['rolled out', many.rolledOut],
    ['again, nothing changed', many.again],
  ]) {
    const list = [...calls].map(([name, count]) => `${name} ${count}`).join(', ');
    log(`Calls for ${jobCount} jobs, ${title}: ${list}.`);
  }
  log(
    `Refs of each push: adopting ${many.adopted.pushes.join(', ')}; rolling out ${many.rolledOut.pushes.join(', ')}.`,
  );
  log(`The local cloud's clock runs ${clockRate} times as fast as the real one.`);
}

async function rollOut({ node, dist, count }) {
  const folder = temporary('fleet');
  const cloud = await startCloud(node, join(dist, 'cli.js'), clockRate);
  try {
    await cloud.set({ service: 'dataflow', concurrentJobs: 2 * count + 10 });
    await cloud.set({ service: 'glue', runQuota: 2 * count + 10 });
    for (let index = 0; index < count; index += 1) await cloud.plant(startedByHand(index));
    const repository = await makeRepository(folder, [files(count, 0, 1), files(count, 0, 2)]);
    const cli = [
      join(dist, 'cli.js'),
      'apply',
      '--json',
      '--max-changed-jobs',
      String(count),
      '--max-parallel',
      String(count),
    ];
    const options = { cwd: repository.clone, env: { ...cloud.env, GITHUB_TOKEN: '' } };
    async function measured(revision, outcome) {
      await repository.checkout(revision);
      await cloud.forget();
      repository.forgetPushes();
      const result = await runWithPeak(node, cli, { ...options, expected: null });
      const outcomes = new Map();
      for (const job of JSON.parse(result.stdout).jobs ?? [])
        outcomes.set(job.outcome, (outcomes.get(job.outcome) ?? 0) + 1);
      if (outcomes.get(outcome) !== count)
        throw new Error(
          `expected ${count} ${outcome}, found ${JSON.stringify([...outcomes])}: ${result.stderr.slice(-3000)}`,
        );
      const pushes = repository.pushes();
      return { ...result, pushes, calls: await cloud.calls(), writes: (await cloud.writes()) + pushes.length };
    }
    const adopted = await measured('main~1', 'adopted');
    const rolledOut = await measured('main', 'succeeded');
    const again = await measured('main', 'unchanged');
    return { adopted, rolledOut, again };
  } finally {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function startedByHand(index) {
  const name = jobName(index);
  if (!isGlue(index)) return { service: 'dataflow', name, project: 'acme-prod', region: 'europe-west1' };
  const script = `s3://acme-scripts/${name}.py`;
  const definition = {
    Role: 'arn:aws:iam::123456789012:role/streams',
    Command: { Name: 'gluestreaming', ScriptLocation: script, PythonVersion: '3' },
    WorkerType: 'G.1X',
    NumberOfWorkers: 2,
    Timeout: 0,
    ExecutionProperty: { MaxConcurrentRuns: 1 },
  };
  return { service: 'glue', jobName: name, region: 'eu-west-1', definition };
}
