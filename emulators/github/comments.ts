import type { JsonObject } from '../../src/model/json.js';
import { type Call, created, ok } from './call.js';
import { broken, notFound } from './errors.js';
import { pageOf } from './paging.js';
import { actor, nodeId, time } from './shapes.js';
import type { Comment } from './state.js';

const longest = 65_536;

export function createComment(call: Call) {
  const issue = issueOf(call);
  const comment: Comment = { id: call.nextId(), issue, body: bodyOf(call), createdAt: call.now, updatedAt: call.now };
  call.repository.comments.set(comment.id, comment);
  return created(shownComment(call, comment));
}

export function updateComment(call: Call) {
  const comment = { ...commentOf(call), body: bodyOf(call), updatedAt: call.now };
  call.repository.comments.set(comment.id, comment);
  return ok(shownComment(call, comment));
}

export function getComment(call: Call) {
  return ok(shownComment(call, commentOf(call)));
}

export function deleteComment(call: Call) {
  call.repository.comments.delete(commentOf(call).id);
  return { status: 204 };
}

/** Oldest first. */
export function listComments(call: Call) {
  const issue = issueOf(call);
  const since = Date.parse(call.request.query.get('since') ?? '') || 0;
  const all = [...call.repository.comments.values()].filter(
    (comment) => comment.issue === issue && comment.updatedAt >= since,
  );
  const { items, headers } = pageOf(call.request, all);
  return ok(
    items.map((comment) => shownComment(call, comment)),
    headers,
  );
}

/** An issue or a pull request that was planted. */
function issueOf(call: Call): number {
  const number = Number(call.path['issue_number']);
  if (!call.repository.pulls.has(number) && !call.repository.issues.has(number)) throw notFound();
  return number;
}

function commentOf(call: Call): Comment {
  const comment = call.repository.comments.get(Number(call.path['comment_id']));
  if (!comment) throw notFound();
  return comment;
}

function bodyOf(call: Call): string {
  const body = String(call.body['body'] ?? '');
  if (body.trim() === '') throw broken('IssueComment', 'body', "can't be blank.");
  if (body.length > longest) throw broken('IssueComment', 'body', `is too long (maximum is ${longest} characters).`);
  return body;
}

function shownComment(call: Call, comment: Comment): JsonObject {
  const kind = call.repository.pulls.has(comment.issue) ? 'pull' : 'issues';
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url: `${call.api}/issues/comments/${comment.id}`,
    html_url: `${call.html}/${kind}/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${call.api}/issues/${comment.issue}`,
    body: comment.body,
    user: actor(call),
    author_association: 'NONE',
    created_at: time(comment.createdAt),
    updated_at: time(comment.updatedAt),
  };
}
