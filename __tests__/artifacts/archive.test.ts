import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';
import { type ArchiveFile, archiveOf } from '../../src/artifacts/archive.js';

const files: readonly ArchiveFile[] = [
  { name: 'lib/b.py', executable: false, bytes: Buffer.from('b = 1\n'.repeat(1000)) },
  { name: '__init__.py', executable: false, bytes: Buffer.alloc(0) },
  { name: 'run.sh', executable: true, bytes: Buffer.from('#!/bin/sh\n') },
  { name: 'ü/10', executable: false, bytes: Buffer.from('10') },
];

describe('an archive', () => {
  it('has the same bytes for the same files, in whatever order and time zone', () => {
    const zone = process.env['TZ'];
    const made = ['UTC', 'Pacific/Kiritimati', 'America/Adak'].map((tz) => {
      process.env['TZ'] = tz;
      return Buffer.from(archiveOf([...files].reverse()));
    });
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
    for (const one of made) expect(one.equals(archiveOf(files))).toBe(true);
    expect(createHash('sha256').update(archiveOf(files)).digest('hex')).toBe(
      '77af8aebcd1a04cd4221b28d295f433251b80968682f8bc7eec79a3af5e8e1a9',
    );
  });

  it('holds contents, executable bits and one fixed time', () => {
    const bytes = archiveOf(files);
    expect(unzipSync(bytes)).toEqual(Object.fromEntries(files.map((file) => [file.name, new Uint8Array(file.bytes)])));
    const time = '1980-1-1 0:0';
    expect(directoryOf(Buffer.from(bytes))).toEqual([
      ['__init__.py', '100644', time],
      ['lib/b.py', '100644', time],
      ['run.sh', '100755', time],
      ['ü/10', '100644', time],
    ]);
  });
});

/** Names, Unix modes and times of a zip archive's central directory (APPNOTE 4.3.12). */
function directoryOf(zip: Buffer): string[][] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const [time, date, length] = [zip.readUInt16LE(at + 12), zip.readUInt16LE(at + 14), zip.readUInt16LE(at + 28)];
    const name = zip.toString('utf8', at + 46, at + 46 + length);
    const mode = (zip.readUInt32LE(at + 38) >>> 16).toString(8);
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    const day = `${(date >> 9) + 1980}-${(date >> 5) & 15}-${date & 31}`;
    return [name, mode, `${day} ${time >> 11}:${(time >> 5) & 63}`];
  });
}
