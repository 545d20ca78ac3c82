import { createHash } from 'node:crypto';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { ByteRange } from '../../engines/engine.js';
import { conflict, type Refusal, storeError } from './errors.js';
import type { Access, Address, ObjectStore, StoreAmbient } from './store.js';

/** Puts are safe to repeat: the name is made from the content, and a second put of it is refused by the condition. */
const attempts = 5;
/** Another conditional write of the same key was under way (409); both carry the same bytes. */
const conflictRetries = 5;
const timeouts = { connectionTimeout: 5_000, requestTimeout: 300_000, throwOnRequestTimeout: true };

export async function openS3(access: Access, ambient: StoreAmbient): Promise<ObjectStore> {
  const sdk = await import('@aws-sdk/client-s3');
  const client: S3Client = new sdk.S3Client(await settingsOf(access, ambient));
  const cancel = { abortSignal: ambient.signal };

  async function put({ uri, bucket, key }: Address, bytes: Uint8Array): Promise<'created' | 'present'> {
    const sha256 = createHash('sha256').update(bytes).digest('base64');
    const input = {
      Bucket: bucket,
      Key: key,
      Body: bytes,
      IfNoneMatch: '*',
      ChecksumSHA256: sha256,
      ContentType: typeOf(key),
    };
    for (let round = 1; ; round++) {
      try {
        await client.send(new sdk.PutObjectCommand(input), cancel);
        return 'created';
      } catch (error) {
        const status = statusOf(error);
        if (status === 412) return same({ uri, bucket, key }, bytes, sha256);
        if (status === 409 && round < conflictRetries) {
          await new Promise((resolve) => setTimeout(resolve, 100 * round));
          continue;
        }
        throw storeError(refusalOf(error, 's3:PutObject', bucket, key), `PutObject ${uri}`, error);
      }
    }
  }

  async function same(address: Address, bytes: Uint8Array, sha256: string): Promise<'present'> {
    const { uri, bucket, key } = address;
    try {
      const head = await client.send(
        new sdk.HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
        cancel,
      );
      if (head.ContentLength !== bytes.length)
        throw conflict(uri, `${head.ContentLength} bytes instead of ${bytes.length}`);
      if (head.ChecksumSHA256 === sha256) return 'present';
    } catch (error) {
      if (statusOf(error) === null) throw error;
      throw storeError(refusalOf(error, 's3:GetObject', bucket, key), `HeadObject ${uri}`, error);
    }
    // Written by another client, whose checksum is of another kind.
    const there = await get(address);
    if (there && Buffer.from(bytes).equals(there)) return 'present';
    throw conflict(uri, 'the same length, another content');
  }

  async function get({ uri, bucket, key }: Address, range?: ByteRange): Promise<Uint8Array | null> {
    const part = range === undefined ? {} : { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
    try {
      const answer = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...part }), cancel);
      return (await answer.Body?.transformToByteArray()) ?? null;
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') return null;
      // The part begins behind the end.
      if (range !== undefined && statusOf(error) === 416) return new Uint8Array();
      throw storeError(refusalOf(error, 's3:GetObject', bucket, key), `GetObject ${uri}`, error);
    }
  }

  return { put, get, close: () => client.destroy() };
}

export async function settingsOf(
  { region, role }: Access,
  { env, userAgent, secret }: StoreAmbient,
): Promise<S3ClientConfig> {
  const [product = userAgent, version] = userAgent.split('/');
  const where = region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const endpoint = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  const own = keysIn(env);
  const settings: S3ClientConfig = {
    region: where,
    maxAttempts: attempts,
    // The bucket may lie in another region than the job.
    followRegionRedirects: true,
    customUserAgent: [version === undefined ? [product] : [product, version]],
    requestHandler: timeouts,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: isLocal(endpoint) }),
  };
  if (role === null) return own === null ? settings : { ...settings, credentials: own };
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const sts = env['AWS_ENDPOINT_URL_STS'] ?? env['AWS_ENDPOINT_URL'];
  const externalId = role.externalId?.replace(/^\$\{secret\.([A-Za-z_][A-Za-z0-9_]*)\}$/, (_, name: string) =>
    secret(name),
  );
  const credentials = fromTemporaryCredentials({
    params: {
      RoleArn: role.arn,
      RoleSessionName: 'stream-rollout',
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    },
    clientConfig: { region: where, ...(sts === undefined ? {} : { endpoint: sts }) },
    ...(own === null ? {} : { masterCredentials: own }),
  });
  return { ...settings, credentials };
}

/** Keys of the environment that was passed in; null: the SDK's own chain (a profile, a web identity, an instance role). */
function keysIn(env: StoreAmbient['env']) {
  const [accessKeyId, secretAccessKey, sessionToken] = [
    env['AWS_ACCESS_KEY_ID'],
    env['AWS_SECRET_ACCESS_KEY'],
    env['AWS_SESSION_TOKEN'],
  ];
  if (!accessKeyId || !secretAccessKey || env['AWS_PROFILE']) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** Local servers have no name for each bucket. */
function isLocal(endpoint: string): boolean {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^\d+(\.\d+){3}$/.test(host);
}

const credentialErrors: readonly string[] = [
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
];

export function refusalOf(error: unknown, right: string, bucket: string, key: string): Refusal {
  const { name } = error as Error;
  if (credentialErrors.includes(name)) return { kind: 'no-credentials' };
  if (name === 'NoSuchBucket') return { kind: 'no-bucket', bucket };
  if (statusOf(error) === 403) return { kind: 'denied', right, on: `arn:aws:s3:::${bucket}/${key}` };
  return { kind: 'failed' };
}

export function statusOf(error: unknown): number | null {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? null;
}

function typeOf(key: string): string {
  if (key.endsWith('.json')) return 'application/json';
  return key.endsWith('.zip') ? 'application/zip' : 'application/octet-stream';
}
