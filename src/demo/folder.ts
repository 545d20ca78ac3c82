import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The demo's place on the disk: `work` goes away at the end, the page beside it stays. */
export interface Folder {
  readonly root: string;
  readonly work: string;
  /** Removes what nobody asked to keep: the work folder, or everything where there is no page. */
  clear(keep: { readonly page: boolean; readonly work: boolean }): Promise<void>;
}

/** Makes a temporary folder. A process that exits early leaves nothing behind. */
export async function openFolder(): Promise<Folder> {
  const root = await mkdtemp(join(tmpdir(), 'stream-rollout-demo-'));
  const work = join(root, 'work');
  await mkdir(work);
  const atExit = () => rmSync(root, { recursive: true, force: true });
  process.on('exit', atExit);
  return {
    root,
    work,
    async clear(keep) {
      process.off('exit', atExit);
      // A child that was just ended may still write its last file.
      const options = { recursive: true, force: true, maxRetries: 5 };
      if (!keep.page && !keep.work) await rm(root, options);
      else if (!keep.work) await rm(work, options);
    },
  };
}
