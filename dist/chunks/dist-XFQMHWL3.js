import { createRequire as __createRequire } from 'node:module';import { fileURLToPath as __toPath } from 'node:url';const require = __createRequire(import.meta.url);const __filename = __toPath(import.meta.url), __dirname = __toPath(new URL('.', import.meta.url));
import{c as a}from"./chunk-FJU7TC7W.js";import"./chunk-UT5O72HO.js";export default a();
