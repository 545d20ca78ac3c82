import type { Ambient, Place } from '../../engines/engine.js';
import { type Lead, leadOf } from '../../model/lead.js';
import type { ClientSettings } from './client.js';
import type { Dialect, ReadError } from './errors.js';
import type { Metrics, MetricsCodes } from './metrics.js';
import type { S3Objects } from './objects.js';

/** What the verbs and checks of one session work with, beside the engine's own API. */
export interface Beside {
  readonly place: Place;
  readonly ambient: Ambient;
  /** Loaded at first use, as the others. */
  objects(): Promise<S3Objects>;
  /** CloudWatch. */
  metrics(): Promise<Metrics>;
  /** By how much the clock of CloudWatch is ahead. */
  readonly lead: Lead;
  /** Account of the credentials; asked once. */
  account(): Promise<string>;
}

/** Opens S3, STS and CloudWatch for one session. Makes no call, and loads nothing, before it is asked to. */
export function beside(
  place: Place,
  ambient: Ambient,
  settings: () => ClientSettings,
  { failureOf, dialect, metricsCodes }: { failureOf: ReadError; dialect: Dialect; metricsCodes: MetricsCodes },
): Beside & { close(): Promise<void> } {
  let objects: Promise<S3Objects> | null = null;
  let metrics: Promise<Metrics> | null = null;
  let account: Promise<string> | null = null;
  const lead = leadOf();
  return {
    place,
    ambient,
    lead,
    objects() {
      objects ??= import('./objects.js').then(({ s3Objects }) => s3Objects(settings(), failureOf));
      return objects;
    },
    metrics() {
      metrics ??= import('./cloudwatch.js').then(({ openMetrics }) =>
        openMetrics(settings(), ambient, lead, failureOf, metricsCodes),
      );
      return metrics;
    },
    account() {
      account ??= import('./account.js')
        .then(({ callerAccount }) => callerAccount(settings(), failureOf, dialect))
        .catch((error: unknown) => {
          // A later call may find STS, or fresh credentials.
          account = null;
          throw error;
        });
      return account;
    },
    async close() {
      (await objects)?.close();
      (await metrics)?.close();
    },
  };
}

/** True where nothing may be changed: the process is cancelled, or what was read before took so long that the lock has to be looked at again. */
export function isCancelled(
  { ambient }: Pick<Beside, 'ambient'>,
  call: { readonly signal: AbortSignal; readonly isLate?: () => boolean },
): boolean {
  return ambient.signal.aborted || call.signal.aborted || call.isLate?.() === true;
}
