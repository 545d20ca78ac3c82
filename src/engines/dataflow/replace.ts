import { isActive, type Run } from '../../model/run.js';
import type { LaunchCall, Progress } from '../engine.js';
import type { Kit } from './kit.js';
import { launchOnce } from './launch-once.js';
import { replaced } from './settle.js';

/** In-place update: a launch with `update` under the same name. The service stops the old run and hands its state over. */
export function replace(kit: Kit, call: LaunchCall): Promise<Progress> {
  return launchOnce(kit, call, {
    mode: { update: true, experiments: [] },
    link: 'replace',
    settle: replaced,
    blocked: onlyPredecessor,
  });
}

/** An update finds its predecessor by name, so the predecessor has to be the only active run of the name. */
export function onlyPredecessor(_: Kit, call: LaunchCall, name: string, runs: readonly Run[]): Progress | null {
  const active = runs.filter((run) => run.name === name && isActive(run));
  const old = active.find((run) => run.id === call.predecessor?.id);
  const other = active.find((run) => run !== old);
  if (other) {
    const message = `Run ${other.id} is ${other.engineState} under the name ${name}, beside the one to update.`;
    return { state: 'failed', code: 'dataflow-name-shared', message };
  }
  if (old) return null;
  const message = `No run named ${name} is active; ${call.predecessor?.id ?? 'the run to update'} has ended.`;
  return { state: 'failed', code: 'dataflow-run-ended', message };
}
