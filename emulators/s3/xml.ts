/** Content of an element: text, child elements by name (a list repeats the element), or nothing (the element is left out). */
export type XmlContent = string | number | boolean | null | undefined | XmlChildren;
export interface XmlChildren {
  readonly [name: string]: XmlContent | readonly XmlContent[];
}

/** A document with one root element. */
export function xmlDocument(root: string, children: XmlChildren, namespace?: string): string {
  const attribute = namespace ? ` xmlns="${namespace}"` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${childrenOf(children)}</${root}>`;
}

/** Text between the first start tag of that name and its end tag; null if there is none. Enough for the flat bodies that clients send. */
export function xmlText(document: string, name: string): string | null {
  const found = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)</`).exec(document);
  return found?.[1] === undefined ? null : unescapeXml(found[1]);
}

/** The bodies of all elements of that name. */
export function xmlElements(document: string, name: string): string[] {
  return [...document.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map(
    (match) => match[1] ?? '',
  );
}

function childrenOf(children: XmlChildren): string {
  return Object.entries(children)
    .flatMap(([name, content]) =>
      isList(content) ? content.map((item) => element(name, item)) : [element(name, content)],
    )
    .join('');
}

function isList(content: XmlContent | readonly XmlContent[]): content is readonly XmlContent[] {
  return Array.isArray(content);
}

function element(name: string, content: XmlContent): string {
  if (content === null || content === undefined) return '';
  return `<${name}>${typeof content === 'object' ? childrenOf(content) : escapeXml(String(content))}</${name}>`;
}

const escapes: readonly (readonly [string, string])[] = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\r', '&#13;'],
];

function escapeXml(text: string): string {
  return escapes.reduce((result, [plain, escaped]) => result.replaceAll(plain, escaped), text);
}

function unescapeXml(text: string): string {
  return escapes
    .reduceRight((result, [plain, escaped]) => result.replaceAll(escaped, plain), text)
    .replaceAll('&apos;', "'");
}
