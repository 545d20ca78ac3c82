export { cloudwatchService } from './service.js';
