import { distance } from 'fastest-levenshtein';

/** The known word that a typo most likely meant, or null: equal but for case, `_` and `-`, or about a third of the letters off at most. */
export function nearest(word: string, known: readonly string[]): string | null {
  const plain = simplified(word);
  const ranked = known
    .map((candidate) => ({ candidate, off: offBy(plain, simplified(candidate)) }))
    .sort((a, b) => a.off - b.off || apart(a.candidate, word) - apart(b.candidate, word));
  const best = ranked[0];
  if (best === undefined || plain === '') return null;
  const allowed = Math.min(Math.max(1, Math.floor((plain.length + 1) / 3)), plain.length - 1);
  return best.off <= allowed ? best.candidate : null;
}

/** A sentence's end for an unknown word: the nearest known one, or all of them if they are few. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== null) return `; did you mean \`${near}\`?`;
  if (known.length === 0 || known.length > 24) return '';
  return `; known here: ${known.join(', ')}`;
}

/** Letters that differ; two neighbours that changed places are the commonest slip, and one. */
function offBy(word: string, other: string): number {
  const at = [...word].findIndex((letter, index) => letter !== other[index]);
  const swapped = word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2);
  return at >= 0 && swapped === other ? 1 : distance(word, other);
}

function apart(a: string, b: string): number {
  return Math.abs(a.length - b.length);
}

function simplified(word: string): string {
  return word.replace(/[-_ ]/g, '').toLowerCase();
}
