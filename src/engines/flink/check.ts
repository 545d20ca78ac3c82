import type { Finding } from '../../model/finding.js';
import type { Job } from '../../model/job.js';
import { reservedKeys } from './launch.js';
import { readTarget } from './target.js';

/** Rules of one job's target that the schema cannot express. */
export function checkJob(job: Job): readonly Finding[] {
  const { configuration = {}, arguments: args = [], url } = readTarget(job.target);
  const found: Finding[] = [];
  for (const [key, value] of Object.entries(configuration)) {
    const field = reservedKeys[key];
    if (field !== undefined) {
      found.push({
        code: 'flink-reserved-configuration',
        level: 'error',
        message: `${job.key}: ${key} is set by the tool.`,
        next: `Use target.${field}.`,
        ...at(job, `target.configuration.${key}`),
      });
    }
    if (String(value).includes('${secret.'))
      found.push(shown(job, `configuration ${key}`, `target.configuration.${key}`));
  }
  if (args.some((value) => String(value).includes('${secret.')) && url.startsWith('http://'))
    found.push(shown(job, 'an argument', 'target.arguments', 'goes over the network unencrypted: the URL is http://'));
  return found;
}

function shown(job: Job, what: string, field: string, how = 'is shown by the web page of the job'): Finding {
  return {
    code: 'flink-secret-shown',
    level: 'warning',
    message: `${job.key}: ${what} holds a secret, which ${how}.`,
    next: 'Let the program read it from a file or from the environment of the TaskManagers.',
    ...at(job, field),
  };
}

function at(job: Job, field: string): { readonly file: string; readonly line: number } {
  let path = field;
  while (path.includes('.') && job.positions[path] === undefined) path = path.slice(0, path.lastIndexOf('.'));
  const { file, line } = job.positions[path] ?? job.at;
  return { file, line };
}
