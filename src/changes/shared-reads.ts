type Read = (oids: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>;

/** Makes reads that are asked for while another one is under way share the next: a process for each of hundreds of jobs is too many. */
export function sharedReads(read: Read): Read {
  let running: Promise<unknown> = Promise.resolve();
  let next: { readonly oids: Set<string>; readonly found: ReturnType<Read> } | null = null;

  function begin() {
    const oids = new Set<string>();
    const found = running.then(() => {
      next = null;
      const reading = read([...oids]);
      running = reading.catch(() => undefined);
      return reading;
    });
    return { oids, found };
  }

  return async (oids) => {
    next ??= begin();
    const { found } = next;
    for (const oid of oids) next.oids.add(oid);
    // What is missing for one of them must not fail the others.
    return await found.catch(() => read(oids));
  };
}
