export type { IsSecret } from './guard.js';
export type { Held, Ledger, LogEntry, Swap } from './ledger.js';
export { defaultLedger, openLedger } from './open.js';
export type { LedgerOptions } from './options.js';
