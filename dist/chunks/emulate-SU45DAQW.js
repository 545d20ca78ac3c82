import { createRequire as __createRequire } from 'node:module';import { fileURLToPath as __toPath } from 'node:url';const require = __createRequire(import.meta.url);const __filename = __toPath(import.meta.url), __dirname = __toPath(new URL('.', import.meta.url));
import{a as l}from"./chunk-M3IINR5Z.js";import"./chunk-6B7BHCYP.js";import"./chunk-DJKNGI7W.js";import{a as r}from"./chunk-UT5O72HO.js";async function f(e){let{json:t,clockRate:s,services:o,stdout:i,stderr:a,signal:d}=e,n=await l({...s===void 0?{}:{clockRate:s},...o===void 0?{}:{services:o},...a===void 0?{}:{log:r(c=>a(`${c}
`),"log")}});try{i(t?`${JSON.stringify({env:n.env,services:n.services,control:n.control})}
`:u(n.env,n.control)),await g(d)}finally{await n.close()}}r(f,"runEmulate");function u(e,t){return`${Object.entries(e).map(([o,i])=>`export ${o}='${i.replaceAll("'","'\\''")}'`).join(`
`)}
# control endpoint: ${t}
`}r(u,"exportLines");function g(e){return e.aborted?Promise.resolve():new Promise(t=>e.addEventListener("abort",()=>t(),{once:!0}))}r(g,"aborted");export{f as runEmulate};
