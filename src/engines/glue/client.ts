import {
  BatchStopJobRunCommand,
  type BatchStopJobRunError,
  GetJobCommand,
  GetJobRunCommand,
  GetJobRunsCommand,
  GetTagsCommand,
  GlueClient,
  type Job,
  type JobRun,
  type JobUpdate,
  StartJobRunCommand,
  type StartJobRunRequest,
  TagResourceCommand,
  UpdateJobCommand,
} from '@aws-sdk/client-glue';
import { RolloutError } from '../../model/error.js';
import type { JsonObject } from '../../model/json.js';
import { attempts, clientSettings, readsOf } from '../../platforms/aws/client.js';
import type { Ambient } from '../engine.js';
import { dialect, failureOf } from './errors.js';
import { regionOf } from './place.js';

/** Pages of GetJobRuns that are read at most. 200 runs a page is the lower of the two limits that AWS documents. */
const runsPerPage = 200;
const mostPages = 50;

/** Reads that one session has under way at most: Glue throttles by account. */
const concurrentReads = 12;

/** The calls of Glue that the engine makes. Reads throw RolloutErrors; writes let the SDK's error through, since its kind decides. */
export interface GlueCalls {
  readonly region: string;
  job(name: string): Promise<Job | null>;
  run(name: string, id: string): Promise<JobRun | null>;
  /** All runs of a job, in no order; none if there is no such job. Throws `glue-too-many-runs` beyond the bound. */
  runs(name: string): Promise<readonly JobRun[]>;
  tags(arn: string): Promise<{ readonly [key: string]: string }>;
  update(name: string, update: JobUpdate): Promise<void>;
  start(request: StartJobRunRequest): Promise<string | undefined>;
  /** The run's error, or null if Glue accepted the stop. */
  stop(name: string, id: string): Promise<BatchStopJobRunError | null>;
  tag(arn: string, tags: { readonly [key: string]: string }): Promise<void>;
  close(): void;
}

/** Opens the two clients of a session: one whose calls the SDK may repeat, one whose calls it may not. */
export function glueCalls(target: JsonObject, ambient: Ambient): GlueCalls {
  const settings = clientSettings(regionOf(target), target, ambient);
  const reader = new GlueClient({ ...settings, maxAttempts: attempts.read });
  // The SDK repeats a call after a lost answer, and StartJobRun has no token: two runs would start.
  const writer = new GlueClient({ ...settings, maxAttempts: attempts.write });
  const read = readsOf(concurrentReads, failureOf, dialect);
  const cancel = { abortSignal: ambient.signal };

  return {
    region: settings.region,
    async job(name) {
      const answer = await read(`GetJob ${name}`, () => reader.send(new GetJobCommand({ JobName: name }), cancel));
      return answer?.Job ?? null;
    },
    async run(name, id) {
      const command = new GetJobRunCommand({ JobName: name, RunId: id });
      const answer = await read(`GetJobRun ${name} ${id}`, () => reader.send(command, cancel));
      return answer?.JobRun ?? null;
    },
    async runs(name) {
      const found: JobRun[] = [];
      let token: string | undefined;
      for (let page = 0; page < mostPages; page += 1) {
        const input = { JobName: name, MaxResults: runsPerPage, ...(token === undefined ? {} : { NextToken: token }) };
        const answer = await read(`GetJobRuns ${name}`, () => reader.send(new GetJobRunsCommand(input), cancel));
        found.push(...(answer?.JobRuns ?? []));
        token = answer?.NextToken || undefined;
        if (token === undefined) return found;
      }
      throw new RolloutError(
        'glue-too-many-runs',
        `${name}: more than ${mostPages * runsPerPage} runs in its history.`,
        {
          next: 'Use a Glue job of its own for the stream.',
        },
      );
    },
    async tags(arn) {
      const answer = await read(`GetTags ${arn}`, () => reader.send(new GetTagsCommand({ ResourceArn: arn }), cancel));
      return answer?.Tags ?? {};
    },
    async update(name, update) {
      await writer.send(new UpdateJobCommand({ JobName: name, JobUpdate: update }));
    },
    async start(request) {
      const answer = await writer.send(new StartJobRunCommand(request));
      return answer.JobRunId;
    },
    async stop(name, id) {
      const answer = await writer.send(new BatchStopJobRunCommand({ JobName: name, JobRunIds: [id] }));
      return answer.Errors?.find((error) => error.JobRunId === id || error.JobRunId === undefined) ?? null;
    },
    async tag(arn, tags) {
      await writer.send(new TagResourceCommand({ ResourceArn: arn, TagsToAdd: { ...tags } }));
    },
    close() {
      reader.destroy();
      writer.destroy();
    },
  };
}
