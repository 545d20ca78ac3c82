import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { engineIds, engines } from '../../src/engines/index.js';
import { manifestSchema } from '../../src/manifest/index.js';
import { example } from './example.js';

const path = 'schemas/streaming-jobs.schema.json';
const schema = manifestSchema(await Promise.all(engineIds.map((id) => engines[id]())));
// Strict: an unknown keyword or a reference that leads nowhere is an error.
const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);

/** Where the schema refuses a manifest, as paths; empty if it takes it. */
function refusals(text: string): readonly string[] {
  return validate(parse(text)) ? [] : [...new Set((validate.errors ?? []).map((error) => error.instancePath))];
}

it('is committed as it is generated (`npm run generate`)', () => {
  expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(schema, null, 2)}\n`);
});

it('takes the documented example', () => {
  expect(refusals(example)).toEqual([]);
});

describe('a manifest', () => {
  const job = (lines: string) => `version: 1\njobs: {a: {engine: dataflow, ${lines}}}\n`;

  it.each([
    ['six lines', 'target: {name: a, region: r, project: p, template: gs://b/t}'],
    ['a required field left to the defaults', 'target: {template: gs://b/t}'],
    ['a reference for a number', 'target: {workers: {max: "${var.max}"}}'],
    ['a reference for a map', 'target: {workers: "${each.workers}"}'],
    ['a reference for a choice', 'sink: "${var.sink}"'],
    ['a reference inside a duration', 'max-gap: "${var.minutes}m"'],
    ['a reference for a truth value', 'stateful: "${var.stateful}"'],
    ['a for-each file', 'for-each: tenants.json'],
  ])('with %s is taken', (_, lines) => {
    expect(refusals(job(lines))).toEqual([]);
  });

  it.each([
    ['an unknown key', 'snk: append', '/jobs/a'],
    ['an unknown setting', 'target: {regoin: r}', '/jobs/a/target'],
    ['a text for a number', 'target: {workers: {max: many}}', '/jobs/a/target/workers/max'],
    ['a setting of another engine', 'target: {worker-type: G.1X}', '/jobs/a/target'],
    ['a wrong choice', 'sink: none', '/jobs/a/sink'],
    ['a number for a duration', 'max-gap: 10', '/jobs/a/max-gap'],
    ['a wrong gate', 'verify: {gates: [{sgnal: lag}]}', '/jobs/a/verify/gates/0'],
    ['a reference for the engine', 'for-each: 5', '/jobs/a/for-each'],
  ])('with %s is refused', (_, lines, place) => {
    expect(refusals(job(lines))).toContain(place);
  });

  it.each([
    ['no version', 'jobs: {}', ''],
    ['no engine', 'version: 1\njobs: {a: {}}', '/jobs/a'],
    ['an unknown engine', 'version: 1\njobs: {a: {engine: dataflw}}', '/jobs/a/engine'],
    ['defaults of an unknown engine', 'version: 1\ndefaults: {dataflw: {}}', '/defaults'],
    ['an engine in defaults', 'version: 1\ndefaults: {glue: {engine: glue}}', '/defaults/glue'],
    ['a wrong overlay', 'version: 1\nenvironments: {e: {jobs: {a: {snk: x}}}}', '/environments/e/jobs/a'],
    ['a key that can be no ref', 'version: 1\njobs: {"a b": {engine: glue}}', '/jobs'],
  ])('with %s is refused', (_, text, place) => {
    expect(refusals(text)).toContain(place);
  });
});

it('describes every key of a job and names its default', () => {
  const { properties } = (schema['$defs'] as { job: { properties: Record<string, { description?: string }> } }).job;
  for (const [key, { description }] of Object.entries(properties))
    expect([key, description]).toEqual([key, expect.any(String)]);
  expect(properties['sink']?.description).toContain('Default: append.');
});
