/** A difference between two clocks that is no more than this says nothing: answers take time, and their dates are whole seconds. Milliseconds. */
const tolerance = 30_000;

/** By how much a service's clock is ahead of this machine's, as the `date` of its answers tells. */
export interface Lead {
  /** Takes the `date` of an answer that has just come. Only the first one that is readable counts, so that times never move. */
  told(date: string | null | undefined): void;
  /** Milliseconds; negative where the service's clock is behind. 0 while nothing was told, and where the two agree well enough. */
  readonly milliseconds: number;
  /** A time by this machine's clock (ISO 8601) as the service would tell it. */
  there(time: string): string;
  /** A time that the service told (ISO 8601), by this machine's clock. */
  here(time: string): string;
}

/** `wall`: this machine's clock, in milliseconds. */
export function leadOf(wall: () => number = Date.now): Lead {
  let lead: number | null = null;
  const moved = (time: string, by: number) => (by === 0 ? time : new Date(Date.parse(time) + by).toISOString());
  const milliseconds = () => lead ?? 0;
  return {
    told(date) {
      const at = Date.parse(date ?? '');
      if (lead !== null || Number.isNaN(at)) return;
      const ahead = at - wall();
      lead = Math.abs(ahead) <= tolerance ? 0 : ahead;
    },
    get milliseconds() {
      return milliseconds();
    },
    there: (time) => moved(time, milliseconds()),
    here: (time) => moved(time, -milliseconds()),
  };
}
