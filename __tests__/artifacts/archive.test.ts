import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type ArchiveFile, archiveOf } from '../../src/artifacts/archive.js';
import { removeTemporaries, temporary } from '../changes/repo.js';

afterAll(removeTemporaries);

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
    expect(createHash('sha256').update(archiveOf(files)).digest('hex')).toBe('ARCHIVE');
  });

  it('is read by other programs, with contents and executable bits', () => {
    const folder = temporary();
    const path = join(folder, 'a.zip');
    writeFileSync(path, archiveOf(files));
    const program = [
      'import json, sys, zipfile',
      'z = zipfile.ZipFile(sys.argv[1])',
      'assert z.testzip() is None',
      'print(json.dumps([[i.filename, oct(i.external_attr >> 16), i.file_size, list(i.date_time)] for i in z.infolist()]))',
    ].join('\n');
    const listed = JSON.parse(execFileSync('python3', ['-c', program, path], { encoding: 'utf8' }));
    const time = [1980, 1, 1, 0, 0, 0];
    expect(listed).toEqual([
      ['__init__.py', '0o100644', 0, time],
      ['lib/b.py', '0o100644', 6000, time],
      ['run.sh', '0o100755', 10, time],
      ['ü/10', '0o100644', 2, time],
    ]);
  });
});
