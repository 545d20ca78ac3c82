import type { Fence } from '../../../src/engines/engine.js';

export const strategies = [
  'create',
  'in-place-update',
  'restart',
  'savepoint-upgrade',
  'drain-and-resubmit',
  'parallel',
  'overlap',
  'in-flight-update',
  'stop',
] as const;
/** `overlap` is parallel in the form that the engine links to the old run. */
export type Scenario = (typeof strategies)[number];

/** How the runs of a revision fare: `ends` and `hangs` in start-up, `batch` is no stream. */
export type Gate = 'good' | 'batch' | 'ends' | 'hangs';

/** How a call to the engine goes wrong. `late`: no answer, and the effect comes as late as T allows. `zombie`: the process stands still before it is sent. */
export const callFaults = ['lost', 'unsent', 'late', 'no', 'zombie'] as const;
/** How a call to the ledger goes wrong. `late`: no answer, and it lands up to a minute later. */
export const ledgerFaults = ['lost', 'unsent', 'late', 'slow'] as const;

export type Fault =
  | { readonly kind: 'crash'; readonly actor: number; readonly event: number }
  | { readonly kind: 'cancel'; readonly actor: number; readonly event: number }
  | {
      readonly kind: 'freeze';
      readonly actor: number;
      readonly event: number;
      readonly seconds: number;
      /** The whole machine sleeps: its monotonic clock stands still too. */
      readonly suspended: boolean;
    }
  | { readonly kind: 'call'; readonly call: number; readonly how: (typeof callFaults)[number] }
  | { readonly kind: 'ledger'; readonly operation: number; readonly how: (typeof ledgerFaults)[number] }
  | { readonly kind: 'look'; readonly look: number }
  | { readonly kind: 'run-fails'; readonly run: number; readonly after: number }
  | { readonly kind: 'ledger-lost'; readonly at: number }
  | { readonly kind: 'foreign'; readonly at: number }
  | { readonly kind: 'host-unknown' };

export interface Actor {
  readonly does: 'apply' | 'resume' | 'post';
  /** Which code an apply wants: 2, or the newer 3. */
  readonly revision: 2 | 3;
  /** Seconds after the beginning. */
  readonly at: number;
  readonly force: boolean;
  /** Takes over whoever holds it, at any moment (`take-over`). */
  readonly byForce: boolean;
  /** Milliseconds of work in this call. */
  readonly minutes: number;
}

/** Everything that one simulated history is made from: the same schedule gives the same history. */
export interface Schedule {
  readonly scenario: Scenario;
  readonly fence: Fence;
  readonly replaceBy: 'id' | 'name';
  /** Verbs answer when the call is accepted, or say `running` until its effect is complete. */
  readonly verbs: 'accept' | 'poll';
  readonly callSeconds: number;
  readonly lagSeconds: number;
  readonly gates: { readonly 2: Gate; readonly 3: Gate };
  readonly onFailure: 'rollback' | 'pause';
  readonly onTimeout: 'fail' | 'cancel';
  /** The old run never ends by draining. */
  readonly endless: boolean;
  /** Holders are workflow runs, or processes on other hosts that only their lease tells of. */
  readonly holders: 'workflow' | 'process';
  readonly actors: readonly Actor[];
  readonly faults: readonly Fault[];
  /** Of all latencies. */
  readonly seed: number;
}

/** Rules that can be switched off, to see the checks fail (`scripts/rules-off.ts`). */
export const rules = [
  'settle',
  'intent-before-effect',
  'head-check',
  'ready-bound-to-number',
  'undo-of-what-is-seen',
  'number-in-the-id',
] as const;
export type Rule = (typeof rules)[number];
