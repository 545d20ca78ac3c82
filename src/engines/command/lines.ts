import { StringDecoder } from 'node:string_decoder';

/** A longer line is left out whole, because half a line could show half a secret. */
const lineLimit = 64 * 1024;

/** Cuts a stream of bytes into lines; `end` gives the last one, which may have no line end. */
export function lineReader(line: (text: string) => void): { push(data: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let partial = '';
  let tooLong = false;
  const tell = (text: string) => {
    line(tooLong ? '(a line that is too long)' : text);
    tooLong = false;
  };
  return {
    push(data) {
      const lines = (partial + decoder.write(data)).split('\n');
      partial = lines.pop() ?? '';
      for (const text of lines) tell(text);
      if (partial.length <= lineLimit) return;
      partial = '';
      tooLong = true;
    },
    end() {
      if (partial !== '' || tooLong) tell(partial);
    },
  };
}
