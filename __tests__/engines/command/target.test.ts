import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { secondsOf } from '../../../src/engines/command/duration.js';
import { command } from '../../../src/engines/command/index.js';
import { withDefaults } from './job.js';

const minimal = { observe: './runs.sh' };

describe('settings', () => {
  it.each([
    ['the least', minimal],
    ['lists of arguments', { observe: ['./runs', 'observe'], start: ['./runs', 'start'] }],
    ['free settings', { ...minimal, settings: { a: [1, { b: null }] }, scale: './scale', scaling: { replicas: 3 } }],
    ['artifacts', { ...minimal, artifact: [{ file: 'a.jar', 'upload-to': 's3://b/${digest}.jar' }, 's3://b/c.jar'] }],
    ['times', { ...minimal, timeout: '90s', poll: 2, times: { call: '5m', lag: '1h' } }],
    ['environment', { ...minimal, env: { A: 'x', B: 1, C: true }, credentials: { TOKEN: '${secret.TOKEN}' } }],
    ['guarantees', { ...minimal, guarantees: { state: 'kept', duplicates: 'none', gap: '30s' } }],
  ])('accept %s and keep them as written', (_, target) => {
    expect(command.target.parse(target)).toEqual(target);
  });

  it.each([
    ['no observe', {}],
    ['an unknown field', { ...minimal, strat: './x' }],
    ['an empty command', { ...minimal, start: '' }],
    ['an empty list', { ...minimal, start: [] }],
    ['a wrong duration', { ...minimal, timeout: '5 minutes' }],
    ['a wrong variable name', { ...minimal, env: { 'A-B': 'x' } }],
    ['a wrong guarantee', { ...minimal, guarantees: { state: 'maybe' } }],
    ['two kinds of artifact in one', { ...minimal, artifact: { file: 'a', zip: 'b', 'upload-to': 'c' } }],
  ])('refuse %s', (_, target) => {
    expect(command.target.safeParse(target).success).toBe(false);
  });

  it('have a JSON schema', () => {
    expect(z.toJSONSchema(command.target)).toMatchObject({
      type: 'object',
      required: ['observe'],
      additionalProperties: false,
    });
  });

  it('say what a change costs: what runs is an upgrade, how it is watched or ended is nothing', () => {
    const impactOf = (field: string) => command.impacts[field] ?? 'upgrade';
    expect(['start', 'replace', 'prepare', 'settings', 'artifact', 'env'].map(impactOf)).toEqual(
      Array(6).fill('upgrade'),
    );
    expect(['observe', 'stop', 'drain', 'credentials', 'poll', 'timeout', 'times', 'guarantees'].map(impactOf)).toEqual(
      Array(8).fill('none'),
    );
    expect(impactOf('scaling')).toBe('scale');
  });
});

describe('durations', () => {
  it.each([
    ['45s', 45],
    ['1.5m', 90],
    ['2h', 7200],
    [7, 7],
    [undefined, 60],
  ])('%j are %d seconds', (given, seconds) => expect(secondsOf(given, 60)).toBe(seconds));
});

describe('times', () => {
  it('follow from the time-out and can be given', () => {
    expect(command.timesOf?.(minimal)).toEqual(command.times);
    expect(command.timesOf?.({ ...minimal, timeout: '5m' })).toEqual({ callSeconds: 302, lagSeconds: 15 });
    expect(command.timesOf?.({ ...minimal, timeout: '5m', times: { call: 1, lag: '2m' } })).toEqual({
      callSeconds: 1,
      lagSeconds: 120,
    });
  });
});

describe('verbs', () => {
  it('are the commands that are given', () => {
    expect(command.verbs(minimal)).toEqual([]);
    const all = {
      start: 'a',
      stop: 'b',
      drain: 'c',
      snapshot: 'd',
      'stop-with-snapshot': 'e',
      scale: 'f',
      replace: 'g',
      prepare: 'h',
      measure: 'i',
    };
    expect([...command.verbs({ ...minimal, ...all })].sort()).toEqual([
      'drain',
      'prepare',
      'replace',
      'scale',
      'snapshot',
      'start',
      'stop',
      'stopWithSnapshot',
    ]);
  });

  it('keep jobs with other verbs or another place in another session', () => {
    const sessionOf = (target: Parameters<typeof command.place>[0]) => command.place(target, { env: {} }).session;
    expect(sessionOf({ ...minimal, start: 'a' })).toBe(sessionOf({ observe: 'other', start: 'b' }));
    expect(sessionOf({ ...minimal, start: 'a' })).not.toBe(sessionOf({ ...minimal, stop: 'a' }));
    expect(sessionOf({ ...minimal, place: 'east' })).not.toBe(sessionOf({ ...minimal, place: 'west' }));
    expect(command.place({ ...minimal, place: 'east' }, { env: {} }).key).toBe('east');
  });
});

