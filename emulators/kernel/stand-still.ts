import * as z from 'zod';

/**
 * Lists that stand still, as from a replica that stopped taking changes: they show nothing that came after `since`, until `seconds` (by
 * the local cloud's clock) after somebody first asks for one. Null: they don't.
 */
export const standStillSchema = z.strictObject({ since: z.iso.datetime(), seconds: z.number().min(0) }).nullable();

export type StandStill = z.infer<typeof standStillSchema>;

const firstAsked = new WeakMap<object, number>();

/** The moment as of which a list that is asked for `now` answers; both in milliseconds. */
export function listsAsOf(now: number, lagSeconds: number, standStill: StandStill): number {
  const asOf = now - lagSeconds * 1000;
  if (standStill === null) return asOf;
  const first = firstAsked.get(standStill) ?? now;
  firstAsked.set(standStill, first);
  return now < first + standStill.seconds * 1000 ? Math.min(asOf, Date.parse(standStill.since)) : asOf;
}
