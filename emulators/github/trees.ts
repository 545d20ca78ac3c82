import type { JsonObject } from '../../src/model/json.js';
import { type Call, ok } from './call.js';
import { notFound } from './errors.js';
import { git, gitBytes, resolve } from './git.js';
import { nodeId } from './shapes.js';

/** `GET /git/trees/{tree_sha}`: an id of a tree or commit, or a branch. Any value of `recursive` counts, even `0`. Cut at the limit, with `truncated`. */
export async function getTree(call: Call) {
  const sha = await resolve(call.repository, call.path['tree_sha'] ?? '', 'tree');
  if (sha === null) throw notFound();
  const recursive = call.request.query.has('recursive') ? ['-r', '-t'] : [];
  const text = await git(call.repository, 'ls-tree', '-z', '--long', ...recursive, sha);
  const entries = text.split('\0').filter((line) => line !== '');
  const limit = call.limits.treeEntries;
  return ok({
    sha,
    url: `${call.api}/git/trees/${sha}`,
    tree: entries.slice(0, limit).map((line) => entryOf(call, line)),
    truncated: entries.length > limit,
  });
}

/** `<mode> <type> <sha> <size>TAB<path>`; a submodule (type commit) has no link. */
function entryOf(call: Call, line: string): JsonObject {
  const tab = line.indexOf('\t');
  const [mode = '', type = '', sha = '', size = '-'] = line.slice(0, tab).split(/ +/);
  return {
    path: line.slice(tab + 1),
    mode,
    type,
    sha,
    ...(type === 'blob' ? { size: Number(size) } : {}),
    ...(type === 'commit' ? {} : { url: `${call.api}/git/${type}s/${sha}` }),
  };
}

/** `GET /git/blobs/{file_sha}`: always base64. */
export async function getBlob(call: Call) {
  const sha = await resolve(call.repository, call.path['file_sha'] ?? '', 'blob');
  if (sha === null) throw notFound();
  const content = await gitBytes(call.repository, 'cat-file', 'blob', sha);
  return ok({
    sha,
    node_id: nodeId('Blob', sha),
    size: content.length,
    url: `${call.api}/git/blobs/${sha}`,
    content: `${content.toString('base64').replace(/(.{60})/g, '$1\n')}\n`,
    encoding: 'base64',
  });
}

/** `GET /git/ref/{ref}`, for example `heads/main`. */
export async function getRef(call: Call) {
  const ref = `refs/${call.path['ref'] ?? ''}`;
  const text =
    (await git(call.repository, 'for-each-ref', '--format=%(refname) %(objectname) %(objecttype)', ref)).split(
      '\n',
    )[0] ?? '';
  const [name, sha = '', type = ''] = text.split(' ');
  if (name !== ref) throw notFound();
  const object = { sha, type, url: `${call.api}/git/${type}s/${sha}` };
  return ok({ ref, node_id: nodeId('Ref', ref), url: `${call.api}/git/${ref}`, object });
}