describe('expectations', () => {
  const all = { ...minimal, start: 'a', stop: 'b', drain: 'c' };
  it.each([
    ['create', all, { gapSeconds: null, duplicates: 'none', state: 'none' }],
    ['restart', all, { gapSeconds: null, duplicates: 'replay', state: 'unknown' }],
    [
      'restart',
      { ...all, guarantees: { state: 'kept', duplicates: 'none', gap: '30s' } },
      { gapSeconds: 30, duplicates: 'none', state: 'kept' },
    ],
    ['restart', { ...all, guarantees: { state: 'lost' } }, { gapSeconds: null, duplicates: 'replay', state: 'lost' }],
    ['in-place-update', { ...all, replace: 'r' }, { gapSeconds: null, duplicates: 'replay', state: 'unknown' }],
    ['drain-and-resubmit', all, { gapSeconds: null, duplicates: 'none', state: 'flushed' }],
    [
      'savepoint-upgrade',
      { ...all, 'stop-with-snapshot': 's' },
      { gapSeconds: null, duplicates: 'replay', state: 'kept' },
    ],
    ['in-flight-update', { ...all, scale: 's' }, { gapSeconds: null, duplicates: 'replay', state: 'kept' }],
    ['parallel', all, { gapSeconds: 0, duplicates: 'overlap', state: 'lost' }],
    ['parallel', { ...all, snapshot: 's' }, { gapSeconds: 0, duplicates: 'overlap', state: 'kept' }],
    ['stop', all, { gapSeconds: null, duplicates: 'none', state: 'flushed' }],
    ['stop', { ...minimal, stop: 'b' }, { gapSeconds: null, duplicates: 'none', state: 'unknown' }],
    ['stop', { ...all, 'stop-with-snapshot': 's' }, { gapSeconds: null, duplicates: 'none', state: 'kept' }],
  ] as const)('of %s are careful', (strategy, target, effect) => {
    expect(command.expect(strategy, withDefaults({ target }))).toEqual(effect);
  });

  it.each([
    ['drain-and-resubmit', { ...minimal, start: 'a' }, 'the job has no drain command'],
    ['parallel', { ...minimal, start: 'a' }, 'the job has no drain or stop command'],
    ['savepoint-upgrade', all, 'the job has no stop-with-snapshot command'],
    ['stop', { ...minimal, start: 'a' }, 'the job has no stop-with-snapshot or drain or stop command'],
  ] as const)('reject %s where a command is missing', (strategy, target, rejected) => {
    expect(command.expect(strategy, withDefaults({ target }))).toEqual({ rejected });
  });

  it('reject rolling with a reason', () => {
    expect(command.expect('rolling', withDefaults({ target: all }))).toEqual({
      rejected: expect.stringContaining('whole runs'),
    });
  });
});

describe('checks', () => {
  const codesOf = (more: Parameters<typeof withDefaults>[0]) =>
    command.check?.(withDefaults(more)).map(({ code, level }) => [code, level]);

  it('find secrets that would reach a command as text', () => {
    for (const field of [
      { start: 'x --token ${secret.TOKEN}' },
      { settings: { deep: [{ token: '${secret.TOKEN}' }] } },
      { observe: ['x', '${secret.TOKEN}'] },
    ]) {
      expect(codesOf({ target: { ...minimal, ...field } })).toEqual([['command-secret-outside-env', 'error']]);
    }
    expect(
      codesOf({ target: { ...minimal, env: { A: '${secret.TOKEN}' }, credentials: { B: '${secret.TOKEN}' } } }),
    ).toEqual([]);
  });

  it('point at the line of the field', () => {
    const at = { file: 'jobs.yml', line: 12, column: 3 };
    const job = withDefaults({ target: { ...minimal, start: '${secret.TOKEN}' }, positions: { 'target.start': at } });
    expect(command.check?.(job)).toMatchObject([{ file: 'jobs.yml', line: 12 }]);
  });

  it('find values that nothing can scale', () => {
    expect(codesOf({ target: { ...minimal, scaling: { replicas: 3 } } })).toEqual([
      ['command-scaling-without-scale', 'error'],
    ]);
  });

  it('tell of files that going back cannot bring back', () => {
    expect(codesOf({ target: minimal, paths: ['src/**'] })).toEqual([['command-files-from-checkout', 'notice']]);
    expect(codesOf({ target: minimal, paths: ['src/**'], build: './build.sh' })).toEqual([]);
    expect(codesOf({ target: { ...minimal, artifact: 's3://b/c.jar' }, paths: ['src/**'] })).toEqual([]);
  });
});
