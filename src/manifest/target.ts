import type { Engine } from '../engines/engine.js';
import { belongsToJob } from './engines.js';
import { isMap } from './fragments.js';
import { pathFault } from './globs.js';
import { child, type Located, type LocatedMap, merge } from './located.js';
import type { Problems } from './problems.js';
import { validate } from './validate.js';

export interface Targets {
  readonly target: LocatedMap;
  /** The target with each slot over it; empty without slots. */
  readonly slotted: readonly LocatedMap[];
  readonly slots: readonly LocatedMap[];
}

/** Null where `target` is no map. What is missing in it is told at its key. */
export function targetsOf(job: LocatedMap): Targets | null {
  const given = job.entries.get('target');
  if (!isMap(given?.node)) return null;
  const target = { ...given.node, at: given.at };
  const list = child(child(job, 'parallel'), 'slots');
  const slots = list?.kind === 'list' ? list.items.filter(isMap) : [];
  return { target, slots, slotted: slots.map((slot) => merge(target, slot, 'base')) };
}

/** Checks the engine's settings: with slots, each pair of target and slot, since a needed field may stand in the slots only. */
export function checkTarget(targets: Targets, engine: Engine, job: string, problems: Problems): void {
  for (const target of targets.slots.length > 0 ? targets.slotted : [targets.target]) {
    const valid = validate(target, engine.target, problems, { job, belongs: belongsToJob }) !== undefined;
    for (const artifact of engine.artifacts.flatMap((field) => listed(child(target, field)))) {
      checkPath(artifact, job, problems);
      if (valid) checkUpload(artifact, job, problems);
    }
  }
}

/** An artifact field holds one `{file | zip, upload-to}` or a list of them; a plain URI is made elsewhere. */
function listed(node: Located | undefined): readonly Located[] {
  if (node === undefined) return [];
  return node.kind === 'list' ? node.items : [node];
}

function checkPath(node: Located, job: string, problems: Problems): void {
  for (const key of ['file', 'zip']) {
    const path = textAt(node, key);
    // A result of the build names a file that only the build makes; it is checked when it is read.
    const fault = path === null || path.value.includes('${build.') ? null : pathFault(path.value);
    if (fault !== null && path !== null) {
      problems.add({ code: 'manifest-path', at: path.node.at, field: path.node.field, message: fault, job });
    }
  }
}

function checkUpload(node: Located, job: string, problems: Problems): void {
  const uploadTo = textAt(node, 'upload-to');
  if (uploadTo === null || uploadTo.value.includes('${digest}')) return;
  const message = 'expected `${digest}` in it, so that no version overwrites another';
  problems.add({ code: 'manifest-upload', at: uploadTo.node.at, field: uploadTo.node.field, message, job });
}

function textAt(node: Located | undefined, key: string): { node: Located; value: string } | null {
  const found = child(node, key);
  return found?.kind === 'scalar' && typeof found.value === 'string' ? { node: found, value: found.value } : null;
}
