import type { ArtifactField } from './fields.js';

/** A file of a commit, as an engine that reads artifacts itself is told of it. */
export interface GitFile {
  readonly commit: string;
  readonly form: ArtifactField['form'];
  readonly path: string;
  /** sha256 of the bytes. */
  readonly digest: string;
}

/** `git:<commit>/<path>#<form>=<sha256>`. It can be read for as long as the repository has the commit. */
export function gitUri(commit: string, { form, path }: Pick<ArtifactField, 'form' | 'path'>, digest: string): string {
  return `git:${commit}/${path.split('/').map(encodeURIComponent).join('/')}#${form}=${digest}`;
}

/** The file that a URI names; null: it is none of git's. */
export function gitFileOf(uri: string): GitFile | null {
  const [, commit = '', path = '', form = '', digest = ''] =
    /^git:([0-9a-f]{40,64})\/([^#]+)#(file|zip)=([0-9a-f]{64})$/.exec(uri) ?? [];
  if (commit === '') return null;
  return { commit, form: form as GitFile['form'], path: path.split('/').map(decodeURIComponent).join('/'), digest };
}
