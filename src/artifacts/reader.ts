import type { Repository } from '../changes/repository.js';
import type { Ambient } from '../engines/engine.js';
import { RolloutError } from '../model/error.js';
import { sha256 } from './digest.js';
import { gitFileOf } from './git-uri.js';
import type { Stores } from './stores/index.js';
import { committedBytes } from './upload.js';

/** `Ambient.read`: objects from their stores, and files of a commit from git's own objects. The repository is opened when it is needed. */
export function readerOf(stores: Stores, repository: () => Promise<Repository>): NonNullable<Ambient['read']> {
  return async (uri, target, range) => {
    const file = gitFileOf(uri);
    if (file === null) return await stores.get(uri, target, range);
    const artifact = { field: 'artifact', form: file.form, path: file.path, uploadTo: null, built: false };
    const opened = await repository();
    const bytes = await committedBytes(
      { job: { key: uri, target }, repository: opened, commit: file.commit },
      artifact,
    );
    if (sha256(bytes) !== file.digest) {
      throw new RolloutError('artifact-bytes-differ', `${uri}: git has other bytes for it than were rolled out.`, {
        next: 'Give the artifact an upload-to, so that its bytes are kept as they were.',
      });
    }
    return range === undefined ? bytes : bytes.subarray(range.offset, range.offset + range.length);
  };
}
