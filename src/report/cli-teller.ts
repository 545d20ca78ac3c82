import type { Teller } from '../modes/bench.js';

/** Progress of the CLI: plain lines on stderr, so that stdout stays free for the one document. */
export const cliTeller: Teller = {
  line: (text) => void process.stderr.write(`${text}\n`),
  async group(title, work) {
    process.stderr.write(`${title}\n`);
    return await work();
  },
};
