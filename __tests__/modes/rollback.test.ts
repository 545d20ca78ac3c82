import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { apply } from '../../src/modes/apply.js';
import type { Bench } from '../../src/modes/bench.js';
import { log, renderLog } from '../../src/modes/log.js';
import { resume } from '../../src/modes/resume.js';
import { planBack, rollback } from '../../src/modes/rollback.js';
import { removeTemporaries, temporary } from '../changes/repo.js';
import { type Call, jobOf, outcomesOf, type World, world } from './world.js';

afterAll(removeTemporaries);

const nothing = async () => {};
const roll = async (bench: Bench) => (await apply(bench, nothing)).report;
const back: Call['raw'] = { jobs: 'a', accept: 'unsafe-rollback' };

/** Versions 1 and 2 were built and rolled out; then the checkout loses its manifest, its sources and its build. */
async function withoutManifest(): Promise<{ here: World; builds: () => number }> {
  const here = world();
  const built = join(temporary(), 'built');
  appendFileSync(built, '');
  const build = `echo x >> ${built}; echo "x=1" >> "$STREAM_ROLLOUT_OUTPUT"`;
  for (const v of [1, 2]) {
    here.repo.commit({ 'src/main.txt': `${v}\n` });
    here.declare({ a: { v, build } });
    expect(outcomesOf(await roll(here.bench()))).toEqual({ a: 'succeeded' });
  }
  for (const path of ['.github', 'src']) rmSync(join(here.repo.path, path), { recursive: true });
  here.repo.git('add', '-A');
  here.repo.git('commit', '-qm', 'everything is gone');
  expect(existsSync(join(here.repo.path, '.github/streaming-jobs.yml'))).toBe(false);
  return { here, builds: () => readFileSync(built, 'utf8').trim().split('\n').length };
}

const upTo2 = ['start a-production 1', 'stop a-production', 'start a-production 2'];
const backTo1 = [...upTo2, 'stop a-production', 'start a-production 1'];

describe('a rollback without manifest, sources and build', () => {
  it('is shown, carried out, and told as what it is', async () => {
    const { here, builds } = await withoutManifest();
    const before = builds();
    const good = (await here.held()).get('a')?.record.goods[0];
    const { plan } = await planBack(here.bench({ raw: { ...back, mode: 'plan', 'rollback-to': 'previous' } }));
    expect(plan.jobs[0]).toMatchObject({ action: 'roll-out', desired: { revision: good?.revision } });
    expect(plan.jobs[0]?.reasons[0]?.message).toMatch(
      new RegExp(
        `^back to revision ${good?.revision} of rollout ${good?.rollout}, good .+ ago; artifact .+; no snapshot`,
      ),
    );
    const { report } = await rollback(here.bench({ raw: back }), nothing);
    expect(jobOf(report, 'a')).toMatchObject({
      outcome: 'succeeded',
      message: expect.stringMatching(
        new RegExp(
          `^Rolled back to revision ${good?.revision} of commit ${good?.commit?.slice(0, 12)} \\(restart\\): running and not crash-looping\\. Now: run \\S+ of a-production is running\\.$`,
        ),
      ),
    });
    expect([here.log(), builds()]).toEqual([backTo1, before]);
    const told = renderLog(await log(here.bench(), 1));
    expect(told).toMatch(/^Actor: {4}ada$/m);
    expect(told).toMatch(/^Strategy: restart, a rollback that was asked for$/m);
    expect(told).toMatch(/^Outcome: {2}succeeded$/m);
    expect(told).toMatch(/^Runs: {5}replaces \S+; started \S+; ran at the close: \S+$/m);
  });

  it('leaves the other revision quarantined by the person, and says so', async () => {
    const { here } = await withoutManifest();
    await rollback(here.bench({ raw: back }), nothing);
    here.repo.git('revert', '--no-edit', 'HEAD');
    const job = jobOf(await roll(here.bench()), 'a');
    expect([job.outcome, job.code]).toEqual(['quarantined', 'revision-quarantined']);
    expect(job.message).toMatch(
      /^This revision is quarantined and was left alone\. Revision r1-\S+ was rolled back from on \d{4}-\d\d-\d\d by ada and is left alone\. Now: run \S+ of a-production is running\.$/,
    );
    expect(job.next).toBe(
      'push another revision, or roll this one out all the same: stream-rollout apply --environment production --jobs a --force',
    );
  });

  it('that is cut off anywhere is finished by `resume`, with one start of the older version', async () => {
    let cuts = 0;
    for (let line = 1; line < 40; line += 1) {
      const { here, builds } = await withoutManifest();
      const before = builds();
      let told = 0;
      const cancel = () => {
        told += 1;
        return told === line;
      };
      // The workflow run is over then, and it holds the rollout: nobody has let go of it.
      const cut = (await rollback(here.bench({ raw: back, runId: '5', cancel }), nothing)).report;
      if (told < line) {
        expect(outcomesOf(cut)).toEqual({ a: 'succeeded' });
        break;
      }
      const open = (await here.held()).get('a')?.record;
      if (open?.closed === null) {
        cuts += 1;
        expect(open.holder?.workflow?.runId).toBe('5');
        const report = await resume(here.bench({ runId: '6' }));
        expect(outcomesOf(report)).toEqual({ a: 'succeeded' });
        expect(jobOf(report, 'a').message).toMatch(/^Rolled back to revision /);
        expect([here.log(), builds()]).toEqual([backTo1, before]);
      }
    }
    expect(cuts).toBeGreaterThan(3);
  }, 300_000);
});

