import {
  BatchGetJobsCommand,
  BatchStopJobRunCommand,
  CreateJobCommand,
  type CreateJobCommandInput,
  DeleteJobCommand,
  GetJobCommand,
  GetJobRunCommand,
  GetJobRunsCommand,
  GetJobsCommand,
  GetTagsCommand,
  GlueClient,
  ListJobsCommand,
  paginateGetJobRuns,
  StartJobRunCommand,
  type StartJobRunCommandInput,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateJobCommand,
  type UpdateJobCommandInput,
} from '@aws-sdk/client-glue';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { glueService } from '../../emulators/glue/index.js';
import { s3Service } from '../../emulators/s3/index.js';
import { identities, readOnlyKey } from '../../emulators/sts/index.js';
import { credentials, startLocal } from './local.js';

const start = () =>
  startLocal((clock) => {
    const known = identities();
    const s3 = s3Service(clock, { buckets: ['acme'], identities: known });
    return [glueService(clock, { s3: s3.store, identities: known }), s3] as const;
  });

const JobName = 'clicks';
const Role = 'arn:aws:iam::123456789012:role/glue';
const ScriptLocation = 's3://acme/clicks/v1.py';
const Command = { Name: 'gluestreaming', ScriptLocation, PythonVersion: '3' };
const workers = { WorkerType: 'G.1X', NumberOfWorkers: 5 } as const;
const job = {
  Name: JobName,
  Role,
  Command,
  GlueVersion: '4.0',
  Timeout: 0,
  ...workers,
} satisfies CreateJobCommandInput;

let local: Awaited<ReturnType<typeof start>>;
let glue: GlueClient;
let s3: S3Client;

beforeEach(async () => {
  local = await start();
  glue = glueClient();
  s3 = new S3Client({ endpoint: local.services['s3'] ?? '', region: 'eu-west-1', credentials });
  await script('v1', 'print(1)');
});

afterEach(async () => {
  glue.destroy();
  s3.destroy();
  await local.close();
  expect(local.errors).toEqual([]);
});

function glueClient(accessKeyId = credentials.accessKeyId, region = 'eu-west-1') {
  return new GlueClient({
    endpoint: local.services['glue'] ?? '',
    region,
    credentials: { ...credentials, accessKeyId },
    maxAttempts: 1,
  });
}

const script = (name: string, Body: string) =>
  s3.send(new PutObjectCommand({ Bucket: 'acme', Key: `clicks/${name}.py`, Body }));
const at = (name: string) => ({ '--scriptLocation': `s3://acme/clicks/${name}.py` });
const create = (more: Partial<CreateJobCommandInput> = {}) => glue.send(new CreateJobCommand({ ...job, ...more }));
const update = (JobUpdate: UpdateJobCommandInput['JobUpdate']) =>
  glue.send(new UpdateJobCommand({ JobName, JobUpdate }));
const getJob = async () => (await glue.send(new GetJobCommand({ JobName }))).Job;
const run = async (more: Partial<StartJobRunCommandInput> = {}) =>
  (await glue.send(new StartJobRunCommand({ JobName, ...more }))).JobRunId ?? '';
const getRun = async (RunId: string) => (await glue.send(new GetJobRunCommand({ JobName, RunId }))).JobRun;
const stateOf = async (id: string) => (await getRun(id))?.JobRunState;
const list = async () => (await glue.send(new GetJobRunsCommand({ JobName }))).JobRuns ?? [];
const stop = (...JobRunIds: string[]) => glue.send(new BatchStopJobRunCommand({ JobName, JobRunIds }));
const control = async (path: string, body: object) => {
  const answer = await fetch(`${local.control}/${path}`, {
    method: 'POST',
    body: JSON.stringify({ service: 'glue', ...body }),
  });
  return { status: answer.status, body: (await answer.json()) as { id: string; state: string; error?: string } };
};
const nameOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: Error) => error.name,
  );

