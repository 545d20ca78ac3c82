export { type GlueOptions, type GlueService, glueService } from './service.js';
export type { GlueSettings } from './settings.js';
