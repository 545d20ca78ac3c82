import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files through which the runner and one stage of a step talk. */
export interface RunnerFiles {
  readonly env: { readonly [name: string]: string };
  read(): { readonly outputs: Values; readonly state: Values; readonly env: Values; readonly summary: string };
}

export type Values = { readonly [name: string]: string };

/** Makes the files of one stage, empty, as the runner does before it starts the action. */
export function runnerFiles(folder: string): RunnerFiles {
  mkdirSync(folder, { recursive: true });
  const names = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'] as const;
  const path = (name: (typeof names)[number]) => join(folder, `${name.toLowerCase()}.txt`);
  for (const name of names) writeFileSync(path(name), '');
  const text = (name: (typeof names)[number]) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : '');
  return {
    env: Object.fromEntries(names.map((name) => [`GITHUB_${name}`, path(name)])),
    read: () => ({
      outputs: keyed(text('OUTPUT')),
      state: keyed(text('STATE')),
      env: keyed(text('ENV')),
      summary: text('STEP_SUMMARY'),
    }),
  };
}

/** `NAME=VALUE` lines and `NAME<<DELIMITER` blocks. Throws where the runner would fail the step. */
function keyed(text: string): Values {
  const values: { [name: string]: string } = {};
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const block = line.indexOf('<<');
    if (block >= 0 && (equals < 0 || block < equals)) {
      const name = line.slice(0, block);
      const delimiter = line.slice(block + 2);
      if (name === '' || delimiter === '') throw new Error(`Invalid format '${line}'`);
      const end = lines.indexOf(delimiter, at + 1);
      if (end < 0) throw new Error(`Invalid value: matching delimiter not found '${delimiter}'`);
      values[name] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else if (equals > 0) values[line.slice(0, equals)] = line.slice(equals + 1);
    else throw new Error(`Invalid format '${line}'`);
  }
  return values;
}
