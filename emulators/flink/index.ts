export { type FlinkOptions, flinkService, serviceOf } from './service.js';
export type { FlinkSettings } from './settings.js';
