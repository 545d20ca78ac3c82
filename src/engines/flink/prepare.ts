import { failed } from '../../platforms/flink/errors.js';
import { type PrepareCall, type Progress, withSecrets } from '../engine.js';
import { bringJar, jarUri } from './jar.js';
import { type Kit, succeeded } from './kit.js';
import { planBody } from './launch.js';
import { nameOf } from './target.js';

/** Brings the jar to the cluster and lets it make its job graph once, so that neither is left for the gap. Jars are never overwritten or removed. */
export async function prepare(kit: Kit, call: PrepareCall): Promise<Progress> {
  const jar = await bringJar(kit, call, true);
  if ('state' in jar) return jar;
  // An undo goes back to what ran: a program that cannot even make its graph now would only hold it up.
  if (call.stamp.step.startsWith('undo-')) return succeeded(null);
  const name = nameOf(call.target, call.subject.names[0] ?? call.subject.job);
  const key = JSON.stringify([jarUri(call.target), planBody(call.target, name)]);
  if (kit.memory.planned.has(key)) return succeeded(null);
  const plan = await kit.api.plan(jar.id, planBody(withSecrets(call.target, kit.ambient.secret), name));
  if ('refused' in plan) return failed('flink-plan-failed', `${name}: ${plan.refused.text}`);
  kit.memory.planned.add(key);
  return succeeded(null);
}
