import { type CreateJobRequest, GetTagsCommand, TagResourceCommand, UpdateJobCommand } from '@aws-sdk/client-glue';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { updateOf } from '../../../src/engines/glue/definition.js';
import { withoutNote } from '../../../src/engines/glue/overlay.js';
import type { JsonObject } from '../../../src/model/json.js';
import { common, definition, stamp, target, type World, world } from './world.js';

let local: World;
beforeEach(async () => {
  local = await world();
});
afterEach(() => local.end());

const call = (more: JsonObject = {}) => ({ ...common, stamp, target: { ...target, ...more } });
const prepare = (more: JsonObject = {}) => local.drive(local.session.can.prepare, call(more));
const succeeded = { state: 'succeeded', run: null, snapshot: null };

describe('definition', () => {
  it('writes what the manifest gives, keeps everything else, and reads it back', async () => {
    const rest: Partial<CreateJobRequest> = {
      Connections: { Connections: ['kafka'] },
      MaintenanceWindow: 'Sun:10',
      NotificationProperty: { NotifyDelayAfter: 5 },
      MaxRetries: 0,
    };
    await local.create(rest);
    const before = updateOf(await local.definition());
    await local.forget();
    expect(await prepare({ arguments: { '--topic': 'clicks' } })).toEqual(succeeded);
    const after = updateOf(await local.definition());
    expect({ ...after, DefaultArguments: withoutNote(after.DefaultArguments) }).toEqual({
      ...before,
      Command: { ...before.Command, ScriptLocation: target['script'] },
      DefaultArguments: { '--job-language': 'python', '--topic': 'clicks' },
      NumberOfWorkers: 3,
    });
    expect(after).toMatchObject({ Timeout: 0, Description: definition.Description, ...rest });
    expect((await local.requests()).slice(0, 3)).toEqual(['GetJob', 'UpdateJob', 'GetJob']);
  });

  it('makes no write where nothing differs', async () => {
    await local.create();
    await prepare();
    await local.forget();
    expect(await prepare()).toEqual(succeeded);
    expect(await local.requests()).toEqual(['GetJob']);
  });

  it('is undone exactly by preparing the old target', async () => {
    await local.create();
    await prepare();
    const old = updateOf(await local.definition());
    await prepare({
      arguments: { '--topic': 'new', '--more': '1' },
      timeout: 60,
      role: 'arn:aws:iam::123456789012:role/new',
      definition: { GlueVersion: '5.0', MaxRetries: 2 },
    });
    expect(updateOf(await local.definition())).toMatchObject({ GlueVersion: '5.0', MaxRetries: 2, Timeout: 60 });
    await prepare();
    expect(updateOf(await local.definition())).toEqual(old);
  });

  it('gives Glue the value of a secret, and nobody else', async () => {
    await local.create();
    await prepare({ arguments: { '--key': '${secret.KEY}' } });
    expect((await local.definition()).DefaultArguments).toMatchObject({ '--key': 'secret value of KEY' });
    expect(local.lines.join('\n')).not.toContain('secret value');
  });

  it('touches nothing with `definition: leave`', async () => {
    await local.create();
    await local.forget();
    expect(await prepare({ definition: 'leave' })).toEqual(succeeded);
    expect(await local.requests()).toEqual([]);
  });

  it('keeps what somebody else changed since the plan, and tells it', async () => {
    await local.create();
    await local.session.preflight({
      subject: call().subject,
      job: { ...(await import('./world.js')).declared },
      target: call().target,
      strategy: 'restart',
      current: null,
    });
    local.advance(5);
    const job = await local.definition();
    const MaintenanceWindow = 'Mon:03';
    await local.other.send(
      new UpdateJobCommand({ JobName: 'clicks', JobUpdate: { ...updateOf(job), MaintenanceWindow } }),
    );
    expect(await prepare()).toEqual(succeeded);
    expect(await local.definition()).toMatchObject({ MaintenanceWindow });
    expect(local.lines).toEqual([expect.stringContaining('somebody else changed the definition')]);
  });
});

