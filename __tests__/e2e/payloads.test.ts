import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import {
  dispatched,
  mergeQueued,
  pullRequested,
  pushed,
  rerun,
  scheduled,
  type WorkflowEvent,
} from './harness/events.js';

const repository = 'acme/streams';
const sha = 'a'.repeat(40);
const before = 'b'.repeat(40);
const end = { repository, ref: 'main', sha: before };

const events: { readonly [what: string]: WorkflowEvent } = {
  'a push': pushed({ repository, sha, before }),
  'a forced push': pushed({ repository, sha, before, forced: true }),
  'the first push of a branch': pushed({ repository, sha, before: null, branch: 'new' }),
  'a pull request': pullRequested({ repository, sha, number: 7, head: { ...end, ref: 'change', sha }, base: end }),
  'a pull request from a fork': pullRequested({
    repository,
    sha,
    number: 7,
    head: { repository: 'mallory/streams', ref: 'change', sha },
    base: end,
    author: 'mallory',
  }),
  'a pull request of Dependabot': pullRequested({
    repository,
    sha,
    number: 7,
    head: { ...end, ref: 'dependabot/npm/x' },
    base: end,
    author: 'dependabot[bot]',
  }),
  'a merge group': mergeQueued({ repository, sha, baseSha: before }),
  'a dispatch': dispatched({ repository, sha }),
  'a rerun': rerun(pushed({ repository, sha, before })),
};

describe("the payloads of these tests have GitHub's shape", () => {
  const schema: object = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('@octokit/webhooks-schemas'), 'utf8'),
  );
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(schema, 'webhooks');

  for (const [what, event] of Object.entries(events)) {
    it(what, () => {
      const validate = ajv.getSchema(`webhooks#/definitions/${event.schema?.replace('$', '%24')}`);
      expect(validate).toBeDefined();
      validate?.(event.payload);
      expect(validate?.errors ?? []).toEqual([]);
    });
  }

  it('but for a schedule, of which GitHub publishes no schema', () => {
    expect(scheduled({ repository, sha })).toMatchObject({ name: 'schedule', schema: null });
  });

  it('and the schemas tell a wrong one', () => {
    const validate = ajv.getSchema('webhooks#/definitions/push%24event');
    expect(validate?.({ ...events['a push']?.payload, before: 7 })).toBe(false);
  });
});
