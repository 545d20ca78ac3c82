import type { Pen } from './pen.js';

/** Whether one call came too late for what allowed it: its head check had grown too old by the time at which the change was to be sent. */
export interface Lateness {
  /** For the verb; asked right before the change. */
  readonly isLate: () => boolean;
  /** The verb asked, and was told that it is too late: nothing was sent. */
  readonly was: boolean;
}

export function latenessOf(pen: Pick<Pen, 'isLate'>): Lateness {
  let was = false;
  return {
    isLate() {
      was ||= pen.isLate;
      return was;
    },
    get was() {
      return was;
    },
  };
}
