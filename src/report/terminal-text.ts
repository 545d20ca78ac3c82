/** Colours are let through; other control sequences in foreign text could move the cursor, set the title or answer for the user. */
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /(\u001b\[[0-9;]*m)|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text that is safe to print on a terminal. Carriage returns before line breaks are dropped. */
export function terminalText(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(sequences, (_, colour: string | undefined) => colour ?? '\ufffd');
}
