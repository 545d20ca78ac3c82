/** The demo's entry; its story lives beside it. */
export async function demo(_options: { readonly [name: string]: unknown }, _signal: AbortSignal): Promise<number> {
  throw new TypeError('the demo is being written');
}
