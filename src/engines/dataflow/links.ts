import type { Code } from '../../model/codes/index.js';
import { codes } from '../../model/codes/index.js';
import type { Run, RunMessage, RunState } from '../../model/run.js';

/** How the service was asked to link a new run to its predecessor. */
export type Link = 'replace' | 'overlap';

/** What would show that the service linked two runs in another way than it was asked to: states of the predecessor while the new run is active. */
const contradictions: { readonly [L in Link]: { readonly [S in RunState]?: Code } } = {
  overlap: {
    replaced: 'dataflow-overlap-in-place',
    draining: 'dataflow-overlap-drained-early',
    drained: 'dataflow-overlap-drained-early',
    failed: 'dataflow-overlap-old-ended',
    stopped: 'dataflow-overlap-old-ended',
  },
  replace: {},
};

/**
 * Reads back what is not verified about updates. What it finds does not fail a step, since the new run may be well: the rollout
 * decides by what runs, and the finding stands among the new run's messages.
 */
export interface Links {
  launched(run: string, link: Link, predecessor: string): void;
  /** A drain or cancel that this session asked for contradicts nothing. */
  asked(run: string): void;
  readBack(runs: readonly Run[]): void;
  notesOf(run: string): readonly RunMessage[];
}

export function openLinks(log: (line: string) => void): Links {
  const links = new Map<string, { readonly link: Link; readonly predecessor: string }>();
  const own = new Set<string>();
  const notes = new Map<string, readonly RunMessage[]>();

  function note(run: Run, old: Run, code: Code): void {
    const text = `${code}: ${old.id} is ${old.engineState}. ${codes[code].meaning}`;
    if (notes.get(run.id)?.some((message) => message.text === text)) return;
    notes.set(run.id, [...(notes.get(run.id) ?? []), { at: old.endedAt, level: 'warning', text }]);
    log(`${run.name}: ${text}`);
  }

  return {
    launched: (run, link, predecessor) => void links.set(run, { link, predecessor }),
    asked: (run) => void own.add(run),
    readBack(runs) {
      for (const run of runs) {
        const link = links.get(run.id);
        if (!link || own.has(link.predecessor)) continue;
        const old = runs.find(({ id }) => id === link.predecessor);
        const code = old && contradictions[link.link][old.state];
        if (old && code) note(run, old, code);
      }
    },
    notesOf: (run) => notes.get(run) ?? [],
  };
}
