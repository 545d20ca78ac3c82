import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from '@jest/globals';
import type { Outcome } from '../../../src/model/outcome.js';
import type { JobPlan, Plan } from '../../../src/model/plan.js';
import type { JobReport, Report } from '../../../src/model/report.js';
import { type LocalCloud, type Logged, openCloud } from './cloud.js';
import type { Annotation } from './commands.js';
import { documentIn } from './documents.js';
import { pushed, type WorkflowEvent } from './events.js';
import { type Files, newRepo, type Repo } from './repo.js';
import { type InputValues, type Stage as RunnerStage, runStep, type Step } from './runner.js';

/** How a step is set up, beside its event. */
export interface StepOptions {
  readonly inputs?: InputValues;
  /** Variables that the workflow gives to the step, and those of them that must never show. */
  readonly env?: { readonly [name: string]: string };
  readonly secrets?: { readonly [name: string]: string };
  /** `fetch-depth` of the checkout. */
  readonly depth?: number;
  readonly token?: string;
  /** Another build of the action. */
  readonly dist?: string;
  readonly interrupt?: Step['interrupt'];
}

export interface PushOptions extends StepOptions {
  readonly branch?: string;
  /** Rewrites the branch's last commit. */
  readonly forced?: boolean;
}

/** What one step came to, as users and the cloud see it. */
export interface Done {
  readonly event: WorkflowEvent;
  readonly code: number | null;
  readonly main: RunnerStage;
  readonly post: RunnerStage | null;
  readonly outputs: RunnerStage['outputs'];
  readonly annotations: readonly Annotation[];
  readonly summary: string;
  readonly log: string;
  readonly plan: Plan | null;
  readonly report: Report | null;
  /** Outcome of each job. */
  readonly outcomes: { readonly [job: string]: Outcome };
  /** Calls to engines and stores, and those of them that change something. */
  readonly requests: readonly Logged[];
  readonly writes: readonly string[];
  /** Refs of the ledger that moved. */
  readonly ledger: readonly string[];
  /** Report of one job. Throws where there is none. */
  job(name: string): JobReport;
  planned(name: string): JobPlan;
}

/** A repository on a git host, a local cloud, and a runner. */
export interface Stage {
  readonly cloud: LocalCloud;
  readonly repo: Repo;
  /** `owner/name` on the git host. */
  readonly repository: string;
  readonly folder: string;
  /** Commits, pushes, and runs the action for the push. */
  push(files: Files, options?: PushOptions): Promise<Done>;
  /** Runs the action for an event, in a fresh checkout. */
  run(event: WorkflowEvent, options?: StepOptions): Promise<Done>;
  /** A fresh checkout; gives its folder. */
  checkout(sha: string, depth?: number): Promise<string>;
  /** The step that ran last. */
  readonly last: Done | null;
  close(): Promise<void>;
}

/** How many times as fast as the real one the cloud's clock runs: a minute takes an eighth of a second. */
const usualRate = 500;
/** Milliseconds of real time for one scenario, on a machine that has other work. */
const patience = 300_000;
/** The time of a call, by the cloud's clock: a slow machine must not run out of it. */
const plentyOfTime = '6000';

/** A test with a stage of its own. Those of one file run side by side: much of their time is waiting. */
export function scenario(name: string, play: (stage: Stage) => Promise<void>, rate = usualRate): void {
  const test = async () => {
    const stage = await openStage(rate);
    let failure: unknown = null;
    await play(stage).catch((error: unknown) => {
      failure = told(error, stage);
    });
    await stage.close().catch((error: unknown) => {
      failure ??= told(error, stage);
    });
    if (failure !== null) throw failure;
  };
  it.concurrent(name, test, patience);
}

/** A failure together with what the last step printed. */
function told(error: unknown, stage: Stage): unknown {
  if (!(error instanceof Error)) return error;
  const { main, post } = stage.last ?? {};
  error.message = `${error.message}\n\nLast step:\n${main?.raw ?? '(none)'}\nIts post step:\n${post?.raw ?? '(none)'}`;
  return error;
}

