export { type ManagedFlinkService, managedFlinkService } from './service.js';
