/**
 * How long a cancelled process waits for what is under way, in milliseconds of real time. The runner ends it for good after ten
 * seconds, and the report has to follow: an engine's answer, then the hand-over to the ledger, then a last try of that.
 */
export const patience = { call: 2000, handOver: 4500, open: 6000, lastTry: 500 } as const;

/** The answer to a call. Throws once the process is cancelled and the answer still does not come: the call goes on, and may take effect. */
export async function answered<T>(
  call: Promise<T>,
  signal: AbortSignal,
  patienceMs: number = patience.call,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let cancelled = () => {};
  const givenUp = new Promise<never>((_resolve, reject) => {
    const late = () => reject(new Error('the process was cancelled before the answer came'));
    cancelled = () => {
      timer = setTimeout(late, patienceMs);
    };
  });
  if (signal.aborted) cancelled();
  else signal.addEventListener('abort', cancelled, { once: true });
  try {
    return await Promise.race([call, givenUp]);
  } finally {
    signal.removeEventListener('abort', cancelled);
    clearTimeout(timer);
  }
}
