import type { Teller } from '../modes/bench.js';
import { terminalText } from './terminal-text.js';

/** Progress of the CLI: plain lines on stderr, so that stdout stays free for the one document. */
export const cliTeller: Teller = {
  line: (text) => void process.stderr.write(`${terminalText(text)}\n`),
  async group(title, work) {
    process.stderr.write(`${terminalText(title)}\n`);
    return await work();
  },
};
