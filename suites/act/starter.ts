import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/paths.js';

/**
 * A starter template as a user fills it in: the action's repository and version, and no cloud login. act can't tell a called
 * workflow which repository and commit it comes from, so these are given as on servers that don't tell them.
 */
export function starter(name: string, inputs: { readonly [name: string]: string } = {}): string {
  const text = readFileSync(join(root, 'workflow-templates', `${name}.yml`), 'utf8')
    .replaceAll('OWNER/stream-rollout/', 'acme/stream-rollout/')
    .replaceAll(/@0{40} # v1/g, '@v1')
    .replaceAll('$default-branch', 'main')
    .replaceAll(/^ +(aws|google)-[a-z-]+:.*\n/gm, '');
  const given = { 'action-repository': 'acme/stream-rollout', 'action-ref': 'v1', ...inputs };
  const lines = Object.entries(given).map(([input, value]) => `      ${input}: ${JSON.stringify(value)}\n`);
  const kept = text
    .split('\n')
    .filter((line) => !Object.keys(inputs).some((input) => line.startsWith(`      ${input}:`)))
    .join('\n');
  return `${kept.trimEnd()}\n${lines.join('')}`;
}
