import { createHash } from 'node:crypto';
import type { EmulatedRequest } from '../service.js';

/** Who signed a request. */
export interface Identity {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
  /** True: every write is answered with "access denied". */
  readonly readOnly: boolean;
}

/** Temporary credentials of an assumed role. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly identity: Identity;
}

/** The identities of the local cloud; S3, Glue and STS share one. */
export interface Identities {
  /** The caller by the access key in the signature. Signatures are not verified; an unsigned request is the default user. */
  of(request: EmulatedRequest): Identity;
  /** The region in the signature's scope, or null for an unsigned request. */
  regionOf(request: EmulatedRequest): string | null;
  assume(roleArn: string, sessionName: string): Session;
}

/** Access key of a user that may only read. */
export const readOnlyKey = 'CANARYREADONLY';
export const defaultAccount = '123456789012';

export function identities(account = defaultAccount): Identities {
  const sessions = new Map<string, Identity>();
  const user = (name: string, readOnly: boolean): Identity => ({
    account,
    arn: `arn:aws:iam::${account}:user/${name}`,
    userId: `AIDA${digest(name).slice(0, 17)}`,
    readOnly,
  });
  return {
    of(request) {
      const key = scopeOf(request)?.key ?? '';
      return sessions.get(key) ?? (key === readOnlyKey ? user('reader', true) : user('ci', false));
    },
    regionOf: (request) => scopeOf(request)?.region ?? null,
    assume(roleArn, sessionName) {
      const [, roleAccount = account, role = ''] = /^arn:[\w-]+:iam::(\d{12}):role\/(.+)$/.exec(roleArn) ?? [];
      const accessKeyId = `ASIA${digest(`${roleArn} ${sessionName} ${sessions.size}`).slice(0, 16)}`;
      const roleName = role.split('/').at(-1) ?? role;
      const identity = {
        account: roleAccount,
        arn: `arn:aws:sts::${roleAccount}:assumed-role/${roleName}/${sessionName}`,
        userId: `AROA${digest(role).slice(0, 17)}:${sessionName}`,
        readOnly: roleName.endsWith('read-only'),
      };
      sessions.set(accessKeyId, identity);
      const secret = createHash('sha256').update(accessKeyId).digest('base64');
      return {
        accessKeyId,
        secretAccessKey: `canary-${secret}`,
        sessionToken: `canary-session-${accessKeyId}`,
        identity,
      };
    },
  };
}

/** `Credential=<key>/<date>/<region>/<service>/aws4_request` of the header, or of a presigned URL. */
function scopeOf(request: EmulatedRequest): { key: string; region: string } | null {
  const header = /Credential=([^,\s]+)/.exec(request.headers['authorization'] ?? '')?.[1];
  const [key, , region] = (header ?? request.query.get('X-Amz-Credential') ?? '').split('/');
  return key && region ? { key, region } : null;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').toUpperCase();
}
