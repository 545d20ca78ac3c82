// Cuts the operations that the emulator serves out of GitHub's OpenAPI description, with everything they refer to.
// usage: node cut.mjs api.github.com.json subset.json    (the first file is part of the npm package @octokit/openapi; see NOTICE)
import { readFileSync, writeFileSync } from 'node:fs';

const operations = [
  'repos/get',
  'repos/get-commit',
  'repos/compare-commits-with-basehead',
  'repos/create-commit-status',
  'repos/get-combined-status-for-ref',
  'repos/list-commit-statuses-for-ref',
  'repos/list-deployments',
  'repos/create-deployment',
  'repos/get-deployment',
  'repos/list-deployment-statuses',
  'repos/create-deployment-status',
  'git/get-tree',
  'git/get-commit',
  'git/get-blob',
  'git/get-ref',
  'checks/create',
  'checks/get',
  'checks/update',
  'checks/list-annotations',
  'checks/list-for-ref',
  'issues/list-comments',
  'issues/create-comment',
  'issues/get-comment',
  'issues/update-comment',
  'issues/delete-comment',
  'pulls/get',
  'pulls/list-files',
  'actions/get-workflow-run',
  'actions/get-workflow-run-attempt',
];

/** Prose and hints for other tools: not needed for validation. */
const prose = new Set(['description', 'summary', 'externalDocs', 'tags', 'x-github', 'x-octokit']);
const asIs = new Set(['value', 'example', 'enum']);

const [, , from, to] = process.argv;
if (!from || !to) throw new Error('usage: node cut.mjs api.github.com.json subset.json');
const whole = JSON.parse(readFileSync(from, 'utf8'));

const paths = {};
for (const [path, methods] of Object.entries(whole.paths))
  for (const [method, operation] of Object.entries(methods))
    if (operations.includes(operation.operationId)) paths[path] = { ...paths[path], [method]: operation };
const found = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
const missing = operations.filter((operation) => !found.includes(operation));
if (missing.length > 0) throw new Error(`not in the description: ${missing.join(', ')}`);

const components = {};
collect(paths);
const subset = { openapi: whole.openapi, info: whole.info, servers: whole.servers, paths, components };
writeFileSync(to, `${JSON.stringify(withoutProse(subset, false))}\n`);
console.log(`${found.length} operations of ${whole.info.title} ${whole.info.version}`);

function collect(node) {
  if (!node || typeof node !== 'object') return;
  if (typeof node.$ref === 'string') {
    const [, , kind, name] = node.$ref.split('/');
    components[kind] ??= {};
    if (!components[kind][name]) {
      components[kind][name] = whole.components[kind][name];
      collect(components[kind][name]);
    }
  }
  for (const value of Object.values(node)) collect(value);
}

/** `named`: the keys of this object are names of properties, not keywords. Examples stay as they are. */
function withoutProse(node, named) {
  if (Array.isArray(node)) return node.map((item) => withoutProse(item, false));
  if (!node || typeof node !== 'object') return node;
  const kept = Object.entries(node).filter(([key]) => named || !prose.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, asIs.has(key) ? value : withoutProse(value, key === 'properties')]),
  );
}
