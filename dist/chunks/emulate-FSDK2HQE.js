import { createRequire as __createRequire } from 'node:module';import { fileURLToPath as __toPath } from 'node:url';const require = __createRequire(import.meta.url);const __filename = __toPath(import.meta.url), __dirname = __toPath(new URL('.', import.meta.url));
import{a as d}from"./chunk-MICZGKBB.js";import"./chunk-YAJSP7FE.js";import"./chunk-DJKNGI7W.js";import{a as t}from"./chunk-UT5O72HO.js";async function y(e){let{json:n,clockRate:s,services:r,stdout:o,stderr:l,signal:c}=e,i=await d({...s===void 0?{}:{clockRate:s},...r===void 0?{}:{services:r},...l===void 0?{}:{log:t(a=>l(`${a}
`),"log")}});try{let{env:a,services:u,control:g}=i;o(n?`${JSON.stringify({version:1,kind:"emulate",env:a,services:u,control:g})}
`:m(i.env,i.control)),await v(c)}finally{await i.close()}}t(y,"runEmulate");function m(e,n){return`${Object.entries(e).map(([r,o])=>`export ${r}='${o.replaceAll("'","'\\''")}'`).join(`
`)}
# control endpoint: ${n}
`}t(m,"exportLines");function v(e){return e.aborted?Promise.resolve():new Promise(n=>e.addEventListener("abort",()=>n(),{once:!0}))}t(v,"aborted");export{y as runEmulate};
