import * as z from 'zod';
import { gateModes, idleWords, units } from '../model/signal.js';
import { gateResults } from '../model/verification.js';
import { grades } from './grade.js';

const text = z.string();
const seconds = z.number().min(0);
const amount = z.number().nullable();
const time = text.describe('ISO 8601.');

export const gateSpecSchema = z.strictObject({
  id: text.describe('Unique in its job.'),
  signal: text,
  title: text,
  unit: z.enum(units),
  kind: z.enum(['gauge', 'counter']).describe('counter: its growth per second is compared, or its growth (maxDelta).'),
  perRun: z.boolean(),
  history: z.boolean(),
  mode: z.enum(gateModes),
  max: amount,
  min: amount,
  equals: amount,
  maxVsBaseline: amount,
  minVsBaseline: amount,
  maxDelta: amount,
  graceSeconds: seconds,
  forSeconds: seconds,
  endSeconds: seconds.describe('End of what is judged, or the deadline; after the new run was first seen running.'),
  intervalSeconds: z.number().positive(),
  staleSeconds: seconds,
  latenessSeconds: seconds,
  windowSeconds: seconds,
  constant: z.boolean().exactOptional(),
  minSamples: z.int().min(1),
  advisory: z.boolean(),
  whenIdle: z.enum(idleWords),
  input: text.nullable(),
  origin: z.enum(['manifest', 'engine']),
});

const verdict = z.strictObject({ result: z.enum(gateResults), message: text });

const sample = z.strictObject({
  at: time,
  value: amount,
  idle: z.boolean(),
  run: text.nullable().describe('Run that the source says it is of; null: it does not say.'),
  error: text.nullable(),
  grade: z
    .enum(grades)
    .nullable()
    .describe('What it says by itself; null: it was not judged, or only as part of a growth.'),
});

export const gateEvidenceSchema = z.strictObject({
  spec: gateSpecSchema,
  baseline: z
    .strictObject({
      value: amount,
      samples: z.int().min(0),
      why: z.enum(['measured', 'nothing-before', 'not-measured', 'too-few', 'zero']),
    })
    .nullable(),
  samples: z.array(sample),
  errors: z
    .array(z.strictObject({ at: time, message: text }))
    .describe('Readings that failed, of a source with history.'),
  absent: z.boolean().describe('The source has no such signal.'),
  verdict: verdict.nullable().describe('null: not decided.'),
});

/** The verdict of one run: what was watched, what was measured, what came of it. */
export const jobEvidenceSchema = z.strictObject({
  job: text,
  environment: text,
  rollout: text,
  n: z.int().min(1),
  revision: text,
  run: text,
  runs: z.array(text).describe('The run and those of its line that it continues.'),
  direction: z.enum(['forward', 'undo']).describe('undo: the old revision, after it was put back.'),
  startedAt: time.describe('Since when it was watched.'),
  runningSince: time.nullable(),
  judgedAt: time,
  life: z
    .strictObject({ result: z.enum(['pass', 'fail', 'inconclusive']), code: text.nullable(), message: text })
    .nullable()
    .describe("What the engine's own states say."),
  gates: z.array(gateEvidenceSchema),
  verdict: z
    .strictObject({ result: z.enum(['pass', 'fail', 'inconclusive']), code: text.nullable(), message: text })
    .nullable(),
});

export const evidenceSchema = z
  .strictObject({
    version: z.literal(1),
    kind: z.literal('evidence'),
    environment: text.nullable(),
    commit: text.nullable(),
    jobs: z.array(jobEvidenceSchema),
  })
  .describe('Every sample that verdicts were made from; `verify --replay` gives the same verdicts again.');

export type GateEvidence = z.infer<typeof gateEvidenceSchema>;
export type JobEvidence = z.infer<typeof jobEvidenceSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
