import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDocument, visit } from 'yaml';
import { engineIds, engines } from '../../src/engines/index.js';
import { type ManifestOptions, readManifest, validateManifest } from '../../src/manifest/index.js';
import { codes } from '../../src/model/codes/index.js';
import { example } from './example.js';
import { optionsOf, sourceOf } from './read.js';

const registry: Partial<ManifestOptions> = {
  engines: async (id) => (Object.hasOwn(engines, id) ? engines[id as keyof typeof engines]() : null),
  engineIds,
  env: {},
};
const rich = example
  .replace('slots: []', 'slots: [{name: a-blue, workers: {max: 3}}, {name: a-green}]')
  .replace(
    'engine: command',
    'engine: command\n    was: "old-${each.key}"\n    needs: [clicks-to-lake]\n    strategy: [restart]',
  )
  .replace('parameters: {', 'parameters: &p {')
  .replace('settings: {', 'settings: {shared: *p, ');

/** Either a manifest or errors that a person can find in the text; never an exception. */
async function holds(text: string): Promise<void> {
  const result = await readManifest(sourceOf(text), optionsOf(registry));
  if (result.ok) {
    JSON.stringify(result.manifest);
    return;
  }
  expect(result.errors.length).toBeGreaterThan(0);
  const lines = text.split(/\r\n|\n|\r/).length;
  for (const { line, column, message, code } of result.errors) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines + 1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).toMatch(/^\P{Cc}+$/u);
    expect(Object.hasOwn(codes, code)).toBe(true);
  }
}

const scraps = [
  '${',
  '}',
  '{',
  '[',
  ']',
  ':',
  '- ',
  '\n',
  '  ',
  '\t',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '!!x ',
  '<<: ',
  '%',
  '|',
  '>',
  '---\n',
  '${var.x}',
  '${each.key}',
  '\u0000',
  'é',
  '~',
  '0x1F',
  '.nan',
  '1e999',
];
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(12),
  put: fc.oneof(fc.constantFrom(...scraps), fc.string({ maxLength: 6 }), fc.string({ maxLength: 6, unit: 'binary' })),
});

const scalar = fc.constantFrom<unknown>(
  null,
  true,
  0,
  -1,
  1e21,
  'x',
  '',
  '${var.project}',
  '${each.topic}',
  '${secret.X}',
  '${nope}',
  '10m',
  'auto',
  'orders-enrich',
);
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', 'name', 'region', 'file', 'slots'), scalar, { maxKeys: 3 }),
);

describe('any change of a valid manifest gives a manifest or errors', () => {
  it('starts from one that is valid', async () => {
    expect(await validateManifest(sourceOf(rich), optionsOf(registry))).toEqual([]);
  });

  it('when its text is cut and filled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        let text = rich;
        for (const { at, cut, put } of edits) {
          const from = Math.floor(at * text.length);
          text = text.slice(0, from) + put + text.slice(from + cut);
        }
        await holds(text);
      }),
      { numRuns: 250 },
    );
  });

  it('when any of its values or keys is replaced', async () => {
    const nodes = 200;
    await fc.assert(
      fc.asyncProperty(fc.nat(nodes), value, fc.constantFrom('value', 'key', 'remove'), async (which, put, what) => {
        const document = parseDocument(rich);
        let index = 0;
        visit(document, {
          Pair: (_, pair) => {
            index += 1;
            if (index !== which + 1) return undefined;
            if (what === 'remove') return visit.REMOVE;
            if (what === 'key') pair.key = document.createNode(typeof put === 'string' ? put : 'other');
            else pair.value = document.createNode(put);
            return visit.BREAK;
          },
        });
        await holds(safeText(document));
      }),
      { numRuns: 250 },
    );
  });

  it('when it is any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), fc.jsonValue(), async (top, jobs) => {
        await holds(JSON.stringify(top));
        await holds(JSON.stringify({ version: 1, jobs, environments: top }));
        await holds(JSON.stringify({ version: 1, jobs: { a: jobs }, defaults: { glue: top } }));
        await holds(JSON.stringify({ version: 1, jobs: { a: { engine: 'glue', target: top, verify: jobs } } }));
      }),
      { numRuns: 150 },
    );
  });
});

/** Text of a document; without the value that an alias has lost, it has none. */
function safeText(document: { toString(): string }): string {
  try {
    return document.toString();
  } catch {
    return rich;
  }
}
