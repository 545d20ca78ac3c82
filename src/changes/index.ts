export { type BaseEvent, type BaseRequest, baseRequest, resolveBase } from './base.js';
export { type ChangeRequest, type Changes, describeChanges, type JobChange } from './describe.js';
export { codeKind, desiredOf, referenceOf } from './identity.js';
export type { Relation } from './relation.js';
export type { RemoteRelation, RemoteTree, TreeSource } from './remote.js';
export { openRepository, type Repository } from './repository.js';
export { type StampedJob, sameCodeUnderTodaysGlobs } from './same-code.js';
export { changedFields, fieldsOf, impactOf, scaleOf, settingsOf } from './settings.js';
