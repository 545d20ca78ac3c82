/** A part of a Markdown text. The first parts matter most; */
export interface Part {
  readonly text: string;
  /** What the reader misses without it, for example `orders-enrich`; null: said elsewhere already. */
  readonly about: string | null;
}

/** Room for the sentence on what was left out, in bytes. */
const room = 300;

/**
 * Joins parts to a Markdown text of at most `most` bytes. What does not fit is left out whole, so that no table, chart or
 * tag is cut open, and the text says how much is missing.
 */
export function fitted(parts: readonly Part[], most: number): string {
  const kept: string[] = [];
  const missing: string[] = [];
  let size = 0;
  for (const { text, about } of parts) {
    if (text === '') continue;
    const bytes = Buffer.byteLength(text) + 2;
    if (size + bytes > most - room) {
      if (about !== null) missing.push(about);
      continue;
    }
    size += bytes;
    kept.push(text);
  }
  if (missing.length > 0) {
    kept.push(
      `Left out for want of room: ${missing.length} ${missing.length === 1 ? 'part' : 'parts'}. The report file has everything.`,
    );
  }
  return kept.join('\n\n');
}