async function openStage(rate: number): Promise<Stage> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stage-')));
  const repository = 'acme/streams';
  const repo = await newRepo(folder);
  const cloud = await openCloud(rate);
  await cloud.set({
    service: 'github',
    repositories: { [repository]: { directory: repo.origin, defaultBranch: 'main' } },
  });
  let count = 0;
  let last: Done | null = null;
  const fresh = (name: string) => {
    count += 1;
    return join(folder, `${name}-${count}`);
  };
  const checkout = async (sha: string, depth = 1) => {
    const workspace = fresh('checkout');
    await repo.checkout(workspace, sha, depth);
    return workspace;
  };

  const stage: Stage = {
    get last() {
      return last;
    },
    cloud,
    repo,
    repository,
    folder,
    checkout,
    async push(files, options = {}) {
      const { branch = 'main', forced = false, ...rest } = options;
      const before = await repo.head(branch);
      const sha = await repo.commit(files, { branch, amend: forced });
      return stage.run(pushed({ repository, sha, branch, before, forced }), rest);
    },
    async run(event, options = {}) {
      const workspace = await checkout(event.sha, options.depth);
      const workflowRun = { service: 'github', repository, workflowRun: event.runId, attempt: event.attempt };
      const about = { ...workflowRun, event: event.name, headSha: event.sha };
      await cloud.plant({ ...about, status: 'in_progress' });
      await cloud.forget();
      const before = await repo.ledger();
      const step = {
        event,
        repository,
        workspace,
        temp: fresh('temp'),
        inputs: { 'wait-for-minutes': plentyOfTime, ...options.inputs },
        token: options.token ?? 'canary-workflow-token',
        env: { ...cloud.env, ...options.env, ...options.secrets },
        ...(options.dist === undefined ? {} : { dist: options.dist }),
        ...(options.interrupt === undefined ? {} : { interrupt: options.interrupt }),
      };
      const { main, post } = await runStep(step);
      const requests = (await cloud.requests()).filter(({ service }) => service !== 'github');
      const after = await repo.ledger();
      const over = { status: 'completed', conclusion: main.code === 0 ? 'success' : 'failure' };
      await cloud.plant({ ...about, ...over });
      last = {
        ...doneOf(event, main, post),
        requests,
        writes: requests.filter(({ write }) => write).map(({ service, operation }) => `${service}.${operation}`),
        ledger: Object.keys(after).filter((ref) => after[ref] !== before[ref]),
      };
      refuseLeaks([step.token, ...Object.values(options.secrets ?? {})], main, post);
      return last;
    },
    async close() {
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return stage;
}

type Told = Omit<Done, 'requests' | 'writes' | 'ledger'>;

function doneOf(event: WorkflowEvent, main: RunnerStage, post: RunnerStage | null): Told {
  const plan = documentAt<Plan>(main.outputs['plan-file']);
  const report = documentAt<Report>(main.outputs['report-file']);
  return {
    event,
    code: main.code,
    main,
    post,
    outputs: main.outputs,
    annotations: main.annotations,
    summary: main.summary,
    log: main.log,
    plan,
    report,
    outcomes: Object.fromEntries(report?.jobs.map((job) => [job.job, job.outcome]) ?? []),
    job: (name) => found(report?.jobs, name, main),
    planned: (name) => found(plan?.jobs, name, main),
  };
}

/** A secret may stand in the command that masks it, and nowhere else; not even the runner's own masking is relied on. */
function refuseLeaks(secrets: readonly string[], ...parts: readonly (RunnerStage | null)[]): void {
  for (const part of parts) {
    const shown = part?.raw
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::'))
      .join('\n');
    const all = JSON.stringify([shown, part?.summary, part?.outputs, part?.state]);
    const leaked = secrets.filter((secret) => all.includes(JSON.stringify(secret).slice(1, -1)));
    if (leaked.length > 0) throw new Error(`shown in the open: ${leaked.join(', ')}`);
  }
}

function documentAt<Document>(path: string | undefined): Document | null {
  return path ? documentIn<Document>(readFileSync(path, 'utf8')) : null;
}

function found<One extends { readonly job: string }>(
  all: readonly One[] | undefined,
  name: string,
  main: RunnerStage,
): One {
  const one = all?.find(({ job }) => job === name);
  if (one === undefined) throw new Error(`nothing is told of ${name}:\n${main.raw}`);
  return one;
}
