import * as z from 'zod';
import type { ManifestError } from '../manifest/index.js';
import type { Code } from '../model/codes/index.js';
import { strategyNames } from '../model/job.js';
import { outcomes } from '../model/outcome.js';
import type { Plan } from '../model/plan.js';
import type { JobRecord } from '../model/record.js';
import type { Report } from '../model/report.js';
import { gateModes, units } from '../model/signal.js';
import { stepVerbs } from '../model/step.js';
import { gateResults } from '../model/verification.js';
import type { Log } from '../modes/log.js';
import type { Status } from '../modes/status.js';
import { planSchema } from '../plan/index.js';
import { evidenceSchema } from '../verify/evidence.js';
import type { Failure } from './failure.js';

/** The documents of `--json` (INTERFACE 5) as schemas: `schemas/*.schema.json` are made from them. Absent knowledge is null. */

const text = z.string();
const whole = z.int().min(0);
const time = text.describe('ISO 8601.');
const code = text.regex(/^[a-z0-9-]+$/).describe('Stable; docs/troubleshooting.md has an entry for each.');
const activeState = z.enum(['starting', 'running', 'draining', 'stopping']);
const endedState = z.enum(['stopped', 'drained', 'replaced', 'failed', 'finished']);
const runState = z.enum([...activeState.options, ...endedState.options]);

const finding = z.strictObject({
  code,
  level: z.enum(['error', 'warning', 'notice']),
  message: text,
  next: text.optional().describe('What to do next.'),
  file: text.optional(),
  line: whole.optional(),
});

const step = z.strictObject({
  id: text,
  verb: z.enum(stepVerbs),
  state: z.enum(['intended', 'running', 'succeeded', 'failed', 'skipped']),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  run: text.nullable(),
});

const gate = z.strictObject({
  gate: text.describe('The signal, with a number where it has several gates.'),
  signal: text,
  unit: z.enum(units),
  mode: z.enum(gateModes),
  advisory: z.boolean(),
  origin: z.enum(['manifest', 'engine']).describe("engine: one of the engine's defaults."),
  condition: text,
  baseline: z
    .number()
    .nullable()
    .describe("The old run's value before the change; null: none was needed, or none was measured."),
  result: z.enum(gateResults).nullable().describe('null: not decided.'),
  message: text,
  samples: whole.describe('Known samples.'),
  bound: z.number().nullable(),
  points: z
    .array(z.tuple([z.number(), z.number().nullable()]).readonly())
    .describe(
      'Seconds since the new run ran, and the value; thinned out for a chart. The evidence file has all samples.',
    ),
});

const jobReport = z.strictObject({
  job: text,
  environment: text,
  engine: text,
  commit: text.nullable().describe('What the rollout rolls out; null where no rollout was opened.'),
  outcome: z.enum(outcomes),
  code: code.nullable(),
  message: text.describe('What happened, what runs now, what was left behind.'),
  runBefore: text.nullable(),
  runAfter: text.nullable(),
  gapSeconds: z.number().min(0).nullable().describe('Seconds in which no run processed; null: not known.'),
  gapBy: z
    .enum(['engine', 'looks'])
    .optional()
    .describe(
      'Where the gap is from: the engine’s own times, or the looks before and after it, a few seconds apart. Left out where nothing was measured.',
    ),
  rollout: text.nullable(),
  revision: text.nullable(),
  strategy: z.enum(strategyNames).nullable(),
  steps: z.array(step),
  next: text.nullable().describe('What to do next, as a command where there is one.'),
  runs: z
    .array(z.strictObject({ id: text, name: text, state: runState, url: text.nullable() }))
    .nullable()
    .describe('Active runs at the last look; null: nobody looked.'),
  trailing: z.array(text).describe('Runs that were left draining.'),
  messages: z
    .array(z.strictObject({ at: time.nullable(), level: z.enum(['error', 'warning']), text }))
    .describe('What the engine said about the new run.'),
  findings: z.array(finding),
  gates: z.array(gate).optional().describe('What was measured of the new run; left out where it has no gates.'),
});

export const reportSchema = z
  .strictObject({
    version: z.literal(1),
    kind: z.literal('report'),
    exitCode: whole,
    environment: text.nullable(),
    commit: text.nullable(),
    planHash: text.nullable(),
    findings: z.array(finding).optional().describe('About the whole call, not one job.'),
    jobs: z.array(jobReport),
  })
  .describe('What a rollout came to: `apply`, `resume` and `rollback` with `--json`.');

const statusRow = z.strictObject({
  environment: text,
  job: text,
  engine: text,
  place: text.describe('Account, project, region or cluster.'),
  recordedRevision: text.nullable(),
  runningRevision: text.nullable(),
  run: text.nullable(),
  recordedRun: text
    .nullable()
    .describe('Run that the ledger names as the good one, also where the engine could not be read.'),
  state: text.nullable().describe('State of the run; `none`: nothing is active; null: not read.'),
  url: text.nullable(),
  others: z.array(text).describe('Ids of the other active runs of the job, but for those of `trailing`.'),
  commit: text.nullable(),
  lastOutcome: text.nullable().describe('Of the last closed rollout; null while one is open or none was.'),
  lastAt: time.nullable(),
  open: z
    .strictObject({ rollout: text, n: whole, strategy: text.nullable(), since: time, holder: text.nullable() })
    .nullable()
    .describe('The open rollout and who holds it.'),
  trailing: z.array(text),
  quarantined: z.array(text).describe('Revisions that are not rolled out again by themselves.'),
  error: text.nullable().describe('Why the engine could not be read.'),
  code: code.nullable().describe('Of `error`.'),
  next: text.nullable().describe('What to do about `error`.'),
});

