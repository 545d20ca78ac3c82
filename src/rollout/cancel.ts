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
