import { positionOf } from '../changes/explain.js';
import { RolloutError } from '../model/error.js';
import type { Job } from '../model/job.js';
import type { Position } from '../model/position.js';
import type { StepVerb } from '../model/step.js';
import type { Order } from '../rollout/fleet.js';
import type { Bench } from './bench.js';

/** Reads secrets from the process environment and remembers which values were given out, so that they can be masked. */
export interface Secrets {
  read(name: string): string;
  /** The values that were given out. */
  known(): readonly string[];
  /** True if the text contains the value of a secret that was read. */
  isSecret(text: string): boolean;
  /** Replaces every known secret's value by `***`. */
  mask(text: string): string;
}

/**
 * Learns the secrets that a manifest or a record refers to as `${secret.NAME}`, so that they are masked before a build or an engine
 * can print them. One that is not there is told where it is needed.
 */
export function learnSecrets(bench: Pick<Bench, 'ambient'>, value: unknown): void {
  for (const name of namesIn(value)) if (bench.ambient.env[name]) bench.ambient.secret(name);
}

/** Verbs whose call carries a whole target, with its secrets filled in. */
const launching: readonly StepVerb[] = ['prepare', 'start', 'replace', 'overlap'];

/**
 * What a rollout still launches, forward and back, and what its run is measured with, has to be there before anything is touched: else an
 * old run would be ended, and none could follow. Throws `secret-missing` (class input) for the first that is not.
 */
export function needSecrets(
  bench: Pick<Bench, 'ambient'>,
  { body, superseding }: Pick<Order, 'body' | 'superseding'>,
): void {
  const { plan, good, direction } = body;
  const steps = plan?.steps ?? [];
  const goesForward = direction === 'forward' && superseding === null;
  const launches = goesForward && steps.some(({ verb }) => launching.includes(verb));
  const undoes = steps.some(({ undo }) => launching.some((verb) => undo === `undo-${verb}`));
  const needed = [
    launches ? plan?.target : null,
    undoes ? good?.target : null,
    goesForward ? plan?.job.verify.signals : null,
  ];
  for (const name of namesIn(needed)) bench.ambient.secret(name);
}

export function isSecretMissing(error: unknown): error is RolloutError {
  return error instanceof RolloutError && error.code === 'secret-missing';
}

/** Where in the manifest the first secret of a job's settings stands that the process environment does not have. */
export function missingSecretAt(job: Pick<Job, 'target' | 'positions' | 'at'>, env: Bench['ambient']['env']): Position {
  const path = missingIn('target', job.target, env);
  return path === null ? job.at : positionOf(job, path);
}

function missingIn(path: string, value: unknown, env: Bench['ambient']['env']): string | null {
  if (typeof value === 'string') return namesIn(value).some((name) => !env[name]) ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = missingIn(`${path}.${key}`, inner, env);
    if (found !== null) return found;
  }
  return null;
}

function namesIn(value: unknown): readonly string[] {
  return [...JSON.stringify(value).matchAll(/\$\{secret\.([A-Za-z_][A-Za-z0-9_]*)\}/g)].map(([, name = '']) => name);
}

/** Values shorter than this are too common to look for in text. */
const shortest = 4;

export function secretsFrom(
  env: { readonly [name: string]: string | undefined },
  onSecret: (value: string) => void,
): Secrets {
  const values = new Set<string>();
  const remember = (value: string) => {
    if (value.length >= shortest && !values.has(value)) {
      values.add(value);
      onSecret(value);
    }
  };
  return {
    read(name) {
      const value = env[name];
      if (value === undefined || value === '') {
        throw new RolloutError('secret-missing', `The secret \`${name}\` is not in the process environment.`, {
          class: 'input',
          next: `Pass it to the step: env: {${name}: "\${{ secrets.${name} }}"}.`,
        });
      }
      remember(value);
      // The runner masks line by line, so each line of a long secret is one of its own.
      for (const line of value.split('\n')) remember(line);
      return value;
    },
    known: () => [...values],
    isSecret: (text) => [...values].some((value) => text.includes(value)),
    mask(text) {
      let masked = text;
      // The longest first: one secret may be part of another.
      for (const value of [...values].sort((a, b) => b.length - a.length)) masked = masked.replaceAll(value, '***');
      return masked;
    },
  };
}
