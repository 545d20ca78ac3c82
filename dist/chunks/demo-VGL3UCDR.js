import { createRequire as __createRequire } from 'node:module';import { fileURLToPath as __toPath } from 'node:url';const require = __createRequire(import.meta.url);const __filename = __toPath(import.meta.url), __dirname = __toPath(new URL('.', import.meta.url));
import{a as ee,b as te,d as ne}from"./chunk-AOICBATX.js";import{b as h,i as Z,j}from"./chunk-QAJPGJO7.js";import{a as W}from"./chunk-2KDLLCUA.js";import{a as s}from"./chunk-UT5O72HO.js";import{mkdir as kt,realpath as $t}from"node:fs/promises";import{dirname as xt,join as F}from"node:path";import{rmSync as Ie}from"node:fs";import{mkdir as Ne,mkdtemp as He,rm as oe}from"node:fs/promises";import{tmpdir as De}from"node:os";import{join as re}from"node:path";async function se(){let e=await He(re(De(),"stream-rollout-demo-")),t=re(e,"work");await Ne(t);let n=s(()=>Ie(e,{recursive:!0,force:!0}),"atExit");return process.on("exit",n),{root:e,work:t,async clear(o){process.off("exit",n);let r={recursive:!0,force:!0,maxRetries:5};!o.page&&!o.work?await oe(e,r):o.work||await oe(t,r)}}}s(se,"openFolder");import{mkdir as Ge,writeFile as Le}from"node:fs/promises";import{join as Ue}from"node:path";var Be=`# yaml-language-server: $schema=../schemas/streaming-jobs.schema.json
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
`,Je=`import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
`;function H(e,t,n){let o={image:`registry.example/acme/${e}@sha256:${t.repeat(64)}`,sdkInfo:{language:"JAVA"},metadata:{name:e,streaming:!0},defaultEnvironment:{enableStreamingEngine:!0},...n===void 0?{}:{"x-emulator":n}};return`${JSON.stringify(o,null,2)}
`}s(H,"template");function D(e,t){return`import sys
from awsglue.utils import getResolvedOptions

# ${e}
${t}
`}s(D,"script");var ae={".github/streaming-jobs.yml":Be,".gitignore":`.runner/
`,"README.md":`# Streams of Acme
`,"pipelines/orders/template.json":H("orders","1"),"pipelines/payments/template.json":H("payments","2"),"glue/clicks.py":D("clicks to lake",'columns = ["user", "page"]'),"glue/sessions.py":D("sessions to lake","timeout_minutes = 30"),"relay/relay.mjs":`export const format = (alert) => alert.title;
`,"ops/supervisor.mjs":Je},ie={"pipelines/orders/template.json":H("orders","3"),"glue/clicks.py":D("clicks to lake",'columns = ["user", "page", "referrer"]')},le={"pipelines/payments/template.json":H("payments","4",{behaviour:"crash",seconds:20,message:"java.lang.IllegalStateException: model v7 has no weights"}),"glue/clicks.py":D("clicks to lake",`columns = ["user", "page", "referer"]
# emulator: fail-after 20 "AnalysisException: cannot resolve column referer"`)},ce={"README.md":`# Streams of Acme

Who to call: the streams team.
`},de=[{service:"dataflow",name:"orders-enrich",project:"acme-prod",region:"europe-west1",parameters:{inputSubscription:"projects/acme-prod/subscriptions/orders",outputTable:"acme:ods.orders"},maxWorkers:20},{service:"dataflow",name:"payments-fraud-a",project:"acme-prod",region:"europe-west1",parameters:{inputSubscription:"projects/acme-prod/subscriptions/payments-a",outputTopic:"projects/acme-prod/topics/fraud"},maxWorkers:10},...["clicks","sessions"].map(e=>({service:"glue",jobName:`${e}-to-lake`,region:"eu-west-1",definition:{Role:"arn:aws:iam::123456789012:role/glue-streams",Command:{Name:"gluestreaming",ScriptLocation:`s3://acme-scripts/${e}.py`,PythonVersion:"3"},GlueVersion:"4.0",WorkerType:"G.1X",NumberOfWorkers:5,Timeout:0,ExecutionProperty:{MaxConcurrentRuns:1},DefaultArguments:{"--checkpoint_location":`s3://acme-prod-checkpoints/${e}/`}}}))],B={id:"alerts-relay.by-hand",name:"alerts-relay",state:"running",stamp:null,settings:{topic:"alerts",channel:"on-call"}};var Me=["dataflow","storage","glue","s3"];function pe({control:e,services:t,clock:n,env:o}){async function r(c,l,a){let d=await fetch(l,{method:c,headers:{authorization:`Bearer ${o.GITHUB_TOKEN}`,"user-agent":"stream-rollout-demo"},...a===void 0?{}:{body:typeof a=="string"?a:JSON.stringify(a)}}),p=await d.text();if(!d.ok)throw new Error(`${c} ${new URL(l).pathname} on the local cloud: ${d.status} ${p}`);return p.startsWith("{")||p.startsWith("[")?JSON.parse(p):p}s(r,"ask");async function i(){await r("DELETE",`${e}/requests`)}return s(i,"forget"),{async calls(){return(await r("GET",`${e}/requests`)).filter(({service:l})=>Me.includes(l))},forget:i,async runs(c,l){return(await r("GET",`${e}/runs?service=${c}`)).filter(({name:d})=>d===l).map(({id:d,state:p})=>({id:d,state:p}))},async startByHand(c){let l=[];for(let d of de){if(d.service==="glue"){let{pathname:m}=new URL(d.definition.Command.ScriptLocation.replace("s3://","http://s3/"));await r("PUT",`${t.s3}${m}`,`# as it was uploaded by hand
`)}let{id:p}=await r("POST",`${e}/runs`,d);l.push(p)}await Ge(c,{recursive:!0});let a=new Date(n.now()-36e5).toISOString();return await Le(Ue(c,`${B.id}.json`),JSON.stringify({...B,startedAt:a})),await i(),[...l,B.id]},async annotations(c,l,a){let d=`${t.github}/repos/${c}`,p=await r("GET",`${d}/commits/${l}/check-runs?check_name=${encodeURIComponent(a)}`);return(await Promise.all(p.check_runs.map(({id:u})=>r("GET",`${d}/check-runs/${u}/annotations?per_page=100`)))).flat().map(u=>({file:u.path,line:u.start_line,level:u.annotation_level,title:u.title??"",message:u.message}))}}}s(pe,"localCloud");import{writeFile as Ke}from"node:fs/promises";var q=22,J=260,G=640,Fe={succeeded:"#1a7f37",failed:"#cf222e",running:"#0969da",intended:"#0969da",skipped:"#8c959f"};function ue(e){let t=ne(e).flatMap(({job:a,bars:d})=>d.map(p=>({job:a,...p})));if(t.length===0)return"";let n=Math.min(...t.map(a=>a.from)),o=Math.max(1,Math.max(...t.map(a=>a.to))-n),r=t.length*q+28,i=s(a=>J+(a-n)/o*G,"x"),c=t.map(({job:a,step:d,from:p,to:m},u)=>{let y=u*q+4,f=Math.max(2,i(m)-i(p)),b=j((m-p)/1e3);return[`<text x="0" y="${y+13}">${h(`${a}: ${d.id}`)}</text>`,`<rect x="${me(i(p))}" y="${y}" width="${me(f)}" height="${q-6}" rx="2" fill="${Fe[d.state]}"><title>${h(`${d.verb}, ${d.state}, ${b}`)}</title></rect>`].join("")}),l=[0,.25,.5,.75,1].map(a=>{let d=J+a*G,p=a===1?"end":"middle";return`<text x="${d}" y="${r-6}" text-anchor="${p}" class="axis">${j(o*a/1e3)}</text>`});return`<svg role="img" aria-label="Steps over time" viewBox="0 0 ${J+G+10} ${r}" width="${J+G+10}" height="${r}">${c.join("")}${l.join("")}</svg>`}s(ue,"chart");function me(e){return Math.round(e*10)/10}s(me,"round");var We=`
body{font:15px/1.5 system-ui,sans-serif;color:#1f2328;background:#fff;max-width:1060px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;border-bottom:1px solid #d1d9e0;padding-bottom:.3rem;margin-top:2.2rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid #d1d9e0;padding:.35rem .6rem;text-align:left;vertical-align:top}
th{background:#f6f8fa}code{font:13px ui-monospace,monospace;background:#f6f8fa;padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}
.succeeded,.adopted,.unchanged{color:#1a7f37}.failed,.rolled-back,.stuck,.refused{color:#cf222e}
svg{max-width:100%;height:auto;font:12px system-ui,sans-serif}svg .axis{fill:#59636e}p.note{color:#59636e}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,code{background:#151b23}h2,th,td{border-color:#3d444d}svg text{fill:#e6edf3}}
`;function he(e,t){return`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${h(e)}</title>
<style>${We}</style>
</head>
<body>
<h1>${h(e)}</h1>
${t.join(`
`)}
</body>
</html>
`}s(he,"page");function ge(e,t){let n=t.jobs.filter(i=>i.changed||i.action!=="none"),o=`${h(te(t))}. Environment ${k(t.environment)}, commit ${k(t.commit?.slice(0,12)??"unknown")}, plan ${k(t.hash)}.`;return we(e,[o,be(["Job","Why","Strategy","Expected gap","Duplicates","State","Steps"],n.map(qe)),ke(t.jobs.length-n.length)])}s(ge,"planSection");function ye(e,t){let n=t.jobs.filter(r=>r.outcome!=="unchanged"),o=["Job","Outcome","Strategy","Processing gap","Runs now","What happened"];return we(e,[`${h(ee(t))}.`,be(o,n.map(Ve)),ke(t.jobs.length-n.length),ue(n),...n.map(Ye)])}s(ye,"reportSection");function fe(e){return`<p class="note">${h(e)}</p>`}s(fe,"note");function we(e,t){let n=t.filter(Boolean).map(o=>o.startsWith("<")?o:`<p>${o}</p>`);return`<section>
<h2>${h(e)}</h2>
${n.join(`
`)}
</section>`}s(we,"section");function qe(e){let{expected:t}=e;return[k(e.job),e.reasons.map(n=>h(n.message)).join("<br>"),h(e.strategy??e.action),j(t?.gapSeconds??null),t?.duplicates??"not known",t?.state??"not known",e.steps.map(n=>h(n.id)).join(" \u2192 ")]}s(qe,"planRow");function Ve(e){let t=e.runs?.map(o=>`${k(o.id)} ${h(o.state)}`).join("<br>")??"not looked at",n=e.next===null?"":`<br>Next: ${k(e.next)}`;return[k(e.job),`<strong class="${e.outcome}">${e.outcome}</strong>${e.code===null?"":`<br>${k(e.code)}`}`,h(e.strategy??"\u2013"),j(e.gapSeconds),t||"nothing",`${h(e.message)}${n}`]}s(Ve,"reportRow");function Ye(e){if(e.messages.length===0)return"";let t=e.messages.map(n=>`<li>${h(n.level)}: ${h(n.text)}</li>`).join("");return`<p>What the engine said about ${k(e.job)}:</p><ul>${t}</ul>`}s(Ye,"messages");function be(e,t){if(t.length===0)return"";let n=`<tr>${e.map(r=>`<th scope="col">${h(r)}</th>`).join("")}</tr>`,o=t.map(r=>`<tr>${r.map(i=>`<td>${i}</td>`).join("")}</tr>`);return`<table>
<thead>${n}</thead>
<tbody>
${o.join(`
`)}
</tbody>
</table>`}s(be,"table");function ke(e){return e===0?"":`${Z(e)} ${e===1?"is":"are"} unchanged.`}s(ke,"unchanged");function k(e){return`<code>${h(e)}</code>`}s(k,"code");async function $e(e,t){let n=t.flatMap((o,r)=>Xe(o,r+1));await Ke(e,he("stream-rollout: five streaming jobs on a local cloud",n))}s($e,"writePage");function Xe({title:e,text:t,calls:n,annotations:o,checks:r},i){return[`<h2>${i}. ${h(e)}</h2>`,fe(t),...n.flatMap(({command:c,plan:l,report:a})=>[`<p><code>$ ${h(c)}</code></p>`,...l===null?[]:[ge("The plan",l)],...a===null?[]:[ye("The rollout",a)]]),ze(o),Qe(r)].filter(Boolean)}s(Xe,"sectionsOf");function ze(e){if(e.length===0)return"";let t=e.map(({file:o,line:r,level:i,title:c,message:l})=>{let a=l.split(`
`).map(h).join("<br>");return`<tr><td><code>${h(`${o}:${r}`)}</code></td><td>${h(i)}</td><td>${h(c)}</td><td>${a}</td></tr>`});return`<p>Annotations of the commit\u2019s check run:</p>
<table>
<thead><tr>${["Line","Level","Title","Message"].map(o=>`<th scope="col">${o}</th>`).join("")}</tr></thead>
<tbody>
${t.join(`
`)}
</tbody>
</table>`}s(ze,"annotationTable");function Qe(e){return`<ul>
${e.map(({text:n,held:o,found:r})=>o?`<li class="succeeded">\u2713 ${h(n)}</li>`:`<li class="failed">\u2717 ${h(n)}: ${h(r)}</li>`).join(`
`)}
</ul>`}s(Qe,"checkList");import{mkdir as xe,writeFile as nt}from"node:fs/promises";import{dirname as ot,join as U}from"node:path";import{spawn as Ze}from"node:child_process";var et=3e3;async function L(e,t,n){let{signal:o}=n;o.throwIfAborted();let r=Ze(e,t,{cwd:n.cwd,env:{...n.env},stdio:["ignore","pipe","pipe"],windowsHide:!0}),i={stdout:"",stderr:"",output:""},c=tt(n.onLine??(()=>{}));for(let d of["stdout","stderr"])r[d].setEncoding("utf8").on("data",p=>{i[d]+=p,i.output+=p,c.push(d,p)});let l,a=s(()=>{r.kill("SIGTERM"),l=setTimeout(()=>r.kill("SIGKILL"),et)},"end");o.addEventListener("abort",a,{once:!0});try{let d=await new Promise((p,m)=>{r.once("error",m),r.once("close",u=>p(u??128))});return c.end(),o.throwIfAborted(),{exitCode:d,...i}}finally{clearTimeout(l),o.removeEventListener("abort",a)}}s(L,"run");function tt(e){let t={stdout:"",stderr:""};return{push(n,o){let r=(t[n]+o).split(`
`);t[n]=r.pop()??"";for(let i of r)e(i)},end(){for(let n of Object.values(t))n!==""&&e(n)}}}s(tt,"lineReader");var rt=["-c","user.name=Data Engineer","-c","user.email=engineer@localhost"];async function ve(e,t){let n=U(e,"origin.git"),o=U(e,"streams"),r=s(async(i,...c)=>{let l=await L("git",c,{...t,cwd:i}).catch(a=>{throw a.code==="ENOENT"?st(a):a});if(l.exitCode!==0){let a=l.stderr.trim();throw new W("git-failed",`git ${c.join(" ")} ended with ${l.exitCode}: ${a}`)}return l.stdout.trim()},"git");return await xe(o),await r(e,"init","--quiet","--bare","--initial-branch=main",n),await r(o,"init","--quiet","--initial-branch=main"),await r(o,"remote","add","origin","../origin.git"),{clone:o,origin:n,async commit(i,c){for(let[l,a]of Object.entries(c))await xe(ot(U(o,l)),{recursive:!0}),await nt(U(o,l),a);return await r(o,"add","--all"),await r(o,...rt,"commit","--quiet","--message",i),r(o,"rev-parse","HEAD")},async push(){await r(o,"push","--quiet","origin","HEAD:main")},ledger:s(()=>r(o,"ls-remote","origin","refs/stream-rollout/*"),"ledger")}}s(ve,"makeRepository");function st(e){return new W("git-missing","The demo makes a git repository, but git could not be started.",{class:"input",next:"Install git 2.31 or newer.",cause:e})}s(st,"gitMissing");async function O({cloud:e}){return(await e.calls()).filter(n=>n.write).map(({service:n,operation:o})=>`${n} ${o}`)}s(O,"writes");function S(e){return v((e?.jobs??[]).map(({job:t,outcome:n})=>[t,n]))}s(S,"outcomes");function $(e,t){return v(e.map(n=>[n,t]))}s($,"outcomesOf");function V(e){return(e?.jobs??[]).flatMap(t=>t.changed?[t.job]:[]).sort()}s(V,"changedIn");function je(e){return v((e?.jobs??[]).filter(t=>t.changed).map(({job:t,strategy:n})=>[t,n]))}s(je,"strategies");function C(e,t){return v(Object.entries(e).filter(([n])=>t.includes(n)))}s(C,"only");function Se(e,t,n){return t.every(o=>e.some(r=>r.title.startsWith(`${o}: ${n}`)&&r.line>1))}s(Se,"says");async function Y({tool:e}){let{jobs:t}=await e.read("status");return v(t.map(({job:n,state:o,runningRevision:r})=>[n,{state:o,revision:r}]))}s(Y,"statusOf");function v(e){return Object.fromEntries([...e].sort(([t],[n])=>t<n?-1:1))}s(v,"sorted");import{isDeepStrictEqual as at}from"node:util";function g(e,t,n){let o=at(t,n);return{text:e,held:o,found:o?"":`found ${JSON.stringify(t)}, expected ${JSON.stringify(n)}`}}s(g,"same");function _(e,t,n){return{text:e,held:t,found:t?"":`found ${typeof n=="string"?n:JSON.stringify(n)}`}}s(_,"holds");var it="production",K=`stream-rollout / ${it}`,P=["alerts-relay","clicks-to-lake","orders-enrich","payments-fraud","sessions-to-lake"],T=["clicks-to-lake","orders-enrich"],M=["clicks-to-lake","payments-fraud"],lt={title:"A fleet that was started by hand",text:"Five jobs run on two clouds and under a supervisor of their own; nobody wrote down from which commit. The first commit of the repository declares them. First contact restarts nothing: it takes the runs as they are.",async play(e,t){let n=await e.cloud.startByHand(e.relayRuns);t.head=await e.repository.commit("Declare the streaming jobs that run already",ae),await e.repository.push();let o=await A(e,"apply"),{report:r}=o;return I(t,r),{calls:[o],annotations:[],checks:[g("apply ends with exit code 0",o.exitCode,0),g("all five jobs are adopted",S(r),$(P,"adopted")),g("the runs are those that were started by hand",Object.values(t.runs).sort(),[...n].sort()),g("nothing was written to an engine",await O(e),[])]}}},ct={title:"A commit that changes two of five jobs",text:"A new image for orders-enrich (Dataflow) and another script for clicks-to-lake (Glue). `detect` needs git alone, `plan` also looks at the engines; both only read. The push then starts the workflow with this action.",async play(e,t){let n=t.head,o=t.runs;t.head=await e.repository.commit("Orders: enrich with currency; clicks: keep the referrer",ie),await e.cloud.forget();let r=await A(e,"detect","--base","HEAD~1"),i=await e.cloud.calls(),c=await A(e,"plan"),l=await O(e),a=await X(e,n,t.head),{report:d}=a;I(t,d);let p=await e.cloud.annotations(e.name,t.head,K),m=P.filter(u=>!T.includes(u));return{calls:[r,c,a],annotations:p,checks:[g("detect and plan end with exit code 0",[r.exitCode,c.exitCode],[0,0]),g("detect finds these two",V(r.plan),T),g("detect asked no engine",i,[]),g("plan finds these two",V(c.plan),T),g("each in the least disruptive way",je(c.plan),{"clicks-to-lake":"restart","orders-enrich":"in-place-update"}),g("plan wrote nothing to an engine",l,[]),g("the action ends with exit code 0",a.exitCode,0),g("two are rolled out and three are left alone",S(d),{...$(m,"unchanged"),...$(T,"succeeded")}),g("both have a new run",T.map(u=>t.runs[u]!==o[u]),[!0,!0]),g("the other three have the run that they had",C(t.runs,m),C(o,m)),_("the check run says so on the manifest",Se(p,T,"succeeded"),p)]}}},dt={title:"The same again",text:"Nothing changed, so nothing may happen: not on an engine, not in a bucket, not in the ledger.",async play(e,t){let n=await e.repository.ledger();await e.cloud.forget();let o=await A(e,"apply"),r=await O(e),i=await e.cloud.calls();return I(t,o.report),{calls:[o],annotations:[],checks:[g("apply ends with exit code 0",o.exitCode,0),g("all five jobs are unchanged",S(o.report),$(P,"unchanged")),_("the engines were really asked",i.length>0,"no call at all"),g(`${i.length} calls to engines and buckets, none of them a write`,r,[]),g("the ledger is as it was",await e.repository.ledger(),n)]}}},pt={title:"A bad version",text:"A model without weights for payments-fraud, which runs in parallel slots: the new run is tried beside the old one. And a typing error in the script of clicks-to-lake, which has to stop before it starts: it is rolled back.",async play(e,t){let n=t.head,o=t.runs,r=await Y(e);t.head=await e.repository.commit("Payments: model v7; clicks: rename a column",le);let i=await X(e,n,t.head),{report:c}=i;I(t,c);let l=await e.cloud.annotations(e.name,t.head,K),a=await e.cloud.runs("dataflow","payments-fraud-a"),d=P.filter(m=>!M.includes(m)),p=await A(e,"status");return{calls:[i,p],annotations:l,checks:[g("the action ends with exit code 1",i.exitCode,1),_("before it every job ran",P.every(m=>r[m]?.state==="running"),r),g("one failed beside the old run, one is rolled back",S(c),{...$(d,"unchanged"),"clicks-to-lake":"rolled-back","payments-fraud":"failed"}),g("payments-fraud: the old run was never stopped",a,[{id:o["payments-fraud"],state:"JOB_STATE_RUNNING"}]),g("every job runs, in the revision that it ran before",await Y(e),r),g("the other three have the run that they had",C(t.runs,d),C(o,d)),_("the check run fails on both lines of the manifest",M.every(m=>l.some(u=>u.level==="failure"&&u.title.startsWith(`${m}:`))),l)]}}},mt={title:"The next commit",text:"Somebody edits the README. The head of the branch still holds the two bad versions, but they have failed once: they are quarantined and do not come back by themselves.",async play(e,t){let n=t.head,o=t.runs;t.head=await e.repository.commit("Say who to call",ce),await e.cloud.forget();let r=await X(e,n,t.head),i=await O(e);I(t,r.report);let c=await e.cloud.annotations(e.name,t.head,K),l=P.filter(a=>!M.includes(a));return{calls:[r],annotations:c,checks:[g("the action ends with exit code 0",r.exitCode,0),g("both stay away, with a warning",S(r.report),{...$(l,"unchanged"),...$(M,"quarantined")}),g("nothing was written to an engine",i,[]),g("every job has the run that it had",t.runs,o)]}}},Te=[lt,ct,dt,pt,mt];async function A(e,...t){return e.typed(`stream-rollout ${t.join(" ")}`),e.tool.cli(...t)}s(A,"typed");async function X(e,t,n){return e.typed("git push origin main"),await e.repository.push(),e.tool.push({before:t,after:n})}s(X,"push");function I(e,t){t!==null&&(e.runs=v(t.jobs.map(({job:n,runs:o,runAfter:r})=>[n,o?.[0]?.id??r])))}s(I,"keep");function Pe(e){let t=e??(()=>{});return{chapter(n,o,r){t(`
${n}. ${o}
`);for(let i of gt(r))t(`   ${i}`)},typed(n){t(`
   $ ${n}`)},line(n){t(`   | ${n}`)},outcome({annotations:n,checks:o}){n.length>0&&t(`
   The check run of the commit shows, line by line:`);for(let i of n.slice(0,12))for(let c of ht(i))t(`   | ${c}`);let r=n.length-12;r>0&&t(`   | and ${r} more`),t("");for(let i of o)t(`   ${ut(i)}`)},end({exitCode:n,seconds:o,page:r,kept:i,steps:c}){let l=c.reduce((p,m)=>p+m.checks.length,0),a=c.flatMap(p=>p.checks.filter(m=>!m.held)).length,d=n===0?`All ${l} promises held`:`${a} of ${l} promises did NOT hold`;t(`
${d}, in ${o} s.`),t(`The summary as a page: ${r}`),i!==null&&t(`Repository, ledger and reports: ${i}`)}}}s(Pe,"teller");function ut({text:e,held:t,found:n}){return t?`\u2713 ${e}`:`\u2717 ${e}: ${n}`}s(ut,"checkLine");function ht({file:e,line:t,level:n,title:o,message:r}){return[`${e}:${t} ${n} ${o}`,...r.split(`
`).map(i=>`    ${i}`)]}s(ht,"annotationLines");function gt(e){let t=[""];for(let n of e.split(" ")){let o=t[t.length-1]??"";o!==""&&o.length+1+n.length>110?t.push(n):t[t.length-1]=o===""?n:`${o} ${n}`}return t}s(gt,"wrapped");import{mkdir as z,readFile as yt,writeFile as Re}from"node:fs/promises";import{delimiter as ft,dirname as wt,join as w}from"node:path";var bt=["PATH","Path","PATHEXT","SystemRoot","ComSpec"];async function Oe(e,t,n){let[o,r]=[w(n,"home"),w(n,"tmp")];await Promise.all([z(o),z(r)]);let i=bt.flatMap(l=>e[l]===void 0?[]:[[l,e[l]]]),c=e.PATH??e.Path??"";return{...Object.fromEntries(i),...t,PATH:[wt(process.execPath),c].filter(Boolean).join(ft),HOME:o,USERPROFILE:o,TMPDIR:r,TEMP:r,TMP:r,NO_PROXY:"127.0.0.1,localhost",GIT_CONFIG_GLOBAL:w(o,".gitconfig"),GIT_CONFIG_NOSYSTEM:"1",GIT_TERMINAL_PROMPT:"0"}}s(Oe,"childEnvironment");function Ce(e){let{dist:t,clone:n,folder:o,env:r,signal:i,onLine:c}=e,l=0;async function a(d,p,m,u){return L(process.execPath,[w(t,d),...p],{cwd:n,env:{...r,...m},signal:i,onLine:s(y=>u(y)&&c(y),"onLine")})}return s(a,"call"),{async cli(...d){l+=1;let p=w(o,`call-${l}`);return{...await a("cli.js",[...d,"--out",p],{},()=>!0),command:`stream-rollout ${d.join(" ")}`,...await Ee(p)}},async read(...d){let p=await a("cli.js",[...d,"--json"],{},()=>!1);return JSON.parse(p.stdout)},async push({before:d,after:p}){l+=1;let m=String(1e3+l),u=w(o,`runner-${m}`);await z(u,{recursive:!0});let y={ref:"refs/heads/main",before:d,after:p,forced:!1,created:!1,deleted:!1,repository:{full_name:e.repository,default_branch:"main"}},b=Object.fromEntries(["GITHUB_OUTPUT","GITHUB_STATE","GITHUB_STEP_SUMMARY","GITHUB_ENV","GITHUB_PATH"].map(x=>[x,w(u,x.toLowerCase())]));await Promise.all(Object.values(b).map(x=>Re(x,""))),await Re(w(u,"event.json"),JSON.stringify(y));let N={...b,CI:"true",GITHUB_ACTIONS:"true",GITHUB_ACTOR:"engineer",GITHUB_EVENT_NAME:"push",GITHUB_EVENT_PATH:w(u,"event.json"),GITHUB_REF:"refs/heads/main",GITHUB_REPOSITORY:e.repository,GITHUB_RUN_ATTEMPT:"1",GITHUB_RUN_ID:m,GITHUB_SERVER_URL:"https://github.com",GITHUB_SHA:p,GITHUB_WORKSPACE:n,RUNNER_TEMP:u,"INPUT_GITHUB-TOKEN":r.GITHUB_TOKEN??""},R=s(x=>!x.startsWith("::")&&x.trim()!=="","visible"),E=await a("main.js",[],N,R),_e=E.output.split(`
`).filter(R).join(`
`),Ae=await Ee(w(u,`stream-rollout-${m}-1`));return{...E,output:_e,command:"git push origin main",...Ae}}}}s(Ce,"openTool");async function Ee(e){let t=s(async n=>{let o=await yt(w(e,n),"utf8").catch(()=>null);return o===null?null:JSON.parse(o)},"read");return{plan:await t("plan.json"),report:await t("report.json")}}s(Ee,"written");var vt=100,Q="acme/streams",jt=130;async function Hn(e,t,n){let o=e.json===!0,r=Pe(o?null:f=>{process.stdout.write(`${f}
`)}),i=Date.now(),c=await se(),l=[],a=null;try{let f=await St(c.work,t,n,r);l.push(...f.map(Tt)),a=F(c.root,"summary.html"),await $e(a,f)}catch(f){if(!n.aborted)throw f;return jt}finally{await c.clear({page:a!==null,work:e.keep===!0})}let p=l.flatMap(f=>f.checks.filter(b=>!b.held)).length===0?0:1,m=Math.round((Date.now()-i)/100)/10,u=e.keep===!0?c.work:null,y={version:1,kind:"demo",exitCode:p,seconds:m,page:a,kept:u,steps:l};return o?process.stdout.write(`${JSON.stringify(y)}
`):r.end(y),p}s(Hn,"demo");async function St(e,t,n,o){let{startCloud:r}=await import("./cloud-LGVMGTT7.js"),i=await r({clockRate:vt,github:{repositories:{[Q]:F(e,"origin.git")}},log:o.line});try{let c=F(e,"calls"),l=F(e,"relay-runs");await kt(c);let a={...await Oe(t,i.env,e),RELAY_RUNS:l},d=await ve(e,{env:a,signal:n}),p=Ce({dist:xt(await $t(process.argv[1]??"")),clone:d.clone,folder:c,repository:Q,env:a,signal:n,onLine:o.line}),m={repository:d,tool:p,cloud:pe(i),name:Q,relayRuns:l,typed:o.typed},u={head:"",runs:{}},y=[];for(let[f,b]of Te.entries()){let{title:N,text:R}=b;o.chapter(f+1,N,R);let E={title:N,text:R,...await b.play(m,u)};o.outcome(E),y.push(E)}return y}finally{await i.close()}}s(St,"play");function Tt({title:e,text:t,calls:n,annotations:o,checks:r}){let i=n.map(({command:c,exitCode:l,output:a})=>({command:c,exitCode:l,output:a}));return{title:e,text:t,commands:i,annotations:o,checks:r}}s(Tt,"stepOf");export{Hn as demo};