describe('refusals before anything is touched', () => {
  it.each([
    ['a job that does not exist', null, {}, 'glue-job-missing'],
    ['a job from the visual editor', { JobMode: 'VISUAL' }, {}, 'glue-visual-job'],
    [
      'a token that a write could damage',
      { SourceControlDetails: { Provider: 'GITHUB', AuthStrategy: 'PERSONAL_ACCESS_TOKEN', AuthToken: '****' } },
      {},
      'glue-source-control-token',
    ],
  ] as const)('%s', async (_, made, more, code) => {
    if (made !== null) await local.create(made as Partial<CreateJobRequest>);
    await local.forget();
    expect(await prepare(more)).toMatchObject({ state: 'failed', code });
    expect(await local.writes()).toEqual([]);
  });

  it('what Glue itself refuses, in its words', async () => {
    await local.create();
    const before = await local.definition();
    expect(await prepare({ definition: { GlueVersion: '99' } })).toMatchObject({
      state: 'failed',
      code: 'glue-definition-refused',
      message: expect.stringContaining('Invalid Glue version: 99'),
    });
    expect(await local.definition()).toEqual(before);
  });

  it('a missing right', async () => {
    await local.create();
    await local.fault({ operation: 'UpdateJob', when: 'before', effect: 'status', status: 403 });
    expect(await prepare()).toMatchObject({ state: 'failed', code: 'glue-access-denied' });
  });
});

describe('lost and late answers', () => {
  it('merges again after a concurrent modification', async () => {
    await local.create();
    await local.forget();
    await local.fault({ operation: 'UpdateJob', when: 'before', effect: 'status', status: 409, times: 2 });
    expect(await prepare()).toEqual(succeeded);
    expect(await local.requests()).toEqual([
      'GetJob',
      'UpdateJob',
      'GetJob',
      'UpdateJob',
      'GetJob',
      'UpdateJob',
      'GetJob',
    ]);
  });

  it('gives up on a definition that is always being changed', async () => {
    await local.create();
    await local.fault({ operation: 'UpdateJob', when: 'before', effect: 'status', status: 409, times: 50 });
    expect(await prepare()).toMatchObject({ state: 'failed', code: 'glue-definition-contended' });
  });

  it('waits where it is throttled', async () => {
    await local.create();
    await local.fault({ operation: 'UpdateJob', when: 'before', effect: 'status', status: 429, times: 2 });
    expect(await prepare()).toEqual(succeeded);
  });

  it('throws where the answer was lost, and writes no second time', async () => {
    await local.create();
    await local.fault({ operation: 'UpdateJob', when: 'after', effect: 'reset' });
    await expect(prepare()).rejects.toMatchObject({ code: 'glue-answer-unknown', class: 'transient' });
    await local.forget();
    expect(await prepare()).toEqual(succeeded);
    expect(await local.writes()).toEqual([]);
  });

  it('notices that somebody else overwrote what was written', async () => {
    await local.create();
    const first = await local.session.can.prepare?.(call());
    if (first?.state !== 'running') throw new Error('expected a write');
    const { Role, Command } = definition;
    await local.other.send(new UpdateJobCommand({ JobName: 'clicks', JobUpdate: { Role, Command } }));
    let progress = first as Awaited<ReturnType<NonNullable<typeof local.session.can.prepare>>>;
    while (progress.state === 'running') {
      progress = (await local.session.can.prepare?.({ ...call(), memo: progress.memo })) ?? progress;
    }
    expect(progress).toMatchObject({ state: 'failed', code: 'glue-definition-not-as-written' });
    expect(progress).toMatchObject({ message: expect.stringMatching(/Command.*DefaultArguments.*Timeout/) });
  });
});

describe('tags', () => {
  const arn = 'arn:aws:glue:eu-west-1:123456789012:job/clicks';
  const tags = async () => (await local.other.send(new GetTagsCommand({ ResourceArn: arn }))).Tags;

  it('sets the given ones and leaves the others', async () => {
    await local.create();
    await local.other.send(new TagResourceCommand({ ResourceArn: arn, TagsToAdd: { team: 'data', stage: 'old' } }));
    expect(await prepare({ tags: { stage: 'new' } })).toEqual(succeeded);
    expect(await tags()).toEqual({ team: 'data', stage: 'new' });
    await local.forget();
    await prepare({ tags: { stage: 'new' } });
    expect(await local.writes()).toEqual([]);
  });

  it('are refused with the right that is missing', async () => {
    await local.create();
    await local.fault({ operation: 'TagResource', when: 'before', effect: 'status', status: 403 });
    expect(await prepare({ tags: { stage: 'new' }, account: '123456789012' })).toMatchObject({
      state: 'failed',
      code: 'glue-access-denied',
    });
  });
});
