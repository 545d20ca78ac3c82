import * as core from '@actions/core';
import type { Teller } from '../modes/bench.js';
import { harmless } from './harmless.js';

/** Progress of the action: lines of the step's log that cannot act as workflow commands, and log groups. */
export const actionTeller: Teller = {
  line: (text) => core.info(harmless(text)),
  group: (title, work) => core.group(harmless(title), work),
};
