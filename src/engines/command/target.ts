import * as z from 'zod';
import type { Impact } from '../../model/impact.js';
import type { JsonObject } from '../../model/json.js';

const command = z
  .union([z.string().min(1), z.array(z.string()).min(1)])
  .describe(
    'A command: text for the shell (bash -e -o pipefail), or a list of program and arguments that no shell reads.',
  );

const seconds = z
  .union([
    z.number().positive(),
    z.string().regex(/^([0-9]+(\.[0-9]+)?(s|m|h)|\$\{.+\})$/, 'a duration such as 45s, 10m or 1h'),
  ])
  .describe('Seconds, or a duration such as 45s, 10m or 1h.');

const artifact = z.union([
  z.string().min(1),
  z.strictObject({ file: z.string().min(1), 'upload-to': z.string().min(1) }),
  z.strictObject({ zip: z.string().min(1), 'upload-to': z.string().min(1) }),
]);

const free = z.record(z.string(), z.unknown());
const variables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of an environment variable'),
  z.union([z.string(), z.number(), z.boolean()]),
);

/** Settings of a job that is automated by commands; docs/engines/command.md describes each. */
const schema = z.strictObject({
  name: z
    .string()
    .min(1)
    .optional()
    .describe("Exact name that `observe` gives the job's runs; the job's key (or `was`) if left out."),
  place: z.string().min(1).optional().describe('Cluster or host where the runs live: keeps equal names apart.'),
  observe: command,
  start: command.optional(),
  stop: command.optional(),
  drain: command.optional(),
  snapshot: command.optional(),
  'stop-with-snapshot': command.optional(),
  scale: command.optional(),
  replace: command.optional(),
  prepare: command.optional(),
  measure: command.optional(),
  settings: free.optional().describe('What the job runs with; enters the revision and is handed to every command.'),
  scaling: free
    .optional()
    .describe('Values that the `scale` command changes on a running job, for example the number of replicas.'),
  artifact: z
    .union([artifact, z.array(artifact)])
    .optional()
    .describe('Files that are uploaded before the start; commands get their addresses.'),
  env: variables.optional().describe('Environment of the commands; enters the revision. May hold ${secret.X}.'),
  credentials: variables
    .optional()
    .describe('Environment of the commands that does not enter the revision. May hold ${secret.X}.'),
  guarantees: z
    .strictObject({
      state: z.enum(['kept', 'unknown', 'flushed', 'lost']).optional(),
      duplicates: z.enum(['none', 'replay']).optional(),
      gap: seconds.optional(),
    })
    .optional()
    .describe('What stopping and starting again does to state and output, as you know it of the job.'),
  timeout: seconds.optional().describe('Longest time of one command; 60s if left out.'),
  poll: seconds.optional().describe('Time between two calls of a command that answered `running`; 5s if left out.'),
  times: z
    .strictObject({ call: seconds.optional(), lag: seconds.optional() })
    .optional()
    .describe('Longest time until a call takes effect, and until `observe` lists a run: they make up the settle time.'),
});

/** The settings as parsed. Nothing is filled in: the revision covers what was written. */
export type CommandTarget = z.infer<typeof schema>;

/** A command as the manifest gives it: text for a shell, or program and arguments. */
export type Command = z.infer<typeof command>;

// The contract speaks of plain JSON, which zod's optional fields (`undefined`) do not satisfy by type.
export const target = schema as unknown as z.ZodType<JsonObject>;

/** The settings, typed. They were validated when the manifest or the record was read. */
export function read(json: JsonObject): CommandTarget {
  return json as unknown as CommandTarget;
}

/**
 * Field to impact. Not listed, so an upgrade: `start`, `replace`, `prepare`, `settings`, `artifact`, `env`: they say what runs.
 * The other commands only say how a run is watched or ended, so editing them touches no run.
 */
export const impacts = {
  name: 'recreate',
  place: 'recreate',
  scaling: 'scale',
  observe: 'none',
  stop: 'none',
  drain: 'none',
  snapshot: 'none',
  'stop-with-snapshot': 'none',
  scale: 'none',
  measure: 'none',
  credentials: 'none',
  guarantees: 'none',
  timeout: 'none',
  poll: 'none',
  times: 'none',
} as const satisfies { readonly [field: string]: Impact };
