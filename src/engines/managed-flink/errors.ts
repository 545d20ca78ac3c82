import { type Dialect, readerOf } from '../../platforms/aws/errors.js';

export { errorOf, type Failure, failed } from '../../platforms/aws/errors.js';

/** The service's words. `conflict`: the application is another version by now. `busy`: it is on its way from one state to another. */
export const dialect: Dialect = {
  of: 'the service',
  codes: {
    refused: 'managed-flink-refused',
    denied: 'managed-flink-access-denied',
    throttled: 'managed-flink-throttled',
    credentials: 'managed-flink-credentials',
    unknown: 'managed-flink-answer-unknown',
  },
  unavailable: 'managed-flink-unavailable',
  own: {
    InvalidArgumentException: { kind: 'refused', code: 'managed-flink-refused' },
    InvalidRequestException: { kind: 'refused', code: 'managed-flink-refused' },
    InvalidApplicationConfigurationException: { kind: 'refused', code: 'managed-flink-refused' },
    CodeValidationException: { kind: 'refused', code: 'managed-flink-refused' },
    UnsupportedOperationException: { kind: 'refused', code: 'managed-flink-refused' },
    // The SDK takes it for throttling; here it is the quota of snapshots, which waiting does not change.
    LimitExceededException: { kind: 'refused', code: 'managed-flink-quota' },
    ResourceNotFoundException: { kind: 'missing', code: 'managed-flink-application-missing' },
    ConcurrentModificationException: { kind: 'conflict', code: 'managed-flink-contended' },
    ResourceInUseException: { kind: 'busy', code: 'managed-flink-busy' },
  },
};

export const failureOf = readerOf(dialect);
