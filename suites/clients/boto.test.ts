import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../support/cloud.js';
import { type Conversation, converse, type Raised } from './conversation.js';
import { decided, type Fleet, glueJob, makeFleet, writes } from './fleet.js';

interface JobRun {
  readonly Id: string;
  readonly JobRunState: string;
  readonly Arguments: { readonly [name: string]: string };
}

let cloud: LocalCloud;
let boto: Conversation;
const s3 = <Answer>(call: string, args: object) => boto.ask<Answer>({ service: 's3', call, arguments: args });
const s3Refused = (call: string, args: object) => boto.refused({ service: 's3', call, arguments: args });
const glue = <Answer>(call: string, args: object) => boto.ask<Answer>({ service: 'glue', call, arguments: args });
const glueRefused = (call: string, args: object): Promise<Raised> =>
  boto.refused({ service: 'glue', call, arguments: args });

beforeAll(async () => {
  cloud = await startLocalCloud();
  boto = converse('boto_client.py', cloud.env);
});
afterAll(async () => {
  await boto.end();
  await cloud.stop();
});

/** Creates a Glue job as somebody would by hand. */
async function createJob(Name: string, more: object = {}): Promise<void> {
  const Command = { Name: 'gluestreaming', ScriptLocation: 's3://acme/clicks.py', PythonVersion: '3' };
  const Role = 'arn:aws:iam::123456789012:role/glue';
  await glue('create_job', {
    Name,
    Role,
    Command,
    GlueVersion: '5.0',
    WorkerType: 'G.1X',
    NumberOfWorkers: 2,
    ...more,
  });
}

/** Starts a run; `running` waits until it runs, by the cloud's clock. */
async function startRun(JobName: string, args: object = {}): Promise<string> {
  return (await glue<{ JobRunId: string }>('start_job_run', { JobName, ...args })).JobRunId;
}

async function stopRun(JobName: string, JobRunId: string): Promise<void> {
  const answer = await glue<{ Errors: unknown[] }>('batch_stop_job_run', { JobName, JobRunIds: [JobRunId] });
  expect(answer.Errors).toEqual([]);
  await cloud.advance(30);
}

async function stateOf(JobName: string, RunId: string): Promise<string> {
  return (await glue<{ JobRun: JobRun }>('get_job_run', { JobName, RunId })).JobRun.JobRunState;
}

describe('boto3 writes S3 objects conditionally', () => {
  const object = { Bucket: 'acme', Key: 'clicks.py' };

  it('creates an object only once with IfNoneMatch', async () => {
    await s3('create_bucket', {
      Bucket: 'acme',
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    });
    await s3('put_object', { ...object, Body: '# first', IfNoneMatch: '*' });
    const refused = await s3Refused('put_object', { ...object, Body: '# second', IfNoneMatch: '*' });
    expect(refused.code).toBe('PreconditionFailed');
    expect(await s3('get_object', object)).toMatchObject({ Body: '# first' });
  });

  it('replaces exactly the object that was read with IfMatch', async () => {
    const { ETag } = await s3<{ ETag: string }>('head_object', object);
    const written = await s3<{ ETag: string }>('put_object', { ...object, Body: '# third', IfMatch: ETag });
    const refused = await s3Refused('put_object', { ...object, Body: '# fourth', IfMatch: ETag });
    expect(refused.code).toBe('PreconditionFailed');
    expect(await s3('get_object', object)).toMatchObject({ Body: '# third', ETag: written.ETag });
  });

  it('says that an object is not there', async () => {
    expect((await s3Refused('get_object', { Bucket: 'acme', Key: 'none.py' })).code).toBe('NoSuchKey');
    expect((await s3Refused('head_object', { Bucket: 'acme', Key: 'none.py' })).code).toBe('404');
  });

  it('lists by prefix and deletes', async () => {
    await s3('put_object', { Bucket: 'acme', Key: 'lib/a b+c.zip', Body: 'zip' });
    const { Contents } = await s3<{ Contents: { Key: string }[] }>('list_objects_v2', {
      Bucket: 'acme',
      Prefix: 'lib/',
    });
    expect(Contents.map((entry) => entry.Key)).toEqual(['lib/a b+c.zip']);
    await s3('delete_object', { Bucket: 'acme', Key: 'lib/a b+c.zip' });
    expect(await s3('list_objects_v2', { Bucket: 'acme', Prefix: 'lib/' })).toMatchObject({ KeyCount: 0 });
  });
});

