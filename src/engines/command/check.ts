import type { Finding } from '../../model/finding.js';
import type { Job } from '../../model/job.js';
import type { Json } from '../../model/json.js';

/** Fields whose text may name a secret: they become the environment of the commands, nothing else. */
const secretFields = ['env', 'credentials'];

/** Checks that the schema cannot express. */
export function check(job: Job): readonly Finding[] {
  return [...secretsOutsideEnv(job), ...scalingWithoutScale(job), ...filesThatUndoCannotRead(job)];
}

function secretsOutsideEnv(job: Job): Finding[] {
  const fields = Object.keys(job.target).filter(
    (field) => !secretFields.includes(field) && namesSecret(job.target[field] ?? null),
  );
  return fields.map((field) => ({
    code: 'command-secret-outside-env',
    level: 'error',
    message: `${job.key}: target.${field} names a secret, which commands get by environment variables only.`,
    next: 'Move the reference into target.env or target.credentials and read the variable in the command.',
    ...place(job, `target.${field}`),
  }));
}

function namesSecret(value: Json): boolean {
  return JSON.stringify(value).includes('${secret.');
}

function scalingWithoutScale(job: Job): Finding[] {
  if (job.target['scaling'] === undefined || job.target['scale'] !== undefined) return [];
  return [
    {
      code: 'command-scaling-without-scale',
      level: 'error',
      message: `${job.key}: target.scaling has values, but there is no scale command that could change them on a running job.`,
      next: 'Add a scale command, or move the values into target.settings.',
      ...place(job, 'target.scaling'),
    },
  ];
}

function filesThatUndoCannotRead(job: Job): Finding[] {
  if (job.paths === null || job.build !== null || job.target['artifact'] !== undefined) return [];
  return [
    {
      code: 'command-files-from-checkout',
      level: 'notice',
      message: `${job.key}: its code is what is checked out when start runs; going back restores its settings, not its files.`,
      next: 'Give the job a build or an artifact, or let the start command fetch what stamp.commit and target.settings name.',
      ...place(job, 'paths'),
    },
  ];
}

function place(job: Job, path: string): { file: string; line: number } {
  const at = job.positions[path] ?? job.at;
  return { file: at.file, line: at.line };
}
