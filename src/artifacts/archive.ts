import { type Zippable, zipSync } from 'fflate';

/** A file of an archive. */
export interface ArchiveFile {
  readonly name: string;
  readonly executable: boolean;
  readonly bytes: Uint8Array;
}

/** The earliest time that the format can hold; made of local fields, because fflate writes local fields. */
const fixedTime = new Date(1980, 0, 1);
const unix = 3;
const modes = { file: 0o100644, executable: 0o100755 } as const;

/** A zip archive whose bytes depend on the files' names, contents and executable bits alone. */
export function archiveOf(files: readonly ArchiveFile[]): Uint8Array {
  const sorted = files.map((file) => ({ file, key: Buffer.from(file.name) })).sort((a, b) => a.key.compare(b.key));
  const entries = sorted.map(({ file }): [string, Zippable[string]] => {
    const attrs = ((file.executable ? modes.executable : modes.file) << 16) >>> 0;
    return [file.name, [file.bytes, { os: unix, attrs, mtime: fixedTime, level: 6 }]];
  });
  return zipSync(Object.fromEntries(entries));
}
