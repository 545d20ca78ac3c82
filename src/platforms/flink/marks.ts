import { type Stamp, stampFields, stampFromFields, stampToFields } from '../../model/stamp.js';
import type { Version } from './api.js';

/** The one place where a job keeps free values that REST shows, while it runs and after its end. */
export const parametersKey = 'pipeline.global-job-parameters';

const prefix = 'stream-rollout.';

/** The snapshot that a run was told to start from, beside its stamp: Flink itself shows only what it restored last. */
const fromKey = `${prefix}from`;

/** The snapshot that the job's parameters name; null: none, or the program replaced them. */
export function fromOf(parameters: { readonly [key: string]: string } | undefined): string | null {
  return parameters?.[fromKey] ?? null;
}

/** The stamp that a job's parameters carry; null if there is none. */
export function stampOf(parameters: { readonly [key: string]: string } | undefined): Stamp | null {
  return stampFromFields((field) => parameters?.[`${prefix}${field}`]);
}

/**
 * The value of `pipeline.global-job-parameters`: what the user gives, the stamp, and the snapshot that the run starts from. From 1.19 on it is a YAML map, which JSON is, too;
 * before, `key:value` pairs with single quotes around what holds a comma or a colon.
 */
export function parametersWith(
  stamp: Stamp,
  given: string,
  { major, minor }: Version,
  from: string | null = null,
): string {
  const fields = stampToFields(stamp);
  const own = stampFields.map((field) => [`${prefix}${field}`, fields[field]] as const);
  const begun = from === null ? [] : [[fromKey, from] as const];
  const all = Object.fromEntries([...parametersIn(given), ...own, ...begun]);
  if (major > 1 || minor >= 19) return JSON.stringify(all);
  return Object.entries(all)
    .map((pair) => pair.map(quoted).join(':'))
    .join(',');
}

/** Keys and values of a parameter map in either form. What cannot be read as one gives none. */
export function parametersIn(text: string): readonly (readonly [string, string])[] {
  const trimmed = text.trim();
  const inner = trimmed.startsWith('{') && trimmed.endsWith('}') ? trimmed.slice(1, -1) : trimmed;
  return split(inner, ',').flatMap((entry) => {
    const [key = '', ...value] = split(entry, ':');
    return key.trim() === '' || value.length === 0 ? [] : [[bare(key), bare(value.join(':'))] as const];
  });
}

/** Parts of a text between separators that stand outside of quotes. */
function split(text: string, separator: string): readonly string[] {
  const parts: string[] = [''];
  let quote = '';
  for (const char of text) {
    if (quote === '' && char === separator) {
      parts.push('');
      continue;
    }
    if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
    parts[parts.length - 1] += char;
  }
  return parts;
}

function bare(text: string): string {
  const trimmed = text.trim();
  if (/^'.*'$/s.test(trimmed)) return trimmed.slice(1, -1).replaceAll("''", "'");
  if (!/^".*"$/s.test(trimmed)) return trimmed;
  try {
    return JSON.parse(trimmed) as string;
  } catch {
    return trimmed.slice(1, -1);
  }
}

function quoted(text: string): string {
  return /[,:']/.test(text) ? `'${text.replaceAll("'", "''")}'` : text;
}
