import { type Code, codes } from '../model/codes/index.js';
import { commandOf } from '../model/command.js';
import type { Outcome } from '../model/outcome.js';
import type { JobRecord } from '../model/record.js';

type About = Pick<JobRecord, 'environment' | 'job'>;

/** Codes after which the next step is another one than the outcome's. */
const byCode: { readonly [code: string]: ((about: About) => string) | undefined } = {
  'rollout-lost': (about) => commandOf('status', about),
  'unexpected-run': (about) =>
    `find out who started it and stop it, or take it over: ${commandOf('apply', about, '--on-drift', 'adopt')}`,
  'glue-throttled': (about) => `when Glue throttles less, try again: ${commandOf('apply', about)}`,
  'rollout-held': (about) => `wait for it, or if it is dead: ${commandOf('apply', about, '--take-over')}`,
};

/** Of a rollout that is stuck, too: what has to be found out first is known. */
const stuckByCode: { readonly [code: string]: ((about: About) => string) | undefined } = {
  'snapshot-path-missing': (about) =>
    `find the last snapshot of the run that was stopped, name it where a start begins from (Flink: target.start-from), and run: ${commandOf('apply', about, '--force')}`,
};

/** The next command for a person, or null where nothing is to be done. */
export function nextCommand(outcome: Outcome, code: string | null, about: About): string | null {
  const known = code === null || outcome === 'pending' ? undefined : byCode[code];
  if (known !== undefined && outcome !== 'stuck') return known(about);
  const found = outcome === 'stuck' && code !== null ? stuckByCode[code]?.(about) : undefined;
  if (found !== undefined) return found;
  switch (outcome) {
    case 'pending':
    case 'interrupted':
      return commandOf('resume', about);
    case 'failed':
    case 'rolled-back':
      return `fix the code and push, or try the same revision again: ${commandOf('apply', about, '--force')}`;
    case 'quarantined':
      return `push another revision, or roll this one out all the same: ${commandOf('apply', about, '--force')}`;
    case 'skipped':
      return `once the other job has succeeded: ${commandOf('apply', about)}`;
    case 'stuck':
      return commandOf('status', about);
    case 'refused':
      return code !== null && code in codes ? codes[code as Code].next : commandOf('plan', about);
    default:
      return null;
  }
}