export const statusSchema = z
  .strictObject({ version: z.literal(1), kind: z.literal('status'), jobs: z.array(statusRow) })
  .describe('What is recorded and what runs: `status --json`.');

const record = z
  .looseObject({
    format: z.literal(1),
    counter: whole,
    name: text,
    environment: text,
    job: text,
    engine: text,
    place: text,
    n: whole.describe('Number of the rollout of this job in this environment.'),
    rollout: text,
    revision: text,
    commit: text.nullable(),
    direction: z.enum(['forward', 'undo']),
    openedAt: time,
    workflowUrl: text.nullable(),
  })
  .describe('The record as the ledger kept it; members that are not named here are internal.');

export const logSchema = z
  .strictObject({
    version: z.literal(1),
    kind: z.literal('log'),
    entries: z.array(z.strictObject({ job: text, environment: text, at: time, message: text, record })),
  })
  .describe("The ledger's entries, newest first: `log --json`.");

export const validateSchema = z
  .strictObject({
    version: z.literal(1),
    kind: z.literal('validate'),
    errors: z.array(z.strictObject({ file: text, line: whole, column: whole, field: text, message: text, code })),
  })
  .describe('All errors of the manifest: `validate --json`, and every command that cannot read the manifest.');

export const errorSchema = z
  .strictObject({
    version: z.literal(1),
    kind: z.literal('error'),
    exitCode: whole,
    code,
    message: text,
    next: text.nullable(),
  })
  .describe('What went wrong before any job: every command with `--json`.');

const verdict = z.enum(['pass', 'fail', 'inconclusive']);

export const verifySchema = z
  .strictObject({
    version: z.literal(1),
    kind: z.literal('verify'),
    exitCode: whole,
    jobs: z.array(
      z.strictObject({
        job: text,
        environment: text,
        run: text,
        direction: z.enum(['forward', 'undo']).describe('undo: the old revision, after it was put back.'),
        verdict: z
          .strictObject({ result: verdict, code: code.nullable(), message: text })
          .nullable()
          .describe('null: not decided.'),
        gates: z.array(
          z.strictObject({
            gate: text,
            verdict: z.strictObject({ result: z.enum(gateResults), message: text }).nullable(),
          }),
        ),
        same: z.boolean().describe('The verdicts are those that were recorded.'),
      }),
    ),
  })
  .describe('Evidence judged again: `verify --replay FILE --json`.');

export const emulateSchema = z
  .strictObject({
    version: z.literal(1),
    kind: z.literal('emulate'),
    env: z.record(text, text).describe('Variables that point SDKs and this tool at the local cloud.'),
    services: z.record(text, z.url()).describe('Service to base URL.'),
    control: z.url().describe('Endpoint for requests, faults, clock and runs.'),
  })
  .describe('Where the local cloud listens: the line that `emulate --json` prints.');

/** Every document by its kind. `detect` prints a plan in which everything of the engine is null. */
export const documents = {
  plan: planSchema,
  report: reportSchema,
  status: statusSchema,
  log: logSchema,
  validate: validateSchema,
  error: errorSchema,
  emulate: emulateSchema,
  verify: verifySchema,
  evidence: evidenceSchema,
} as const;

// The types that the code works with and the published schemas say the same: this does not compile if they do not.
// A code is any text there, so that a new one does not break readers.
type Plain<T> = [T] extends [Code]
  ? string
  : T extends readonly (infer E)[]
    ? readonly Plain<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Plain<Exclude<T[K], undefined>> }
      : T;
type Same<A, B> = [Plain<A>] extends [Plain<B>] ? ([Plain<B>] extends [Plain<A>] ? true : never) : never;
type Fits<A, B> = [Plain<A>] extends [Plain<B>] ? true : never;
/** Two objects with the same members, whatever their types are. */
type SameKeys<A, B> = [keyof A] extends [keyof B] ? ([keyof B] extends [keyof A] ? true : never) : never;

type LogEntry = Log['entries'][number];
({
  report: true,
  status: true,
  validate: true,
  error: true,
  record: true,
  entry: true,
  plan: true,
  jobPlan: true,
}) satisfies {
  report: Same<Report, z.infer<typeof reportSchema>>;
  status: Same<Status, z.infer<typeof statusSchema>>;
  validate: Same<ManifestError, z.infer<typeof validateSchema>['errors'][number]>;
  error: Same<Failure, z.infer<typeof errorSchema>>;
  record: Fits<JobRecord, Pick<z.infer<typeof record>, 'n' | 'rollout' | 'revision' | 'direction' | 'openedAt'>>;
  entry: SameKeys<LogEntry, z.infer<typeof logSchema>['entries'][number]>;
  plan: SameKeys<Plan, z.infer<typeof planSchema>>;
  jobPlan: SameKeys<Plan['jobs'][number], z.infer<typeof planSchema>['jobs'][number]>;
};