describe('definitions', () => {
  it('shows what the service adds: capacity in units and times', async () => {
    await create();
    const shown = await getJob();
    expect(shown).toMatchObject({ ...workers, MaxCapacity: 5, AllocatedCapacity: 5, Timeout: 0, MaxRetries: 0 });
    expect(shown?.ExecutionProperty).toEqual({ MaxConcurrentRuns: 1 });
    expect(Math.abs((shown?.CreatedOn?.getTime() ?? 0) - local.clock.now())).toBeLessThan(60_000);
  });

  it('overwrites everything but the Glue version', async () => {
    await create({
      Description: 'old',
      DefaultArguments: { '--a': '1' },
      Connections: { Connections: ['vpc'] },
      Tags: { team: 'ods' },
    });
    local.advance(5);
    const before = await getJob();
    await update({ Role, Command, ...workers });
    const after = await getJob();
    expect(after?.GlueVersion).toBe('4.0');
    for (const member of ['Description', 'DefaultArguments', 'Connections', 'Timeout'] as const)
      expect(after?.[member]).toBeUndefined();
    expect(after?.LastModifiedOn?.getTime()).toBeGreaterThan(before?.LastModifiedOn?.getTime() ?? 0);
    expect(after?.CreatedOn).toEqual(before?.CreatedOn);
    const { Tags } = await glue.send(
      new GetTagsCommand({ ResourceArn: 'arn:aws:glue:eu-west-1:123456789012:job/clicks' }),
    );
    expect(Tags).toEqual({ team: 'ods' });
  });

  it.each([
    ['no role', { Command, ...workers }],
    ['no command', { Role, ...workers }],
    ['units beside workers', { Role, Command, ...workers, MaxCapacity: 5 }],
    ['the old member beside workers', { Role, Command, ...workers, AllocatedCapacity: 5 }],
    ['half of the workers', { Role, Command, NumberOfWorkers: 5 }],
    ['units for Glue 4.0', { Role, Command, MaxCapacity: 5 }],
    ['a timeout over 7 days', { Role, Command, ...workers, Timeout: 10_081 }],
    ['an unknown command', { Role, Command: { ...Command, Name: 'stream' }, ...workers }],
    ['a script outside S3', { Role, Command: { ...Command, ScriptLocation: 'job.py' }, ...workers }],
    ['an unknown worker type', { Role, Command, WorkerType: 'G.3X' as 'G.1X', NumberOfWorkers: 5 }],
    ['an unknown version', { Role, Command, ...workers, GlueVersion: '7.0' }],
    ['the flex class', { Role, Command, ...workers, ExecutionClass: 'FLEX' }],
    ['a malformed window', { Role, Command, ...workers, MaintenanceWindow: 'Sunday' }],
    ['260 KB of arguments', { Role, Command, ...workers, DefaultArguments: { '--big': 'x'.repeat(270_000) } }],
  ] as const)('refuses %s and leaves the job as it was', async (_, change) => {
    await create();
    const before = await getJob();
    expect(await nameOf(update(change as UpdateJobCommandInput['JobUpdate']))).toBe('InvalidInputException');
    expect(await getJob()).toEqual(before);
  });

  it('keeps units for the old versions', async () => {
    await glue.send(new CreateJobCommand({ Name: JobName, Role, Command, GlueVersion: '1.0', MaxCapacity: 4 }));
    const shown = await getJob();
    expect([shown?.MaxCapacity, shown?.AllocatedCapacity, shown?.WorkerType]).toEqual([4, 4, undefined]);
  });

  it('refuses a name in use and unknown names, and deletes without asking', async () => {
    await create();
    expect(await nameOf(create())).toBe('AlreadyExistsException');
    expect(await nameOf(create({ Description: 'other' }))).toBe('IdempotentParameterMismatchException');
    for (const command of [new GetJobCommand({ JobName: 'x' }), new GetJobRunsCommand({ JobName: 'x' })])
      expect(await nameOf(glue.send(command as GetJobCommand))).toBe('EntityNotFoundException');
    expect(await nameOf(glue.send(new StartJobRunCommand({ JobName: 'x' })))).toBe('EntityNotFoundException');
    expect(await nameOf(glue.send(new DeleteJobCommand({ JobName: 'x' })))).toBeNull();
  });

  it('lists, pages and finds many', async () => {
    for (const Name of ['c', 'a', 'b']) await create({ Name, Tags: { first: String(Name === 'a') } });
    const page = await glue.send(new GetJobsCommand({ MaxResults: 2 }));
    expect(page.Jobs?.map(({ Name }) => Name)).toEqual(['a', 'b']);
    const rest = await glue.send(new GetJobsCommand({ MaxResults: 2, NextToken: page.NextToken }));
    expect([rest.Jobs?.map(({ Name }) => Name), rest.NextToken]).toEqual([['c'], undefined]);
    expect((await glue.send(new ListJobsCommand({ Tags: { first: 'true' } }))).JobNames).toEqual(['a']);
    const batch = await glue.send(new BatchGetJobsCommand({ JobNames: ['a', 'zz'] }));
    expect([batch.Jobs?.length, batch.JobsNotFound]).toEqual([1, ['zz']]);
  });

  it('changes tags beside the definition', async () => {
    await create({ Tags: { a: '1' } });
    const ResourceArn = 'arn:aws:glue:eu-west-1:123456789012:job/clicks';
    await glue.send(new TagResourceCommand({ ResourceArn, TagsToAdd: { b: '2' } }));
    await glue.send(new UntagResourceCommand({ ResourceArn, TagsToRemove: ['a'] }));
    expect((await glue.send(new GetTagsCommand({ ResourceArn }))).Tags).toEqual({ b: '2' });
    expect(
      await nameOf(glue.send(new GetTagsCommand({ ResourceArn: ResourceArn.replace('eu-west-1', 'us-east-1') }))),
    ).toBe('EntityNotFoundException');
  });

  it('keeps accounts and regions apart', async () => {
    await create();
    const elsewhere = glueClient(credentials.accessKeyId, 'us-east-1');
    expect(await nameOf(elsewhere.send(new GetJobCommand({ JobName })))).toBe('EntityNotFoundException');
    elsewhere.destroy();
  });
});

