import * as z from 'zod';
import { type DeclaredSignal, units } from '../../model/signal.js';
import { duration } from './duration.js';

const texts = z.record(z.string().min(1), z.string());
const headers = texts.optional().describe('Request headers; may hold ${secret.X}.');

const prometheus = z.strictObject({
  url: z.string().min(1).describe('Address of the server; /api/v1/query_range is added.'),
  query: z.string().min(1).describe('PromQL that gives one series; ${run.id} and ${run.name} are filled in.'),
  headers,
});

const http = z.strictObject({
  url: z.string().min(1).describe('Address that is read; ${run.id} and ${run.name} are filled in.'),
  value: z
    .string()
    .min(1)
    .optional()
    .describe('Dotted path of a number in the JSON answer; left out: the HTTP status is the value.'),
  headers,
});

const command = z.strictObject({
  run: z
    .union([z.string().min(1), z.array(z.string()).min(1)])
    .describe('Prints a number, or {"value": …}, as its last line. A text is run by the shell, a list is not.'),
  env: texts.optional().describe('Environment of the command; may hold ${secret.X}.'),
});

const sources = ['prometheus', 'http', 'command'] as const;

/** A signal that the job itself declares: where it is measured, or what the engine does not know of its own one. */
export const signal = z
  .strictObject({
    prometheus: prometheus.optional().describe('A Prometheus server, which keeps history.'),
    http: http.optional().describe('An address that is read at each sample.'),
    command: command
      .optional()
      .describe('A command that is run at each sample, with the ids of the run in its environment.'),
    unit: z.enum(units).optional().describe('For reports and charts. Default: count.'),
    kind: z
      .enum(['gauge', 'counter'])
      .optional()
      .describe('counter: a number that only grows; gates compare its growth per second. Default: gauge.'),
    history: z
      .boolean()
      .optional()
      .describe('true: asked for the past, the source gives it. Default: true for prometheus, else false.'),
    lateness: duration
      .optional()
      .describe('Longest time until a value shows in the source. Default: 60s for prometheus, else 0s.'),
    interval: duration.optional().describe('Time between two samples. Default: 30s for prometheus, else 15s.'),
    window: duration.optional().describe('Growth of a counter is measured over this time. Default: 120s.'),
    input: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the signal that is 0 while there is no input, for `when-idle`.'),
  })
  .superRefine((value, context) => {
    const given = sources.filter((source) => value[source] !== undefined);
    if (given.length < 2) return;
    const message = `expected one source, got ${given.join(' and ')}`;
    context.addIssue({ code: 'custom', message, params: { code: 'manifest-signal' } });
  })
  .transform((value): DeclaredSignal => {
    const { lateness, interval, window, ...rest } = value;
    const all = { ...rest, latenessSeconds: lateness, intervalSeconds: interval, windowSeconds: window };
    return Object.fromEntries(Object.entries(all).filter((entry) => entry[1] !== undefined)) as DeclaredSignal;
  });
