import { RolloutError } from '../model/error.js';
import type { Ledger } from './ledger.js';
import type { LedgerOptions } from './options.js';

/** Kinds of ledgers by the scheme of their address. */
const kinds = {
  git: async (place: string, options: LedgerOptions) => (await import('./git/open.js')).openGit(place, options),
  file: async (place: string, options: LedgerOptions) => (await import('./file/open.js')).openFile(place, options),
  s3: async (place: string, options: LedgerOptions) => (await import('./objects/open.js')).openS3(place, options),
  gs: async (place: string, options: LedgerOptions) => (await import('./objects/open.js')).openGcs(place, options),
} as const satisfies { readonly [scheme: string]: (place: string, options: LedgerOptions) => Promise<Ledger> };

/** The address that is used where none is given. */
export const defaultLedger = 'git:origin';

/**
 * Opens the ledger at an address: `git:<remote name, address or path>`, `file:<folder>`, `s3://<bucket>/<prefix>` or
 * `gs://<bucket>/<prefix>`. Nothing is contacted yet. Throws a RolloutError: `ledger-unsupported`, or of git's set-up (`ledger-git-missing`, `ledger-remote-missing`).
 */
export async function openLedger(url: string, options: LedgerOptions): Promise<Ledger> {
  const [, scheme, place] = /^([a-z0-9]+):(.*)$/s.exec(url) ?? [];
  const open = scheme === undefined || !Object.hasOwn(kinds, scheme) ? undefined : kinds[scheme as keyof typeof kinds];
  if (open && place) return open(place, options);
  throw new RolloutError('ledger-unsupported', `The ledger address ${JSON.stringify(url)} is not supported.`, {
    class: 'input',
    next: `Use ${defaultLedger}, git:<remote or address>, s3://<bucket>/<prefix>, gs://<bucket>/<prefix> or file:<folder>.`,
  });
}
