import type { Finding } from '../../model/finding.js';
import type { Job } from '../../model/job.js';
import { isObject } from '../../model/json.js';
import { markGroup } from './marks.js';

/** Rules of one job's target that the schema cannot express. */
export function checkJob(job: Job): readonly Finding[] {
  const found: Finding[] = [];
  const properties = isObject(job.target['properties']) ? job.target['properties'] : {};
  const at = (field: string) => {
    const position = job.positions[field] ?? job.positions['target.properties'] ?? job.at;
    return { file: position.file, line: position.line };
  };
  if (markGroup in properties) {
    found.push({
      code: 'managed-flink-reserved-group',
      level: 'error',
      message: `${job.key}: the property group ${markGroup} is the tool's own.`,
      ...at(`target.properties.${markGroup}`),
    });
  }
  if (JSON.stringify(properties).includes('${secret.')) {
    found.push({
      code: 'managed-flink-secret-in-properties',
      level: 'warning',
      message: `${job.key}: AWS shows properties to everyone who may describe the application, and one holds a secret.`,
      ...at('target.properties'),
    });
  }
  return found;
}
