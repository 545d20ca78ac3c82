import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { Json } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import type { Report } from '../model/report.js';
import { type Ran, run } from './child.js';

type Env = { readonly [name: string]: string };

/** What one call of the tool came to: the process and the files that it wrote. */
export interface Call extends Ran {
  /** As a person would type it, or what the workflow calls. */
  readonly command: string;
  readonly plan: Plan | null;
  readonly report: Report | null;
}

/** The tool as it is shipped, run as child processes. */
export interface Tool {
  /** The CLI in the clone, its lines shown as they come. */
  cli(...args: string[]): Promise<Call>;
  /** The JSON document of a command that only reads; nothing is shown. */
  read(...args: string[]): Promise<Json>;
  /** The action's main step, as a runner starts it for a push. */
  push(push: { readonly before: string; readonly after: string }): Promise<Call>;
}

export interface ToolOptions {
  /** Folder with `cli.js` and `main.js`. */
  readonly dist: string;
  readonly clone: string;
  /** For the runner's files and the files of the calls. */
  readonly folder: string;
  /** Name of the repository on the emulated GitHub. */
  readonly repository: string;
  readonly env: Env;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** Variables of the caller that children need; everything else could reach a real cloud or change what git does. */
const inherited = ['PATH', 'Path', 'PATHEXT', 'SystemRoot', 'ComSpec'];

/** Environment of all children: this machine's programs, the local cloud, and nobody's configuration. `folder` takes their home and temporary files. */
export async function childEnvironment(
  caller: { readonly [name: string]: string | undefined },
  cloud: Env,
  folder: string,
): Promise<Env> {
  const [home, temporary] = [join(folder, 'home'), join(folder, 'tmp')];
  await Promise.all([mkdir(home), mkdir(temporary)]);
  const kept = inherited.flatMap((name) => (caller[name] === undefined ? [] : [[name, caller[name]] as const]));
  const programs = caller['PATH'] ?? caller['Path'] ?? '';
  return {
    ...Object.fromEntries(kept),
    ...cloud,
    // The job's own commands call `node`: the one that runs the demo.
    PATH: [dirname(process.execPath), programs].filter(Boolean).join(delimiter),
    HOME: home,
    USERPROFILE: home,
    TMPDIR: temporary,
    TEMP: temporary,
    TMP: temporary,
    NO_PROXY: '127.0.0.1,localhost',
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}

export function openTool(options: ToolOptions): Tool {
  const { dist, clone, folder, env, signal, onLine } = options;
  let calls = 0;

  async function call(
    script: string,
    args: readonly string[],
    more: Env,
    visible: (line: string) => boolean,
  ): Promise<Ran> {
    return run(process.execPath, [join(dist, script), ...args], {
      cwd: clone,
      env: { ...env, ...more },
      signal,
      onLine: (line) => visible(line) && onLine(line),
    });
  }

  return {
    async cli(...args) {
      calls += 1;
      const out = join(folder, `call-${calls}`);
      const ran = await call('cli.js', [...args, '--out', out], {}, () => true);
      return { ...ran, command: `stream-rollout ${args.join(' ')}`, ...(await written(out)) };
    },
    async read(...args) {
      const ran = await call('cli.js', [...args, '--json'], {}, () => false);
      return JSON.parse(ran.stdout) as Json;
    },
    async push({ before, after }) {
      calls += 1;
      const runId = String(1000 + calls);
      const home = join(folder, `runner-${runId}`);
      await mkdir(home, { recursive: true });
      const event = {
        ref: 'refs/heads/main',
        before,
        after,
        forced: false,
        created: false,
        deleted: false,
        repository: { full_name: options.repository, default_branch: 'main' },
      };
      const files = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY', 'GITHUB_ENV', 'GITHUB_PATH'];
      const paths = Object.fromEntries(files.map((name) => [name, join(home, name.toLowerCase())]));
      await Promise.all(Object.values(paths).map((path) => writeFile(path, '')));
      await writeFile(join(home, 'event.json'), JSON.stringify(event));
      const runner = {
        ...paths,
        CI: 'true',
        GITHUB_ACTIONS: 'true',
        GITHUB_ACTOR: 'engineer',
        GITHUB_EVENT_NAME: 'push',
        GITHUB_EVENT_PATH: join(home, 'event.json'),
        GITHUB_REF: 'refs/heads/main',
        GITHUB_REPOSITORY: options.repository,
        GITHUB_RUN_ATTEMPT: '1',
        GITHUB_RUN_ID: runId,
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_SHA: after,
        GITHUB_WORKSPACE: clone,
        RUNNER_TEMP: home,
        'INPUT_GITHUB-TOKEN': env['GITHUB_TOKEN'] ?? '',
      };
      // Lines that begin with :: are commands for the runner: it shows them as annotations and groups.
      const visible = (line: string) => !line.startsWith('::') && line.trim() !== '';
      const main = await call('main.js', [], runner, visible);
      const output = main.output.split('\n').filter(visible).join('\n');
      const documents = await written(join(home, `stream-rollout-${runId}-1`));
      return { ...main, output, command: 'git push origin main', ...documents };
    },
  };
}

async function written(folder: string): Promise<Pick<Call, 'plan' | 'report'>> {
  const read = async <T>(name: string): Promise<T | null> => {
    const text = await readFile(join(folder, name), 'utf8').catch(() => null);
    return text === null ? null : (JSON.parse(text) as T);
  };
  return { plan: await read<Plan>('plan.json'), report: await read<Report>('report.json') };
}
