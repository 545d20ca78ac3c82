import { createRequire as __createRequire } from 'node:module';import { fileURLToPath as __toPath } from 'node:url';const require = __createRequire(import.meta.url);const __filename = __toPath(import.meta.url), __dirname = __toPath(new URL('.', import.meta.url));
import{mkdir as e,mkdtemp as m,writeFile as c}from"node:fs/promises";import{dirname as w,join as d}from"node:path";function y(n,r){return{version:1,kind:"evidence",environment:n.environment,commit:n.commit,jobs:[...r]}}async function v(n,r,i,u,a){if(n==="")return{plan:null,summary:null,report:null,evidence:null};await e(n,{recursive:!0});let t=async(o,s)=>{let l=d(n,o);return await c(l,s),l};return{plan:r===null?null:await t("plan.json",`${JSON.stringify(r,null,2)}
`),summary:await t("summary.md",`${u}
`),report:i===null?null:await t("report.json",`${JSON.stringify(i,null,2)}
`),evidence:a===null?null:await t("evidence.json",`${JSON.stringify(a)}
`)}}async function j(n){if(n==="")return"";await e(w(n),{recursive:!0});try{return await e(n),n}catch(r){if(r.code!=="EEXIST")throw r;return await m(`${n}-`)}}export{y as a,v as b,j as c};
