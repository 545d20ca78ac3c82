import { describe, expect, it } from '@jest/globals';
import { successorId, triggerId } from '../../../src/engines/flink/job-id.js';
import { runBody } from '../../../src/engines/flink/launch.js';
import { placeOf } from '../../../src/engines/flink/place.js';
import type { Stamp } from '../../../src/model/stamp.js';
import { failureOf, headline } from '../../../src/platforms/flink/errors.js';
import { parametersIn, parametersWith, stampOf } from '../../../src/platforms/flink/marks.js';
import type { NamedState, OperatorSnapshot, Snapshot } from '../../../src/platforms/flink/metadata/index.js';
import { difference } from '../../../src/platforms/flink/snapshots/names.js';
import { normalised, readableUri, samePath } from '../../../src/platforms/flink/snapshots/path.js';
import { stateOf } from '../../../src/platforms/flink/states.js';

const stamp: Stamp = {
  revision: 'r1-00000000000000aa',
  rollout: 'aabbccddeeff00112233',
  n: 4,
  step: 'start',
  commit: 'c0ffee',
  predecessor: '0da08f51eaa85fc298e176a139b3649a',
  slot: null,
};

describe('the stamp in the global job parameters', () => {
  it.each([
    ['a YAML map', '{owner: "team a", url: "http://x:1/y,z"}', { owner: 'team a', url: 'http://x:1/y,z' }],
    ['JSON', '{"owner": "team \\"a\\""}', { owner: 'team "a"' }],
    ['pairs', "owner:team,url:'http://x:1/y,z'", { owner: 'team', url: 'http://x:1/y,z' }],
    ['nothing', '', {}],
  ])('keeps what the user gives as %s', (_, given, own) => {
    expect(Object.fromEntries(parametersIn(given))).toEqual(own);
    const written = JSON.parse(parametersWith(stamp, given, { major: 2, minor: 3 })) as Record<string, string>;
    expect(written).toMatchObject(own);
    expect(stampOf(written)).toEqual(stamp);
    const old = Object.fromEntries(parametersIn(parametersWith(stamp, given, { major: 1, minor: 18 })));
    expect(old).toMatchObject(own);
    expect(stampOf(old)).toEqual(stamp);
  });

  it('is none where a field is missing', () => {
    expect(stampOf({ 'stream-rollout.revision': 'r1-x' })).toBeNull();
    expect(stampOf(undefined)).toBeNull();
  });
});

describe('ids', () => {
  it('have Flink’s form, and one run has one successor', () => {
    expect(successorId('fraud', 'fraud', 'a')).toMatch(/^[0-9a-f]{32}$/);
    expect(successorId('fraud', 'fraud', 'a')).toBe(successorId('fraud', 'fraud-b', 'a'));
    expect(successorId('fraud', 'fraud', 'a')).not.toBe(successorId('fraud', 'fraud', 'b'));
    expect(successorId('fraud', 'fraud', null)).not.toBe(successorId('fraud', 'fraud-b', null));
    expect(triggerId('r', 'a', 'stop')).not.toBe(triggerId('r', 'a', 'savepoint'));
  });
});

describe('a submission', () => {
  const target = {
    url: 'http://x',
    jar: 's3://a/b.jar',
    arguments: ['--n', 5, true],
    parallelism: 3,
    configuration: { 'a.b': 1 },
  };
  const more = { jobId: 'id', name: 'fraud', stamp, snapshot: 'file:/s' };

  it.each([
    [{ major: 1, minor: 18 }, { restoreMode: 'NO_CLAIM' }],
    [{ major: 1, minor: 20 }, { claimMode: 'NO_CLAIM' }],
    [{ major: 2, minor: 3 }, { claimMode: 'NO_CLAIM' }],
  ])('claims nothing, by the name of the field that version %j has', (version, claim) => {
    const body = runBody(target, { ...more, version });
    expect(body).toMatchObject({
      ...claim,
      savepointPath: 'file:/s',
      programArgsList: ['--n', '5', 'true'],
      parallelism: 3,
      jobId: 'id',
    });
    expect(Object.keys(body).filter((key) => /claim|restore/i.test(key))).toEqual(Object.keys(claim));
    expect(body['flinkConfiguration']).toMatchObject({ 'a.b': '1', 'pipeline.name': 'fraud' });
    expect(body).not.toHaveProperty('allowNonRestoredState');
  });
});

describe('paths of snapshots', () => {
  it.each(['file:/s/p', 'file:///s/p', '/s/p', 'file:///s/p/', 'file:/s/p/_metadata'])('%s is one path', (path) => {
    expect(normalised(path)).toBe('file:/s/p');
    expect(readableUri(path, '_metadata')).toBe('file:///s/p/_metadata');
  });

  it('keeps other schemes apart', () => {
    expect(samePath('s3a://b/k', 's3://b/k/')).toBe(true);
    expect(samePath('s3://b/k', 's3://b/k2')).toBe(false);
    expect(readableUri('hdfs://n/s/p')).toBeNull();
    expect(readableUri('gs://b/k', 'x')).toBe('gs://b/k/x');
  });
});

