import type { GitHub } from './github.js';

/** GitHub's limit of a comment is 65,536 characters; in bytes, for the text under the mark. */
export const mostCommentBytes = 65_000;

/** Who may have written the comment that is updated: a stranger could copy the mark into one of their own. */
const insiders = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

/** Keeps one comment per environment on a pull request: found again by its hidden mark, updated in place. */
export async function writeComment(
  { octokit, owner, repo }: GitHub,
  pull: number,
  environment: string,
  body: string,
): Promise<void> {
  const mark = `<!-- stream-rollout: ${environment} -->`;
  const text = `${mark}\n${body}`;
  const comments = await octokit.paginate(octokit.rest.issues.listComments, {
    owner,
    repo,
    issue_number: pull,
    per_page: 100,
  });
  const own = comments.find(
    (comment) =>
      comment.body?.startsWith(mark) &&
      (comment.user?.type === 'Bot' || insiders.has(comment.author_association ?? '')),
  );
  if (own === undefined) {
    await octokit.rest.issues.createComment({ owner, repo, issue_number: pull, body: text });
  } else if (own.body !== text) {
    await octokit.rest.issues.updateComment({ owner, repo, comment_id: own.id, body: text });
  }
}
