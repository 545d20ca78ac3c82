export { type FlinkOptions, flinkService } from './service.js';
export type { FlinkSettings } from './settings.js';
