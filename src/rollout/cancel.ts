import { RolloutError } from '../model/error.js';

/** A signal that is aborted by SIGINT or SIGTERM. A second signal does not end the process: the runner does that itself. */
export function cancelOn(onCancel: (signal: string) => void = () => {}): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) return;
      onCancel(name);
      controller.abort(new Error(`the process got ${name}`));
    });
  }
  return controller.signal;
}

/** Aborted some time after `signal`: for what must still be written down once a process is cancelled. Milliseconds of real time. */
export function lateAbort(signal: AbortSignal, afterMs: number): AbortSignal {
  const late = new AbortController();
  const abort = () => void setTimeout(() => late.abort(signal.reason), afterMs).unref();
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return late.signal;
}

/** What a person is told where a cancel broke something off before any job was opened. */
export function processCancelled(cause: unknown): RolloutError {
  return new RolloutError(
    'process-cancelled',
    'The process was cancelled before anything was rolled out. No streaming job was touched.',
    {
      class: 'transient',
      next: 'Run the same command again.',
      cause,
    },
  );
}
