import * as z from 'zod';
import type { Gate } from '../../model/job.js';
import { duration } from './duration.js';

const amount = z.union([z.number(), duration]).describe('A number, or a duration such as 120s.');
export const signalName = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$/;
const ratio = z.number().positive();

const comparators = ['max', 'min', 'equals', 'max-vs-baseline', 'min-vs-baseline', 'max-delta'] as const;

/** A condition on a measured signal after the change. Comparators only, no expressions. */
export const gate = z
  .strictObject({
    signal: z
      .string()
      .regex(signalName, 'expected the name of a signal')
      .describe('What is measured, for example watermark-age, lag or throughput.'),
    max: amount.optional().describe('Largest value that passes.'),
    min: amount.optional().describe('Smallest value that passes.'),
    equals: amount.optional().describe('The one value that passes.'),
    'max-vs-baseline': ratio
      .optional()
      .describe('Largest value that passes, as a multiple of the old run before the change.'),
    'min-vs-baseline': ratio
      .optional()
      .describe('Smallest value that passes, as a multiple of the old run before the change.'),
    'max-delta': amount.optional().describe('Largest growth of a counter since the change; goes with mode: budget.'),
    mode: z
      .enum(['converge', 'hold', 'budget'])
      .optional()
      .describe(
        'converge: may fail first, has to pass without a break by the deadline. hold: may not fail after `grace`. budget: a counter may grow by max-delta at most. Default: budget with max-delta, else hold.',
      ),
    grace: duration.optional().describe('Time after the start in which samples do not count.'),
    for: duration.optional().describe('How long the condition has to hold without a break.'),
    deadline: duration.optional().describe('When a converging gate has to have passed.'),
    interval: duration.optional().describe('Time between two samples.'),
    advisory: z.boolean().optional().describe('true: the verdict is reported, but decides nothing.'),
    'when-idle': z.enum(['skip', 'pass', 'fail']).optional().describe('Verdict while the source has no input.'),
  })
  .superRefine((value, context) => {
    const wrong = gateFault(value);
    if (wrong !== null) context.addIssue({ code: 'custom', message: wrong, params: { code: 'manifest-gate' } });
  })
  .transform((value): Gate => {
    const mode = value.mode ?? (value['max-delta'] === undefined ? 'hold' : 'budget');
    const given = Object.entries({ ...value, mode }).filter((entry) => entry[1] !== undefined);
    return Object.fromEntries(given) as unknown as Gate;
  });

type Comparators = { readonly [key in (typeof comparators)[number]]?: number | undefined };

function gateFault(value: Comparators & { mode?: string | undefined }): string | null {
  const used = comparators.filter((comparator) => value[comparator] !== undefined);
  if (used.length === 0) return `expected at least one of ${comparators.join(', ')}`;
  const counts = used.includes('max-delta');
  if (counts && used.length > 1) return '`max-delta` judges a counter and can not stand beside another comparator';
  if (counts && value.mode !== undefined && value.mode !== 'budget') return '`max-delta` goes with `mode: budget`';
  if (!counts && value.mode === 'budget') return '`mode: budget` needs `max-delta`';
  if (value.equals !== undefined && used.length > 1) return '`equals` can not stand beside another comparator';
  if (value.min !== undefined && value.max !== undefined && value.min > value.max) return '`min` is larger than `max`';
  return null;
}
