import * as z from 'zod';
import { environmentName, key } from './names.js';

const open = z.record(z.string(), z.unknown());

const environment = z.strictObject({
  vars: z
    .record(z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'expected letters, digits, - and _'), z.unknown())
    .optional()
    .describe('Values for `${var.x}`; the input `vars` goes before them.'),
  refs: z
    .array(z.string().regex(/^[^\s*?[\]~^:\\]+$/, 'expected the name of a branch; patterns are not supported'))
    .min(1)
    .optional()
    .describe('Branches whose pushes apply to this environment. Default: the default branch.'),
  jobs: z.record(key, open).optional().describe('What differs in this environment: merged deeply over the jobs.'),
});

/** A manifest file. What stands in jobs is checked after merging, by the schema of a job. */
export const manifest = z.strictObject({
  version: z.literal(1).describe('Version of the manifest format.'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/, 'expected letters, digits and . _ / - , at most 100')
    .optional()
    .describe('Part of every id and stamp: keeps two repositories apart on one engine. Default: owner/repository.'),
  environments: z
    .record(environmentName, z.union([environment, z.null()]))
    .optional()
    .describe(
      'Where the jobs run, for example staging and production. Without it there is one environment, `default`.',
    ),
  defaults: z.record(z.string(), open).optional().describe('Per engine: merged deeply under each job of that engine.'),
  jobs: z.record(key, open).optional().describe('The streaming jobs, by key.'),
});
