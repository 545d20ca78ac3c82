import { FlinkError } from './errors.js';

/** The one file of a form. Throws as Flink does where there is another number, or no jar. */
export function uploaded(contentType: string, body: Buffer): { readonly name: string; readonly bytes: Buffer } {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  const parts = boundary === undefined ? [] : partsOf(body, Buffer.from(`--${boundary}`));
  const files = parts.filter(({ name }) => name !== null);
  const [file] = files;
  if (files.length !== 1 || file?.name == null) throw new FlinkError(400, 'Exactly 1 file must be sent, received 0.');
  if (!file.name.endsWith('.jar')) throw new FlinkError(400, 'Only Jar files are allowed.');
  return { name: file.name, bytes: file.bytes };
}

function partsOf(body: Buffer, mark: Buffer): readonly { readonly name: string | null; readonly bytes: Buffer }[] {
  const found: { name: string | null; bytes: Buffer }[] = [];
  for (let at = body.indexOf(mark); at >= 0; ) {
    const next = body.indexOf(mark, at + mark.length);
    if (next < 0) break;
    const part = body.subarray(at + mark.length + 2, next - 2);
    const end = part.indexOf('\r\n\r\n');
    if (end >= 0) {
      const head = part.subarray(0, end).toString('latin1');
      found.push({ name: /filename="([^"]*)"/.exec(head)?.[1] ?? null, bytes: Buffer.from(part.subarray(end + 4)) });
    }
    at = next;
  }
  return found;
}