describe('runs', () => {
  it('starts, runs and goes on running', async () => {
    await create();
    const id = await run();
    expect(id).toMatch(/^jr_[0-9a-f]{64}$/);
    expect(await stateOf(id)).toBe('STARTING');
    local.advance(61);
    expect(await getRun(id)).toMatchObject({
      JobRunState: 'RUNNING',
      GlueVersion: '4.0',
      ...workers,
      Timeout: 0,
      Attempt: 0,
    });
    local.advance(6 * 86_400);
    expect(await stateOf(id)).toBe('RUNNING');
    expect((await getRun(id))?.ExecutionTime).toBeGreaterThan(500_000);
  });

  it('merges arguments by precedence and keeps what it was launched with', async () => {
    await create({
      DefaultArguments: { '--a': 'default', '--b': 'default', '--c': 'default' },
      NonOverridableArguments: { '--c': 'fixed' },
    });
    const id = await run({
      Arguments: { '--b': 'run', '--c': 'run', '--deployed-sha': 'abc' },
      NumberOfWorkers: 9,
      WorkerType: 'G.2X',
    });
    const expected = { '--a': 'default', '--b': 'run', '--c': 'fixed', '--deployed-sha': 'abc' };
    await update({ Role, Command, ...workers, GlueVersion: '5.0', DefaultArguments: { '--a': 'changed' } });
    expect(await getRun(id)).toMatchObject({
      Arguments: expected,
      GlueVersion: '4.0',
      NumberOfWorkers: 9,
      MaxCapacity: 18,
    });
    expect(Object.keys((await getRun(id)) ?? {})).not.toEqual(expect.arrayContaining(['Command', 'Role']));
  });

  it('allows MaxConcurrentRuns, counting a run that is still stopping', async () => {
    await create();
    const id = await run();
    expect(await nameOf(run())).toBe('ConcurrentRunsExceededException');
    await stop(id);
    expect(await stateOf(id)).toBe('STOPPING');
    expect(await nameOf(run())).toBe('ConcurrentRunsExceededException');
    local.advance(31);
    expect(await getRun(id)).toMatchObject({ JobRunState: 'STOPPED', CompletedOn: expect.any(Date) });
    expect(await stateOf(await run())).toBe('STARTING');
  });

  it('makes a run of each accepted start: there is no idempotency token', async () => {
    await create({ ExecutionProperty: { MaxConcurrentRuns: 2 } });
    const ids = [await run({ Arguments: { '--x': '1' } }), await run({ Arguments: { '--x': '1' } })];
    expect(new Set(ids).size).toBe(2);
    expect(await list()).toHaveLength(2);
  });

  it('queues instead, where asked for: the run says so before the job', async () => {
    await create({ JobRunQueuingEnabled: true });
    const first = await run();
    const second = await run();
    expect(await getRun(second)).toMatchObject({
      JobRunState: 'WAITING',
      StateDetail: expect.stringContaining('Concurrent runs exceeded'),
    });
    expect(await nameOf(run({ JobRunQueuingEnabled: false }))).toBe('ConcurrentRunsExceededException');
    await stop(first);
    local.advance(100);
    expect(await stateOf(second)).toBe('STARTING');
  });

  it('gives up a queued run after ten tries', async () => {
    await create();
    await run();
    const queued = await run({ JobRunQueuingEnabled: true });
    local.advance(14 * 60);
    expect(await stateOf(queued)).toBe('WAITING');
    local.advance(61);
    expect(await getRun(queued)).toMatchObject({
      JobRunState: 'FAILED',
      ErrorMessage: expect.stringContaining('maximum allowed concurrent runs'),
    });
  });

  it('has a quota of runs for the account', async () => {
    await control('settings', { runQuota: 2 });
    for (const Name of ['a', 'b', 'c']) await create({ Name });
    await run({ JobName: 'a' });
    await run({ JobName: 'b' });
    expect(await nameOf(run({ JobName: 'c' }))).toBe('ResourceNumberLimitExceededException');
  });

  it('times out, by the version where nothing is said for a batch job', async () => {
    await create({ Timeout: 10 });
    const id = await run();
    local.advance(60 + 599);
    expect(await stateOf(id)).toBe('RUNNING');
    local.advance(2);
    expect(await stateOf(id)).toBe('TIMEOUT');
    const { Timeout: _, ...blank } = job;
    await glue.send(new CreateJobCommand({ ...blank, Name: 'blank', GlueVersion: '5.0' }));
    expect((await glue.send(new GetJobCommand({ JobName: 'blank' }))).Job?.Timeout).toBeUndefined();
    await glue.send(new StartJobRunCommand({ JobName: 'blank' }));
    await control('settings', { blankStreamingTimeout: 'version-default' });
    await glue.send(new CreateJobCommand({ ...blank, Name: 'ends', GlueVersion: '5.0' }));
    await glue.send(new StartJobRunCommand({ JobName: 'ends' }));
    local.advance(9 * 3600);
    const states = local.parts[0].runs?.().map(({ name, state }) => [name, state]);
    expect(states).toEqual(
      expect.arrayContaining([
        ['blank', 'RUNNING'],
        ['ends', 'TIMEOUT'],
      ]),
    );
  });

  it('retries an ended run by its id', async () => {
    await create();
    const id = await run({ Arguments: { '--x': '1' } });
    expect(await nameOf(run({ JobRunId: id }))).toBe('InvalidInputException');
    await stop(id);
    local.advance(31);
    const again = await run({ JobRunId: id });
    expect(again).toBe(`${id}_attempt_1`);
    expect(await getRun(again)).toMatchObject({ PreviousRunId: id, Arguments: { '--x': '1' } });
  });

  it('lists late where set so, in a stable order that is not the order of time', async () => {
    await create({ ExecutionProperty: { MaxConcurrentRuns: 20 } });
    await control('settings', { listLagSeconds: 20 });
    const ids: string[] = [];
    for (let index = 0; index < 8; index += 1) ids.push(await run());
    expect(await list()).toEqual([]);
    expect(await stateOf(ids[0] ?? '')).toBe('STARTING');
    local.advance(21);
    const listed = (await list()).map(({ Id }) => Id);
    expect([...listed].sort()).toEqual([...ids].sort());
    expect(listed).not.toEqual(ids);
    expect((await list()).map(({ Id }) => Id)).toEqual(listed);
    await stop(ids[0] ?? '');
    expect((await list()).find(({ Id }) => Id === ids[0])?.JobRunState).toBe('STARTING');
    local.advance(21);
    expect((await list()).find(({ Id }) => Id === ids[0])?.JobRunState).toBe('STOPPING');
  });

  it('lists that stand still show nothing newer, until a time after they are first asked', async () => {
    await create({ ExecutionProperty: { MaxConcurrentRuns: 20 } });
    const id = await run();
    local.advance(61);
    const since = new Date(local.clock.now()).toISOString();
    local.advance(1);
    await stop(id);
    await run();
    await control('settings', { listsStandStill: { since, seconds: 30 } });
    local.advance(500);
    expect(await list()).toMatchObject([{ Id: id, JobRunState: 'RUNNING' }]);
    expect(await stateOf(id)).toBe('STOPPED');
    local.advance(31);
    expect(await list()).toHaveLength(2);
  });

  it('pages runs', async () => {
    await create({ ExecutionProperty: { MaxConcurrentRuns: 20 } });
    const ids = new Set<string>();
    for (let index = 0; index < 5; index += 1) ids.add(await run());
    const pages: number[] = [];
    for await (const page of paginateGetJobRuns({ client: glue, pageSize: 2 }, { JobName })) {
      pages.push(page.JobRuns?.length ?? 0);
      for (const { Id } of page.JobRuns ?? []) ids.delete(Id ?? '');
    }
    expect([pages, ids.size]).toEqual([[2, 2, 1], 0]);
  });
});

