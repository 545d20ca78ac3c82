import { createRequire as __createRequire } from 'node:module';import { fileURLToPath as __toPath } from 'node:url';const require = __createRequire(import.meta.url);const __filename = __toPath(import.meta.url), __dirname = __toPath(new URL('.', import.meta.url));
import{a as t}from"./chunk-UT5O72HO.js";function e(n){return n instanceof Error?n.message:String(n)}t(e,"text");export{e as a};
