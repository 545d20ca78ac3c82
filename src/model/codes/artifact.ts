import type { CodeEntry } from './entry.js';

export const artifactCodes = {
  'artifact-file-missing': {
    meaning: 'A file or directory that an artifact field names is not in the commit.',
    next: 'Correct the path (from the root of the repository) or commit the file; the work tree alone does not count.',
  },
  'artifact-link-broken': {
    meaning: 'An artifact is, or contains, a symbolic link that leads to no file of the repository.',
    next: 'Replace the link by the file, or let it point to a file inside the repository.',
  },
  'artifact-submodule': {
    meaning: 'An artifact lies in a submodule, whose files are not part of this repository’s commits.',
    next: 'Copy the files into the repository, or use a `build` that packs them.',
  },
  'artifact-lfs-missing': {
    meaning: 'The artifact is kept in Git LFS and its content is not in the work tree.',
    next: 'Check out with `lfs: true` (actions/checkout) or run `git lfs pull` before the rollout.',
  },
  'upload-to-missing': {
    meaning: 'An artifact file has no `upload-to`, and the engine reads artifacts from storage only.',
    next: 'Add `upload-to` with a storage URI that contains `${digest}`.',
  },
  'upload-to-without-digest': {
    meaning: 'An `upload-to` does not contain `${digest}`: an upload would overwrite bytes that a rollback needs.',
    next: 'Put `${digest}` into the name, for example `s3://bucket/jobs/${digest}.py`.',
  },
  'upload-to-unsupported': {
    meaning: 'An `upload-to` is not a URI that can be written to.',
    next: 'Use `s3://bucket/key`, `gs://bucket/name` or, for local tests, `file:///path`.',
  },
  'upload-denied': {
    meaning: 'The storage refused the upload, or a look at the object, for lack of a right.',
    next: 'Grant the right that the message names to the identity of the step.',
  },
  'upload-credentials-missing': {
    meaning: 'No usable credentials for the storage were found in the environment.',
    next: 'Log in first (aws-actions/configure-aws-credentials, google-github-actions/auth), or set the usual environment variables.',
  },
  'upload-bucket-missing': {
    meaning: 'The bucket of an `upload-to` does not exist, or not for this identity.',
    next: 'Create the bucket or correct its name.',
  },
  'upload-conflict': {
    meaning: 'An object with other bytes stands at a name that is made from the digest.',
    next: 'Find out who wrote it; delete it only if no run uses it, then run again.',
  },
  'upload-failed': {
    meaning: 'An upload was not accepted after several tries; nothing of the job was touched.',
    next: 'Run again; look at the storage’s status if it repeats.',
  },
  'build-failed': {
    meaning: 'The job’s `build` command ended with an error; nothing of the job was touched.',
    next: 'Read the build’s output above and repair it; a rerun builds again.',
  },
  'build-cancelled': {
    meaning: 'The build was ended because the process was cancelled; nothing of the job was touched.',
    next: 'Run again.',
  },
  'build-result-malformed': {
    meaning:
      'The build wrote a line to $STREAM_ROLLOUT_OUTPUT that is neither `NAME=value` nor a `NAME<<DELIMITER` block.',
    next: 'Write one `NAME=value` a line; a name is letters, digits and underscores.',
  },
  'build-result-missing': {
    meaning: 'The settings use a `${build.NAME}` that the build did not write.',
    next: 'Let the build write it: `echo "NAME=value" >> "$STREAM_ROLLOUT_OUTPUT"`.',
  },
  'build-result-secret': {
    meaning: 'A build result contains the value of a secret; results are kept in the ledger, where no secret belongs.',
    next: 'Refer to the secret as `${secret.NAME}` in the manifest instead of writing it into a result.',
  },
  'build-results-too-large': {
    meaning: 'The build’s results are larger than 64 KiB.',
    next: 'Write names and URIs, not contents; upload files by an artifact field with `upload-to`.',
  },
  'build-result-local': {
    meaning: 'A build result is a file on this machine and is used where the engine needs a URI.',
    next: 'Use it as `{file: "${build.NAME}", upload-to: "…/${digest}…"}`.',
  },
  'build-file-missing': {
    meaning:
      'The bytes of a build result that is a local file are neither on this machine nor where they were uploaded before.',
    next: 'Run again with `rebuild`, or let all environments read the same bucket.',
  },
  'artifact-bytes-differ': {
    meaning:
      'A file of an old commit has other bytes now than when it was rolled out (an LFS object that was replaced).',
    next: 'Give the artifact an `upload-to`, so that its bytes are kept as they were.',
  },
} as const satisfies Record<string, CodeEntry>;
