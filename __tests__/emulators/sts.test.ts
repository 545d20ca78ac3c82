import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readOnlyKey, stsService } from '../../emulators/sts/index.js';
import { credentials, startLocal } from './local.js';

const start = () => startLocal((clock) => [stsService(clock)] as const);
let local: Awaited<ReturnType<typeof start>>;

beforeEach(async () => {
  local = await start();
});
afterEach(() => local.close());

async function as<T>(
  keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
  use: (client: STSClient) => Promise<T>,
) {
  const client = new STSClient({
    endpoint: local.services['sts'] ?? '',
    region: 'eu-west-1',
    credentials: keys,
    maxAttempts: 1,
  });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

const whoAmI = (client: STSClient) => client.send(new GetCallerIdentityCommand({}));
const assume =
  (name: string, more = {}) =>
  (client: STSClient) =>
    client.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::210987654321:role/${name}`, RoleSessionName: 'rollout', ...more }),
    );

it('tells the caller by its access key', async () => {
  expect(await as(credentials, whoAmI)).toMatchObject({
    Account: '123456789012',
    Arn: 'arn:aws:iam::123456789012:user/ci',
  });
  const reader = await as({ ...credentials, accessKeyId: readOnlyKey }, whoAmI);
  expect(reader.Arn).toBe('arn:aws:iam::123456789012:user/reader');
});

it('gives credentials that act as the role', async () => {
  const { Credentials } = await as(credentials, assume('ci/rollout', { DurationSeconds: 900 }));
  expect(Math.abs((Credentials?.Expiration?.getTime() ?? 0) - local.clock.now() - 900_000)).toBeLessThan(60_000);
  const keys = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  expect(await as(keys, whoAmI)).toMatchObject({
    Account: '210987654321',
    Arn: 'arn:aws:sts::210987654321:assumed-role/rollout/rollout',
  });
});

it('refuses a role that may not be assumed and malformed input', async () => {
  await expect(as(credentials, assume('denied'))).rejects.toMatchObject({
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  });
  await expect(as(credentials, assume('x', { DurationSeconds: 10 }))).rejects.toMatchObject({
    name: 'ValidationError',
  });
  const unknown = await fetch(local.services['sts'] ?? '', {
    method: 'POST',
    body: 'Action=GetFederationToken&Version=2011-06-15',
  });
  expect([unknown.status, await unknown.text()]).toEqual([400, expect.stringContaining('<Code>InvalidAction</Code>')]);
});
