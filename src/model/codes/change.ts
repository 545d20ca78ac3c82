import type { CodeEntry } from './entry.js';

export const changeCodes = {
  'git-missing': {
    meaning: 'The program git could not be started.',
    next: 'Install git on the machine or in the container that runs the rollout, and make sure that it is on PATH.',
  },
  'git-failed': {
    meaning: 'git answered with an error that has no entry of its own; its text is in the message.',
    next: 'Run `git fsck` in the checkout; check the repository out again if objects are missing or damaged.',
  },
  'git-dubious-ownership': {
    meaning:
      'git refuses to read the checkout because its directory belongs to another user, as happens in containers.',
    next: 'Run `git config --global --add safe.directory DIRECTORY` as the user of the step, before the rollout.',
  },
  'git-object-missing': {
    meaning: 'A file content or commit that is needed is not in the checkout and could not be fetched.',
    next: 'Check the commit out again; with actions/checkout, `fetch-depth: 0` and no `filter` fetch everything.',
  },
  'not-a-repository': {
    meaning: 'The directory is not a checkout of a git repository with at least one commit.',
    next: 'Check the repository out first (actions/checkout), or run in its directory.',
  },
  'base-not-found': {
    meaning: 'The commit, branch or tag given as `base` is neither in the checkout nor can it be fetched.',
    next: 'Give a full commit id that the remote has, or leave `base` out.',
  },
  'base-unknown': {
    meaning:
      'The commit to explain the change against is not known or cannot be read, so every job is compared with what runs.',
    next: 'Nothing has to be done; to see which files changed, allow `git fetch` in the checkout (persist-credentials) or give `base`.',
  },
  'git-host-silent': {
    meaning:
      'The checkout does not hold a commit that is compared with, and GitHub did not give it either; the message says why. Everything is compared then, so nothing is missed.',
    next: 'Nothing has to be done; `permissions: contents: read` and a full checkout (`fetch-depth: 0`) make it known.',
  },
  'base-parent': {
    meaning: '`detect` was called by hand without a base, so the commit was compared with its first parent.',
    next: 'Give `base` (a commit, a branch or a tag) to see what more commits change.',
  },
  'paths-not-shipped': {
    meaning:
      'The job’s `paths` match files that neither an artifact nor a build ships, so a change of them never reaches a run.',
    next: 'Add the files to an artifact (`zip`), add a `build`, or take them out of `paths`.',
  },
  'paths-match-nothing': {
    meaning: 'A pattern of `paths` matches no file of the commit.',
    next: 'Correct the pattern; it is read from the root of the repository.',
  },
  'build-without-paths': {
    meaning: 'The job has a `build` but no `paths`, so a change of its sources is not seen.',
    next: 'List the files that the build reads in `paths`.',
  },
  'code-not-watched': {
    meaning: 'Nothing in the job says where its code is: no artifact file, no build with paths, no reference.',
    next: 'Give `paths`, an artifact file or a `build`; until then only changed settings roll out.',
  },
  'mutable-artifact': {
    meaning: 'The artifact’s URI can point to other bytes later (a tag, or an object that can be overwritten).',
    next: 'Use an immutable URI, such as `image@sha256:…` or an object named after its digest; a rollback cannot go back to a tag.',
  },
  'reference-unreadable': {
    meaning:
      'The content of an artifact that was made elsewhere could not be read, so it is not known whether it changed.',
    next: 'Check that the URI exists and that this identity may read it.',
  },
  'dirty-work-tree': {
    meaning: 'Files of the job differ between the work tree and the commit. Identities and uploads use the commit.',
    next: 'Commit the changes, or restore the files, before rolling out.',
  },
} as const satisfies Record<string, CodeEntry>;
