/** Where a process is killed: at the n-th call that changes an engine or a store, or at the n-th push to the ledger, before or after its effect. */
export interface Point {
  readonly what: 'call' | 'push';
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** Gives one point after another; it is told whether the last one was reached. */
export type Points = Generator<Point, void, boolean>;

/** More calls or pushes than this in one rollout are a fault of the rollout, or of the suite. */
const most = 14;

/** Before and after every call and every push. */
export function* everyPoint(): Points {
  for (const what of ['call', 'push'] as const) {
    const count = yield* reached(what, 'before');
    for (let nth = 1; nth <= count; nth += 1) yield { what, nth, when: 'after' };
  }
}

/**
 * Every state that is left behind: a kill before a call or a push leaves what one after the call or the push before it leaves, since only
 * these two outlive the process.
 */
export function* everyState(): Points {
  for (const what of ['call', 'push'] as const) yield* reached(what, 'after');
}

/**
 * Every state that the engine is in: with the ledger lost nothing else is left to go by, so that a kill before a call is the same as one
 * after the call before it, and pushes make no difference.
 */
export function* everyEngineState(calls: number): Points {
  if (calls > 0) yield { what: 'call', nth: 1, when: 'before' };
  yield* everyEffect(calls);
}

/** After every call: without an effect just before it, a late list shows nothing that a timely one would not. */
export function* everyEffect(calls: number): Points {
  for (let nth = 1; nth <= calls; nth += 1) yield { what: 'call', nth, when: 'after' };
}

function* reached(what: Point['what'], when: Point['when']): Generator<Point, number, boolean> {
  for (let nth = 1; nth <= most; nth += 1) {
    if (!(yield { what, nth, when })) return nth - 1;
  }
  throw new Error(`more than ${most} of ${what} in one rollout`);
}

export function textOf({ what, nth, when }: Point): string {
  return `${when} ${what} ${nth}`;
}
