import { createRequire as __createRequire } from 'node:module';import { fileURLToPath as __toPath } from 'node:url';const require = __createRequire(import.meta.url);const __filename = __toPath(import.meta.url), __dirname = __toPath(new URL('.', import.meta.url));
import{a as ce,b as de,d as ue}from"./chunk-FJXVM6KV.js";import"./core.js";import{a_23 as Et,b_23 as p,c_23 as Ot,d_23 as Nt,e_23 as At,f_23 as It,g_23 as Rt,h_23 as Gt,i_23 as K,j_23 as _,k_23 as Pt}from"./core.js";import"./core.js";import{a_10 as D}from"./core.js";import"./core.js";import{a_4 as Dt,b_4 as Jt,c_4 as Ft,d_4 as Wt,e_4 as qt,f_4 as Vt}from"./core.js";import{mkdir as pe,realpath as me}from"node:fs/promises";import{dirname as he,join as P}from"node:path";import{rmSync as fe}from"node:fs";import{mkdir as ge,mkdtemp as we,rm as X}from"node:fs/promises";import{tmpdir as ye}from"node:os";import{join as z}from"node:path";import{mkdir as $e,writeFile as ke}from"node:fs/promises";import{join as ve}from"node:path";import{writeFile as Ie}from"node:fs/promises";import{mkdir as Z,writeFile as Ve}from"node:fs/promises";import{dirname as Ye,join as G}from"node:path";import{spawn as Ke}from"node:child_process";import{isDeepStrictEqual as rt}from"node:util";import{mkdir as q,readFile as ft,writeFile as ae}from"node:fs/promises";import{delimiter as gt,dirname as wt,join as g}from"node:path";async function be(){let e=await we(z(ye(),"stream-rollout-demo-")),t=z(e,"work");await ge(t);let a=()=>fe(e,{recursive:!0,force:!0});return process.on("exit",a),{root:e,work:t,async clear(r){process.off("exit",a);let n={recursive:!0,force:!0,maxRetries:5};!r.page&&!r.work?await X(e,n):r.work||await X(t,n)}}}var je=`# yaml-language-server: $schema=../schemas/streaming-jobs.schema.json
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
`,xe=`import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
`;function U(e,t,a){let r={image:`registry.example/acme/${e}@sha256:${t.repeat(64)}`,sdkInfo:{language:"JAVA"},metadata:{name:e,streaming:!0},defaultEnvironment:{enableStreamingEngine:!0},...a===void 0?{}:{"x-emulator":a}};return`${JSON.stringify(r,null,2)}
`}function H(e,t){return`import sys
from awsglue.utils import getResolvedOptions

# ${e}
${t}
`}var Te={".github/streaming-jobs.yml":je,".gitignore":`.runner/
`,"README.md":`# Streams of Acme
`,"pipelines/orders/template.json":U("orders","1"),"pipelines/payments/template.json":U("payments","2"),"glue/clicks.py":H("clicks to lake",'columns = ["user", "page"]'),"glue/sessions.py":H("sessions to lake","timeout_minutes = 30"),"relay/relay.mjs":`export const format = (alert) => alert.title;
`,"ops/supervisor.mjs":xe},Se={"pipelines/orders/template.json":U("orders","3"),"glue/clicks.py":H("clicks to lake",'columns = ["user", "page", "referrer"]')},_e={"pipelines/payments/template.json":U("payments","4",{behaviour:"crash",seconds:20,message:"java.lang.IllegalStateException: model v7 has no weights"}),"glue/clicks.py":H("clicks to lake",`columns = ["user", "page", "referer"]
# emulator: fail-after 20 "AnalysisException: cannot resolve column referer"`)},Ee={"README.md":`# Streams of Acme

Who to call: the streams team.
`},Oe=[{service:"dataflow",name:"orders-enrich",project:"acme-prod",region:"europe-west1",parameters:{inputSubscription:"projects/acme-prod/subscriptions/orders",outputTable:"acme:ods.orders"},maxWorkers:20},{service:"dataflow",name:"payments-fraud-a",project:"acme-prod",region:"europe-west1",parameters:{inputSubscription:"projects/acme-prod/subscriptions/payments-a",outputTopic:"projects/acme-prod/topics/fraud"},maxWorkers:10},...["clicks","sessions"].map(e=>({service:"glue",jobName:`${e}-to-lake`,region:"eu-west-1",definition:{Role:"arn:aws:iam::123456789012:role/glue-streams",Command:{Name:"gluestreaming",ScriptLocation:`s3://acme-scripts/${e}.py`,PythonVersion:"3"},GlueVersion:"4.0",WorkerType:"G.1X",NumberOfWorkers:5,Timeout:0,ExecutionProperty:{MaxConcurrentRuns:1},DefaultArguments:{"--checkpoint_location":`s3://acme-prod-checkpoints/${e}/`}}}))],J={id:"alerts-relay.by-hand",name:"alerts-relay",state:"running",stamp:null,settings:{topic:"alerts",channel:"on-call"}},Ne=["dataflow","storage","glue","s3"];function Ae({control:e,services:t,clock:a,env:r}){async function n(l,s,o){let c=await fetch(s,{method:l,headers:{authorization:`Bearer ${r.GITHUB_TOKEN}`,"user-agent":"stream-rollout-demo"},...o===void 0?{}:{body:typeof o=="string"?o:JSON.stringify(o)}}),d=await c.text();if(!c.ok)throw new Error(`${l} ${new URL(s).pathname} on the local cloud: ${c.status} ${d}`);return d.startsWith("{")||d.startsWith("[")?JSON.parse(d):d}async function i(){await n("DELETE",`${e}/requests`)}return{async calls(){return(await n("GET",`${e}/requests`)).filter(({service:l})=>Ne.includes(l))},forget:i,async runs(l,s){return(await n("GET",`${e}/runs?service=${l}`)).filter(({name:o})=>o===s).map(({id:o,state:c})=>({id:o,state:c}))},async startByHand(l){let s=[];for(let c of Oe){if(c.service==="glue"){let{pathname:u}=new URL(c.definition.Command.ScriptLocation.replace("s3://","http://s3/"));await n("PUT",`${t.s3}${u}`,`# as it was uploaded by hand
`)}let{id:d}=await n("POST",`${e}/runs`,c);s.push(d)}await $e(l,{recursive:!0});let o=new Date(a.now()-36e5).toISOString();return await ke(ve(l,`${J.id}.json`),JSON.stringify({...J,startedAt:o})),await i(),[...s,J.id]},async annotations(l,s,o){let c=`${t.github}/repos/${l}`,d=await n("GET",`${c}/commits/${s}/check-runs?check_name=${encodeURIComponent(o)}`);return(await Promise.all(d.check_runs.map(({id:u})=>n("GET",`${c}/check-runs/${u}/annotations?per_page=100`)))).flat().map(u=>({file:u.path,line:u.start_line,level:u.annotation_level,title:u.title??"",message:u.message}))}}}var F=22,I=260,R=640,Re={succeeded:"#1a7f37",failed:"#cf222e",running:"#0969da",intended:"#0969da",skipped:"#8c959f"};function Ge(e){let t=ue(e).flatMap(({job:o,bars:c})=>c.map(d=>({job:o,...d})));if(t.length===0)return"";let a=Math.min(...t.map(o=>o.from)),r=Math.max(1,Math.max(...t.map(o=>o.to))-a),n=t.length*F+28,i=o=>I+(o-a)/r*R,l=t.map(({job:o,step:c,from:d,to:u},h)=>{let f=h*F+4,y=Math.max(2,i(u)-i(d)),k=_((u-d)/1e3);return[`<text x="0" y="${f+13}">${p(`${o}: ${c.id}`)}</text>`,`<rect x="${Q(i(d))}" y="${f}" width="${Q(y)}" height="${F-6}" rx="2" fill="${Re[c.state]}"><title>${p(`${c.verb}, ${c.state}, ${k}`)}</title></rect>`].join("")}),s=[0,.25,.5,.75,1].map(o=>{let c=I+o*R,d=o===1?"end":"middle";return`<text x="${c}" y="${n-6}" text-anchor="${d}" class="axis">${_(r*o/1e3)}</text>`});return`<svg role="img" aria-label="Steps over time" viewBox="0 0 ${I+R+10} ${n}" width="${I+R+10}" height="${n}">${l.join("")}${s.join("")}</svg>`}function Q(e){return Math.round(e*10)/10}var Pe=`
body{font:15px/1.5 system-ui,sans-serif;color:#1f2328;background:#fff;max-width:1060px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;border-bottom:1px solid #d1d9e0;padding-bottom:.3rem;margin-top:2.2rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid #d1d9e0;padding:.35rem .6rem;text-align:left;vertical-align:top}
th{background:#f6f8fa}code{font:13px ui-monospace,monospace;background:#f6f8fa;padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}
.succeeded,.adopted,.unchanged{color:#1a7f37}.failed,.rolled-back,.stuck,.refused{color:#cf222e}
svg{max-width:100%;height:auto;font:12px system-ui,sans-serif}svg .axis{fill:#59636e}p.note{color:#59636e}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,code{background:#151b23}h2,th,td{border-color:#3d444d}svg text{fill:#e6edf3}}
`;function Ue(e,t){return`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${p(e)}</title>
<style>${Pe}</style>
</head>
<body>
<h1>${p(e)}</h1>
${t.join(`
`)}
</body>
</html>
`}function He(e,t){let a=t.jobs.filter(n=>n.changed||n.action!=="none"),r=`${p(de(t))}. Environment ${w(t.environment)}, commit ${w(t.commit?.slice(0,12)??"unknown")}, plan ${w(t.hash)}.`;return ne(e,[r,oe(["Job","Why","Strategy","Expected gap","Duplicates","State","Steps"],a.map(Ce)),ie(t.jobs.length-a.length)])}function Me(e,t){let a=t.jobs.filter(n=>n.outcome!=="unchanged"),r=["Job","Outcome","Strategy","Processing gap","Runs now","What happened"];return ne(e,[`${p(ce(t))}.`,oe(r,a.map(Le)),ie(t.jobs.length-a.length),Ge(a),...a.map(De)])}function Be(e){return`<p class="note">${p(e)}</p>`}function ne(e,t){let a=t.filter(Boolean).map(r=>r.startsWith("<")?r:`<p>${r}</p>`);return`<section>
<h2>${p(e)}</h2>
${a.join(`
`)}
</section>`}function Ce(e){let{expected:t}=e;return[w(e.job),e.reasons.map(a=>p(a.message)).join("<br>"),p(e.strategy??e.action),_(t?.gapSeconds??null),t?.duplicates??"not known",t?.state??"not known",e.steps.map(a=>p(a.id)).join(" \u2192 ")]}function Le(e){let t=e.runs?.map(r=>`${w(r.id)} ${p(r.state)}`).join("<br>")??"not looked at",a=e.next===null?"":`<br>Next: ${w(e.next)}`;return[w(e.job),`<strong class="${e.outcome}">${e.outcome}</strong>${e.code===null?"":`<br>${w(e.code)}`}`,p(e.strategy??"\u2013"),_(e.gapSeconds),t||"nothing",`${p(e.message)}${a}`]}function De(e){if(e.messages.length===0)return"";let t=e.messages.map(a=>`<li>${p(a.level)}: ${p(a.text)}</li>`).join("");return`<p>What the engine said about ${w(e.job)}:</p><ul>${t}</ul>`}function oe(e,t){if(t.length===0)return"";let a=`<tr>${e.map(n=>`<th scope="col">${p(n)}</th>`).join("")}</tr>`,r=t.map(n=>`<tr>${n.map(i=>`<td>${i}</td>`).join("")}</tr>`);return`<table>
<thead>${a}</thead>
<tbody>
${r.join(`
`)}
</tbody>
</table>`}function ie(e){return e===0?"":`${K(e)} ${e===1?"is":"are"} unchanged.`}function w(e){return`<code>${p(e)}</code>`}async function Je(e,t){let a=t.flatMap((r,n)=>Fe(r,n+1));await Ie(e,Ue("stream-rollout: five streaming jobs on a local cloud",a))}function Fe({title:e,text:t,calls:a,annotations:r,checks:n},i){return[`<h2>${i}. ${p(e)}</h2>`,Be(t),...a.flatMap(({command:l,plan:s,report:o})=>[`<p><code>$ ${p(l)}</code></p>`,...s===null?[]:[He("The plan",s)],...o===null?[]:[Me("The rollout",o)]]),We(r),qe(n)].filter(Boolean)}function We(e){if(e.length===0)return"";let t=e.map(({file:a,line:r,level:n,title:i,message:l})=>{let s=l.split(`
`).map(p).join("<br>");return`<tr><td><code>${p(`${a}:${r}`)}</code></td><td>${p(n)}</td><td>${p(i)}</td><td>${s}</td></tr>`});return`<p>Annotations of the commit\u2019s check run:</p>
<table>
<thead><tr>${["Line","Level","Title","Message"].map(a=>`<th scope="col">${a}</th>`).join("")}</tr></thead>
<tbody>
${t.join(`
`)}
</tbody>
</table>`}function qe(e){return`<ul>
${e.map(({text:t,held:a,found:r})=>a?`<li class="succeeded">\u2713 ${p(t)}</li>`:`<li class="failed">\u2717 ${p(t)}: ${p(r)}</li>`).join(`
`)}
</ul>`}var Xe=3e3;async function se(e,t,a){let{signal:r}=a;r.throwIfAborted();let n=Ke(e,t,{cwd:a.cwd,env:{...a.env},stdio:["ignore","pipe","pipe"],windowsHide:!0}),i={stdout:"",stderr:"",output:""},l=ze(a.onLine??(()=>{}));for(let c of["stdout","stderr"])n[c].setEncoding("utf8").on("data",d=>{i[c]+=d,i.output+=d,l.push(c,d)});let s,o=()=>{n.kill("SIGTERM"),s=setTimeout(()=>n.kill("SIGKILL"),Xe)};r.addEventListener("abort",o,{once:!0});try{let c=await new Promise((d,u)=>{n.once("error",u),n.once("close",h=>d(h??128))});return l.end(),r.throwIfAborted(),{exitCode:c,...i}}finally{clearTimeout(s),r.removeEventListener("abort",o)}}function ze(e){let t={stdout:"",stderr:""};return{push(a,r){let n=(t[a]+r).split(`
`);t[a]=n.pop()??"";for(let i of n)e(i)},end(){for(let a of Object.values(t))a!==""&&e(a)}}}var Qe=["-c","user.name=Data Engineer","-c","user.email=engineer@localhost"];async function Ze(e,t){let a=G(e,"origin.git"),r=G(e,"streams"),n=async(i,...l)=>{let s=await se("git",l,{...t,cwd:i}).catch(o=>{throw o.code==="ENOENT"?et(o):o});if(s.exitCode!==0){let o=s.stderr.trim();throw new D("git-failed",`git ${l.join(" ")} ended with ${s.exitCode}: ${o}`)}return s.stdout.trim()};return await Z(r),await n(e,"init","--quiet","--bare","--initial-branch=main",a),await n(r,"init","--quiet","--initial-branch=main"),await n(r,"remote","add","origin","../origin.git"),{clone:r,origin:a,async commit(i,l){for(let[s,o]of Object.entries(l))await Z(Ye(G(r,s)),{recursive:!0}),await Ve(G(r,s),o);return await n(r,"add","--all"),await n(r,...Qe,"commit","--quiet","--message",i),n(r,"rev-parse","HEAD")},async push(){await n(r,"push","--quiet","origin","HEAD:main")},ledger:()=>n(r,"ls-remote","origin","refs/stream-rollout/*")}}function et(e){return new D("git-missing","The demo makes a git repository, but git could not be started.",{class:"input",next:"Install git 2.31 or newer.",cause:e})}async function L({cloud:e}){return(await e.calls()).filter(t=>t.write).map(({service:t,operation:a})=>`${t} ${a}`)}function O(e){return x((e?.jobs??[]).map(({job:t,outcome:a})=>[t,a]))}function $(e,t){return x(e.map(a=>[a,t]))}function ee(e){return(e?.jobs??[]).flatMap(t=>t.changed?[t.job]:[]).sort()}function tt(e){return x((e?.jobs??[]).filter(t=>t.changed).map(({job:t,strategy:a})=>[t,a]))}function M(e,t){return x(Object.entries(e).filter(([a])=>t.includes(a)))}function at(e,t,a){return t.every(r=>e.some(n=>n.title.startsWith(`${r}: ${a}`)&&n.line>1))}async function te({tool:e}){let{jobs:t}=await e.read("status");return x(t.map(({job:a,state:r,runningRevision:n})=>[a,{state:r,revision:n}]))}function x(e){return Object.fromEntries([...e].sort(([t],[a])=>t<a?-1:1))}function m(e,t,a){let r=rt(t,a);return{text:e,held:r,found:r?"":`found ${JSON.stringify(t)}, expected ${JSON.stringify(a)}`}}function B(e,t,a){return{text:e,held:t,found:t?"":`found ${typeof a=="string"?a:JSON.stringify(a)}`}}var nt="production",V=`stream-rollout / ${nt}`,j=["alerts-relay","clicks-to-lake","orders-enrich","payments-fraud","sessions-to-lake"],v=["clicks-to-lake","orders-enrich"],C=["clicks-to-lake","payments-fraud"],ot={title:"A fleet that was started by hand",text:"Five jobs run on two clouds and under a supervisor of their own; nobody wrote down from which commit. The first commit of the repository declares them. First contact restarts nothing: it takes the runs as they are.",async play(e,t){let a=await e.cloud.startByHand(e.relayRuns);t.head=await e.repository.commit("Declare the streaming jobs that run already",Te),await e.repository.push();let r=await E(e,"apply"),{report:n}=r;return N(t,n),{calls:[r],annotations:[],checks:[m("apply ends with exit code 0",r.exitCode,0),m("all five jobs are adopted",O(n),$(j,"adopted")),m("the runs are those that were started by hand",Object.values(t.runs).sort(),[...a].sort()),m("nothing was written to an engine",await L(e),[])]}}},it={title:"A commit that changes two of five jobs",text:"A new image for orders-enrich (Dataflow) and another script for clicks-to-lake (Glue). `detect` needs git alone, `plan` also looks at the engines; both only read. The push then starts the workflow with this action.",async play(e,t){let a=t.head,r=t.runs;t.head=await e.repository.commit("Orders: enrich with currency; clicks: keep the referrer",Se),await e.cloud.forget();let n=await E(e,"detect","--base","HEAD~1"),i=await e.cloud.calls(),l=await E(e,"plan"),s=await L(e),o=await Y(e,a,t.head),{report:c}=o;N(t,c);let d=await e.cloud.annotations(e.name,t.head,V),u=j.filter(h=>!v.includes(h));return{calls:[n,l,o],annotations:d,checks:[m("detect and plan end with exit code 0",[n.exitCode,l.exitCode],[0,0]),m("detect finds these two",ee(n.plan),v),m("detect asked no engine",i,[]),m("plan finds these two",ee(l.plan),v),m("each in the least disruptive way",tt(l.plan),{"clicks-to-lake":"restart","orders-enrich":"in-place-update"}),m("plan wrote nothing to an engine",s,[]),m("the action ends with exit code 0",o.exitCode,0),m("two are rolled out and three are left alone",O(c),{...$(u,"unchanged"),...$(v,"succeeded")}),m("both have a new run",v.map(h=>t.runs[h]!==r[h]),[!0,!0]),m("the other three have the run that they had",M(t.runs,u),M(r,u)),B("the check run says so on the manifest",at(d,v,"succeeded"),d)]}}},st={title:"The same again",text:"Nothing changed, so nothing may happen: not on an engine, not in a bucket, not in the ledger.",async play(e,t){let a=await e.repository.ledger();await e.cloud.forget();let r=await E(e,"apply"),n=await L(e),i=await e.cloud.calls();return N(t,r.report),{calls:[r],annotations:[],checks:[m("apply ends with exit code 0",r.exitCode,0),m("all five jobs are unchanged",O(r.report),$(j,"unchanged")),B("the engines were really asked",i.length>0,"no call at all"),m(`${i.length} calls to engines and buckets, none of them a write`,n,[]),m("the ledger is as it was",await e.repository.ledger(),a)]}}},lt={title:"A bad version",text:"A model without weights for payments-fraud, which runs in parallel slots: the new run is tried beside the old one. And a typing error in the script of clicks-to-lake, which has to stop before it starts: it is rolled back.",async play(e,t){let a=t.head,r=t.runs,n=await te(e);t.head=await e.repository.commit("Payments: model v7; clicks: rename a column",_e);let i=await Y(e,a,t.head),{report:l}=i;N(t,l);let s=await e.cloud.annotations(e.name,t.head,V),o=await e.cloud.runs("dataflow","payments-fraud-a"),c=j.filter(u=>!C.includes(u)),d=await E(e,"status");return{calls:[i,d],annotations:s,checks:[m("the action ends with exit code 1",i.exitCode,1),B("before it every job ran",j.every(u=>n[u]?.state==="running"),n),m("one failed beside the old run, one is rolled back",O(l),{...$(c,"unchanged"),"clicks-to-lake":"rolled-back","payments-fraud":"failed"}),m("payments-fraud: the old run was never stopped",o,[{id:r["payments-fraud"],state:"JOB_STATE_RUNNING"}]),m("every job runs, in the revision that it ran before",await te(e),n),m("the other three have the run that they had",M(t.runs,c),M(r,c)),B("the check run fails on both lines of the manifest",C.every(u=>s.some(h=>h.level==="failure"&&h.title.startsWith(`${u}:`))),s)]}}},ct={title:"The next commit",text:"Somebody edits the README. The head of the branch still holds the two bad versions, but they have failed once: they are quarantined and do not come back by themselves.",async play(e,t){let a=t.head,r=t.runs;t.head=await e.repository.commit("Say who to call",Ee),await e.cloud.forget();let n=await Y(e,a,t.head),i=await L(e);N(t,n.report);let l=await e.cloud.annotations(e.name,t.head,V),s=j.filter(o=>!C.includes(o));return{calls:[n],annotations:l,checks:[m("the action ends with exit code 0",n.exitCode,0),m("both stay away, with a warning",O(n.report),{...$(s,"unchanged"),...$(C,"quarantined")}),m("nothing was written to an engine",i,[]),m("every job has the run that it had",t.runs,r)]}}},dt=[ot,it,st,lt,ct];async function E(e,...t){return e.typed(`stream-rollout ${t.join(" ")}`),e.tool.cli(...t)}async function Y(e,t,a){return e.typed("git push origin main"),await e.repository.push(),e.tool.push({before:t,after:a})}function N(e,t){t!==null&&(e.runs=x(t.jobs.map(({job:a,runs:r,runAfter:n})=>[a,r?.[0]?.id??n])))}function ut(e){let t=e??(()=>{});return{chapter(a,r,n){t(`
${a}. ${r}
`);for(let i of ht(n))t(`   ${i}`)},typed(a){t(`
   $ ${a}`)},line(a){t(`   | ${a}`)},outcome({annotations:a,checks:r}){a.length>0&&t(`
   The check run of the commit shows, line by line:`);for(let i of a.slice(0,12))for(let l of mt(i))t(`   | ${l}`);let n=a.length-12;n>0&&t(`   | and ${n} more`),t("");for(let i of r)t(`   ${pt(i)}`)},end({exitCode:a,seconds:r,page:n,kept:i,steps:l}){let s=l.reduce((d,u)=>d+u.checks.length,0),o=l.flatMap(d=>d.checks.filter(u=>!u.held)).length,c=a===0?`All ${s} promises held`:`${o} of ${s} promises did NOT hold`;t(`
${c}, in ${r} s.`),t(`The summary as a page: ${n}`),i!==null&&t(`Repository, ledger and reports: ${i}`)}}}function pt({text:e,held:t,found:a}){return t?`\u2713 ${e}`:`\u2717 ${e}: ${a}`}function mt({file:e,line:t,level:a,title:r,message:n}){return[`${e}:${t} ${a} ${r}`,...n.split(`
`).map(i=>`    ${i}`)]}function ht(e){let t=[""];for(let a of e.split(" ")){let r=t[t.length-1]??"";r!==""&&r.length+1+a.length>110?t.push(a):t[t.length-1]=r===""?a:`${r} ${a}`}return t}var yt=["PATH","Path","PATHEXT","SystemRoot","ComSpec"];async function bt(e,t,a){let[r,n]=[g(a,"home"),g(a,"tmp")];await Promise.all([q(r),q(n)]);let i=yt.flatMap(s=>e[s]===void 0?[]:[[s,e[s]]]),l=e.PATH??e.Path??"";return{...Object.fromEntries(i),...t,PATH:[wt(process.execPath),l].filter(Boolean).join(gt),HOME:r,USERPROFILE:r,TMPDIR:n,TEMP:n,TMP:n,NO_PROXY:"127.0.0.1,localhost",GIT_CONFIG_GLOBAL:g(r,".gitconfig"),GIT_CONFIG_NOSYSTEM:"1",GIT_TERMINAL_PROMPT:"0"}}function $t(e){let{dist:t,clone:a,folder:r,env:n,signal:i,onLine:l}=e,s=0;async function o(c,d,u,h){return se(process.execPath,[g(t,c),...d],{cwd:a,env:{...n,...u},signal:i,onLine:f=>h(f)&&l(f)})}return{async cli(...c){s+=1;let d=g(r,`call-${s}`);return{...await o("cli.js",[...c,"--out",d],{},()=>!0),command:`stream-rollout ${c.join(" ")}`,...await re(d)}},async read(...c){let d=await o("cli.js",[...c,"--json"],{},()=>!1);return JSON.parse(d.stdout)},async push({before:c,after:d}){s+=1;let u=String(1e3+s),h=g(r,`runner-${u}`);await q(h,{recursive:!0});let f={ref:"refs/heads/main",before:c,after:d,forced:!1,created:!1,deleted:!1,repository:{full_name:e.repository,default_branch:"main"}},y=Object.fromEntries(["GITHUB_OUTPUT","GITHUB_STATE","GITHUB_STEP_SUMMARY","GITHUB_ENV","GITHUB_PATH"].map(b=>[b,g(h,b.toLowerCase())]));await Promise.all(Object.values(y).map(b=>ae(b,""))),await ae(g(h,"event.json"),JSON.stringify(f));let k={...y,CI:"true",GITHUB_ACTIONS:"true",GITHUB_ACTOR:"engineer",GITHUB_EVENT_NAME:"push",GITHUB_EVENT_PATH:g(h,"event.json"),GITHUB_REF:"refs/heads/main",GITHUB_REPOSITORY:e.repository,GITHUB_RUN_ATTEMPT:"1",GITHUB_RUN_ID:u,GITHUB_SERVER_URL:"https://github.com",GITHUB_SHA:d,GITHUB_WORKSPACE:a,RUNNER_TEMP:h,"INPUT_GITHUB-TOKEN":n.GITHUB_TOKEN??""},T=b=>!b.startsWith("::")&&b.trim()!=="",S=await o("main.js",[],k,T),A=S.output.split(`
`).filter(T).join(`
`),le=await re(g(h,`stream-rollout-${u}-1`));return{...S,output:A,command:"git push origin main",...le}}}}async function re(e){let t=async a=>{let r=await ft(g(e,a),"utf8").catch(()=>null);return r===null?null:JSON.parse(r)};return{plan:await t("plan.json"),report:await t("report.json")}}var kt=100,W="acme/streams",vt=130;async function ma(e,t,a){let r=e.json===!0,n=ut(r?null:f=>{process.stdout.write(`${f}
`)}),i=Date.now(),l=await be(),s=[],o=null;try{let f=await jt(l.work,t,a,n);s.push(...f.map(xt)),o=P(l.root,"summary.html"),await Je(o,f)}catch(f){if(!a.aborted)throw f;return vt}finally{await l.clear({page:o!==null,work:e.keep===!0})}let c=s.flatMap(f=>f.checks.filter(y=>!y.held)).length===0?0:1,d=Math.round((Date.now()-i)/100)/10,u=e.keep===!0?l.work:null,h={version:1,kind:"demo",exitCode:c,seconds:d,page:o,kept:u,steps:s};return r?process.stdout.write(`${JSON.stringify(h)}
`):n.end(h),c}async function jt(e,t,a,r){let{startCloud:n}=await import("./cloud-BWLBVBFB.js"),i=await n({clockRate:kt,github:{repositories:{[W]:P(e,"origin.git")}},log:r.line});try{let l=P(e,"calls"),s=P(e,"relay-runs");await pe(l);let o={...await bt(t,i.env,e),RELAY_RUNS:s},c=await Ze(e,{env:o,signal:a}),d=$t({dist:he(await me(process.argv[1]??"")),clone:c.clone,folder:l,repository:W,env:o,signal:a,onLine:r.line}),u={repository:c,tool:d,cloud:Ae(i),name:W,relayRuns:s,typed:r.typed},h={head:"",runs:{}},f=[];for(let[y,k]of dt.entries()){let{title:T,text:S}=k;r.chapter(y+1,T,S);let A={title:T,text:S,...await k.play(u,h)};r.outcome(A),f.push(A)}return f}finally{await i.close()}}function xt({title:e,text:t,calls:a,annotations:r,checks:n}){let i=a.map(({command:l,exitCode:s,output:o})=>({command:l,exitCode:s,output:o}));return{title:e,text:t,commands:i,annotations:r,checks:n}}export{ma as demo};
