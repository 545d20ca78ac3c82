import { artifactCodes } from './artifact.js';
import { changeCodes } from './change.js';
import { commandCodes } from './command.js';
import { dataflowCodes } from './dataflow.js';
import { flinkCodes } from './flink.js';
import { flinkOperatorCodes } from './flink-operator.js';
import { glueCodes } from './glue.js';
import { inputsCodes } from './inputs.js';
import { ledgerCodes } from './ledger.js';
import { managedFlinkCodes } from './managed-flink.js';
import { manifestCodes } from './manifest.js';
import { planCodes } from './plan.js';
import { reportCodes } from './report.js';
import { rolloutCodes } from './rollout.js';

export type { CodeEntry } from './entry.js';

/** Every code that a finding, an error or a report can carry. */
export const codes = {
  ...manifestCodes,
  ...inputsCodes,
  ...changeCodes,
  ...planCodes,
  ...artifactCodes,
  ...ledgerCodes,
  ...rolloutCodes,
  ...reportCodes,
  ...dataflowCodes,
  ...glueCodes,
  ...flinkCodes,
  ...managedFlinkCodes,
  ...flinkOperatorCodes,
  ...commandCodes,
} as const;

export type Code = keyof typeof codes;
