import type { Engine } from '../../src/engines/engine.js';
import { type DefaultGate, gateModes, type Signal } from '../../src/model/signal.js';
import { leastSamples, missesAllowed, modeDefaults, sourceDefaults } from '../../src/verify/defaults.js';
import { specsOf } from '../../src/verify/spec.js';
import { inWords } from '../../src/verify/words.js';
import { everyCommand } from './engines.js';
import { between } from './readme.js';

/** docs/verification.md with its tables of defaults made anew; the rest stays as it is. Throws where a marker is missing. */
export function verification(text: string, engines: readonly Engine[]): string {
  const page = 'docs/verification.md';
  const withModes = between(text, 'modes', modesTable(), page);
  return between(between(withModes, 'sources', sourcesTable(), page), 'signals', signalsTable(engines), page);
}

function modesTable(): string {
  const rows = gateModes.map((mode) => {
    const { graceSeconds, forSeconds, deadlineSeconds, why } = modeDefaults[mode];
    const end = mode === 'converge' ? `\`deadline: ${deadlineSeconds}s\`` : 'end of the bake';
    return [`\`${mode}\``, `${graceSeconds} s`, forSeconds === 0 ? '–' : `${forSeconds} s`, end, why];
  });
  const lines = table(['Mode', '`grace`', '`for`', 'Until', 'Why'], rows);
  return `${lines}\n\nA gate needs at least ${leastSamples} known samples, and ${missesAllowed} in a row may be missing; its time is stretched where it would be too short for that.`;
}

function sourcesTable(): string {
  const rows = Object.entries(sourceDefaults).map(([source, of]) => [
    source === 'measure' ? 'the engine, of a signal that it does not know' : `\`${source}\``,
    of.history ? 'yes' : 'no',
    `${of.latenessSeconds} s`,
    `${of.intervalSeconds} s`,
    `${of.windowSeconds} s`,
  ]);
  return table(['Source', '`history`', '`lateness`', '`interval`', '`window`'], rows);
}

function signalsTable(engines: readonly Engine[]): string {
  const rows = engines.flatMap((engine) => {
    const all = signalsOf(engine);
    if (all.length === 0) return [[`\`${engine.id}\``, '–', 'none', '', '', '', '']];
    return all.map((signal) => [
      `\`${engine.id}\``,
      signal.name === '*' ? 'any' : `\`${signal.name}\``,
      `${signal.title}${signal.unit === 'count' ? '' : ` (${signal.unit})`}`,
      signal.kind,
      `${signal.history ? 'yes' : 'no'}, ${signal.latenessSeconds} s`,
      signal.gate === null ? '–' : gateText(signal, signal.gate),
      signal.gate?.why ?? '',
    ]);
  });
  return table(['Engine', 'Signal', 'What', 'Kind', 'History, lateness', 'Default gate', 'Why'], rows);
}

/** An engine whose signals depend on the target shows those of a target that has everything. */
function signalsOf(engine: Engine): readonly Signal[] {
  const plain = engine.signals?.({}) ?? [];
  return plain.length > 0 ? plain : (engine.signals?.(everyCommand) ?? []);
}

function gateText(signal: Signal, gate: DefaultGate): string {
  const job = { verify: { gates: [], bakeSeconds: 300 } };
  const [spec] = specsOf(job, [{ ...signal, gate }]);
  if (spec === undefined) return '–';
  const times = [
    ...(spec.graceSeconds > 0 ? [`after ${spec.graceSeconds} s`] : []),
    ...(spec.forSeconds > 0 ? [`for ${spec.forSeconds} s`] : []),
    ...(spec.mode === 'converge' ? [`within ${spec.endSeconds} s`] : []),
  ];
  const advisory = spec.advisory ? ', advisory' : '';
  return `\`${spec.mode}\`: ${[inWords(spec), ...times].join(', ')}${advisory}`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}
