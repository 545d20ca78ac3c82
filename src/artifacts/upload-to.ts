import type { Engine } from '../engines/engine.js';
import type { ArtifactField } from './fields.js';

/** Why bytes cannot be put where an artifact says, or null. */
export interface UploadProblem {
  readonly code: 'upload-to-missing' | 'upload-to-without-digest' | 'upload-to-unsupported';
  readonly message: string;
}

const digestText = '${digest}';
const supported = /^(s3|gs):\/\/([^/]+)\/(.+)$|^file:\/\/(\/.+)$/;

/** An engine that reads artifacts itself takes a file of the commit as it is; what a build made stands nowhere else. */
export function uploadProblem(
  { field, uploadTo, form, built }: ArtifactField,
  { readsArtifacts }: Pick<Engine, 'readsArtifacts'>,
): UploadProblem | null {
  if (uploadTo === null && readsArtifacts === true && !built) return null;
  if (uploadTo === null) {
    return {
      code: 'upload-to-missing',
      message: `${field}: a ${form} needs upload-to, because the engine reads it from storage.`,
    };
  }
  if (!uploadTo.includes(digestText)) {
    return {
      code: 'upload-to-without-digest',
      message: `${field}: upload-to ${uploadTo} has no ${digestText}, so a later version would overwrite the bytes of this one.`,
    };
  }
  // A scheme that a build result fills in is known only then.
  if (!uploadTo.startsWith('${') && !supported.test(uploadTo)) {
    return {
      code: 'upload-to-unsupported',
      message: `${field}: ${uploadTo} is no s3://, gs:// or file:/// URI of an object.`,
    };
  }
  return null;
}

/** Where an artifact's bytes stand. */
export function filledIn(uploadTo: string, digest: string): string {
  return uploadTo.replaceAll(digestText, digest);
}
