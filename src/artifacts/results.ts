import { RolloutError } from '../model/error.js';

/** Results are kept in the ledger with every build: names and URIs, not contents. */
const mostBytes = 64 * 1024;
const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads what a build wrote to $STREAM_ROLLOUT_OUTPUT: `NAME=value` lines and `NAME<<DELIMITER` blocks; the last value of a name counts. */
export function readResults(job: string, text: string): { readonly [name: string]: string } {
  if (Buffer.byteLength(text) > mostBytes) {
    throw new RolloutError(
      'build-results-too-large',
      `${job}: the build's results have ${Buffer.byteLength(text)} bytes.`,
      {
        class: 'input',
        next: 'write names and URIs, and upload contents by an artifact field with upload-to',
      },
    );
  }
  const values = new Map<string, string>();
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    if (line.trim() === '') continue;
    const [, name, operator, rest] = /^([^=<]*?)(=|<<)(.*)$/.exec(line) ?? [];
    if (name === undefined || operator === undefined || rest === undefined || !namePattern.test(name))
      throw malformed(job, i, 'it is neither NAME=value nor NAME<<DELIMITER');
    if (operator === '=') {
      values.set(name, rest);
      continue;
    }
    const end = rest === '' ? -1 : lines.indexOf(rest, i + 1);
    if (end < 0) throw malformed(job, i, `the block of ${name} has no end`);
    values.set(name, lines.slice(i + 1, end).join('\n'));
    i = end;
  }
  return Object.fromEntries(values);
}

/** The line itself is not told: it may hold a secret. */
function malformed(job: string, index: number, what: string): RolloutError {
  return new RolloutError(
    'build-result-malformed',
    `${job}: line ${index + 1} of the build's results is malformed: ${what}.`,
    {
      class: 'input',
      next: 'write one NAME=value a line to $STREAM_ROLLOUT_OUTPUT',
    },
  );
}

/** The shortest text that is looked for as a secret; shorter ones are part of too many words. */
const shortestSecret = 4;

/** A text without the values of secrets. */
export function masked(text: string, secrets: readonly string[]): string {
  const found = secrets.filter((secret) => secret.length >= shortestSecret && text.includes(secret));
  // The longest first: one secret may be part of another.
  return found.sort((a, b) => b.length - a.length).reduce((left, secret) => left.replaceAll(secret, '***'), text);
}

/** Throws where a result holds a secret's value: results go to the ledger, where no secret belongs. */
export function refuseSecrets(
  job: string,
  values: { readonly [name: string]: string },
  secrets: readonly string[],
): void {
  for (const [name, value] of Object.entries(values)) {
    if (!secrets.some((secret) => secret.length >= shortestSecret && value.includes(secret))) continue;
    throw new RolloutError('build-result-secret', `${job}: the build result ${name} holds the value of a secret.`, {
      class: 'input',
      next: 'use ${secret.NAME} in the manifest instead of a result',
    });
  }
}
