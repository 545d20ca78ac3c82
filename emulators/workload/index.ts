export { groupedBy } from './grouped.js';
export { Sources, type Working, type Workload, workloadsSchema } from './sources.js';
export type { Trace } from './trace.js';
