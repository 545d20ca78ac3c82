import type { JobPlan, Plan } from '../model/plan.js';
import type { JobReport, Report } from '../model/report.js';
import { chart } from './html-chart.js';
import { gates } from './html-gates.js';
import { headline, planHeadline } from './now.js';
import { jobs as countOf, gapSource, gapText, html, seconds } from './text.js';

const style = `
body{font:15px/1.5 system-ui,sans-serif;color:#1f2328;background:#fff;max-width:1060px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;border-bottom:1px solid #d1d9e0;padding-bottom:.3rem;margin-top:2.2rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid #d1d9e0;padding:.35rem .6rem;text-align:left;vertical-align:top}
th{background:#f6f8fa}code{font:13px ui-monospace,monospace;background:#f6f8fa;padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}
.succeeded,.adopted,.unchanged{color:#1a7f37}.failed,.rolled-back,.stuck,.refused{color:#cf222e}
svg{max-width:100%;height:auto;font:12px system-ui,sans-serif}figure{margin:1rem 0}svg .axis{fill:#59636e}p.note{color:#59636e}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,code{background:#151b23}h2,th,td{border-color:#3d444d}svg text{fill:#e6edf3}}
`;

/** A page of its own: no script, nothing loaded from elsewhere. `sections` come from the functions below. */
export function page(title: string, sections: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${html(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${html(title)}</h1>
${sections.join('\n')}
</body>
</html>
`;
}

/** What a plan says; `title` tells the reader where in the story this is. */
export function planSection(title: string, plan: Plan): string {
  const told = plan.jobs.filter((job) => job.changed || job.action !== 'none');
  const lead = `${html(planHeadline(plan))}. Environment ${code(plan.environment)}, commit ${code(plan.commit?.slice(0, 12) ?? 'unknown')}, plan ${code(plan.hash)}.`;
  const heads = ['Job', 'Why', 'Strategy', 'Expected gap', 'Duplicates', 'State', 'Steps'];
  return section(title, [lead, table(heads, told.map(planRow)), unchanged(plan.jobs.length - told.length)]);
}

/** What a rollout came to, with its steps over time. */
export function reportSection(title: string, report: Report): string {
  const told = report.jobs.filter((job) => job.outcome !== 'unchanged');
  const heads = ['Job', 'Outcome', 'Strategy', 'Processing gap', 'Runs now', 'What happened'];
  return section(title, [
    `${html(headline(report))}.`,
    table(heads, told.map(reportRow)),
    unchanged(report.jobs.length - told.length),
    chart(told),
    ...told.map(gates),
    ...told.map(messages),
  ]);
}

/** A paragraph of text between sections. */
export function note(text: string): string {
  return `<p class="note">${html(text)}</p>`;
}

function section(title: string, parts: readonly string[]): string {
  const body = parts.filter(Boolean).map((part) => (part.startsWith('<') ? part : `<p>${part}</p>`));
  return `<section>\n<h2>${html(title)}</h2>\n${body.join('\n')}\n</section>`;
}

function planRow(job: JobPlan): readonly string[] {
  const { expected } = job;
  return [
    code(job.job),
    job.reasons.map((reason) => html(reason.message)).join('<br>'),
    html(job.strategy ?? job.action),
    seconds(expected?.gapSeconds ?? null),
    expected?.duplicates ?? 'not known',
    expected?.state ?? 'not known',
    job.steps.map((step) => html(step.id)).join(' → '),
  ];
}

function reportRow(job: JobReport): readonly string[] {
  const runs = job.runs?.map((run) => `${code(run.id)} ${html(run.state)}`).join('<br>') ?? 'not looked at';
  const next = job.next === null ? '' : `<br>Next: ${code(job.next)}`;
  return [
    code(job.job),
    `<strong class="${job.outcome}">${job.outcome}</strong>${job.code === null ? '' : `<br>${code(job.code)}`}`,
    html(job.strategy ?? '–'),
    [gapText(job), gapSource(job)].filter(Boolean).join('<br>'),
    runs || 'nothing',
    `${html(job.message)}${next}`,
  ];
}

function messages(job: JobReport): string {
  if (job.messages.length === 0) return '';
  const items = job.messages.map((said) => `<li>${html(said.level)}: ${html(said.text)}</li>`).join('');
  return `<p>What the engine said about ${code(job.job)}:</p><ul>${items}</ul>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const head = `<tr>${heads.map((text) => `<th scope="col">${html(text)}</th>`).join('')}</tr>`;
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  return `<table>\n<thead>${head}</thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`;
}

function unchanged(count: number): string {
  return count === 0 ? '' : `${countOf(count)} ${count === 1 ? 'is' : 'are'} unchanged.`;
}

function code(text: string): string {
  return `<code>${html(text)}</code>`;
}
