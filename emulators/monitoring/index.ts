export { monitoringService } from './service.js';
