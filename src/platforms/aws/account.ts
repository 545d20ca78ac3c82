import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { RolloutError } from '../../model/error.js';
import { type Dialect, errorOf, type ReadError } from './errors.js';

/** Number of the account that the credentials belong to. Needs no right. Throws a RolloutError. */
export async function callerAccount(
  settings: STSClientConfig,
  failureOf: ReadError,
  { codes }: Pick<Dialect, 'codes'>,
): Promise<string> {
  const client = new STSClient({ ...settings, maxAttempts: 5 });
  try {
    const { Account } = await client.send(new GetCallerIdentityCommand({}));
    if (Account !== undefined) return Account;
  } catch (error) {
    throw errorOf(failureOf(error), 'GetCallerIdentity');
  } finally {
    client.destroy();
  }
  throw new RolloutError(codes.credentials, 'AWS does not say which account the credentials belong to.');
}
