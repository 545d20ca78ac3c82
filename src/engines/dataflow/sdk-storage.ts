// A bundler keeps the named exports of a CommonJS package only behind a static import; this file is imported lazily.
export { Storage } from '@google-cloud/storage';
