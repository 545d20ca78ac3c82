import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCloud } from './cloud.mjs';
import { artifact, isGlue, manifest, manifestPath } from './fleets.mjs';
import { inTurn, median, run, temporary } from './processes.mjs';
import { makeRepository } from './repository.mjs';

const onlyCommand = `version: 1
name: bench
environments: {production: {refs: [main]}}
jobs:
  relay:
    engine: command
    paths: ["relay/**"]
    target: {observe: "echo '{\\"runs\\": []}'", start: "exit 1", stop: "exit 1"}
    sink: append
`;

/** Start-up against an empty script: to a manifest error, and to a plan with and without an engine's SDK. */
export async function startUp({ node, dist, rounds, row }) {
  const folder = temporary('start-up');
  const cloud = await startCloud(node, join(dist, 'cli.js'), 1);
  try {
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, '');
    const bad = join(folder, 'bad');
    mkdirSync(join(bad, '.github'), { recursive: true });
    writeFileSync(join(bad, manifestPath), 'version: 1\njobs: {orders: {engine: datafow}}\n');
    const none = await oneJob(join(folder, 'none'), { [manifestPath]: onlyCommand, 'relay/relay.mjs': '' });
    const dataflow = await oneJob(join(folder, 'dataflow'), { [manifestPath]: manifest(1), ...artifact(0, 1) });
    const glue = await oneJob(join(folder, 'glue'), {
      [manifestPath]: manifest(2).replace(/ {2}stream-0000:[\s\S]*?(?= {2}stream-0001)/, ''),
      ...artifact(1, 1),
    });
    if (!isGlue(1)) throw new Error('the second job of the fleet is meant to be a Glue job');
    await cloud.plant({ service: 'glue', jobName: 'stream-0001', region: 'eu-west-1' });
    await cloud.plant({ service: 'dataflow', name: 'stream-0000', project: 'acme-prod', region: 'europe-west1' });

    const action = (mode, event) => () =>
      run(node, [join(dist, 'main.js')], {
        cwd: bad,
        env: { GITHUB_WORKSPACE: bad, GITHUB_EVENT_NAME: event, INPUT_MODE: mode, RUNNER_TEMP: folder },
        expected: 4,
      });
    const cli =
      (cwd, ...args) =>
      () =>
        run(node, [join(dist, 'cli.js'), ...args], { cwd, env: { ...cloud.env, GITHUB_TOKEN: '' } });
    const times = await inTurn(
      {
        'empty script': () => run(node, [empty]),
        'main.js to a manifest error (push)': action('auto', 'push'),
        'main.js to a manifest error (mode plan)': action('plan', 'push'),
        'post.js, nothing left to do': () => run(node, [join(dist, 'post.js')], { cwd: bad }),
        'cli.js validate': cli(dataflow, 'validate'),
        'cli.js plan without an SDK (command)': cli(none, 'plan'),
        'cli.js plan, Dataflow': cli(dataflow, 'plan'),
        'cli.js plan, Glue': cli(glue, 'plan'),
      },
      rounds,
    );
    const base = times['empty script'];
    for (const [name, { ms, cpuMs }] of Object.entries(times)) {
      const budget = name.startsWith('main.js') ? 3.1 : null;
      row({
        what: name,
        ms: median(ms),
        ratio: median(ms) / median(base.ms),
        cpuMs,
        cpuRatio: cpuMs / base.cpuMs,
        of: 'empty',
        budget,
      });
    }
  } finally {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneJob(folder, files) {
  mkdirSync(folder);
  return (await makeRepository(folder, [files])).clone;
}
