import { inspect } from 'node:util';
import { expect, it } from '@jest/globals';
import type { LaunchCall, Session } from '../../src/engines/engine.js';
import { RolloutError } from '../../src/model/error.js';
import { maskedSession } from '../../src/rollout/masked-session.js';
import { runOf } from './kit.js';

const canary = 'canary-5b20';
const mask = (text: string) => text.replaceAll(canary, '***');
const at = { file: 'jobs.yml', line: 3, column: 1 };

function sessionOf(more: Partial<Session>): Session {
  return maskedSession(
    {
      observe: async () => new Map([['orders', [runOf('a', { detail: `bad ${canary}` })]]]),
      look: async () => [runOf('a', { detail: `bad ${canary}` }), runOf('b')],
      can: {},
      preflight: async () => [{ code: 'glue-refused', level: 'error', message: canary, next: `change ${canary}` }],
      ...more,
    },
    mask,
  );
}

it('takes secrets out of what is told of runs, in findings and in refusals', async () => {
  const session = sessionOf({
    messages: async () => [{ at: null, level: 'error', text: canary }],
    can: { start: async () => ({ state: 'failed', code: 'glue-refused', message: canary, next: `drop ${canary}` }) },
  });
  expect((await session.observe([])).get('orders')).toMatchObject([{ id: 'a', detail: 'bad ***' }]);
  expect(await session.look({} as never)).toMatchObject([{ detail: 'bad ***' }, { id: 'b', detail: null }]);
  expect(await session.preflight({} as never)).toMatchObject([{ message: '***', next: 'change ***' }]);
  expect(await session.messages?.(runOf('a'))).toEqual([{ at: null, level: 'error', text: '***' }]);
  expect(await session.can.start?.({} as LaunchCall)).toMatchObject({ message: '***', next: 'drop ***' });
});

it('keeps an error that holds none as it is, and makes one without causes of one that does', async () => {
  const clean = new RolloutError('glue-answer-unknown', 'no answer', { class: 'transient', cause: new Error('reset') });
  const quoting = new RolloutError('glue-answer-unknown', 'no answer', {
    class: 'transient',
    next: 'wait',
    at,
    cause: new Error(`cannot parse ${canary}`),
  });
  const failing = (error: Error) => sessionOf({ look: () => Promise.reject(error) }).look({} as never);
  await expect(failing(clean)).rejects.toBe(clean);
  const error: unknown = await failing(quoting).catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: 'glue-answer-unknown',
    class: 'transient',
    next: 'wait',
    at,
    message: 'no answer',
  });
  expect(inspect(error, { depth: 8, showHidden: true })).not.toContain(canary);
});

it('has no property that the session does not have', () => {
  const session = sessionOf({});
  expect(['messages', 'reference', 'measure', 'close'].filter((name) => name in session)).toEqual([]);
});
