import type { JsonObject } from '../../model/json.js';
import { consoleOf, placeIn, regionOf as regionIn } from '../../platforms/aws/place.js';
import type { Place } from '../engine.js';
import { verbsOf } from './verbs.js';

/** Region of the target. Throws `glue-region-missing` (class input). */
export function regionOf(target: JsonObject): string {
  const message = 'A Glue job needs target.region.';
  return regionIn(target, { code: 'glue-region-missing', engine: 'glue', message });
}

/** Beside account, region and role: the verbs say what may be done. */
export function placeOf(target: JsonObject): Place {
  const { key, session } = placeIn(regionOf(target), target);
  return { key, session: verbsOf(target).includes('prepare') ? session : `${session} without prepare` };
}

/** Page of a run in the AWS console. */
export function consoleUrl(region: string, name: string, run: string): string {
  const page = `#/job/${encodeURIComponent(name)}/run/${encodeURIComponent(run)}`;
  return `${consoleOf(region)}/gluestudio/home?region=${region}${page}`;
}
