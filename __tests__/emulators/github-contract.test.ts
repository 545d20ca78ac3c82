import { describe, expect, it } from '@jest/globals';
import { contractOf, readDescription } from '../../emulators/github/contract.js';
import { followed, unknownMembers } from '../../emulators/github/description.js';
import { routes } from '../../emulators/github/routes.js';
import { isObject, type JsonObject } from '../../src/model/json.js';

const description = readDescription();
const contract = contractOf(description);
const operations = Object.entries(description.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ template, method, operation })),
);

/** The examples that the description gives for the answers of its operations. */
const examples = operations.flatMap(({ template, method, operation }) =>
  Object.entries(operation.responses).flatMap(([status, response]) => {
    const content = followed(description, response)['content'];
    const media = isObject(content) ? content['application/json'] : undefined;
    const named = isObject(media) && isObject(media['examples']) ? media['examples'] : {};
    return Object.entries(named).map(([name, example]) => {
      const whole = followed(description, example as JsonObject);
      return {
        title: `${operation.operationId} ${status} ${name}`,
        method,
        template,
        status: Number(status),
        value: whole['value'],
      };
    });
  }),
);

/** Examples that lack members which their own schema requires, as published. */
const incomplete: { readonly [title: string]: readonly string[] } = {
  'repos/get 200 default-response': [
    "body must have required property 'language'",
    "/source must have required property 'language'",
  ],
  'repos/get-commit 200 default': [
    "/files/0 must have required property 'contents_url'",
    "/files/0 must have required property 'sha'",
  ],
  'pulls/get 200 default': ["/requested_teams/0 must have required property 'type'"],
};

describe('the description', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(25);
  });

  it.each(examples)('holds its own example: $title', ({ title, method, template, status, value }) => {
    const shape = contract
      .response(method, template, status, value)
      .filter((problem) => !problem.endsWith('is not known'));
    expect(shape).toEqual(incomplete[title] ?? []);
  });

  it('has every operation that is served, and no other', () => {
    const served = routes.map(({ method, template }) => `${method.toLowerCase()} ${template}`).sort();
    expect(served).toEqual(operations.map(({ method, template }) => `${method} ${template}`).sort());
  });

  it('leads every reference somewhere', () => {
    const walk = (node: unknown): void => {
      if (Array.isArray(node)) for (const item of node) walk(item);
      if (!isObject(node)) return;
      if (typeof node['$ref'] === 'string') expect(() => followed(description, node)).not.toThrow();
      for (const value of Object.values(node)) walk(value);
    };
    walk(description);
  });
});

describe('the contract', () => {
  it('finds a missing and a misspelt member of an answer', () => {
    const tree = { sha: 's', truncated: false, tree: [{ path: 'a', mode: '100644', type: 'blob', sha: 'x' }] };
    const check = (value: JsonObject) =>
      contract.response('get', '/repos/{owner}/{repo}/git/trees/{tree_sha}', 200, value);
    expect(check(tree)).toEqual([]);
    expect(check({ sha: 's', tree: [] })).toEqual([expect.stringContaining("'truncated'")]);
    expect(check({ ...tree, tree: [{ ...tree.tree[0], sizes: 1 }] } as JsonObject)).toEqual([
      'body.tree[0].sizes is not known',
    ]);
  });

  it('knows statuses that an operation never answers with', () => {
    expect(contract.response('get', '/repos/{owner}/{repo}/git/trees/{tree_sha}', 201, {})).toHaveLength(1);
  });

  it('leaves free-form objects alone', () => {
    const schema = { type: 'object', properties: { payload: { type: 'object', additionalProperties: true } } };
    expect(unknownMembers(description, schema, { payload: { any: 1 } }, 'body')).toEqual([]);
    expect(unknownMembers(description, schema, { pay: 1 }, 'body')).toEqual(['body.pay is not known']);
  });
});
