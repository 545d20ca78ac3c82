// Measures what docs/performance.md promises. usage: node bench/run.mjs [--node PATH] [--dist PATH] [--rounds N] [start-up | detection | fleet | flink-gap …]
import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { detection } from './detection.mjs';
import { fleet } from './fleet.mjs';
import { flinkGap } from './flink-gap.mjs';
import { run } from './processes.mjs';
import { startUp } from './start-up.mjs';
import { table } from './table.mjs';

const root = join(import.meta.dirname, '..');
const actions = join(root, 'node_modules', 'node', 'bin', 'node');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: 'string', default: existsSync(actions) ? actions : process.execPath },
    dist: { type: 'string', default: join(root, 'dist') },
    rounds: { type: 'string', default: '15' },
  },
});
const suites = { 'start-up': startUp, detection, fleet, 'flink-gap': flinkGap };
// Real clusters need a JDK and Maven: they are measured where they are asked for.
const usual = Object.keys(suites).filter((name) => name !== 'flink-gap');
const chosen = positionals.length === 0 ? usual : positionals;
const unknown = chosen.filter((name) => !(name in suites));
if (unknown.length > 0)
  throw new Error(`no such measurement: ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);

const { node, dist } = values;
const version = (await run(node, ['--version'])).stdout.trim();
const git = (await run('git', ['--version'])).stdout.trim();
console.log(
  `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${version}, ${git}`,
);
for (const name of chosen) {
  const rows = [];
  const notes = [];
  await suites[name]({
    node,
    dist,
    rounds: Number(values.rounds),
    row: (row) => rows.push(row),
    log: (line) => notes.push(line),
  });
  console.log(`\n## ${name}\n\n${[table(rows), ...notes].join('\n\n')}`);
}
