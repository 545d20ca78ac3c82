export { type Storage, storageService } from './service.js';
export type { StoredObject } from './store.js';
