import { StatusError } from '../api/errors.js';
import { flinkDeployments } from '../api/kinds.js';
import { objectAt } from '../api/value.js';
import type { Admission } from '../api/write.js';
import type { FlinkOperatorSettings } from '../settings.js';
import { keptSpec } from './status.js';
import { refusal } from './validate.js';

/** What the operator's webhook refuses, where it is installed. */
export function admission(settings: FlinkOperatorSettings): Admission {
  return (kind, object, before) => {
    if (!settings.webhook || kind !== flinkDeployments) return;
    const kept = before === null ? null : keptSpec(objectAt(before, 'status'), 'lastReconciledSpec');
    const why = refusal(objectAt(object, 'spec'), kept?.spec ?? null, settings);
    if (why === null) return;
    const message = `admission webhook "validationwebhook.flink.apache.org" denied the request: ${why}`;
    throw new StatusError(403, 'Forbidden', message);
  };
}