describe('BatchStopJobRun', () => {
  it('answers 200 with what was refused in the body', async () => {
    await create({ ExecutionProperty: { MaxConcurrentRuns: 3 } });
    const [running, ended] = [await run(), await run()];
    await stop(ended);
    local.advance(31);
    const { SuccessfulSubmissions, Errors } = await stop(running, ended, 'jr_none');
    expect(SuccessfulSubmissions).toEqual([{ JobName, JobRunId: running }]);
    expect(Errors?.map(({ JobRunId, ErrorDetail }) => [JobRunId, ErrorDetail?.ErrorCode])).toEqual([
      [ended, 'JobRunInTerminalStateException'],
      ['jr_none', 'EntityNotFoundException'],
    ]);
    expect((await stop(running)).Errors?.[0]?.ErrorDetail?.ErrorCode).toBe('JobRunInvalidStateTransitionException');
  });

  it('takes 1 to 25 ids', async () => {
    await create();
    expect(await nameOf(stop())).toBe('InvalidInputException');
    expect(await nameOf(stop(...Array.from({ length: 26 }, (_, index) => `jr_${index}`)))).toBe(
      'InvalidInputException',
    );
  });
});

describe('what a script decides', () => {
  const launch = async (text: string, more: Partial<CreateJobCommandInput> = {}) => {
    await create(more);
    await script('v2', `import sys\n${text}\n`);
    return run({ Arguments: at('v2') });
  };

  it('fails the run where the object is missing', async () => {
    await create();
    const id = await run({ Arguments: at('v3') });
    expect(await stateOf(id)).toBe('STARTING');
    local.advance(61);
    const failed = await getRun(id);
    expect(failed?.JobRunState).toBe('FAILED');
    expect(failed?.ErrorMessage).toMatch(/^LAUNCH ERROR \| .*bucket: acme, key: clicks\/v3\.py.*NoSuchKey/);
  });

  it('reads the script that the run names, not the one of the definition', async () => {
    await script('v1', '# emulator: fail-after 1');
    const id = await launch('');
    local.advance(600);
    expect(await stateOf(id)).toBe('RUNNING');
  });

  it('fail-after', async () => {
    const id = await launch('# emulator: fail-after 40 "Unresolved import"');
    local.advance(99);
    expect(await stateOf(id)).toBe('RUNNING');
    local.advance(2);
    expect(await getRun(id)).toMatchObject({
      JobRunState: 'FAILED',
      ErrorMessage: 'Unresolved import',
      ExecutionTime: 40,
    });
    expect(await list()).toHaveLength(1);
  });

  it('finish-after', async () => {
    const id = await launch('# emulator: finish-after 30');
    local.advance(91);
    expect(await stateOf(id)).toBe('SUCCEEDED');
  });

  it('crash-loop goes on with attempts as MaxRetries allows', async () => {
    const id = await launch('# emulator: crash-loop', { MaxRetries: 2 });
    local.advance(81);
    expect(await stateOf(id)).toBe('FAILED');
    expect(await getRun(`${id}_attempt_1`)).toMatchObject({ JobRunState: 'WAITING', Attempt: 1, PreviousRunId: id });
    local.advance(3600);
    expect((await list()).map(({ Id, JobRunState }) => [Id, JobRunState]).sort()).toEqual([
      [id, 'FAILED'],
      [`${id}_attempt_1`, 'FAILED'],
      [`${id}_attempt_2`, 'FAILED'],
    ]);
  });

  it('slow-stop', async () => {
    const id = await launch('# emulator: slow-stop 600');
    local.advance(61);
    await stop(id);
    local.advance(599);
    expect(await stateOf(id)).toBe('STOPPING');
    local.advance(2);
    expect(await stateOf(id)).toBe('STOPPED');
  });

  it('never-starts, and can be stopped', async () => {
    const id = await launch('# emulator: never-starts');
    local.advance(86_400);
    expect(await stateOf(id)).toBe('STARTING');
    await stop(id);
    local.advance(31);
    expect(await stateOf(id)).toBe('STOPPED');
  });

  it('several lines add up, in Scala comments too', async () => {
    const id = await launch('// emulator: start-after 300\n// emulator: finish-after 10');
    local.advance(299);
    expect(await stateOf(id)).toBe('STARTING');
    local.advance(5);
    expect(await stateOf(id)).toBe('RUNNING');
    local.advance(10);
    expect(await stateOf(id)).toBe('SUCCEEDED');
  });

  it('fails at a directive that does not exist', async () => {
    const id = await launch('# emulator: explode');
    local.advance(61);
    expect((await getRun(id))?.ErrorMessage).toContain('unknown directive: explode');
  });

  it('ends a batch job by itself', async () => {
    const id = await launch('', { Command: { ...Command, Name: 'glueetl' } });
    local.advance(60 + 121);
    expect(await stateOf(id)).toBe('SUCCEEDED');
  });
});

