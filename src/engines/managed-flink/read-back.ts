import type { ApplicationDetail } from '@aws-sdk/client-kinesis-analytics-v2';
import type { JsonObject } from '../../model/json.js';
import type { LaunchCall, Progress } from '../engine.js';
import { failed } from './errors.js';
import { groupsOf, type Mark, markedOf, markOf } from './marks.js';
import { partsOf } from './timeline.js';
import { groupsIn, wantedOf } from './wanted.js';

/** The mark of this very step, put there by an earlier call; null: the present version is of another. */
export function ownMark(detail: ApplicationDetail, { stamp }: Pick<LaunchCall, 'stamp'>): Mark | null {
  const mark = markOf(detail);
  const own = mark?.stamp;
  return own?.rollout === stamp.rollout && own.n === stamp.n && own.step === stamp.step ? mark : null;
}

/**
 * Whether a version of ours is what was asked for. AWS documents none of the first three rules, so each has a code of its own; null: all
 * is as asked.
 */
export function differenceIn(
  detail: ApplicationDetail,
  mark: Mark,
  target: JsonObject,
): Extract<Progress, { state: 'failed' }> | null {
  const name = detail.ApplicationName ?? '';
  const wanted = wantedOf(target, detail);
  const shown = markedOf(detail);
  const run = detail.ApplicationConfigurationDescription?.RunConfigurationDescription;
  const given = groupsIn(target);
  if (given !== null && differ(given, groupsOf(detail))) {
    return failed('managed-flink-properties-not-as-sent', `${name}: the property groups are not those that were sent.`);
  }
  const asked = target['allow-non-restored-state'] === true;
  const allows = run?.FlinkRunConfigurationDescription?.AllowNonRestoredState;
  if (allows !== undefined && allows !== asked) {
    const message = `${name}: AllowNonRestoredState shows ${allows}, and ${asked} was sent.`;
    return failed('managed-flink-restore-not-as-sent', message);
  }
  const begun = partsOf(mark.run)?.version;
  if (begun !== undefined && (detail.ApplicationVersionId ?? 0) < begun) {
    const message = `${name}: the update made version ${detail.ApplicationVersionId}, and ${begun} was to come next.`;
    return failed('managed-flink-version-not-next', message);
  }
  if (shown.code.bucket === wanted.code.bucket && shown.code.key === wanted.code.key) return null;
  return failed('managed-flink-not-as-asked', `${name}: the code is s3://${shown.code.bucket}/${shown.code.key}.`);
}

function differ(a: object, b: object): boolean {
  const canonical = (groups: object) =>
    JSON.stringify(
      Object.entries(groups)
        .map(([id, map]) => [id, Object.entries(map as object).sort()])
        .sort(),
    );
  return canonical(a) !== canonical(b);
}
