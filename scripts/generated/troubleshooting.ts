import { artifactCodes } from '../../src/model/codes/artifact.js';
import { changeCodes } from '../../src/model/codes/change.js';
import { commandCodes } from '../../src/model/codes/command.js';
import { dataflowCodes } from '../../src/model/codes/dataflow.js';
import type { CodeEntry } from '../../src/model/codes/entry.js';
import { flinkCodes } from '../../src/model/codes/flink.js';
import { flinkOperatorCodes } from '../../src/model/codes/flink-operator.js';
import { glueCodes } from '../../src/model/codes/glue.js';
import { inputsCodes } from '../../src/model/codes/inputs.js';
import { ledgerCodes } from '../../src/model/codes/ledger.js';
import { managedFlinkCodes } from '../../src/model/codes/managed-flink.js';
import { manifestCodes } from '../../src/model/codes/manifest.js';
import { planCodes } from '../../src/model/codes/plan.js';
import { reportCodes } from '../../src/model/codes/report.js';
import { rolloutCodes } from '../../src/model/codes/rollout.js';

/** Codes by area, in the order in which a rollout comes across them. */
const areas: readonly (readonly [title: string, codes: { readonly [code: string]: CodeEntry }])[] = [
  ['Inputs', inputsCodes],
  ['Manifest', manifestCodes],
  ['Changes', changeCodes],
  ['Plan', planCodes],
  ['Artifacts and builds', artifactCodes],
  ['Ledger', ledgerCodes],
  ['Rollout', rolloutCodes],
  ['Report', reportCodes],
  ['Dataflow', dataflowCodes],
  ['Glue', glueCodes],
  ['Flink', flinkCodes],
  ['Managed Flink', managedFlinkCodes],
  ['Flink operator', flinkOperatorCodes],
  ['Commands', commandCodes],
];

/** docs/troubleshooting.md: one entry a code; the anchor is the code itself. */
export function troubleshooting(): string {
  const told = areas.filter(([, codes]) => Object.keys(codes).length > 0);
  const contents = told.map(([title]) => `- [${title}](#${title.toLowerCase().replaceAll(' ', '-')})`);
  return `${[
    '# Troubleshooting',
    'Every failure, refusal, warning and notice has a code that does not change. Messages, annotations, summaries and JSON documents name it; this page says what it means and what to do next.',
    'This page is made from `src/model/codes` by `npm run generate`.',
    contents.join('\n'),
    ...told.flatMap(([title, codes]) => [`## ${title}`, ...entries(codes)]),
  ].join('\n\n')}\n`;
}

function entries(codes: { readonly [code: string]: CodeEntry }): readonly string[] {
  return Object.keys(codes)
    .sort()
    .map((code) => `### ${code}\n\n${codes[code]?.meaning}\n\n**Next:** ${codes[code]?.next}`);
}