describe('maintenance', () => {
  it('replaces a run after seven days by one with another id', async () => {
    await create();
    const id = await run({ Arguments: { '--rollout-id': 'x' } });
    await update({ Role, Command, ...workers, DefaultArguments: { '--new': '1' } });
    local.advance(7 * 86_400 + 61);
    expect(await stateOf(id)).toBe('EXPIRED');
    expect(await getRun(`${id}_restart_1`)).toMatchObject({
      JobRunState: 'RUNNING',
      Arguments: { '--rollout-id': 'x' },
      PreviousRunId: id,
    });
    local.advance(7 * 86_400);
    expect(await stateOf(`${id}_restart_2`)).toBe('RUNNING');
    expect(await nameOf(run())).toBe('ConcurrentRunsExceededException');
  });

  it('never touches a run with a shorter timeout', async () => {
    await create({ Timeout: 10_079 });
    const id = await run();
    local.advance(8 * 86_400);
    expect(await stateOf(id)).toBe('TIMEOUT');
    expect(await list()).toHaveLength(1);
  });

  it('keeps to the window', async () => {
    const inTwoHours = new Date(local.clock.now() + 2 * 3_600_000);
    const window = `${['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][inTwoHours.getUTCDay()]}:${inTwoHours.getUTCHours()}`;
    await create({ MaintenanceWindow: window });
    const id = await run();
    local.advance(600);
    expect(await stateOf(id)).toBe('RUNNING');
    local.advance(7200);
    expect(await stateOf(`${id}_restart_1`)).toBe('RUNNING');
  });

  it('may read the definition anew, where set so', async () => {
    await control('settings', { restartReads: 'definition' });
    await create();
    const id = await run({ Arguments: { '--rollout-id': 'x' } });
    await update({ Role, Command, ...workers, GlueVersion: '5.0', DefaultArguments: { '--new': '1' } });
    await control('runs', { run: id, fate: 'expire' });
    expect(await getRun(`${id}_restart_1`)).toMatchObject({
      GlueVersion: '5.0',
      Arguments: { '--rollout-id': 'x', '--new': '1' },
    });
  });
});

