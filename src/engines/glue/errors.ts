import { type Dialect, readerOf } from '../../platforms/aws/errors.js';

export { errorOf, type Failure, failed } from '../../platforms/aws/errors.js';

/** Glue's words (API reference, "Errors"). `busy`: refused by the limit on concurrent runs. */
export const dialect: Dialect = {
  of: 'Glue',
  codes: {
    refused: 'glue-refused',
    denied: 'glue-access-denied',
    throttled: 'glue-throttled',
    credentials: 'glue-credentials',
    unknown: 'glue-answer-unknown',
  },
  unavailable: 'glue-unavailable',
  own: {
    InvalidInputException: { kind: 'refused', code: 'glue-refused' },
    EntityNotFoundException: { kind: 'missing', code: 'glue-job-missing' },
    ResourceNumberLimitExceededException: { kind: 'refused', code: 'glue-quota' },
    ConcurrentRunsExceededException: { kind: 'busy', code: 'glue-place-taken' },
    ConcurrentModificationException: { kind: 'conflict', code: 'glue-definition-contended' },
    LimitExceededException: { kind: 'throttled', code: 'glue-throttled' },
    // Answered with 400, yet whether the request was carried out is not said.
    OperationTimeoutException: { kind: 'unknown', code: 'glue-answer-unknown' },
    InternalServiceException: { kind: 'unknown', code: 'glue-answer-unknown' },
  },
};

export const failureOf = readerOf(dialect);
