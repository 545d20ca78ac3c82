export { type S3Options, type S3Service, s3Service } from './service.js';
export { ObjectStore } from './store.js';