describe('what Flink says went wrong', () => {
  const trace = [
    'org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.',
    '\tat org.apache.flink.runtime.webmonitor.handlers.JarRunHandler.lambda$1(JarRunHandler.java:110)',
    'Caused by: java.util.concurrent.CompletionException: org.apache.flink.util.FlinkRuntimeException: Could not start the JobMaster.',
    'Caused by: java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint file:/s. Cannot map checkpoint/savepoint state for operator 0da0 to the new program',
    '\t... 3 more',
  ].join('\n');

  it('is a headline and its causes, without frames and packages', () => {
    expect(headline(trace)).toBe(
      'RestHandlerException: Could not execute application. ← CompletionException: FlinkRuntimeException: Could not start the JobMaster. ← IllegalStateException: Failed to rollback to checkpoint/savepoint file:/s. Cannot map checkpoint/savepoint state for operator 0da0 to the new program',
    );
  });

  it.each([
    [400, [trace], 'refused', 'flink-state-incompatible'],
    [
      400,
      ['x\nCaused by: a.DuplicateApplicationSubmissionException: Application has already been submitted.'],
      'taken',
      'flink-start-fenced',
    ],
    [
      500,
      ['Internal server error.', '<Exception on server side:\na.RestHandlerException: Jar file /x.jar does not exist'],
      'missing',
      'flink-jar-missing',
    ],
    [
      500,
      ['Internal server error.', '<Exception on server side:\njava.util.concurrent.TimeoutException'],
      'unknown',
      'flink-answer-unknown',
    ],
    [409, ['x'], 'refused', 'flink-refused'],
    [403, ['x'], 'refused', 'flink-access-denied'],
    [503, ['Please refresh.'], 'unknown', 'flink-unavailable'],
  ])('%i is judged by what it says', (status, errors, kind, code) => {
    expect(failureOf({ status, body: { errors } })).toMatchObject({ kind, code });
  });

  it('a page that quotes such a text is no answer of Flink', () => {
    expect(failureOf({ status: 502, body: '<html><title>Jar file x does not exist</title></html>' })).toMatchObject({
      kind: 'unknown',
    });
  });
});

describe('states', () => {
  const job = (state: string, tasks: object) => ({
    jid: 'a',
    name: 'fraud',
    state,
    'start-time': 1,
    'end-time': -1,
    tasks: { total: 4, running: 0, finished: 0, ...tasks },
  });

  it.each([
    ['RUNNING', { running: 4 }, 'running'],
    ['RUNNING', { running: 3, finished: 1 }, 'running'],
    ['RUNNING', { running: 3 }, 'starting'],
    ['RUNNING', { total: 0 }, 'starting'],
    ['RESTARTING', {}, 'starting'],
    ['CANCELLING', {}, 'stopping'],
    ['CANCELED', {}, 'stopped'],
    ['SOMETHING_NEW', {}, 'starting'],
  ])('%s with %j is %s', (state, tasks, expected) => {
    expect(stateOf(job(state, tasks))).toBe(expected);
  });
});

describe('names of states', () => {
  const operator = (id: string, names: readonly string[], more: Partial<OperatorSnapshot> = {}): OperatorSnapshot => ({
    id,
    name: null,
    uid: null,
    parallelism: 1,
    maxParallelism: 128,
    hasState: names.length > 0,
    size: 1,
    states: names.map((name): NamedState => ({ scope: 'keyed', name, kind: 'value' })),
    files: [],
    unnamed: false,
    ...more,
  });
  const snapshot = (...operators: readonly OperatorSnapshot[]): Snapshot => ({
    version: 6,
    checkpointId: 1,
    operators,
  });

  it.each([
    ['the same', [operator('a', ['x'])], { lost: [], added: [] }],
    ['renamed and carried along', [operator('a', ['x', 'y'])], { lost: [], added: ['y of a'] }],
    ['renamed and dropped', [operator('a', ['y'])], { lost: ['x of a'], added: ['y of a'] }],
    ['without the operator', [], { lost: ['x of a'], added: [] }],
    ['with a new operator', [operator('a', ['x']), operator('b', ['z'])], { lost: [], added: [] }],
    ['not all readable', [operator('a', [], { unnamed: true, hasState: true })], { lost: [], added: [] }],
  ])('%s', (_, after, expected) => {
    expect(difference(snapshot(operator('a', ['x'])), snapshot(...after))).toEqual(expected);
  });

  it('an operator without names that has nothing left is lost', () => {
    const before = snapshot(operator('a', [], { hasState: true, uid: 'counter' }));
    expect(difference(before, snapshot(operator('a', []))).lost).toEqual(['counter (a)']);
  });
});

it('a place is one cluster; identities and verbs are sessions of their own', () => {
  const ambient = { env: {} };
  const url = 'http://Flink.internal:8081/';
  const plain = placeOf({ url, jar: 'x' }, ambient);
  expect(plain.key).toBe('http://flink.internal:8081');
  for (const other of [{ headers: { A: '${secret.B}' } }, { tls: { ca: 'x' } }, { scheduler: 'adaptive' }]) {
    const place = placeOf({ url, jar: 'x', ...other }, ambient);
    expect([place.key, place.session === plain.session]).toEqual([plain.key, false]);
  }
  expect(placeOf({ url, jar: 'x' }, { env: { STREAM_ROLLOUT_FLINK_URL: 'http://127.0.0.1:1' } }).key).toBe(
    'http://127.0.0.1:1',
  );
  expect(() => placeOf({ url: 'flink.internal', jar: 'x' }, ambient)).toThrow(
    expect.objectContaining({ code: 'flink-url-missing' }),
  );
});
