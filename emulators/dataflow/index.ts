export { type Behaviour, behaviours } from './fate.js';
export { dataflowService } from './service.js';
