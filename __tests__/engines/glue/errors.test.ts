import { expect, it } from '@jest/globals';
import { errorOf, failureOf } from '../../../src/engines/glue/errors.js';

const aws = (name: string, httpStatusCode: number) =>
  Object.assign(new Error('words of AWS'), { name, $metadata: { httpStatusCode, requestId: 'req-1' } });

it.each([
  ['InvalidInputException', 400, 'refused'],
  ['EntityNotFoundException', 400, 'missing'],
  ['AccessDeniedException', 400, 'refused'],
  ['ResourceNumberLimitExceededException', 400, 'refused'],
  ['ConcurrentRunsExceededException', 400, 'busy'],
  ['ConcurrentModificationException', 400, 'conflict'],
  ['ThrottlingException', 400, 'throttled'],
  ['ExpiredTokenException', 400, 'credentials'],
  ['OperationTimeoutException', 400, 'unknown'],
  ['InternalServiceException', 400, 'unknown'],
  ['InternalServiceException', 500, 'unknown'],
  ['SomethingNewException', 400, 'refused'],
  ['SomethingNewException', 403, 'refused'],
  ['SomethingNewException', 429, 'throttled'],
  ['SomethingNewException', 503, 'unknown'],
])('%s (%i) is %s', (name, status, kind) => {
  expect(failureOf(aws(name, status))).toMatchObject({ kind, text: `${name}: words of AWS (request req-1)` });
});

it.each([
  [
    'a reset connection',
    Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' }),
    'TimeoutError ECONNRESET: socket hang up',
  ],
  ['an error that is no object', 'x', 'Error: no message'],
])('does not know the effect of %s', (_, error, text) => {
  expect(failureOf(error)).toMatchObject({ kind: 'unknown', code: 'glue-answer-unknown', text });
});

it('makes an error that says what was asked, what was answered and what to do', () => {
  const cause = aws('ThrottlingException', 400);
  expect(errorOf(failureOf(cause), 'GetJob clicks')).toMatchObject({
    code: 'glue-throttled',
    class: 'transient',
    message: 'GetJob clicks: ThrottlingException: words of AWS (request req-1)',
    next: expect.any(String),
    cause,
  });
});
