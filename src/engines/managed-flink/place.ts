import type { JsonObject } from '../../model/json.js';
import { consoleOf, placeIn, regionOf as regionIn } from '../../platforms/aws/place.js';
import type { Place } from '../engine.js';

/** Region of the target. Throws `managed-flink-region-missing` (class input). */
export function regionOf(target: JsonObject): string {
  const message = 'A managed Flink job needs target.region.';
  return regionIn(target, { code: 'managed-flink-region-missing', engine: 'managed-flink', message });
}

export function placeOf(target: JsonObject): Place {
  return placeIn(regionOf(target), target);
}

/** Page of an application in the AWS console. */
export function consoleUrl(region: string, name: string): string {
  return `${consoleOf(region)}/flink/home?region=${region}#/applications/${encodeURIComponent(name)}/details`;
}
