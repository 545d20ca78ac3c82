import { RolloutError } from '../../model/error.js';

export interface Place {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
}

/** A part of a prefix: no empty one, none that a store in a file system would take for a folder above. */
const part = /^(?!\.{1,2}$)[A-Za-z0-9!_.*'()=-]+$/;

/** Reads `//bucket/prefix`. Throws `ledger-unsupported` for anything else. */
export function placeOf(scheme: 's3' | 'gs', place: string): Place {
  const [, bucket, path = ''] = /^\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?:\/(.*))?$/.exec(place) ?? [];
  const parts = path.replace(/\/$/, '').split('/');
  const empty = parts.length === 1 && parts[0] === '';
  if (bucket !== undefined && (empty || parts.every((one) => part.test(one))))
    return { bucket, prefix: empty ? '' : `${parts.join('/')}/` };
  throw new RolloutError('ledger-unsupported', `The ledger address "${scheme}:${place}" names no bucket and prefix.`, {
    class: 'input',
    next: `Use ${scheme}://<bucket>/<prefix>; the prefix of letters, digits, and ! _ . * ' ( ) = - between slashes.`,
  });
}
