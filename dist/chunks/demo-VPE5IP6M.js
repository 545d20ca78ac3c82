import { createRequire as __createRequire } from 'node:module';import { fileURLToPath as __toPath } from 'node:url';const require = __createRequire(import.meta.url);const __filename = __toPath(import.meta.url), __dirname = __toPath(new URL('.', import.meta.url));
import{a as we,b as ye,d as $e}from"./chunk-FYL2PUSE.js";import{a as be}from"./chunk-P6WX6L6A.js";import"./core-main.js";import{a_27 as Dt,b_27 as p,c_27 as Jt,d_27 as Ft,e_27 as Wt,f_27 as qt,g_27 as Vt,h_27 as Yt,i_27 as Z,j_27 as I,k_27 as ee,l_27 as te,m_27 as Kt}from"./core-main.js";import"./core-post.js";import{a_4 as q}from"./core-post.js";import"./core-post.js";import{a_9 as aa,b_9 as na,c_9 as ra,d_9 as oa,e_9 as ia,f_9 as sa}from"./core-post.js";import{mkdir as ke,realpath as ve}from"node:fs/promises";import{dirname as je,join as B}from"node:path";import{rmSync as xe}from"node:fs";import{mkdir as Te,mkdtemp as Se,rm as ae}from"node:fs/promises";import{tmpdir as _e}from"node:os";import{join as ne}from"node:path";import{mkdir as Oe,writeFile as Ne}from"node:fs/promises";import{join as Ae}from"node:path";import{writeFile as Le}from"node:fs/promises";import{mkdir as se,writeFile as st}from"node:fs/promises";import{dirname as lt,join as H}from"node:path";import{spawn as ct}from"node:child_process";import{isDeepStrictEqual as wt}from"node:util";import{mkdir as X,readFile as Ot,writeFile as de}from"node:fs/promises";import{delimiter as Nt,dirname as At,join as y}from"node:path";async function Ee(){let e=await Se(ne(_e(),"stream-rollout-demo-")),t=ne(e,"work");await Te(t);let a=()=>xe(e,{recursive:!0,force:!0});return process.on("exit",a),{root:e,work:t,async clear(n){process.off("exit",a);let r={recursive:!0,force:!0,maxRetries:5};!n.page&&!n.work?await ae(e,r):n.work||await ae(t,r)}}}var Ie=`# yaml-language-server: $schema=../schemas/streaming-jobs.schema.json
version: 1
name: acme-streaming
environments:
  production:
    vars: {project: acme-prod, region: europe-west1, bucket: acme-prod-streams}
    refs: [main]
defaults:
  dataflow:
    target: {project: "\${var.project}", region: "\${var.region}"}
    verify: {running-within: 15m, bake: 2m}
  glue:
    target: {region: eu-west-1, worker-type: G.1X, workers: 5}
    verify: {running-within: 15m, bake: 2m}
  command:
    verify: {running-within: 15m, bake: 2m}
jobs:
  orders-enrich:
    engine: dataflow
    target:
      template: {file: pipelines/orders/template.json, upload-to: "gs://\${var.bucket}/orders/\${digest}.json"}
      parameters: {inputSubscription: projects/acme-prod/subscriptions/orders, outputTable: "acme:ods.orders"}
      workers: {max: 20}
    sink: append
  payments-fraud:
    engine: dataflow
    target:
      template: {file: pipelines/payments/template.json, upload-to: "gs://\${var.bucket}/payments/\${digest}.json"}
      parameters: {outputTopic: projects/acme-prod/topics/fraud}
      workers: {max: 10}
    sink: idempotent
    stateful: false
    strategy: parallel
    parallel:
      overlap: 2m
      slots:
        - {name: payments-fraud-a, parameters: {inputSubscription: projects/acme-prod/subscriptions/payments-a}}
        - {name: payments-fraud-b, parameters: {inputSubscription: projects/acme-prod/subscriptions/payments-b}}
  clicks-to-lake:
    engine: glue
    target:
      script: {file: glue/clicks.py, upload-to: "s3://\${var.bucket}/clicks/\${digest}.py"}
      arguments: {"--checkpoint_location": "s3://acme-prod-checkpoints/clicks/"}
      checkpoint-argument: "--checkpoint_location"
    sink: append
  sessions-to-lake:
    engine: glue
    target:
      script: {file: glue/sessions.py, upload-to: "s3://\${var.bucket}/sessions/\${digest}.py"}
      arguments: {"--checkpoint_location": "s3://acme-prod-checkpoints/sessions/"}
      checkpoint-argument: "--checkpoint_location"
    sink: append
  alerts-relay:
    engine: command
    paths: ["relay/**"]
    target:
      observe: [node, ops/supervisor.mjs]
      start: [node, ops/supervisor.mjs]
      stop: [node, ops/supervisor.mjs]
      settings: {topic: alerts, channel: on-call}
      guarantees: {state: kept, duplicates: replay, gap: 10s}
    sink: idempotent
`,Re=`import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const request = JSON.parse(readFileSync(0, 'utf8'));
const root = process.env.RELAY_RUNS;
mkdirSync(root, { recursive: true });
const path = (id) => join(root, id + '.json');
const read = (id) => JSON.parse(readFileSync(path(id), 'utf8'));
const write = (run) => writeFileSync(path(run.id), JSON.stringify(run));
const now = () => new Date().toISOString();

const verbs = {
  observe: ({ ended, jobs }) => ({
    runs: readdirSync(root)
      .map((file) => read(file.slice(0, -5)))
      .filter((run) => ended || run.state === 'running' || jobs.some(({ ids }) => ids.includes(run.id))),
  }),
  start: ({ name, stamp, target }) => {
    const id = [name, stamp.rollout, stamp.step].join('.');
    if (!existsSync(path(id))) write({ id, name, state: 'running', stamp, settings: target.settings, startedAt: now() });
    return { run: { id } };
  },
  stop: ({ run }) => {
    if (!existsSync(path(run.id))) return { failed: { message: 'there is no run ' + run.id } };
    write({ ...read(run.id), state: 'stopped', endedAt: now() });
    return { done: {} };
  },
};
console.log(JSON.stringify(verbs[request.verb](request)));
`;function C(e,t,a){let n={image:`registry.example/acme/${e}@sha256:${t.repeat(64)}`,sdkInfo:{language:"JAVA"},metadata:{name:e,streaming:!0},defaultEnvironment:{enableStreamingEngine:!0},...a===void 0?{}:{"x-emulator":a}};return`${JSON.stringify(n,null,2)}
`}function L(e,t){return`import sys
from awsglue.utils import getResolvedOptions

# ${e}
${t}
`}var Me={".github/streaming-jobs.yml":Ie,".gitignore":`.runner/
`,"README.md":`# Streams of Acme
`,"pipelines/orders/template.json":C("orders","1"),"pipelines/payments/template.json":C("payments","2"),"glue/clicks.py":L("clicks to lake",'columns = ["user", "page"]'),"glue/sessions.py":L("sessions to lake","timeout_minutes = 30"),"relay/relay.mjs":`export const format = (alert) => alert.title;
`,"ops/supervisor.mjs":Re},Ge={"pipelines/orders/template.json":C("orders","3"),"glue/clicks.py":L("clicks to lake",'columns = ["user", "page", "referrer"]')},Pe={"pipelines/payments/template.json":C("payments","4",{behaviour:"crash",seconds:20,message:"java.lang.IllegalStateException: model v7 has no weights"}),"glue/clicks.py":L("clicks to lake",`columns = ["user", "page", "referer"]
# emulator: fail-after 20 "AnalysisException: cannot resolve column referer"`)},Ue={"README.md":`# Streams of Acme

Who to call: the streams team.
`},He=[{service:"dataflow",name:"orders-enrich",project:"acme-prod",region:"europe-west1",parameters:{inputSubscription:"projects/acme-prod/subscriptions/orders",outputTable:"acme:ods.orders"},maxWorkers:20},{service:"dataflow",name:"payments-fraud-a",project:"acme-prod",region:"europe-west1",parameters:{inputSubscription:"projects/acme-prod/subscriptions/payments-a",outputTopic:"projects/acme-prod/topics/fraud"},maxWorkers:10},...["clicks","sessions"].map(e=>({service:"glue",jobName:`${e}-to-lake`,region:"eu-west-1",definition:{Role:"arn:aws:iam::123456789012:role/glue-streams",Command:{Name:"gluestreaming",ScriptLocation:`s3://acme-scripts/${e}.py`,PythonVersion:"3"},GlueVersion:"4.0",WorkerType:"G.1X",NumberOfWorkers:5,Timeout:0,ExecutionProperty:{MaxConcurrentRuns:1},DefaultArguments:{"--checkpoint_location":`s3://acme-prod-checkpoints/${e}/`}}}))],V={id:"alerts-relay.by-hand",name:"alerts-relay",state:"running",stamp:null,settings:{topic:"alerts",channel:"on-call"}},Be=["dataflow","storage","glue","s3"];function Ce({control:e,services:t,clock:a,env:n}){async function r(l,s,o){let c=await fetch(s,{method:l,headers:{authorization:`Bearer ${n.GITHUB_TOKEN}`,"user-agent":"stream-rollout-demo"},...o===void 0?{}:{body:typeof o=="string"?o:JSON.stringify(o)}}),d=await c.text();if(!c.ok)throw new Error(`${l} ${new URL(s).pathname} on the local cloud: ${c.status} ${d}`);return d.startsWith("{")||d.startsWith("[")?JSON.parse(d):d}async function i(){await r("DELETE",`${e}/requests`)}return{async calls(){return(await r("GET",`${e}/requests`)).filter(({service:l})=>Be.includes(l))},forget:i,async runs(l,s){return(await r("GET",`${e}/runs?service=${l}`)).filter(({name:o})=>o===s).map(({id:o,state:c})=>({id:o,state:c}))},async startByHand(l){let s=[];for(let c of He){if(c.service==="glue"){let{pathname:u}=new URL(c.definition.Command.ScriptLocation.replace("s3://","http://s3/"));await r("PUT",`${t.s3}${u}`,`# as it was uploaded by hand
`)}let{id:d}=await r("POST",`${e}/runs`,c);s.push(d)}await Oe(l,{recursive:!0});let o=new Date(a.now()-36e5).toISOString();return await Ne(Ae(l,`${V.id}.json`),JSON.stringify({...V,startedAt:o})),await i(),[...s,V.id]},async annotations(l,s,o){let c=`${t.github}/repos/${l}`,d=await r("GET",`${c}/commits/${s}/check-runs?check_name=${encodeURIComponent(o)}`);return(await Promise.all(d.check_runs.map(({id:u})=>r("GET",`${c}/check-runs/${u}/annotations?per_page=100`)))).flat().map(u=>({file:u.path,line:u.start_line,level:u.annotation_level,title:u.title??"",message:u.message}))}}}var Y=22,R=260,M=640,De={succeeded:"#1a7f37",failed:"#cf222e",running:"#0969da",intended:"#0969da",skipped:"#8c959f"};function Je(e){let t=$e(e).flatMap(({job:o,bars:c})=>c.map(d=>({job:o,...d})));if(t.length===0)return"";let a=Math.min(...t.map(o=>o.from)),n=Math.max(1,Math.max(...t.map(o=>o.to))-a),r=t.length*Y+28,i=o=>R+(o-a)/n*M,l=t.map(({job:o,step:c,from:d,to:u},m)=>{let g=m*Y+4,$=Math.max(2,i(u)-i(d)),k=I((u-d)/1e3);return[`<text x="0" y="${g+13}">${p(`${o}: ${c.id}`)}</text>`,`<rect x="${re(i(d))}" y="${g}" width="${re($)}" height="${Y-6}" rx="2" fill="${De[c.state]}"><title>${p(`${c.verb}, ${c.state}, ${k}`)}</title></rect>`].join("")}),s=[0,.25,.5,.75,1].map(o=>{let c=R+o*M,d=o===1?"end":"middle";return`<text x="${c}" y="${r-6}" text-anchor="${d}" class="axis">${I(n*o/1e3)}</text>`});return`<svg role="img" aria-label="Steps over time" viewBox="0 0 ${R+M+10} ${r}" width="${R+M+10}" height="${r}">${l.join("")}${s.join("")}</svg>`}function re(e){return Math.round(e*10)/10}var G=420,P=150,T=70,oe=22,U=8,Fe="#0969da",We="#cf222e";function qe(e){let t=e.gates??[];if(t.length===0)return"";let a=t.map(n=>{let r=n.result??"not decided",i=n.advisory?", advisory":"";return`<figure><figcaption>${`<strong>${p(n.gate)}</strong> (${n.mode}${i}): ${p(n.condition)}: <em>${r}</em>, ${p(n.message)}`}</figcaption>${Ve(n)}</figure>`});return`<div><p>What was measured of <code>${p(e.job)}</code>, in seconds since its new run ran:</p>${a.join(`
`)}</div>`}function Ve(e){let t=e.points.flatMap(([f,w])=>w===null?[]:[[f,w]]);if(t.length<2)return"";let a=t.map(([,f])=>f),n=e.bound===null?a:[...a,e.bound],r=Math.min(0,...n),i=Math.max(...n),l=i>r?i:r+1,[s,o]=[Math.min(...t.map(([f])=>f)),Math.max(...t.map(([f])=>f))],c=f=>ie(T+(f-s)/Math.max(1,o-s)*G),d=f=>ie(U+(1-(f-r)/(l-r))*P),u=Ye(e.points).map(f=>`<polyline fill="none" stroke="${Fe}" stroke-width="1.5" points="${f.map(([w,x])=>`${c(w)},${d(x)}`).join(" ")}"/>`),m=e.bound===null?"":`<line x1="${T}" x2="${T+G}" y1="${d(e.bound)}" y2="${d(e.bound)}" stroke="${We}" stroke-dasharray="4 3"/>`,g=[r,l].map(f=>`<text x="${T-6}" y="${d(f)+4}" text-anchor="end" class="axis">${p(be(f,e))}</text>`),$=[s,o].map((f,w)=>`<text x="${c(f)}" y="${U+P+16}" text-anchor="${w===0?"start":"end"}" class="axis">${Math.round(f)} s</text>`),k=`viewBox="0 0 ${T+G+10} ${U+P+oe}" width="${T+G+10}" height="${U+P+oe}"`;return`<svg role="img" aria-label="${p(e.gate)} over time" ${k}>${u.join("")}${m}${g.join("")}${$.join("")}</svg>`}function Ye(e){let t=[[]];for(let[a,n]of[...e].sort((r,i)=>r[0]-i[0]))n===null?t.push([]):t.at(-1)?.push([a,n]);return t.filter(a=>a.length>0)}function ie(e){return Math.round(e*10)/10}var Ke=`
body{font:15px/1.5 system-ui,sans-serif;color:#1f2328;background:#fff;max-width:1060px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;border-bottom:1px solid #d1d9e0;padding-bottom:.3rem;margin-top:2.2rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid #d1d9e0;padding:.35rem .6rem;text-align:left;vertical-align:top}
th{background:#f6f8fa}code{font:13px ui-monospace,monospace;background:#f6f8fa;padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}
.succeeded,.adopted,.unchanged{color:#1a7f37}.failed,.rolled-back,.stuck,.refused{color:#cf222e}
svg{max-width:100%;height:auto;font:12px system-ui,sans-serif}figure{margin:1rem 0}svg .axis{fill:#59636e}p.note{color:#59636e}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,code{background:#151b23}h2,th,td{border-color:#3d444d}svg text{fill:#e6edf3}}
`;function Xe(e,t){return`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${p(e)}</title>
<style>${Ke}</style>
</head>
<body>
<h1>${p(e)}</h1>
${t.join(`
`)}
</body>
</html>
`}function ze(e,t){let a=t.jobs.filter(r=>r.changed||r.action!=="none"),n=`${p(ye(t))}. Environment ${b(t.environment)}, commit ${b(t.commit?.slice(0,12)??"unknown")}, plan ${b(t.hash)}.`;return pe(e,[n,me(["Job","Why","Strategy","Expected gap","Duplicates","State","Steps"],a.map(et)),he(t.jobs.length-a.length)])}function Qe(e,t){let a=t.jobs.filter(r=>r.outcome!=="unchanged"),n=["Job","Outcome","Strategy","Processing gap","Runs now","What happened"];return pe(e,[`${p(we(t))}.`,me(n,a.map(tt)),he(t.jobs.length-a.length),Je(a),...a.map(qe),...a.map(at)])}function Ze(e){return`<p class="note">${p(e)}</p>`}function pe(e,t){let a=t.filter(Boolean).map(n=>n.startsWith("<")?n:`<p>${n}</p>`);return`<section>
<h2>${p(e)}</h2>
${a.join(`
`)}
</section>`}function et(e){let{expected:t}=e;return[b(e.job),e.reasons.map(a=>p(a.message)).join("<br>"),p(e.strategy??e.action),I(t?.gapSeconds??null),t?.duplicates??"not known",t?.state??"not known",e.steps.map(a=>p(a.id)).join(" \u2192 ")]}function tt(e){let t=e.runs?.map(n=>`${b(n.id)} ${p(n.state)}`).join("<br>")??"not looked at",a=e.next===null?"":`<br>Next: ${b(e.next)}`;return[b(e.job),`<strong class="${e.outcome}">${e.outcome}</strong>${e.code===null?"":`<br>${b(e.code)}`}`,p(e.strategy??"\u2013"),[ee(e),te(e)].filter(Boolean).join("<br>"),t||"nothing",`${p(e.message)}${a}`]}function at(e){if(e.messages.length===0)return"";let t=e.messages.map(a=>`<li>${p(a.level)}: ${p(a.text)}</li>`).join("");return`<p>What the engine said about ${b(e.job)}:</p><ul>${t}</ul>`}function me(e,t){if(t.length===0)return"";let a=`<tr>${e.map(r=>`<th scope="col">${p(r)}</th>`).join("")}</tr>`,n=t.map(r=>`<tr>${r.map(i=>`<td>${i}</td>`).join("")}</tr>`);return`<table>
<thead>${a}</thead>
<tbody>
${n.join(`
`)}
</tbody>
</table>`}function he(e){return e===0?"":`${Z(e)} ${e===1?"is":"are"} unchanged.`}function b(e){return`<code>${p(e)}</code>`}async function nt(e,t){let a=t.flatMap((n,r)=>rt(n,r+1));await Le(e,Xe("stream-rollout: five streaming jobs on a local cloud",a))}function rt({title:e,text:t,calls:a,annotations:n,checks:r},i){return[`<h2>${i}. ${p(e)}</h2>`,Ze(t),...a.flatMap(({command:l,plan:s,report:o})=>[`<p><code>$ ${p(l)}</code></p>`,...s===null?[]:[ze("The plan",s)],...o===null?[]:[Qe("The rollout",o)]]),ot(n),it(r)].filter(Boolean)}function ot(e){if(e.length===0)return"";let t=e.map(({file:a,line:n,level:r,title:i,message:l})=>{let s=l.split(`
`).map(p).join("<br>");return`<tr><td><code>${p(`${a}:${n}`)}</code></td><td>${p(r)}</td><td>${p(i)}</td><td>${s}</td></tr>`});return`<p>Annotations of the commit\u2019s check run:</p>
<table>
<thead><tr>${["Line","Level","Title","Message"].map(a=>`<th scope="col">${a}</th>`).join("")}</tr></thead>
<tbody>
${t.join(`
`)}
</tbody>
</table>`}function it(e){return`<ul>
${e.map(({text:t,held:a,found:n})=>a?`<li class="succeeded">\u2713 ${p(t)}</li>`:`<li class="failed">\u2717 ${p(t)}: ${p(n)}</li>`).join(`
`)}
</ul>`}var dt=3e3;async function fe(e,t,a){let{signal:n}=a;n.throwIfAborted();let r=ct(e,t,{cwd:a.cwd,env:{...a.env},stdio:["ignore","pipe","pipe"],windowsHide:!0}),i={stdout:"",stderr:"",output:""},l=ut(a.onLine??(()=>{}));for(let c of["stdout","stderr"])r[c].setEncoding("utf8").on("data",d=>{i[c]+=d,i.output+=d,l.push(c,d)});let s,o=()=>{r.kill("SIGTERM"),s=setTimeout(()=>r.kill("SIGKILL"),dt)};n.addEventListener("abort",o,{once:!0});try{let c=await new Promise((d,u)=>{r.once("error",u),r.once("close",m=>d(m??128))});return l.end(),n.throwIfAborted(),{exitCode:c,...i}}finally{clearTimeout(s),n.removeEventListener("abort",o)}}function ut(e){let t={stdout:"",stderr:""};return{push(a,n){let r=(t[a]+n).split(`
`);t[a]=r.pop()??"";for(let i of r)e(i)},end(){for(let a of Object.values(t))a!==""&&e(a)}}}var pt=["-c","user.name=Data Engineer","-c","user.email=engineer@localhost"];async function mt(e,t){let a=H(e,"origin.git"),n=H(e,"streams"),r=async(i,...l)=>{let s=await fe("git",l,{...t,cwd:i}).catch(o=>{throw o.code==="ENOENT"?ht(o):o});if(s.exitCode!==0){let o=s.stderr.trim();throw new q("git-failed",`git ${l.join(" ")} ended with ${s.exitCode}: ${o}`)}return s.stdout.trim()};return await se(n),await r(e,"init","--quiet","--bare","--initial-branch=main",a),await r(n,"init","--quiet","--initial-branch=main"),await r(n,"remote","add","origin","../origin.git"),{clone:n,origin:a,async commit(i,l){for(let[s,o]of Object.entries(l))await se(lt(H(n,s)),{recursive:!0}),await st(H(n,s),o);return await r(n,"add","--all"),await r(n,...pt,"commit","--quiet","--message",i),r(n,"rev-parse","HEAD")},async push(){await r(n,"push","--quiet","origin","HEAD:main")},ledger:()=>r(n,"ls-remote","origin","refs/stream-rollout/*")}}function ht(e){return new q("git-missing","The demo makes a git repository, but git could not be started.",{class:"input",next:"Install git 2.31 or newer.",cause:e})}async function W({cloud:e}){return(await e.calls()).filter(t=>t.write).map(({service:t,operation:a})=>`${t} ${a}`)}function N(e){return E((e?.jobs??[]).map(({job:t,outcome:a})=>[t,a]))}function j(e,t){return E(e.map(a=>[a,t]))}function le(e){return(e?.jobs??[]).flatMap(t=>t.changed?[t.job]:[]).sort()}function ft(e){return E((e?.jobs??[]).filter(t=>t.changed).map(({job:t,strategy:a})=>[t,a]))}function D(e,t){return E(Object.entries(e).filter(([a])=>t.includes(a)))}function gt(e,t,a){return t.every(n=>e.some(r=>r.title.startsWith(`${n}: ${a}`)&&r.line>1))}async function ce({tool:e}){let{jobs:t}=await e.read("status");return E(t.map(({job:a,state:n,runningRevision:r})=>[a,{state:n,revision:r}]))}function E(e){return Object.fromEntries([...e].sort(([t],[a])=>t<a?-1:1))}function h(e,t,a){let n=wt(t,a);return{text:e,held:n,found:n?"":`found ${JSON.stringify(t)}, expected ${JSON.stringify(a)}`}}function J(e,t,a){return{text:e,held:t,found:t?"":`found ${typeof a=="string"?a:JSON.stringify(a)}`}}var yt="production",z=`stream-rollout / ${yt}`,_=["alerts-relay","clicks-to-lake","orders-enrich","payments-fraud","sessions-to-lake"],S=["clicks-to-lake","orders-enrich"],F=["clicks-to-lake","payments-fraud"],$t={title:"A fleet that was started by hand",text:"Five jobs run on two clouds and under a supervisor of their own; nobody wrote down from which commit. The first commit of the repository declares them. First contact restarts nothing: it takes the runs as they are.",async play(e,t){let a=await e.cloud.startByHand(e.relayRuns);t.head=await e.repository.commit("Declare the streaming jobs that run already",Me),await e.repository.push();let n=await O(e,"apply"),{report:r}=n;return A(t,r),{calls:[n],annotations:[],checks:[h("apply ends with exit code 0",n.exitCode,0),h("all five jobs are adopted",N(r),j(_,"adopted")),h("the runs are those that were started by hand",Object.values(t.runs).sort(),[...a].sort()),h("nothing was written to an engine",await W(e),[])]}}},bt={title:"A commit that changes two of five jobs",text:"A new image for orders-enrich (Dataflow) and another script for clicks-to-lake (Glue). `detect` needs git alone, `plan` also looks at the engines; both only read. The push then starts the workflow with this action.",async play(e,t){let a=t.head,n=t.runs;t.head=await e.repository.commit("Orders: enrich with currency; clicks: keep the referrer",Ge),await e.cloud.forget();let r=await O(e,"detect","--base","HEAD~1"),i=await e.cloud.calls(),l=await O(e,"plan"),s=await W(e),o=await Q(e,a,t.head),{report:c}=o;A(t,c);let d=await e.cloud.annotations(e.name,t.head,z),u=_.filter(m=>!S.includes(m));return{calls:[r,l,o],annotations:d,checks:[h("detect and plan end with exit code 0",[r.exitCode,l.exitCode],[0,0]),h("detect finds these two",le(r.plan),S),h("detect asked no engine",i,[]),h("plan finds these two",le(l.plan),S),h("each in the least disruptive way",ft(l.plan),{"clicks-to-lake":"restart","orders-enrich":"in-place-update"}),h("plan wrote nothing to an engine",s,[]),h("the action ends with exit code 0",o.exitCode,0),h("two are rolled out and three are left alone",N(c),{...j(u,"unchanged"),...j(S,"succeeded")}),h("both have a new run",S.map(m=>t.runs[m]!==n[m]),[!0,!0]),h("the other three have the run that they had",D(t.runs,u),D(n,u)),J("the check run says so on the manifest",gt(d,S,"succeeded"),d)]}}},kt={title:"The same again",text:"Nothing changed, so nothing may happen: not on an engine, not in a bucket, not in the ledger.",async play(e,t){let a=await e.repository.ledger();await e.cloud.forget();let n=await O(e,"apply"),r=await W(e),i=await e.cloud.calls();return A(t,n.report),{calls:[n],annotations:[],checks:[h("apply ends with exit code 0",n.exitCode,0),h("all five jobs are unchanged",N(n.report),j(_,"unchanged")),J("the engines were really asked",i.length>0,"no call at all"),h(`${i.length} calls to engines and buckets, none of them a write`,r,[]),h("the ledger is as it was",await e.repository.ledger(),a)]}}},vt={title:"A bad version",text:"A model without weights for payments-fraud, which runs in parallel slots: the new run is tried beside the old one. And a typing error in the script of clicks-to-lake, which has to stop before it starts: it is rolled back.",async play(e,t){let a=t.head,n=t.runs,r=await ce(e);t.head=await e.repository.commit("Payments: model v7; clicks: rename a column",Pe);let i=await Q(e,a,t.head),{report:l}=i;A(t,l);let s=await e.cloud.annotations(e.name,t.head,z),o=await e.cloud.runs("dataflow","payments-fraud-a"),c=_.filter(u=>!F.includes(u)),d=await O(e,"status");return{calls:[i,d],annotations:s,checks:[h("the action ends with exit code 1",i.exitCode,1),J("before it every job ran",_.every(u=>r[u]?.state==="running"),r),h("one failed beside the old run, one is rolled back",N(l),{...j(c,"unchanged"),"clicks-to-lake":"rolled-back","payments-fraud":"failed"}),h("payments-fraud: the old run was never stopped",o,[{id:n["payments-fraud"],state:"JOB_STATE_RUNNING"}]),h("every job runs, in the revision that it ran before",await ce(e),r),h("the other three have the run that they had",D(t.runs,c),D(n,c)),J("the check run fails on both lines of the manifest",F.every(u=>s.some(m=>m.level==="failure"&&m.title.startsWith(`${u}:`))),s)]}}},jt={title:"The next commit",text:"Somebody edits the README. The head of the branch still holds the two bad versions, but they have failed once: they are quarantined and do not come back by themselves.",async play(e,t){let a=t.head,n=t.runs;t.head=await e.repository.commit("Say who to call",Ue),await e.cloud.forget();let r=await Q(e,a,t.head),i=await W(e);A(t,r.report);let l=await e.cloud.annotations(e.name,t.head,z),s=_.filter(o=>!F.includes(o));return{calls:[r],annotations:l,checks:[h("the action ends with exit code 0",r.exitCode,0),h("both stay away, with a warning",N(r.report),{...j(s,"unchanged"),...j(F,"quarantined")}),h("nothing was written to an engine",i,[]),h("every job has the run that it had",t.runs,n)]}}},xt=[$t,bt,kt,vt,jt];async function O(e,...t){return e.typed(`stream-rollout ${t.join(" ")}`),e.tool.cli(...t)}async function Q(e,t,a){return e.typed("git push origin main"),await e.repository.push(),e.tool.push({before:t,after:a})}function A(e,t){t!==null&&(e.runs=E(t.jobs.map(({job:a,runs:n,runAfter:r})=>[a,n?.[0]?.id??r])))}function Tt(e){let t=e??(()=>{});return{chapter(a,n,r){t(`
${a}. ${n}
`);for(let i of Et(r))t(`   ${i}`)},typed(a){t(`
   $ ${a}`)},line(a){t(`   | ${a}`)},outcome({annotations:a,checks:n}){a.length>0&&t(`
   The check run of the commit shows, line by line:`);for(let i of a.slice(0,12))for(let l of _t(i))t(`   | ${l}`);let r=a.length-12;r>0&&t(`   | and ${r} more`),t("");for(let i of n)t(`   ${St(i)}`)},end({exitCode:a,seconds:n,page:r,kept:i,steps:l}){let s=l.reduce((d,u)=>d+u.checks.length,0),o=l.flatMap(d=>d.checks.filter(u=>!u.held)).length,c=a===0?`All ${s} promises held`:`${o} of ${s} promises did NOT hold`;t(`
${c}, in ${n} s.`),t(`The summary as a page: ${r}`),i!==null&&t(`Repository, ledger and reports: ${i}`)}}}function St({text:e,held:t,found:a}){return t?`\u2713 ${e}`:`\u2717 ${e}: ${a}`}function _t({file:e,line:t,level:a,title:n,message:r}){return[`${e}:${t} ${a} ${n}`,...r.split(`
`).map(i=>`    ${i}`)]}function Et(e){let t=[""];for(let a of e.split(" ")){let n=t[t.length-1]??"";n!==""&&n.length+1+a.length>110?t.push(a):t[t.length-1]=n===""?a:`${n} ${a}`}return t}var It=["PATH","Path","PATHEXT","SystemRoot","ComSpec"];async function Rt(e,t,a){let[n,r]=[y(a,"home"),y(a,"tmp")];await Promise.all([X(n),X(r)]);let i=It.flatMap(s=>e[s]===void 0?[]:[[s,e[s]]]),l=e.PATH??e.Path??"";return{...Object.fromEntries(i),...t,PATH:[At(process.execPath),l].filter(Boolean).join(Nt),HOME:n,USERPROFILE:n,TMPDIR:r,TEMP:r,TMP:r,NO_PROXY:"127.0.0.1,localhost",GIT_CONFIG_GLOBAL:y(n,".gitconfig"),GIT_CONFIG_NOSYSTEM:"1",GIT_TERMINAL_PROMPT:"0"}}function Mt(e){let{dist:t,clone:a,folder:n,env:r,signal:i,onLine:l}=e,s=0;async function o(c,d,u,m){return fe(process.execPath,[y(t,c),...d],{cwd:a,env:{...r,...u},signal:i,onLine:g=>m(g)&&l(g)})}return{async cli(...c){s+=1;let d=y(n,`call-${s}`);return{...await o("cli.js",[...c,"--out",d],{},()=>!0),command:`stream-rollout ${c.join(" ")}`,...await ue(d)}},async read(...c){let d=await o("cli.js",[...c,"--json"],{},()=>!1);return JSON.parse(d.stdout)},async push({before:c,after:d}){s+=1;let u=String(1e3+s),m=y(n,`runner-${u}`);await X(m,{recursive:!0});let g={ref:"refs/heads/main",before:c,after:d,forced:!1,created:!1,deleted:!1,repository:{full_name:e.repository,default_branch:"main"}},$=Object.fromEntries(["GITHUB_OUTPUT","GITHUB_STATE","GITHUB_STEP_SUMMARY","GITHUB_ENV","GITHUB_PATH"].map(v=>[v,y(m,v.toLowerCase())]));await Promise.all(Object.values($).map(v=>de(v,""))),await de(y(m,"event.json"),JSON.stringify(g));let k={...$,CI:"true",GITHUB_ACTIONS:"true",GITHUB_ACTOR:"engineer",GITHUB_EVENT_NAME:"push",GITHUB_EVENT_PATH:y(m,"event.json"),GITHUB_REF:"refs/heads/main",GITHUB_REPOSITORY:e.repository,GITHUB_RUN_ATTEMPT:"1",GITHUB_RUN_ID:u,GITHUB_SERVER_URL:"https://github.com",GITHUB_SHA:d,GITHUB_WORKSPACE:a,RUNNER_TEMP:m,"INPUT_GITHUB-TOKEN":r.GITHUB_TOKEN??""},f=v=>!v.startsWith("::")&&v.trim()!=="",w=await o("main.js",[],k,f),x=w.output.split(`
`).filter(f).join(`
`),ge=await ue(y(m,`stream-rollout-${u}-1`));return{...w,output:x,command:"git push origin main",...ge}}}}async function ue(e){let t=async a=>{let n=await Ot(y(e,a),"utf8").catch(()=>null);return n===null?null:JSON.parse(n)};return{plan:await t("plan.json"),report:await t("report.json")}}var Gt=100,K="acme/streams",Pt=130;async function Ea(e,t,a){let n=e.json===!0,r=Tt(n?null:g=>{process.stdout.write(`${g}
`)}),i=Date.now(),l=await Ee(),s=[],o=null;try{let g=await Ut(l.work,t,a,r);s.push(...g.map(Ht)),o=B(l.root,"summary.html"),await nt(o,g)}catch(g){if(!a.aborted)throw g;return Pt}finally{await l.clear({page:o!==null,work:e.keep===!0})}let c=s.flatMap(g=>g.checks.filter($=>!$.held)).length===0?0:1,d=Math.round((Date.now()-i)/100)/10,u=e.keep===!0?l.work:null,m={version:1,kind:"demo",exitCode:c,seconds:d,page:o,kept:u,steps:s};return n?process.stdout.write(`${JSON.stringify(m)}
`):r.end(m),c}async function Ut(e,t,a,n){let{startCloud:r}=await import("./cloud-BHTSYY32.js"),i=await r({clockRate:Gt,github:{repositories:{[K]:B(e,"origin.git")}},log:n.line});try{let l=B(e,"calls"),s=B(e,"relay-runs");await ke(l);let o={...await Rt(t,i.env,e),RELAY_RUNS:s},c=await mt(e,{env:o,signal:a}),d=Mt({dist:je(await ve(process.argv[1]??"")),clone:c.clone,folder:l,repository:K,env:o,signal:a,onLine:n.line}),u={repository:c,tool:d,cloud:Ce(i),name:K,relayRuns:s,typed:n.typed},m={head:"",runs:{}},g=[];for(let[$,k]of xt.entries()){let{title:f,text:w}=k;n.chapter($+1,f,w);let x={title:f,text:w,...await k.play(u,m)};n.outcome(x),g.push(x)}return g}finally{await i.close()}}function Ht({title:e,text:t,calls:a,annotations:n,checks:r}){let i=a.map(({command:l,exitCode:s,output:o})=>({command:l,exitCode:s,output:o}));return{title:e,text:t,commands:i,annotations:n,checks:r}}export{Ea as demo};
