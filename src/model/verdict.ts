/** What verification says about a run. `inconclusive` is never success. */
export type Verdict =
  | { readonly result: 'pass'; readonly message: string }
  | { readonly result: 'fail' | 'inconclusive'; readonly code: string; readonly message: string };

/** A verdict that is bound to a rollout number and a run: it counts for nothing else. */
export interface BoundVerdict {
  readonly n: number;
  readonly run: string;
  readonly verdict: Verdict;
}
