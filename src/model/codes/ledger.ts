import type { CodeEntry } from './entry.js';

export const ledgerCodes = {
  'ledger-unsupported': {
    meaning: 'The ledger’s address names a kind of store that this version does not know.',
    next: 'Use `git:origin`, `git:<remote or address>`, `s3://<bucket>/<prefix>`, `gs://<bucket>/<prefix>` or `file:<folder>`.',
  },
  'ledger-bad-name': {
    meaning: 'A job or an environment has a name that cannot become a ref or a file name.',
    next: 'Use letters, digits, `_` and `-`, beginning with a letter or digit; `artifacts` is no environment.',
  },
  'ledger-git-missing': {
    meaning: 'The git ledger needs the program `git`, version 2.31 or newer, and it was not found.',
    next: 'Install a newer git on the runner, or use a `file:` ledger.',
  },
  'ledger-remote-missing': {
    meaning: 'The repository that should hold the ledger was not found.',
    next: 'Check out the repository before this step (`actions/checkout`), or set `ledger` to an address that exists.',
  },
  'ledger-no-credentials': {
    meaning: 'git has no credentials, or refused ones, for the repository that holds the ledger.',
    next: 'Let `actions/checkout` keep its credentials (no `persist-credentials: false`) and give the job `permissions: contents: write`.',
  },
  'ledger-not-writable': {
    meaning: 'The ledger can be read but not written.',
    next: 'Give the job `permissions: contents: write`; for a `file:` ledger, the right to write to its folder.',
  },
  'ledger-write-refused': {
    meaning: 'The git host refused to store a record, by a rule or a hook of its own.',
    next: 'Allow pushes to `refs/stream-rollout/*` for the token in use, or set `ledger` to another repository.',
  },
  'ledger-write-unknown': {
    meaning: 'A write was sent and no definite answer came, so it is not known whether it landed.',
    next: 'Run `stream-rollout resume`: it reads the ledger again before anything is done.',
  },
  'ledger-unreachable': {
    meaning: 'The store that holds the ledger did not answer.',
    next: 'Check the network between the runner and the git host if this goes on, and run the same command again.',
  },
  'ledger-git-failed': {
    meaning: 'A git command of the ledger failed for a reason that is not known here.',
    next: 'Read what git said in the message; the command can be repeated safely.',
  },
  'ledger-format-newer': {
    meaning: 'A record was written by a newer version of this tool, whose rules this version does not know.',
    next: 'Use the newer version of the tool for all workflows of this repository.',
  },
  'ledger-record-broken': {
    meaning: 'A record of the ledger is not readable: somebody else wrote to it.',
    next: 'Look at its history with `git log`, and set the ref back to the last commit that this tool wrote.',
  },
  'ledger-bucket-missing': {
    meaning: 'The bucket that should hold the ledger does not exist, or not for this account.',
    next: 'Create the bucket, or correct the address in `ledger`.',
  },
  'ledger-bucket-credentials': {
    meaning: 'There are no usable credentials for the bucket that holds the ledger.',
    next: 'Log in before this step: `aws-actions/configure-aws-credentials` or `google-github-actions/auth`.',
  },
  'ledger-bucket-denied': {
    meaning: 'The identity of this step lacks a right on the bucket that holds the ledger; the message names it.',
    next: 'Grant what the message names. In all, S3 needs `s3:PutObject`, `s3:GetObject` and `s3:ListBucket`; Cloud Storage needs `storage.objects.create`, `get`, `list` and `delete` (which replacing an object needs), as in the role `roles/storage.objectUser`.',
  },
  'ledger-bucket-unconditional': {
    meaning:
      'The store takes conditional writes and ignores the condition. The condition is the lock between two rollouts, so such a store can’t hold a ledger.',
    next: 'Use a store that keeps conditional writes (Amazon S3, Google Cloud Storage), or the git ledger.',
  },
  'ledger-bucket-failed': {
    meaning: 'The store refused a request of the ledger for a reason that is not known here.',
    next: 'Read what the store said in the message; the command can be repeated safely.',
  },
  'ledger-secret': {
    meaning: 'A record would have held the value of a secret, so it was not written.',
    next: 'Name the secret by reference (`${secret.NAME}`) in the manifest, and keep it out of build results.',
  },
} as const satisfies Record<string, CodeEntry>;
