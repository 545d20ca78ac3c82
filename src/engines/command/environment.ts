import type { Ambient } from '../engine.js';
import { withSecrets } from '../engine.js';
import type { CommandTarget } from './target.js';

/** The runner's own files and the action's inputs (a token is among them) are none of a command's business. */
const withheld = /^(INPUT_|STATE_)|^GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)$|^ACTIONS_RUNTIME_TOKEN$/;

const reference = /\$\{secret\.([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Environment of the commands of one job, and a function that takes the values of its secrets out of any text. */
export function environmentOf(
  target: CommandTarget,
  ambient: Pick<Ambient, 'env' | 'secret'>,
): { readonly env: { readonly [name: string]: string | undefined }; redact(text: string): string } {
  const given = Object.entries({ ...target.env, ...target.credentials }).map(
    ([name, value]) => [name, String(value)] as const,
  );
  const inherited = Object.entries(ambient.env).filter(([name]) => !withheld.test(name));
  const names = new Set(given.flatMap(([, value]) => [...value.matchAll(reference)].map((match) => match[1] ?? '')));
  const values = [...names].flatMap((name) => parts(ambient.secret(name)));
  return {
    env: { ...Object.fromEntries(inherited), ...withSecrets(Object.fromEntries(given), ambient.secret) },
    redact: (text) => values.reduce((clean, value) => clean.replaceAll(value, '***'), text),
  };
}

/** A secret of several lines is printed line by line; very short lines would blank out half of the text. */
function parts(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= 4);
  return [...new Set([secret, ...lines])].filter((text) => text !== '').sort((a, b) => b.length - a.length);
}
