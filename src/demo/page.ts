import { writeFile } from 'node:fs/promises';
import { note, page, planSection, reportSection } from '../report/html.js';
import { html } from '../report/text.js';
import type { Check, Shown } from './step.js';
import type { Scene } from './story.js';

/** Writes the demo as one page: each chapter with its commands, plans, reports, annotations and promises. */
export async function writePage(path: string, scenes: readonly Scene[]): Promise<void> {
  const sections = scenes.flatMap((scene, index) => sectionsOf(scene, index + 1));
  await writeFile(path, page('stream-rollout: five streaming jobs on a local cloud', sections));
}

function sectionsOf({ title, text, calls, annotations, checks }: Scene, number: number): readonly string[] {
  return [
    `<h2>${number}. ${html(title)}</h2>`,
    note(text),
    ...calls.flatMap(({ command, plan, report }) => [
      `<p><code>$ ${html(command)}</code></p>`,
      ...(plan === null ? [] : [planSection('The plan', plan)]),
      ...(report === null ? [] : [reportSection('The rollout', report)]),
    ]),
    annotationTable(annotations),
    checkList(checks),
  ].filter(Boolean);
}

function annotationTable(annotations: readonly Shown[]): string {
  if (annotations.length === 0) return '';
  const rows = annotations.map(({ file, line, level, title, message }) => {
    const text = message.split('\n').map(html).join('<br>');
    return `<tr><td><code>${html(`${file}:${line}`)}</code></td><td>${html(level)}</td><td>${html(title)}</td><td>${text}</td></tr>`;
  });
  const heads = ['Line', 'Level', 'Title', 'Message'].map((head) => `<th scope="col">${head}</th>`).join('');
  return `<p>Annotations of the commit’s check run:</p>\n<table>\n<thead><tr>${heads}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`;
}

function checkList(checks: readonly Check[]): string {
  const items = checks.map(({ text, held, found }) =>
    held ? `<li class="succeeded">✓ ${html(text)}</li>` : `<li class="failed">✗ ${html(text)}: ${html(found)}</li>`,
  );
  return `<ul>\n${items.join('\n')}\n</ul>`;
}
