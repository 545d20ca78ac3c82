import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateJobCommand, GlueClient } from '@aws-sdk/client-glue';
import { type Checkout, type Files, makeCheckout } from '../support/checkout.js';
import { type LocalCloud, startLocalCloud } from '../support/cloud.js';
import { succeed } from '../support/command.js';
import { dist, root } from '../support/paths.js';
import { type Call, type Going, startAct } from './act.js';
import { forAct } from './fleet.js';

export const repository = 'acme/streams';

/** A user's repository with its remote, the built action as a repository of its own, and a local cloud. */
export interface World {
  readonly cloud: LocalCloud;
  readonly checkout: Checkout;
  /** Folder that stands for the action's repository. */
  readonly action: string;
  /** Commits, pushes to main or to another branch, and starts what a push starts. */
  push(message: string, files: Files, workflow?: string, branch?: string): Promise<Going>;
  /** Commits to a branch and starts what a pull request of it starts; `from` is the repository that it comes from. */
  pullRequest(message: string, files: Files, workflow: string, from?: string, actor?: string): Promise<Going>;
  /** Starts a workflow by hand; all inputs are texts, as act takes booleans only so. */
  dispatch(inputs: { readonly [name: string]: string }, workflow?: string): Promise<Going>;
  schedule(workflow?: string): Promise<Going>;
  /** Subjects of the commits of a ref of the remote, newest first. */
  remoteLog(ref: string): Promise<string[]>;
  close(): Promise<void>;
}

/** Where users find the action. */
const actionAt = 'acme/stream-rollout@v1';

/** The clock of the local cloud, and with it the tool's own waits, run this many times as fast as the real one. */
const rate = 120;

