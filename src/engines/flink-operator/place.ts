import type { JsonObject } from '../../model/json.js';
import type { Ambient, Place } from '../engine.js';
import { namespaceOf } from './target.js';

/** Points kubectl at one API server of plain HTTP, as a local cloud needs it; kubeconfig and context are left aside then. */
export const serverVariable = 'STREAM_ROLLOUT_KUBE_SERVER';

/** Context and namespace say where a run lives; with which kubeconfig and which kubectl it is reached makes the session. */
export function placeOf(target: JsonObject, { env }: Pick<Ambient, 'env'>): Place {
  const { context, kubeconfig, kubectl } = target;
  const cluster = typeof context === 'string' ? context : (env[serverVariable] ?? 'current context');
  const key = `${cluster}/${namespaceOf(target)}`;
  return {
    key,
    session: `${key} by ${String(kubeconfig ?? 'the usual kubeconfig')} and ${String(kubectl ?? 'kubectl')}`,
  };
}
