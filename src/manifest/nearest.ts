import { distance } from 'fastest-levenshtein';

/** The known word that a typo most likely meant, or null: equal but for case, `_` and `-`, or at most a third of the letters off. */
export function nearest(word: string, known: readonly string[]): string | null {
  const plain = simplified(word);
  const ranked = known
    .map((candidate) => ({ candidate, off: distance(plain, simplified(candidate)) }))
    .sort((a, b) => a.off - b.off);
  const best = ranked[0];
  if (best === undefined || plain === '') return null;
  return best.off <= Math.max(1, Math.floor(plain.length / 3)) ? best.candidate : null;
}

/** A sentence's end for an unknown word: the nearest known one, or all of them if they are few. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== null) return `; did you mean \`${near}\`?`;
  if (known.length === 0 || known.length > 24) return '';
  return `; known here: ${known.join(', ')}`;
}

function simplified(word: string): string {
  return word.replace(/[-_ ]/g, '').toLowerCase();
}
