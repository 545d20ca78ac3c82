import type { Duplicates, Effect, StateEffect } from '../../model/impact.js';
import type { Job, StrategyName } from '../../model/job.js';
import { secondsOf } from './duration.js';
import { type CommandTarget, read } from './target.js';

/** What stopping and starting again costs: as declared, else nothing is known and a replay is assumed. */
function declared(target: CommandTarget): { gap: number | null; duplicates: Duplicates; state: StateEffect } {
  const { guarantees } = target;
  return {
    gap: guarantees?.gap === undefined ? null : secondsOf(guarantees.gap, 0),
    duplicates: guarantees?.duplicates ?? 'replay',
    state: guarantees?.state ?? 'unknown',
  };
}

const effects = {
  create: () => ({ gapSeconds: null, duplicates: 'none', state: 'none' }),
  'in-flight-update': (target) => ({
    gapSeconds: declared(target).gap,
    duplicates: declared(target).duplicates,
    state: 'kept',
  }),
  'in-place-update': (target) => {
    const { gap, duplicates, state } = declared(target);
    return { gapSeconds: gap, duplicates, state };
  },
  rolling: () => ({ rejected: 'commands act on whole runs, not on parts of one' }),
  'savepoint-upgrade': (target) => ({
    gapSeconds: declared(target).gap,
    duplicates: declared(target).duplicates,
    state: 'kept',
  }),
  // Without a snapshot a second run beside the first has no way to its state.
  parallel: (target) => ({
    gapSeconds: 0,
    duplicates: 'overlap',
    state: target.snapshot === undefined ? 'lost' : 'kept',
  }),
  restart: (target) => {
    const { gap, duplicates, state } = declared(target);
    return { gapSeconds: gap, duplicates, state };
  },
  'drain-and-resubmit': (target) => ({ gapSeconds: declared(target).gap, duplicates: 'none', state: 'flushed' }),
  stop: (target) => ({ gapSeconds: null, duplicates: 'none', state: stopped(target) }),
} as const satisfies {
  readonly [name in StrategyName]: (target: CommandTarget) => Effect | { readonly rejected: string };
};

function stopped(target: CommandTarget): StateEffect {
  if (target['stop-with-snapshot'] !== undefined) return 'kept';
  return target.drain === undefined ? declared(target).state : 'flushed';
}

/** Commands that a strategy is made of: one of each group. */
const commands = {
  create: [['start']],
  'in-flight-update': [['scale']],
  'in-place-update': [['replace']],
  rolling: [],
  'savepoint-upgrade': [['stop-with-snapshot'], ['start']],
  parallel: [['start'], ['drain', 'stop']],
  restart: [['stop'], ['start']],
  'drain-and-resubmit': [['drain'], ['start']],
  stop: [['stop-with-snapshot', 'drain', 'stop']],
} as const satisfies { readonly [name in StrategyName]: readonly (readonly (keyof CommandTarget)[])[] };

/** What a strategy is expected to cost, as careful as the job's `guarantees` allow. */
export function expect(strategy: StrategyName, job: Omit<Job, 'positions'>): Effect | { readonly rejected: string } {
  const target = read(job.target);
  const missing = commands[strategy].find((group) => group.every((field) => target[field] === undefined));
  if (missing !== undefined) return { rejected: `the job has no ${missing.join(' or ')} command` };
  return effects[strategy](target);
}
