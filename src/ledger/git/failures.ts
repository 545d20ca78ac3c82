import type { Code } from '../../model/codes/index.js';
import { type ErrorClass, RolloutError } from '../../model/error.js';
import type { GitResult } from './run.js';

interface Row {
  readonly says: RegExp;
  readonly code: Code;
  readonly class: ErrorClass;
  readonly next: string;
}

const credentials =
  'Let actions/checkout keep its credentials (no `persist-credentials: false`) and give the job `permissions: contents: write`.';
const writable = 'Give the job `permissions: contents: write`.';
const again = 'Check the network between the runner and the git host if this goes on, and run the same command again.';

/** What git says (in the C locale) to what it means. First row that fits; git has no codes of its own. */
const rows: readonly Row[] = [
  {
    says: /could not read (Username|Password)|terminal prompts disabled|Authentication failed|Permission denied \(publickey|returned error: 401|Host key verification failed/i,
    code: 'ledger-no-credentials',
    class: 'refusal',
    next: credentials,
  },
  {
    says: /returned error: 403|Permission to .+ denied|Write access to repository not granted|not allowed to (push|upload)|insufficient permission|read-only|Permission denied/i,
    code: 'ledger-not-writable',
    class: 'refusal',
    next: writable,
  },
  {
    says: /repository '.*' not found|Repository not found|returned error: 404|does not appear to be a git repository|No such remote|repository '.*' does not exist|not a git repository/i,
    code: 'ledger-remote-missing',
    class: 'input',
    next: 'Check out the repository before this step, or set `ledger` to an address that exists.',
  },
  {
    says: /Could not resolve host|Connection (refused|reset|timed out)|Failed to connect|Operation too slow|early EOF|hung up|unexpected disconnect|returned error: (429|5\d\d)|unable to access|Empty reply|RPC failed|Could not read from remote/i,
    code: 'ledger-unreachable',
    class: 'transient',
    next: again,
  },
];

/** An error for a git command that failed, classed by who must act. */
export function failure(what: string, result: GitResult): RolloutError {
  if (result.ended !== null) {
    const why =
      result.ended === 'cancelled' ? 'was ended because the process was cancelled' : 'took too long and was ended';
    return new RolloutError('ledger-unreachable', `${what}: git ${why}.`, { class: 'transient', next: again });
  }
  if (result.code === 127) {
    return new RolloutError('ledger-git-missing', `${what}: git could not be started: ${said(result.stderr)}`, {
      class: 'input',
      next: 'Install git 2.31 or newer on the runner, or use a file: ledger.',
    });
  }
  const row = rows.find(({ says }) => says.test(result.stderr));
  const message = `${what}: git failed with exit code ${result.code}: ${said(result.stderr)}`;
  if (!row) return new RolloutError('ledger-git-failed', message, { class: 'refusal' });
  return new RolloutError(row.code, message, { class: row.class, next: row.next });
}

/** What git said, on one line and without passwords in addresses: its errors if it marked any, else the end. */
export function said(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'));
  const marked = lines.filter((line) => /^(fatal|error|remote):/.test(line));
  return (marked.length > 0 ? marked : lines)
    .slice(-4)
    .join(' ')
    .replace(/:\/\/[^/@\s]+@/g, '://***@')
    .slice(0, 600);
}