export async function makeWorld(): Promise<World> {
  const cloud = await startLocalCloud(rate);
  const home = mkdtempSync(join(tmpdir(), 'stream-rollout-world-'));
  const checkout = await makeCheckout();
  const remote = join(home, 'origin.git');
  await succeed('git', ['init', '-q', '--bare', '-b', 'main', remote]);
  await checkout.git('remote', 'add', 'origin', remote);
  const action = actionRepository(join(home, 'action'));
  let runs = 0;

  async function start(event: string, payload: object, workflow: string, actor?: string): Promise<Going> {
    runs += 1;
    const call: Call = {
      event,
      payload: { repository: { full_name: repository, default_branch: 'main' }, ...payload },
      workflow,
      ...(actor === undefined ? {} : { actor }),
      env: {
        ...cloud.env,
        GITHUB_REPOSITORY: repository,
        GITHUB_RUN_ID: String(1000 + runs),
        GITHUB_RUN_ATTEMPT: '1',
        STAND_IN_REPOSITORIES: JSON.stringify({ [actionAt]: action }),
        STAND_IN_ARTIFACTS: join(home, 'artifacts'),
      },
      secrets: { GITHUB_TOKEN: cloud.env['GITHUB_TOKEN'] ?? '' },
      local: { [actionAt]: action, ...standIns(action) },
    };
    const run = 1000 + runs;
    await tellGitHub(run, 'in_progress');
    const going = startAct(checkout.path, call);
    return { ...going, end: going.end.finally(() => tellGitHub(run, 'completed')) };
  }

  /** GitHub knows of each workflow run whether it is over: what a later one asks before it takes a rollout over. */
  async function tellGitHub(workflowRun: number, status: string): Promise<void> {
    await cloud.control('POST', '/runs', { service: 'github', repository, workflowRun, status });
  }

  const workflow = '.github/workflows/streaming.yml';
  return {
    cloud,
    checkout,
    action,
    async push(message, files, file = workflow, branch = 'main') {
      const before = await checkout.git('rev-parse', 'HEAD').catch(() => '0'.repeat(40));
      const after = await checkout.commit(message, files);
      await checkout.git('push', '-q', 'origin', `main:${branch}`);
      return start(
        'push',
        { ref: `refs/heads/${branch}`, before, after, created: /^0+$/.test(before), forced: false },
        file,
      );
    },
    async pullRequest(message, files, file, from = repository, actor = 'ada') {
      const base = await checkout.git('rev-parse', 'HEAD');
      await checkout.git('switch', '-q', '-c', 'change');
      const head = await checkout.commit(message, files);
      const pull_request = {
        number: 1,
        head: { sha: head, ref: 'change', repo: { full_name: from } },
        base: { sha: base, ref: 'main' },
      };
      await cloud.control('POST', '/runs', {
        service: 'github',
        repository,
        pull: 1,
        head: { ref: 'change', sha: head },
        base: { ref: 'main', sha: base },
        fork: from === repository ? null : from,
      });
      const going = await start('pull_request', { action: 'opened', number: 1, pull_request }, file, actor);
      // The runner's copy of the work tree is made when act starts, so the branch stays until it has ended.
      const end = going.end.finally(async () => {
        await checkout.git('switch', '-q', 'main');
        await checkout.git('branch', '-q', '-D', 'change');
      });
      return { ...going, end };
    },
    dispatch: (inputs, file = workflow) => start('workflow_dispatch', { ref: 'refs/heads/main', inputs }, file),
    schedule: (file = workflow) => start('schedule', { schedule: '17 * * * *' }, file),
    remoteLog: async (ref) => (await succeed('git', ['log', '--format=%s', ref], { cwd: remote })).trim().split('\n'),
    async close() {
      await cloud.stop();
      checkout.remove();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What a user gets who names the action: its metadata, the built files and the reusable workflows. */
function actionRepository(folder: string): string {
  cpSync(join(root, 'action.yml'), join(folder, 'action.yml'));
  cpSync(dist, join(folder, 'dist'), { recursive: true });
  const workflows = join(folder, '.github', 'workflows');
  mkdirSync(workflows, { recursive: true });
  for (const name of readdirSync(join(root, '.github', 'workflows'))) {
    writeFileSync(join(workflows, name), forAct(readFileSync(join(root, '.github', 'workflows', name), 'utf8')));
  }
  return folder;
}

/** Folders for the actions of others that the reusable workflows use, by the very commits that they name. */
function standIns(action: string): { readonly [repository: string]: string } {
  const folders: { readonly [name: string]: string } = {
    'actions/checkout': 'checkout',
    'actions/upload-artifact': 'upload-artifact',
    'actions/download-artifact': 'download-artifact',
    'aws-actions/configure-aws-credentials': 'login',
    'google-github-actions/auth': 'login',
  };
  const workflows = join(action, '.github', 'workflows');
  const texts = readdirSync(workflows).map((name) => readFileSync(join(workflows, name), 'utf8'));
  const used = texts.flatMap((text) => [...text.matchAll(/uses: ([\w-]+\/[\w-]+)@([0-9a-f]{40})/g)]);
  return Object.fromEntries(
    used.flatMap(([, name = '', commit]) =>
      folders[name] === undefined ? [] : [[`${name}@${commit}`, join(root, 'suites/act/stand-ins', folders[name])]],
    ),
  );
}

/** The Glue jobs that must exist before their first run, made through Amazon's own SDK. */
export async function defineGlueJobs(cloud: LocalCloud, ...names: readonly string[]): Promise<void> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = cloud.env;
  const client = new GlueClient({
    region: 'eu-west-1',
    endpoint: cloud.services['glue'] ?? '',
    credentials: { accessKeyId, secretAccessKey },
  });
  for (const Name of names) {
    await client.send(
      new CreateJobCommand({
        Name,
        Role: 'arn:aws:iam::123456789012:role/glue',
        Command: { Name: 'gluestreaming', ScriptLocation: `s3://acme/${Name}.py`, PythonVersion: '3' },
        GlueVersion: '5.0',
        WorkerType: 'G.1X',
        NumberOfWorkers: 2,
        Timeout: 0,
      }),
    );
  }
  client.destroy();
}
