import { RolloutError } from '../model/error.js';

/** What a git process answered. `stdout` stays bytes: paths and blobs need not be UTF-8. */
export interface GitAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export type Environment = { readonly [name: string]: string | undefined };

/** Runs git in one directory, with an environment in which neither a user's settings nor a prompt changes an answer. */
export interface Git {
  readonly cwd: string;
  /** A short command; resolves with any exit code. Throws a RolloutError where git itself cannot work here. */
  run(args: readonly string[]): Promise<GitAnswer>;
  /** As `run`, for long output or input. */
  stream(args: readonly string[], more: StreamOptions): Promise<GitAnswer>;
  /** As `run`, for megabytes of output that come while this process is busy: by way of a file, so that git waits for no reader. */
  spool(args: readonly string[]): Promise<GitAnswer>;
}

export interface StreamOptions {
  readonly input?: string;
  /** The process is ended when this aborts; its exit code is then not 0. */
  readonly signal?: AbortSignal;
}

/** Variables that would point git at another repository or make it write traces; set by hooks and by debugging sessions. */
const dropped =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX|QUARANTINE_PATH|GRAFT_FILE|SHALLOW_FILE|REPLACE_REF_BASE|EXTERNAL_DIFF|DIFF_OPTS|PAGER|LITERAL_PATHSPECS|GLOB_PATHSPECS|NOGLOB_PATHSPECS|ICASE_PATHSPECS|ATTR_SOURCE|TRACE.*)$/;

/** What starts programs is loaded with the first command: a bad manifest is told without it. */
const processes = () => import('./git-process.js');

export function gitIn(cwd: string, env: Environment): Git {
  const environment = hardened(env);
  return {
    cwd,
    run: async (args) => checked(await (await processes()).runShort(cwd, environment, args), cwd),
    stream: async (args, more) => checked(await (await processes()).runStream(cwd, environment, args, more), cwd),
    spool: async (args) => checked(await (await processes()).runSpooled(cwd, environment, args), cwd),
  };
}

function hardened(env: Environment): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !dropped.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    LANGUAGE: '',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    SSH_ASKPASS_REQUIRE: 'never',
  };
}

/** Git's own refusals to work in a directory at all; every other exit code is an answer. */
function checked(answer: GitAnswer, cwd: string): GitAnswer {
  if (answer.code !== 128) return answer;
  if (answer.stderr.includes('dubious ownership')) {
    throw new RolloutError(
      'git-dubious-ownership',
      `git refuses to read ${cwd}: the directory belongs to another user.`,
      {
        class: 'input',
        next: `git config --global --add safe.directory '${cwd}'`,
      },
    );
  }
  if (answer.stderr.includes('not a git repository')) {
    throw new RolloutError('not-a-repository', `${cwd} is not inside a git repository.`, {
      class: 'input',
      next: 'check the repository out first (actions/checkout), or run in its directory',
    });
  }
  return answer;
}

/** The answer's text without the final line end; throws if git failed. `what` completes "git could not …". */
export function textOf(answer: GitAnswer, what: string): string {
  if (answer.code !== 0) throw gitFailed(answer, what);
  return answer.stdout.toString().replace(/\n$/, '');
}

export function gitFailed(answer: GitAnswer, what: string): RolloutError {
  return new RolloutError(
    'git-failed',
    `git could not ${what}: ${answer.stderr.trim() || `exit code ${answer.code}`}`,
    {
      class: 'input',
      next: 'run the same in this checkout with git fsck; check the repository out again if objects are missing',
    },
  );
}
