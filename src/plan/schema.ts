import * as z from 'zod';
import { duplicates, impacts } from '../model/impact.js';
import { strategyNames } from '../model/job.js';
import { reasonKinds } from '../model/plan.js';
import { stepVerbs } from '../model/step.js';

const text = z.string();
const settings = z.record(text, z.unknown());
const whole = z.int().min(0);

const position = z.strictObject({ file: text, line: whole, column: whole });

const finding = z.strictObject({
  code: text.regex(/^[a-z0-9-]+$/).describe('Stable; docs/troubleshooting.md has an entry for each.'),
  level: z.enum(['error', 'warning', 'notice']),
  message: text,
  next: text.optional().describe('What to do next.'),
  file: text.optional(),
  line: whole.optional(),
});

const reason = z.strictObject({
  kind: z.enum(reasonKinds),
  message: text,
  path: text.optional().describe('The changed file.'),
  field: text.optional().describe('Dotted path of the field below the job.'),
  file: text.optional().describe('Where to annotate.'),
  line: whole.optional(),
});

const code = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('files'), digest: text, files: z.array(text) }),
  z.strictObject({ kind: z.literal('build'), digest: text, files: z.array(text), built: z.boolean().nullable() }),
  z.strictObject({ kind: z.literal('reference'), digest: text.nullable(), uri: text, mutable: z.boolean() }),
]);

const step = z.strictObject({
  id: text,
  verb: z.enum(stepVerbs),
  undo: text.nullable().describe('Id of the step that reverses it.'),
  final: z.boolean().describe('Past it nothing is rolled back.'),
});

const effect = z.strictObject({
  gapSeconds: z.number().min(0).nullable().describe('Seconds without processing; null: not known.'),
  duplicates: z.enum(duplicates),
  state: z.enum(['kept', 'unknown', 'flushed', 'lost', 'none']),
});

const jobPlan = z.strictObject({
  job: text,
  engine: text,
  place: text.nullable().describe('Account, project, region or cluster.'),
  action: z.enum(['none', 'adopt', 'roll-out', 'resume', 'refuse', 'leave', 'list']),
  changed: z.boolean(),
  impact: z.enum(impacts),
  reasons: z.array(reason).min(1),
  findings: z.array(finding),
  current: z
    .strictObject({
      run: text.nullable(),
      state: z
        .enum(['starting', 'running', 'draining', 'stopping', 'stopped', 'drained', 'replaced', 'failed', 'finished'])
        .nullable(),
      revision: text.nullable(),
      url: text.nullable(),
    })
    .nullable()
    .describe('What runs; null: nothing, or it was not read (`detect`).'),
  desired: z.strictObject({ revision: text.nullable(), artifact: code.nullable() }),
  target: settings,
  settings,
  scale: settings,
  settingsDigest: text.nullable(),
  strategy: z.enum(strategyNames).nullable(),
  rejected: z.array(z.strictObject({ strategy: z.enum(strategyNames), reason: text })),
  expected: effect.nullable(),
  steps: z.array(step),
  needs: z.array(text),
  wave: whole,
  slot: whole.nullable(),
  backstopSeconds: whole.nullable().describe('The service drains the old run after this time, verified or not.'),
  accepted: z.array(text).describe('Consents that this plan uses.'),
  at: position.nullable(),
});

/** The plan document of `--json` and `plan-file` (schemas/plan.schema.json is made from it). */
export const planSchema = z
  .strictObject({
    version: z.literal(1),
    kind: z.literal('plan'),
    hash: text.regex(/^[0-9a-f]{16}$/),
    environment: text,
    manifest: text,
    name: text,
    commit: text.nullable(),
    base: z.strictObject({
      how: z.enum(['push', 'pull-request', 'merge-group', 'input', 'ledger', 'parent', 'unknown']),
      commit: text.nullable(),
    }),
    jobs: z.array(jobPlan),
    unowned: z.array(text).describe('Changed files that belong to no job.'),
    findings: z.array(finding).describe('About the whole comparison.'),
  })
  .describe('What stream-rollout would do, and why.');
