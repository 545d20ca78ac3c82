import { type Stamp, stampFromFields, stampToFields } from '../../model/stamp.js';

/** Labels of the stamp start with this; `goog-` belongs to Google. */
export const stampPrefix = 'stream-rollout-';

/** Label keys and values as Dataflow takes them: lower case of any script, digits, underscore, hyphen. */
export const labelPattern = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
export const labelValuePattern = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** The stamp as job labels; frozen at launch, because Dataflow cannot change the labels of a job. */
export function stampLabels(stamp: Stamp): Record<string, string> {
  return Object.fromEntries(Object.entries(stampToFields(stamp)).map(([field, value]) => [stampPrefix + field, value]));
}

/** The stamp that a job's labels carry, or null. */
export function stampOf(labels: { readonly [key: string]: string }): Stamp | null {
  return stampFromFields((field) => labels[stampPrefix + field]);
}

/** True if two stamps mark the same step of the same rollout. */
export function isSameStep(one: Stamp | null, other: Stamp): boolean {
  return one !== null && one.rollout === other.rollout && one.n === other.n && one.step === other.step;
}