describe('control', () => {
  it('plants a run that somebody started by hand, with its job', async () => {
    const planted = await control('runs', {
      jobName: JobName,
      arguments: { '--x': '1' },
      definition: { ...workers, Timeout: 0 },
    });
    expect(planted.body.state).toBe('RUNNING');
    const shown = await getRun(planted.body.id);
    expect(shown).toMatchObject({ JobRunState: 'RUNNING', Arguments: { '--x': '1' } });
    expect(shown?.ExecutionTime).toBeGreaterThanOrEqual(3600);
    expect(await nameOf(run())).toBe('ConcurrentRunsExceededException');
  });

  it('changes what becomes of a run', async () => {
    await create({ ExecutionProperty: { MaxConcurrentRuns: 9 } });
    const ends = {
      fail: 'FAILED',
      finish: 'SUCCEEDED',
      'time-out': 'TIMEOUT',
      error: 'ERROR',
      expire: 'EXPIRED',
      stop: 'STOPPING',
    };
    for (const [fate, state] of Object.entries(ends)) {
      const id = await run();
      await control('runs', { run: id, fate, message: fate === 'fail' ? 'lost' : undefined });
      expect(await stateOf(id)).toBe(state);
      if (fate === 'fail') expect((await getRun(id))?.ErrorMessage).toBe('lost');
    }
  });

  it('answers 400 to what it does not understand', async () => {
    for (const body of [{ run: 'jr_none', fate: 'fail' }, { jobName: 'x', state: 'ASLEEP' }, {}])
      expect((await control('runs', body)).status).toBe(400);
    expect((await control('settings', { startSeconds: -1 })).status).toBe(400);
    expect((await control('settings', { unknown: 1 })).body.error).toContain('unknown');
  });

  it('lists runs with what GetJobRun does not tell', async () => {
    await create();
    await run({ Arguments: at('v1') });
    const runs = (await (await fetch(`${local.control}/runs?service=glue`)).json()) as object[];
    expect(runs).toMatchObject([
      { name: JobName, state: 'STARTING', region: 'eu-west-1', scriptLocation: ScriptLocation },
    ]);
    expect(local.parts[0].snapshot()).toMatchObject({
      '123456789012/eu-west-1': { jobs: { clicks: { Role } }, runs: [{ JobName }] },
    });
  });
});

