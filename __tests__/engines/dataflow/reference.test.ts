import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spec, target, type World, world } from './world.js';

let w: World;

beforeEach(async () => {
  w = await world();
});

afterEach(() => w.end());

const pinned = `registry.example/orders@sha256:${'a'.repeat(64)}`;

describe('reference', () => {
  it('is the content of a Flex template’s spec; an image by tag can change unseen', async () => {
    const content = JSON.stringify({ image: 'registry.example/orders:1' });
    w.storage.write(spec, content);
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    expect(await w.session.reference?.(target)).toEqual({ uri: spec, digest, mutable: true });
    w.storage.write(spec, JSON.stringify({ image: pinned }));
    const after = await w.session.reference?.(target);
    expect(after).toMatchObject({ mutable: false });
    expect(after?.digest).not.toBe(digest);
  });

  it('is the checksum of a classic template', async () => {
    w.storage.write('gs://acme-templates/classic', '{"steps": []}');
    const md5 = createHash('md5').update('{"steps": []}').digest('hex');
    const classic = { ...target, 'template-type': 'classic', template: 'gs://acme-templates/classic' };
    expect(await w.session.reference?.(classic)).toEqual({
      uri: 'gs://acme-templates/classic',
      digest: `md5:${md5}`,
      mutable: false,
    });
  });

  it('is unknown where the object cannot be read', async () => {
    const missing = { ...target, template: 'gs://acme-templates/none.json' };
    expect(await w.session.reference?.(missing)).toEqual({
      uri: 'gs://acme-templates/none.json',
      digest: null,
      mutable: false,
    });
  });

  it('is no answer where the store does not give one', async () => {
    await w.storageFault({ operation: '*', when: 'before', effect: 'status', status: 503, times: 99 });
    await expect(w.session.reference?.(target)).rejects.toMatchObject({
      code: 'dataflow-reference-unavailable',
      class: 'transient',
    });
  });

  it('is nothing for a build result or a file of this repository', async () => {
    expect(await w.session.reference?.({ ...target, template: '${build.template}' })).toBeNull();
    const file = { file: 'x', 'upload-to': 'gs://b/x' };
    expect(await w.session.reference?.({ ...target, template: file })).toBeNull();
  });

  it.each([
    ['no JSON', 'text'],
    ['no image', '{}'],
  ])('says what is wrong with a spec with %s', async (_, content) => {
    w.storage.write(spec, content);
    await expect(w.session.reference?.(target)).rejects.toMatchObject({
      code: 'dataflow-spec-invalid',
      class: 'input',
    });
  });
});
