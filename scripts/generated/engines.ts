import type { Engine } from '../../src/engines/engine.js';
import { engineIds, engines } from '../../src/engines/index.js';
import { type Impact, impacts } from '../../src/model/impact.js';
import { checkAgeSeconds } from '../../src/rollout/pen.js';
import { settleSeconds } from '../../src/rollout/settle.js';

/** A target that names every command: what an engine whose verbs depend on the target can have. */
export const everyCommand = Object.fromEntries(
  ['observe', 'start', 'stop', 'drain', 'snapshot', 'stop-with-snapshot', 'scale', 'replace', 'prepare', 'measure'].map(
    (name) => [name, 'true'],
  ),
);

export function allEngines(): Promise<readonly Engine[]> {
  return Promise.all(engineIds.map((id) => engines[id]()));
}

/** docs/engines/README.md: times, fences, verbs and impacts of every engine in one place. */
export function enginesPage(all: readonly Engine[]): string {
  return `${[
    '# Engines',
    'This page is made from `src/engines` by `npm run generate`. Each engine has a page of its own with its fields, permissions and facts.',
    table(
      ['Engine', 'For', 'Fence of a start', 'Call time T', 'List lag L', 'Settle time', 'Poll'],
      all.map((engine) => [
        `[\`${engine.id}\`](${engine.id}.md)`,
        engine.title,
        fences[engine.fence],
        `${engine.times.callSeconds} s`,
        `${engine.times.lagSeconds} s`,
        `${settleSeconds(engine)} s${engine.timesOf === undefined ? '' : ' (by the target)'}`,
        `${engine.pollSeconds} s`,
      ]),
    ),
    [
      '- **Call time T**: the longest time from the check that this process still holds the rollout to the effect of a call at the engine.',
      '- **List lag L**: the longest time until a run, active or ended, shows in the lists of the engine.',
      `- **Settle time**: ${checkAgeSeconds} s + T + L. So long a process waits after it took a rollout over or lost an answer, before it concludes from what it sees.`,
      '- **Fence**: what keeps two starts of one step from both taking effect. *Client-chosen id*: refused or answered with the existing run once used. *Unique name*: one active run a name. *Concurrency limit*: the engine allows one run at a time. *None*: only the settle time.',
    ].join('\n'),
    '## Verbs',
    'A strategy is possible where the engine has the verbs that it is made of.',
    table(
      ['Engine', 'Verbs'],
      all.map((engine) => [`\`${engine.id}\``, verbs(engine)]),
    ),
    '## What a change of a field costs',
    'A field that is not listed is an `upgrade`: a new run replaces the old one. `scale` changes a running job, `recreate` needs a new one, `none` touches no run. The costliest field decides.',
    table(
      ['Engine', ...impacts.filter((impact) => impact !== 'upgrade')],
      all.map((engine) => [
        `\`${engine.id}\``,
        ...impacts.filter((one) => one !== 'upgrade').map((one) => fieldsOf(engine, one)),
      ]),
    ),
  ].join('\n\n')}\n`;
}

const fences: Readonly<Record<Engine['fence'], string>> = {
  F1: 'client-chosen id',
  F2: 'unique name',
  F3: 'concurrency limit',
  F4: 'none',
};

function verbs(engine: Engine): string {
  const plain = engine.verbs({});
  const names = (plain.length > 0 ? plain : engine.verbs(everyCommand)).map((verb) => `\`${verb}\``).join(', ');
  return plain.length > 0 ? names : `those of ${names} for which the target has a command`;
}

function fieldsOf(engine: Engine, impact: Impact): string {
  const fields = Object.keys(engine.impacts).filter((field) => engine.impacts[field] === impact);
  return fields.map((field) => `\`${field}\``).join(', ') || '–';
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}