it('a rollback is refused while a rollout is open, and with several environments, each with a command that works', async () => {
  const here = world();
  here.declare({ a: { v: 1 } }, ['production', 'staging']);
  for (const environment of ['production', 'staging']) await roll(here.bench({ raw: { environment } }));
  await expect(rollback(here.bench({ raw: { ...back, environment: '' } }), nothing)).rejects.toMatchObject({
    code: 'environment-required',
    message: 'The ledger has several environments, and one call works on one of them: production, staging.',
    next: 'Set the input `environment` (on the command line `--environment`) to one of them.',
  });
  here.declare({ a: { v: 2 } }, ['production', 'staging']);
  await roll(here.bench({ cancel: (line) => line.includes('a verdict is due') }));
  const { report } = await rollback(here.bench({ raw: back }), nothing);
  expect(jobOf(report, 'a')).toMatchObject({
    outcome: 'refused',
    code: 'rollback-while-open',
    next: 'stream-rollout resume --environment production --jobs a',
  });
  expect(report.exitCode).toBe(3);
});

describe('a resume of what the ledger does not have', () => {
  it('is an error where a person names the job, and nothing to do on a schedule', async () => {
    const here = world();
    here.declare({ a: { v: 1 } });
    await roll(here.bench());
    const raw = { jobs: 'aa' };
    await expect(resume(here.bench({ raw }))).rejects.toMatchObject({ code: 'job-not-recorded', class: 'input' });
    const bench = here.bench({ raw });
    const scheduled = { ...bench, inputs: { ...bench.inputs, event: { ...bench.inputs.event, name: 'schedule' } } };
    expect(await resume(scheduled)).toMatchObject({ exitCode: 0, jobs: [] });
  });

  it('says which environments there are', async () => {
    const here = world();
    here.declare({ a: { v: 1 } });
    await roll(here.bench());
    const lines: string[] = [];
    const note = (line: string) => lines.push(line) === 0;
    const bench = here.bench({ raw: { environment: 'prodution' }, cancel: note });
    await expect(resume(bench)).rejects.toMatchObject({
      ...{ code: 'environment-unknown', class: 'input', next: expect.stringContaining('production') },
    });
    const scheduled = { ...bench, inputs: { ...bench.inputs, event: { ...bench.inputs.event, name: 'schedule' } } };
    expect(await resume(scheduled)).toMatchObject({ exitCode: 0, jobs: [] });
    expect(lines).toEqual(['the ledger has no environment prodution; it has: production']);
    lines.length = 0;
    await resume(here.bench({ cancel: note }));
    expect(lines).toEqual([]);
  });
});
