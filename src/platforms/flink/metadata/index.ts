export { UnreadableSnapshot } from './bytes.js';
export { readMetadata } from './metadata.js';
export { operatorIdOf } from './operator-id.js';
export type { NamedState, OperatorSnapshot, Snapshot, StateFile, StateKind } from './snapshot.js';
export { statesOf } from './states.js';
