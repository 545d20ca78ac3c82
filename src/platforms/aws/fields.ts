import * as z from 'zod';

/** A value that another part fills in before the launch: a build result or a secret. */
const reference = /\$\{[a-z]+\.[^}]+\}/;

export const text = z.string().min(1);
export const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** An object in S3, or a build result that becomes one. */
export const location = z
  .string()
  .regex(
    new RegExp(`^s3://|${reference.source}`),
    'expected s3://bucket/key, a build result (${build.NAME}), or for a file of this repository a map {file, upload-to}',
  );

/** Where a file of the repository is uploaded to, by its digest; `why` completes the message. */
export function uploadTo(why: string) {
  return z.string().regex(/^s3:\/\/[^/]+\/.*\$\{digest\}/, `expected s3://bucket/… with \${digest} in it, ${why}`);
}

export const accountNumber = z
  .string()
  .regex(new RegExp(`^\\d{12}$|${reference.source}`), 'expected an account number of 12 digits');

export const assumeRole = z.union([text, z.strictObject({ arn: text, 'external-id': text.exactOptional() })]);
