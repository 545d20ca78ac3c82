/** A part of a key that looks like a digest or a commit: such an object is taken to be written once. */
const contentAddress = /(?:^|[^0-9a-z])(?=[0-9a-f]*\d)[0-9a-f]{12,64}(?=$|[^0-9a-z])/i;

/** Those of some URIs that may be written again: their keys hold neither a digest nor a commit. */
export function overwritable(uris: readonly string[]): readonly string[] {
  return uris.filter((uri) => !contentAddress.test(uri));
}