describe('wire', () => {
  const fault = (status: number, more = {}) =>
    control('faults', { operation: 'GetJobs', when: 'before', effect: 'status', status, ...more });

  it.each([
    [400, 'ThrottlingException', 400],
    [403, 'AccessDeniedException', 400],
    [409, 'ConcurrentModificationException', 400],
    [503, 'InternalServiceException', 503],
  ])('answers an injected %i as %s', async (status, name, wire) => {
    await fault(status);
    await expect(glue.send(new GetJobsCommand({}))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: wire },
    });
    await glue.send(new GetJobsCommand({}));
  });

  it('refuses writes of a caller that may only read', async () => {
    await create();
    const reader = glueClient(readOnlyKey);
    expect(await nameOf(reader.send(new StartJobRunCommand({ JobName })))).toBe('AccessDeniedException');
    expect((await reader.send(new GetJobCommand({ JobName }))).Job?.Name).toBe(JobName);
    reader.destroy();
  });

  it('refuses values of the wrong type and unknown operations', async () => {
    const send = async (operation: string, body: string) => {
      const headers = { 'x-amz-target': `AWSGlue.${operation}`, 'content-type': 'application/x-amz-json-1.1' };
      const answer = await fetch(local.services['glue'] ?? '', { method: 'POST', headers, body });
      return [answer.status, ((await answer.json()) as { __type: string }).__type];
    };
    expect(await send('StartJobRun', '{"JobName":"x","Arguments":{"--n":1}}')).toEqual([400, 'SerializationException']);
    expect(await send('StartJobRun', '{}')).toEqual([400, 'InvalidInputException']);
    expect(await send('StartJobRun', 'no json')).toEqual([400, 'SerializationException']);
    expect(await send('GetTables', '{}')).toEqual([400, 'UnknownOperationException']);
  });

  it('marks writes in the request log', async () => {
    await create();
    await list();
    const log = (await (await fetch(`${local.control}/requests?service=glue`)).json()) as {
      operation: string;
      write: boolean;
    }[];
    expect(log.map(({ operation, write }) => [operation, write])).toEqual([
      ['CreateJob', true],
      ['GetJobRuns', false],
    ]);
  });
});