interface Metric {
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

describe('boto3 drives Glue', () => {
  it('creates a job, changes its definition and reads it back', async () => {
    await createJob('audit', { DefaultArguments: { '--topic': 'audit' } });
    const { Job } = await glue<{ Job: { Command: object; Role: string } }>('get_job', { JobName: 'audit' });
    await glue('update_job', {
      JobName: 'audit',
      JobUpdate: { Role: Job.Role, Command: Job.Command, WorkerType: 'G.2X', NumberOfWorkers: 4, GlueVersion: '5.0' },
    });
    const after = await glue<{ Job: object }>('get_job', { JobName: 'audit' });
    expect(after.Job).toMatchObject({ WorkerType: 'G.2X', NumberOfWorkers: 4, Command: { Name: 'gluestreaming' } });
    expect(after.Job).not.toHaveProperty('DefaultArguments');
    expect((await glueRefused('create_job', { Name: 'audit', Role: 'r', Command: Job.Command })).code).toMatch(
      /^(AlreadyExists|IdempotentParameterMismatch)Exception$/,
    );
  });

  it('starts a run, which runs a minute later, and lists it', async () => {
    await createJob('sessions');
    const run = await startRun('sessions', { Arguments: { '--topic': 'sessions' } });
    expect(await stateOf('sessions', run)).toBe('STARTING');
    await cloud.advance(60);
    const { JobRuns } = await glue<{ JobRuns: JobRun[] }>('get_job_runs', { JobName: 'sessions', MaxResults: 1 });
    expect(JobRuns).toMatchObject([{ Id: run, JobRunState: 'RUNNING', Arguments: { '--topic': 'sessions' } }]);
  });

  it('is refused a second run by MaxConcurrentRuns', async () => {
    expect((await glueRefused('start_job_run', { JobName: 'sessions' })).code).toBe('ConcurrentRunsExceededException');
    expect((await glueRefused('start_job_run', { JobName: 'none' })).code).toBe('EntityNotFoundException');
  });

  it('stops a run and is told per run what could not be stopped', async () => {
    const { JobRuns } = await glue<{ JobRuns: JobRun[] }>('get_job_runs', { JobName: 'sessions' });
    const JobRunIds = [JobRuns[0]!.Id, 'jr_none'];
    const first = await glue<{ SuccessfulSubmissions: object[]; Errors: object[] }>('batch_stop_job_run', {
      JobName: 'sessions',
      JobRunIds,
    });
    expect(first.SuccessfulSubmissions).toEqual([{ JobName: 'sessions', JobRunId: JobRunIds[0] }]);
    expect(first.Errors).toMatchObject([
      { JobRunId: 'jr_none', ErrorDetail: { ErrorCode: 'EntityNotFoundException' } },
    ]);
    expect(await stateOf('sessions', JobRunIds[0]!)).toBe('STOPPING');
    await cloud.advance(30);
    expect(await stateOf('sessions', JobRunIds[0]!)).toBe('STOPPED');
    const again = await glue<{ Errors: object[] }>('batch_stop_job_run', {
      JobName: 'sessions',
      JobRunIds: [JobRunIds[0]],
    });
    expect(again.Errors).toMatchObject([{ ErrorDetail: { ErrorCode: 'JobRunInTerminalStateException' } }]);
  });
});

describe('what boto3 started, in our plan', () => {
  let fleet: Fleet;
  const clicks = (told: Parameters<typeof decided>[0]) => decided(told, 'clicks');

  beforeAll(async () => {
    fleet = await makeFleet(
      cloud,
      { clicks: glueJob('clicks'), nightly: glueJob('nightly'), refunds: glueJob('refunds') },
      { 'glue/clicks.py': 'print("clicks")\n' },
    );
    await createJob('clicks', { ExecutionProperty: { MaxConcurrentRuns: 2 } });
    await createJob('clicks-returns');
    await createJob('nightly', { Command: { Name: 'glueetl', ScriptLocation: 's3://acme/clicks.py' } });
    await createJob('refunds', { ExecutionProperty: { MaxConcurrentRuns: 2 } });
  });
  afterAll(() => fleet.checkout.remove());

  it('creates a job that never ran', async () => {
    expect(clicks(await fleet.plan('--jobs', 'clicks'))).toMatchObject({
      action: 'roll-out',
      strategy: 'create',
      run: null,
    });
  });

  it('adopts the run of the exact name, and plans without a write', async () => {
    const run = await startRun('clicks');
    await startRun('clicks-returns');
    await cloud.advance(60);
    await cloud.forgetRequests();
    const told = await fleet.plan('--jobs', 'clicks');
    expect(told.code).toBe(0);
    expect(clicks(told)).toMatchObject({ action: 'adopt', strategy: null, run, reasons: ['first-contact'] });
    expect(await writes(cloud)).toEqual([]);
  });

  it('records the adoption without a write to Glue, and is unchanged then', async () => {
    await cloud.forgetRequests();
    const told = await fleet.apply('--jobs', 'clicks');
    expect(told.document.jobs).toMatchObject([{ job: 'clicks', outcome: 'adopted', code: null }]);
    expect(told.code).toBe(0);
    expect(await writes(cloud)).toEqual([]);
    expect(clicks(await fleet.plan('--jobs', 'clicks'))).toMatchObject({ action: 'none', reasons: ['unchanged'] });
  });

  it('refuses a second run that was started beside the recorded one', async () => {
    const second = await startRun('clicks');
    await cloud.advance(60);
    const told = await fleet.plan('--jobs', 'clicks');
    expect(clicks(told)).toMatchObject({ action: 'refuse', findings: ['several-runs'] });
    await stopRun('clicks', second);
    expect(clicks(await fleet.plan('--jobs', 'clicks'))).toMatchObject({ action: 'none' });
  });

  it('refuses while the recorded run is down, and never starts it silently', async () => {
    const { document } = await fleet.plan('--jobs', 'clicks');
    await stopRun('clicks', document.jobs[0]!.current!.run!);
    await cloud.forgetRequests();
    expect(clicks(await fleet.plan('--jobs', 'clicks'))).toMatchObject({ action: 'refuse', findings: ['job-down'] });
    const told = await fleet.apply('--jobs', 'clicks');
    expect(told.code).toBe(3);
    expect(told.document.jobs).toMatchObject([{ outcome: 'refused', code: 'job-down' }]);
    expect(told.document.jobs[0]!.next).toContain('--force');
    expect(await writes(cloud)).toEqual([]);
  });

  it('refuses a run that was started by hand in place of the recorded one, and adopts it on request', async () => {
    const run = await startRun('clicks');
    await cloud.advance(60);
    expect(clicks(await fleet.plan('--jobs', 'clicks'))).toMatchObject({
      action: 'refuse',
      run,
      findings: ['run-by-hand'],
    });
    const told = await fleet.apply('--jobs', 'clicks', '--on-drift', 'adopt');
    expect(told.document.jobs).toMatchObject([{ outcome: 'adopted', runAfter: run }]);
  });

  it('refuses a batch job', async () => {
    await startRun('nightly');
    await cloud.advance(60);
    expect(decided(await fleet.plan('--jobs', 'nightly'), 'nightly')).toMatchObject({
      action: 'refuse',
      findings: ['not-streaming'],
    });
  });

  it('refuses two runs of one name on first contact', async () => {
    await startRun('refunds');
    await startRun('refunds');
    await cloud.advance(60);
    expect(decided(await fleet.plan('--jobs', 'refunds'), 'refunds')).toMatchObject({
      action: 'refuse',
      findings: ['several-runs'],
    });
  });
});

describe('boto3 reads the metrics of a run', () => {
  const cloudwatch = <Answer>(call: string, args: object) =>
    boto.ask<Answer>({ service: 'cloudwatch', call, arguments: args });

  it('by the dimensions that ListMetrics names, minute by minute', async () => {
    await s3('create_bucket', { Bucket: 'code', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } });
    await s3('put_object', { Bucket: 'code', Key: 'views.py', Body: '# runs on' });
    const Command = { Name: 'gluestreaming', ScriptLocation: 's3://code/views.py', PythonVersion: '3' };
    await createJob('views', { Command });
    const run = await startRun('views');
    await cloud.advance(1200);
    const dimensions = [{ Name: 'JobRunId', Value: run }];
    const { Metrics } = await cloudwatch<{ Metrics: Metric[] }>('list_metrics', {
      Namespace: 'Glue',
      Dimensions: dimensions,
    });
    const records = Metrics.find(({ MetricName }) => MetricName === 'glue.driver.streaming.numRecords');
    expect(records?.Dimensions.map(({ Name }) => Name)).toEqual(['JobName', 'JobRunId', 'Type']);
    const { now } = await cloud.control<{ now: string }>('GET', '/clock');
    const query = {
      Id: 'records',
      Label: "${PROP('Dim.JobRunId')}",
      MetricStat: { Metric: { Namespace: 'Glue', ...records }, Period: 60, Stat: 'Sum' },
    };
    const span = { StartTime: new Date(Date.parse(now) - 600_000).toISOString(), EndTime: now };
    const { MetricDataResults } = await cloudwatch<{ MetricDataResults: { Label: string; Values: number[] }[] }>(
      'get_metric_data',
      { MetricDataQueries: [query], ...span },
    );
    expect(MetricDataResults).toMatchObject([{ Label: run }]);
    expect(MetricDataResults[0]?.Values.slice(1, -1)).toEqual(
      Array(MetricDataResults[0]?.Values.length ?? 2)
        .fill(6000)
        .slice(2),
    );
    const refused = {
      service: 'cloudwatch',
      call: 'get_metric_data',
      arguments: { MetricDataQueries: [query], StartTime: now, EndTime: now },
    };
    expect((await boto.refused(refused)).code).toBe('ValidationError');
  });
});
