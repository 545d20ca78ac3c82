import { createHash } from 'node:crypto';
import type { ApplicationDetail, PropertyGroup } from '@aws-sdk/client-kinesis-analytics-v2';
import { type Stamp, stampFields, stampFromFields, stampToFields } from '../../model/stamp.js';

/**
 * The property group that carries the stamp. A group is part of an application version, so it changes together with the code, is
 * shown for earlier versions too, and a program that does not ask for it never sees it.
 */
export const markGroup = 'stream-rollout';

/** Property groups by their ids, without the mark. */
export type Groups = { readonly [group: string]: { readonly [key: string]: string } };

/** What of a version decides whether a mark is still true of it. */
export interface Marked {
  readonly code: { readonly bucket: string; readonly key: string; readonly version: string | null };
  readonly groups: Groups;
  readonly runtime: string;
}

/** A mark that fits the version that it was found in. `stamp` null: only the run's id was noted, when somebody else's run was scaled. */
export interface Mark {
  readonly run: string;
  readonly stamp: Stamp | null;
  /** Whether StartApplication has to follow: the version was made while nothing ran. */
  readonly launch: 'update' | 'start';
}

/** The version as far as a mark covers it. */
export function markedOf(detail: ApplicationDetail): Marked {
  const configuration = detail.ApplicationConfigurationDescription;
  const at =
    configuration?.ApplicationCodeConfigurationDescription?.CodeContentDescription
      ?.S3ApplicationCodeLocationDescription;
  return {
    code: {
      bucket: at?.BucketARN?.split(':').at(-1) ?? '',
      key: at?.FileKey ?? '',
      version: at?.ObjectVersion || null,
    },
    groups: groupsOf(detail),
    runtime: detail.RuntimeEnvironment ?? '',
  };
}

/** Property groups of a version, without the mark. */
export function groupsOf(detail: ApplicationDetail): Groups {
  return Object.fromEntries(allGroups(detail).filter(([id]) => id !== markGroup));
}

/** The groups as UpdateApplication takes them: all of them, since those that are sent may replace what is there. */
export function withMark(groups: Groups, marked: Marked, mark: Mark): PropertyGroup[] {
  const fields = {
    ...(mark.stamp === null ? {} : stampToFields(mark.stamp)),
    run: mark.run,
    launch: mark.launch,
    covers: digestOf(marked),
  };
  return [
    ...Object.entries(groups).map(([id, map]) => ({ PropertyGroupId: id, PropertyMap: { ...map } })),
    { PropertyGroupId: markGroup, PropertyMap: fields },
  ];
}

/**
 * The mark of a version; null where there is none, or where somebody changed code, properties or runtime since it was put there: then the
 * version is somebody else's, whatever the mark says.
 */
export function markOf(detail: ApplicationDetail): Mark | null {
  const fields = allGroups(detail).find(([id]) => id === markGroup)?.[1];
  const run = fields?.['run'];
  if (fields === undefined || run === undefined) return null;
  // The version that our own call made is ours also where AWS made something else of it than was sent (read-back.ts tells).
  const isMade = run.endsWith(`/${detail.ApplicationVersionId}`);
  if (!isMade && fields['covers'] !== digestOf(markedOf(detail))) return null;
  const stamp = stampFields.some((field) => field in fields) ? stampFromFields((field) => fields[field]) : null;
  return { run, stamp, launch: fields['launch'] === 'start' ? 'start' : 'update' };
}

function allGroups(detail: ApplicationDetail): [string, { readonly [key: string]: string }][] {
  const groups =
    detail.ApplicationConfigurationDescription?.EnvironmentPropertyDescriptions?.PropertyGroupDescriptions ?? [];
  return groups.flatMap(({ PropertyGroupId: id, PropertyMap: map }) => (id === undefined ? [] : [[id, map ?? {}]]));
}

function digestOf({ code, groups, runtime }: Marked): string {
  const sorted = Object.entries(groups)
    .map(([id, map]) => [id, Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([code.bucket, code.key, code.version, sorted, runtime]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
