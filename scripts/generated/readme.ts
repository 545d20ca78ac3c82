import { type Field, fields, outputs, withChoices } from '../../src/inputs/fields.js';

/** The README with its tables of inputs and outputs made anew; the rest stays as it is. Throws where a marker is missing. */
export function readme(text: string): string {
  return between(between(text, 'inputs', inputsTable()), 'outputs', outputsTable());
}

function inputsTable(): string {
  const rows = Object.entries(fields as { readonly [name: string]: Field }).map(
    ([name, field]) =>
      `| \`${name}\` | ${field.default === '' ? '' : `\`${field.default}\``} | ${withChoices(field)} |`,
  );
  return ['| Input | Default | Meaning |', '|---|---|---|', ...rows].join('\n');
}

function outputsTable(): string {
  const rows = Object.entries(outputs).map(([name, description]) => `| \`${name}\` | ${description} |`);
  return ['| Output | Meaning |', '|---|---|', ...rows].join('\n');
}

/** A text in which what stands between two markers is replaced. Throws where one is missing. */
export function between(text: string, name: string, content: string, page = 'README.md'): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(open);
  const to = text.indexOf(close);
  if (from < 0 || to < from) throw new Error(`${page} needs the markers ${open} and ${close}`);
  return `${text.slice(0, from + open.length)}\n\n${content}\n\n${text.slice(to)}`;
}
