import { isObject } from '../../model/json.js';
import { childName, colours, doubleStandingOf } from './blue-green.js';
import type { Kit } from './kit.js';
import { type Standing, standingOf } from './seen.js';
import type { Resource } from './shapes.js';
import type { Kind } from './target.js';

export const apiVersion = 'flink.apache.org/v1beta1';

const plurals = {
  FlinkDeployment: 'flinkdeployments',
  FlinkSessionJob: 'flinksessionjobs',
  FlinkBlueGreenDeployment: 'flinkbluegreendeployments',
} as const satisfies { readonly [kind in Kind]: string };

/** Objects of one page of a list. */
const perPage = 500;

export function pathOf({ namespace }: Pick<Kit, 'namespace'>, kind: Kind, name: string): string {
  return `${listPath({ namespace }, kind)}/${encodeURIComponent(name)}`;
}

function listPath({ namespace }: Pick<Kit, 'namespace'>, kind: Kind): string {
  return `/apis/${apiVersion}/namespaces/${encodeURIComponent(namespace)}/${plurals[kind]}`;
}

/** A resource by its exact name; null: there is none. */
export async function resourceOf(kit: Kit, kind: Kind, name: string): Promise<Resource | null> {
  const found = await kit.kubectl.get(pathOf(kit, kind, name));
  return found as unknown as Resource | null;
}

/** A resource with its runs; null: there is none. */
export async function standingIn(kit: Kit, kind: Kind, name: string): Promise<Standing | null> {
  if (kind !== 'FlinkBlueGreenDeployment') {
    const resource = await resourceOf(kit, kind, name);
    return resource === null ? null : standingOf(resource, kit.reveal);
  }
  // The children first: what the parent then says of them is not older than they are.
  const children = await Promise.all(
    colours.map((colour) => resourceOf(kit, 'FlinkDeployment', childName(name, colour))),
  );
  const parent = await resourceOf(kit, kind, name);
  if (parent === null) return null;
  return doubleStandingOf(
    parent,
    ownedBy(
      parent,
      children.filter((child) => child !== null),
    ),
    kit.reveal,
  );
}

/** Resources of some names with their runs, by one list of the namespace (two for blue/green). */
export async function standingsIn(
  kit: Kit,
  kind: Kind,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Standing>> {
  const children = kind === 'FlinkBlueGreenDeployment' ? await listed(kit, 'FlinkDeployment') : [];
  const found = (await listed(kit, kind)).filter(({ metadata }) => names.has(metadata.name));
  return new Map(
    found.map((resource) => [
      resource.metadata.name,
      kind === 'FlinkBlueGreenDeployment'
        ? doubleStandingOf(resource, ownedBy(resource, children), kit.reveal)
        : standingOf(resource, kit.reveal),
    ]),
  );
}

/** The children that belong to a parent: a FlinkDeployment of such a name may be somebody else's. */
function ownedBy(parent: Resource, children: readonly Resource[]): readonly Resource[] {
  return children.filter(({ metadata }) => {
    const owners = (metadata as { ownerReferences?: readonly { readonly uid?: string }[] }).ownerReferences ?? [];
    return owners.length === 0 || owners.some(({ uid }) => uid === parent.metadata.uid);
  });
}

async function listed(kit: Kit, kind: Kind): Promise<readonly Resource[]> {
  const found: Resource[] = [];
  let next = '';
  do {
    const token = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
    const page = await kit.kubectl.get(`${listPath(kit, kind)}?limit=${perPage}${token}`);
    const items = page?.['items'];
    if (Array.isArray(items)) found.push(...(items as unknown as Resource[]));
    const metadata = page?.['metadata'];
    next = isObject(metadata) && typeof metadata['continue'] === 'string' ? metadata['continue'] : '';
  } while (next !== '');
  return found;
}
