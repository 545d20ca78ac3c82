import type { TreeSource } from '../changes/remote.js';
import type { Ambient } from '../engines/engine.js';

type Read = NonNullable<Ambient['read']>;

/** `Ambient.read` of a process: stores and repository are opened when they are first needed. */
export function reading(
  ambient: Omit<Ambient, 'read'>,
  directory: string,
  source: TreeSource | null,
): { readonly read: Read; close(): void } {
  let opened: Promise<{ readonly read: Read; close(): void }> | null = null;

  async function open(): Promise<{ readonly read: Read; close(): void }> {
    const [{ openStores, readerOf }, { openRepository }] = await Promise.all([
      import('../artifacts/index.js'),
      import('../changes/index.js'),
    ]);
    const stores = openStores(ambient);
    let repository: ReturnType<typeof openRepository> | null = null;
    const read = readerOf(stores, () => {
      repository ??= openRepository({ directory, env: ambient.env, source });
      return repository;
    });
    return { read, close: () => stores.close() };
  }

  return {
    async read(uri, target, range) {
      opened ??= open();
      return await (await opened).read(uri, target, range);
    },
    close() {
      opened?.then(({ close }) => close()).catch(() => undefined);
    },
  };
}
