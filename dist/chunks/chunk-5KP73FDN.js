import { createRequire as __createRequire } from 'node:module';import { fileURLToPath as __toPath } from 'node:url';const require = __createRequire(import.meta.url);const __filename = __toPath(import.meta.url), __dirname = __toPath(new URL('.', import.meta.url));
var o="0.1.0",t=`stream-rollout/${o}`;export{o as a,t as b};
