/** What differs from one run to the next, replaced: ids, times, addresses, and the dots with which a page shortens an id. */
export function normalised(text: string): string {
  return text
    .replace(/https?:\/\/\S+/g, 'URL')
    .replace(/jr_[0-9a-f]+…?/g, 'RUN')
    .replace(/r1-[0-9a-f]{4,16}…?/g, 'REVISION')
    .replace(/\d{4}-\d\d-\d\dT[0-9:.]+Z/g, 'TIME')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8,64}\b/g, 'ID')
    .replace(/\b\d+ (s|min|h)\b( \d+ (s|min)\b)?/g, 'DURATION')
    .replace(/ {2,}/g, '  ')
    .replace(/[ \t]+$/gm, '')
    .trim();
}

/** Paths of all keys of a JSON value. Items of a list count as one; what is null on one side can be anything. */
export function shapeOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => shapeOf(item, `${path}[]`)))];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [`${path}.${key}`, ...shapeOf(inner, `${path}.${key}`)]);
}
