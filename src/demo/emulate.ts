/** The CLI's `emulate`: the only way, with the demo, from the tool to the local cloud. */
export async function emulate(options: { readonly [name: string]: unknown }, signal: AbortSignal): Promise<number> {
  const { runEmulate } = await import('../../emulators/emulate.js');
  await runEmulate({
    json: options['json'] === true,
    clockRate: Number(options['clockRate'] ?? 1),
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    signal,
  });
  return 0;
}
