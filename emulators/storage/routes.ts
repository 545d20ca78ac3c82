/** Operations of the JSON API, named as Google's audit logs name them without the prefix. */
export interface Route {
  readonly operation: string;
  readonly write: boolean;
  readonly bucket: string;
  readonly object: string;
  /** Target of copy and rewrite. */
  readonly toBucket: string;
  readonly toObject: string;
}

const object = '/b/(?<bucket>[^/]+)/o/(?<object>[^/]+)';
const target = '/b/(?<toBucket>[^/]+)/o/(?<toObject>[^/]+)';

// The first fitting row counts. The base path may be missing: clients with STORAGE_EMULATOR_HOST leave it out.
const table: readonly (readonly [method: string, path: string, operation: string, write: boolean])[] = [
  ['GET', '/b', 'buckets.list', false],
  ['POST', '/b', 'buckets.insert', true],
  ['GET', '/b/(?<bucket>[^/]+)', 'buckets.get', false],
  ['DELETE', '/b/(?<bucket>[^/]+)', 'buckets.delete', true],
  ['GET', '/b/(?<bucket>[^/]+)/o', 'objects.list', false],
  ['POST', '/b/(?<bucket>[^/]+)/o', 'objects.insert', true],
  ['PUT', '/b/(?<bucket>[^/]+)/o', 'objects.insert', true],
  ['DELETE', '/b/(?<bucket>[^/]+)/o', 'objects.cancelUpload', true],
  ['POST', `${object}/copyTo${target}`, 'objects.copy', true],
  ['POST', `${object}/rewriteTo${target}`, 'objects.rewrite', true],
  ['POST', `${object}/compose`, 'objects.compose', true],
  ['GET', object, 'objects.get', false],
  ['PATCH', object, 'objects.patch', true],
  ['PUT', object, 'objects.update', true],
  ['DELETE', object, 'objects.delete', true],
];

const rows = table.map(([method, path, operation, write]) => ({
  method,
  operation,
  write,
  pattern: new RegExp(`^(?<base>(?:/resumable)?/upload/storage/v1|/download/storage/v1|/storage/v1)?${path}/?$`),
}));

/** The operation that a request asks for, with decoded names; null if there is none. Throws URIError for a malformed escape. */
export function routeOf(method: string, path: string): Route | null {
  for (const row of rows) {
    if (row.method !== method && !(row.method === 'GET' && method === 'HEAD')) continue;
    const names = row.pattern.exec(path)?.groups;
    if (!names) continue;
    if (row.operation === 'objects.insert' && !names['base']?.includes('/upload/')) continue;
    const name = (key: string) => decodeURIComponent(names[key] ?? '');
    return {
      operation: row.operation,
      write: row.write,
      bucket: name('bucket'),
      object: name('object'),
      toBucket: name('toBucket'),
      toObject: name('toObject'),
    };
  }
  return null;
}
