import type { Ambient, Session } from '../engines/engine.js';
import type { JobEvidence } from '../verify/evidence.js';
import type { Sampler } from '../verify/samplers/asked.js';
import { samplerOf } from '../verify/samplers/index.js';

/** How a rollout measures, and where it puts what it measured. */
export interface Measuring {
  sampler(session: Session): Sampler;
  /** Takes the evidence of one verdict, or of what was seen of a run until the process ended. */
  evidence(one: JobEvidence): void;
}

/** Keeps the evidence of all jobs of one call, in the order in which it came. */
export function measuringOf(
  ambient: Ambient,
  mask: (text: string) => string,
): Measuring & { readonly all: readonly JobEvidence[] } {
  const all: JobEvidence[] = [];
  return {
    all,
    sampler: (session) => samplerOf(session, ambient, mask),
    evidence: (one) => void all.push(one),
  };
}

/** Where nothing can be measured: every sample is unknown, and says why. */
export const noSampler: Sampler = async () => {
  throw new Error('this process measures nothing');
};
