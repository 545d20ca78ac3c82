import * as z from 'zod';
import { strategyNames } from '../../model/job.js';
import { globFault } from '../globs.js';
import { limits } from '../limits.js';
import { duration } from './duration.js';
import { gate, signalName } from './gate.js';
import { key } from './names.js';
import { signal } from './signal.js';

const glob = z.string().superRefine((text, context) => {
  const message = globFault(text);
  if (message !== null) context.addIssue({ code: 'custom', message, params: { code: 'manifest-path' } });
});
const globs = z.array(glob).max(limits.globs);

/** `create` and `stop` follow from what is found and from `desired`; they are not chosen. */
const chosen = strategyNames.filter((name) => name !== 'create' && name !== 'stop');
const strategyName = z.enum(chosen);

const parallel = z.strictObject({
  overlap: duration
    .prefault('10m')
    .describe(
      'How long both runs process at least: the old one is released when the new one has been watched for this long, or for verify.bake if that is longer. Default: 10m.',
    ),
  slots: z
    .array(z.record(z.string(), z.unknown()))
    .default([])
    .describe(
      'None, or two overlays of `target` with what two runs may not share: subscription, consumer group, checkpoint or name.',
    ),
});

const drain = z.strictObject({
  timeout: duration.prefault('30m').describe('How long a drain may take. Default: 30m.'),
  'on-timeout': z
    .enum(['fail', 'cancel', 'leave'])
    .default('fail')
    .describe('What happens when the time is over; leave (only in parallel): the old run drains on. Default: fail.'),
});

const verify = z.strictObject({
  'running-within': duration.prefault('15m').describe('How long the new run may take until it runs. Default: 15m.'),
  bake: duration.prefault('5m').describe('How long the new run is watched before it counts as good. Default: 5m.'),
  gates: z.array(gate).max(50).default([]).describe('Conditions on measured signals.'),
  signals: z
    .record(z.string().regex(signalName, 'expected the name of a signal'), signal)
    .optional()
    .describe('Signals that are measured elsewhere than by the engine, by name.'),
});

/** A job after defaults, overlay and interpolation. Descriptions become the published JSON schema. */
export const job = z.strictObject({
  engine: z.string().describe('What runs the job.'),
  'for-each': z
    .union([z.string().min(1), z.record(key, z.union([z.record(z.string(), z.unknown()), z.null()]))])
    .optional()
    .describe(
      'Instances of this job: a map from key to values (`${each.x}`), or the path of a JSON or YAML file with one. Each becomes the job `<job>-<key>`.',
    ),
  paths: globs
    .optional()
    .describe('Globs of the files that are the code of the job. Default: the files that the artifacts name.'),
  ignore: globs.default([]).describe('Globs of files that `paths` matches but that do not matter.'),
  build: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Shell command that prints NAME=value lines to $STREAM_ROLLOUT_OUTPUT; runs in apply, once for each version of the code. Never interpolated.',
    ),
  target: z.record(z.string(), z.unknown()).describe('Settings of the engine.'),
  sink: z
    .enum(['append', 'transactional', 'idempotent'])
    .default('append')
    .describe(
      'What the sink tolerates: append and transactional a replay, idempotent also an overlap of two runs. Default: append.',
    ),
  stateful: z.boolean().default(true).describe('false: an empty start loses nothing. Default: true.'),
  strategy: z
    .union([z.literal('auto'), strategyName, z.array(strategyName).min(1)])
    .default('auto')
    .describe('auto takes the least disruptive strategy that fits; a list is tried in its order. Default: auto.'),
  'max-gap': duration
    .optional()
    .describe('Longest time in which no run may process input; strategies with a longer expected gap are rejected.'),
  parallel: parallel.prefault({}).describe('Two runs side by side.'),
  drain: drain.prefault({}).describe('Draining the old run.'),
  verify: verify.prefault({}).describe('How the new run is proven to be the healthy one.'),
  'on-failure': z
    .enum(['rollback', 'pause'])
    .default('rollback')
    .describe('What follows a failed verification. Default: rollback.'),
  needs: z
    .array(key)
    .default([])
    .describe('Jobs that have to be verified first; the name of a `for-each` means all its instances.'),
  was: key.optional().describe('Former key of the job, whose run and history it takes over.'),
  desired: z.enum(['running', 'stopped']).default('running').describe('Default: running.'),
});

export type ParsedJob = z.output<typeof job>;
export const jobKeys = Object.keys(job.shape) as readonly (keyof typeof job.shape)[];

/** Keys that only a job itself can have, so that they can't stand under `defaults`. */
const ownKeys: readonly string[] = ['engine', 'for-each', 'was'];
export const defaultKeys = jobKeys.filter((name) => !ownKeys.includes(name));
