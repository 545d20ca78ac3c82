import { setTimeout as delay } from 'node:timers/promises';

/** Time as the machine has it, in milliseconds. Unlike the tool's clock it never runs faster: locks are judged by it. */
export interface RealTime {
  /** Since any fixed moment; never adjusted, but it may stand still while the machine sleeps. */
  monotonic(): number;
  /** Since the epoch; may be adjusted. */
  wall(): number;
  pause(milliseconds: number): Promise<void>;
}

export const realTime: RealTime = {
  // `performance` would cost start-up time.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  wall: () => Date.now(),
  pause: (milliseconds) => delay(milliseconds),
};
