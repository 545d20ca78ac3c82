import * as z from 'zod';

/** Job keys, environment names and `for-each` keys become parts of refs. */
export const keyPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const keyFault = 'expected letters, digits, - and _, beginning with a letter or digit, at most 100';

export const key = z.string().regex(keyPattern, keyFault);

/** `refs/…/artifacts/<job>` holds build results, beside the environments. */
export const environmentName = key.refine((name) => name !== 'artifacts', {
  message: '`artifacts` can not be the name of an environment: build results are kept under it',
});
