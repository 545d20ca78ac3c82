import * as z from 'zod';
import type { Run } from '../../model/run.js';
import { type Stamp, stampFromFields, stampToFields } from '../../model/stamp.js';

/** Version of the documents on stdin; grows only when a command that follows the old one would misread the new one. */
export const contractVersion = 1;

const text = z.string().min(1);
const time = z.iso.datetime({ offset: true }).nullish();
const free = z.record(z.string(), z.json());

const runId = z.object({ id: z.union([text, z.number().int()]).transform(String) });

const observedRun = z.looseObject({
  id: z.union([text, z.number().int()]).transform(String),
  name: text,
  state: z.enum([
    'starting',
    'running',
    'draining',
    'stopping',
    'stopped',
    'drained',
    'replaced',
    'failed',
    'finished',
  ]),
  engineState: z.string().nullish(),
  streaming: z.boolean().nullish(),
  startedAt: time,
  endedAt: time,
  stamp: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullish(),
  continues: text.nullish(),
  replacedBy: text.nullish(),
  scaling: free.nullish(),
  settings: free.nullish(),
  url: text.nullish(),
  detail: z.string().nullish(),
});

/** Answer of `observe`. Fields that are not in the contract are allowed and ignored. */
export const observeAnswer = z.looseObject({ runs: z.array(observedRun) });

/** Answer of `measure`: samples, or that there is no such signal. */
export const measureAnswer = z
  .looseObject({
    samples: z
      .array(
        z.looseObject({
          at: z.iso.datetime({ offset: true }),
          value: z.number().nullable(),
          idle: z.boolean().nullish(),
          run: text.nullish(),
        }),
      )
      .optional(),
    unsupported: z.literal(true).optional(),
  })
  .refine((answer) => answer.samples !== undefined || answer.unsupported === true, {
    error: 'expected {"samples": [{"at": …, "value": …}]} or {"unsupported": true}',
  });

/** Answer of a command that changes a run: one of four. */
export const verbAnswer = z.union(
  [
    z.object({ failed: z.object({ message: text, next: text.nullish() }) }),
    z.object({
      running: z.object({ memo: z.json().optional(), retryAfterSeconds: z.number().positive().nullish() }),
    }),
    z.object({ run: runId }),
    z.object({ done: z.object({ snapshot: text.nullish() }) }),
  ],
  {
    error: 'expected one of {"run": {"id": …}}, {"done": {}}, {"running": {}}, {"failed": {"message": …}}',
  },
);
export type VerbAnswer = z.infer<typeof verbAnswer>;

/** A run as `observe` tells it, in the model's words. */
export function toRun(answer: z.infer<typeof observedRun>, redact: (text: string) => string): Run {
  return {
    id: answer.id,
    name: answer.name,
    state: answer.state,
    engineState: answer.engineState ?? answer.state,
    streaming: answer.streaming ?? null,
    startedAt: answer.startedAt ?? null,
    endedAt: answer.endedAt ?? null,
    stamp: stampOf(answer.stamp),
    continues: answer.continues ?? null,
    replacedBy: answer.replacedBy ?? null,
    scale: answer.scaling ? { scaling: answer.scaling } : null,
    shows: answer.settings ? { settings: answer.settings } : null,
    url: answer.url ?? null,
    detail: answer.detail ? redact(answer.detail) : null,
  };
}

function stampOf(fields: z.infer<typeof observedRun>['stamp']): Stamp | null {
  if (!fields) return null;
  return stampFromFields((field) =>
    fields[field] === null || fields[field] === undefined ? undefined : String(fields[field]),
  );
}

/** A run as a request names it. */
export function fromRun(run: Run | null): { [field: string]: unknown } | null {
  if (run === null) return null;
  const { id, name, state, startedAt, stamp } = run;
  return { id, name, state, startedAt, stamp: stamp === null ? null : stampToFields(stamp) };
}
