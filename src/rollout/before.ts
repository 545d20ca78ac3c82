import type { JobRecord } from '../model/record.js';
import { isActive, isEnding } from '../model/run.js';
import type { Baseline, GateSpec } from '../model/verification.js';
import {
  baselineOf,
  baselinePatience,
  baselineSeconds,
  baselineWaitSeconds,
  needsBaseline,
  nothingBefore,
  notMeasured,
} from '../verify/baseline.js';
import { type Collector, collectorOf } from '../verify/collector.js';
import { wantedBy } from '../verify/gate-watch.js';
import { specsOf } from '../verify/spec.js';
import type { Crew } from './crew.js';
import type { Decision } from './decision.js';
import { noSampler } from './measuring.js';
import type { Sight } from './sight.js';

/** Measures the old run before anything is done to it, for the gates that compare with it. */
export interface Before {
  /** True: the call may be made. False: the old run is still being measured, so look again later. */
  ready(call: Extract<Decision, { do: 'call' }>, see: Sight): Promise<boolean>;
}

/** `land` waits until the baseline is in the ledger: whoever goes on later must compare with the same one. */
export function beforeOf(crew: Crew, land: (message: string) => Promise<void>): Before {
  const { pen, clock } = crew;
  let begun: { readonly at: number; readonly collector: Collector } | null = null;

  async function note(specs: readonly GateSpec[], of: (spec: GateSpec) => Baseline, run: string | null): Promise<void> {
    const gates = Object.fromEntries(specs.map((spec) => [spec.id, of(spec)]));
    pen.note((record) => ({ ...record, baseline: { run, at: new Date(clock.now()).toISOString(), gates } }));
    if (run === null) return;
    await crew.turn?.();
    await land(`rollout ${pen.record.n}: ${run} was measured before the change`);
  }

  return {
    async ready(call, see) {
      const { record } = pen;
      const { plan } = record;
      if (record.baseline !== undefined || plan === null || call.step === 'stop-stray') return true;
      const signals = crew.engine.signals?.(plan.target) ?? [];
      const specs = specsOf(plan.job, signals).filter(needsBaseline);
      if (specs.length === 0 || plan.strategy === 'stop') return true;
      const old = see.predecessor;
      if (old === null || plan.strategy === 'create') {
        await note(specs, () => nothingBefore, null);
        return true;
      }
      const runs = isActive(old) && !isEnding(old) && old.state === 'running';
      if (!runs || !isUntouched(record, see)) {
        await note(specs, () => notMeasured, null);
        return true;
      }
      const now = clock.now();
      begun ??= {
        at: now,
        collector: collectorOf(wantedBy(plan.job, signals, specs), crew.measuring?.sampler(crew.session) ?? noSampler),
      };
      const { at, collector } = begun;
      const longest = Math.max(...specs.map(baselineSeconds));
      await collector.collect(old, record, at - longest * 1000, now);
      const wait = Math.max(0, ...specs.filter(({ history }) => !history).map(baselineWaitSeconds));
      const since = (clock.now() - at) / 1000;
      const taking = since < wait && specs.some((spec) => !spec.history && !collector.taken(spec.signal).absent);
      const hoping = since < wait + baselinePatience && specs.some((spec) => mayBeMeasured(spec, old.id, collector));
      if (taking || hoping) {
        if (now === at) crew.tell({ job: crew.subject.job, at, text: `measuring ${old.id} before the change` });
        return false;
      }
      await note(specs, (spec) => measured(spec, old.id, collector), old.id);
      return true;
    },
  };
}

function measured(spec: GateSpec, run: string, collector: Collector): Baseline {
  const { points, absent } = collector.taken(spec.signal);
  return absent ? notMeasured : baselineOf(spec, run, points);
}

/** Without it the gate would come to nothing after the change, and its source may only have been away for a moment. */
function mayBeMeasured(spec: GateSpec, run: string, collector: Collector): boolean {
  const { points, errors, absent } = collector.taken(spec.signal);
  if (absent || spec.advisory || baselineOf(spec, run, points).why !== 'too-few') return false;
  // A source with history that answered has said all that it knows; an idle run shows nothing to wait for.
  return spec.history ? points.length === 0 && errors.length > 0 : !points.some(({ idle }) => idle);
}

/** Nothing was called yet, by anybody, as far as the journal and the look tell. */
function isUntouched({ direction, journal }: JobRecord, see: Sight): boolean {
  return direction === 'forward' && journal.length === 0 && see.fresh === null && see.undone === null;
}
