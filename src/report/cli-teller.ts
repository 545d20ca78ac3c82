import type { Teller } from '../modes/bench.js';
import { terminalText } from './terminal-text.js';

/** What the teller writes to; a terminal also has lines that replace themselves. */
export type Screen = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };

/** Clears the line that the cursor is on. */
const clear = '\r\u001b[K';

/** Progress of the CLI: plain lines, and on a terminal one line below them that shows how things stand now. */
export function tellerOn(screen: Screen): Teller & { end(): void } {
  let live = '';
  const erased = () => (live === '' ? '' : clear);
  const line = (text: string) => void screen.write(`${erased()}${terminalText(text)}\n${live}`);
  return {
    line,
    live(text) {
      if (screen.isTTY !== true) return;
      const before = erased();
      live = terminalText(text)
        .replace(/\n/g, ' ')
        .slice(0, Math.max(1, (screen.columns ?? 80) - 1));
      screen.write(`${before}${live}`);
    },
    async group(title, work) {
      line(title);
      return await work();
    },
    end() {
      screen.write(erased());
      live = '';
    },
  };
}

/** On stderr, so that stdout stays free for the one document. */
export const cliTeller = tellerOn(process.stderr);
