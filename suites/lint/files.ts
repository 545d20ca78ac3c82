import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Files {
  readonly actions: readonly string[];
  /** Workflows of this repository, of the examples, and the starter templates. */
  readonly workflows: readonly string[];
  readonly manifests: readonly string[];
  readonly gitlab: readonly string[];
  readonly schemas: readonly string[];
}

/** The checkout's files that GitHub, GitLab or the tool itself reads, sorted by who reads them. */
export function filesToCheck(): Files {
  const all = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  })
    .split('\0')
    .filter((path) => path !== '' && existsSync(path) && !path.startsWith('__tests__/'))
    .sort();
  const yaml = all.filter((path) => /\.ya?ml$/.test(path));
  const outside = yaml.filter((path) => path.startsWith('examples/') || path.startsWith('workflow-templates/'));
  return {
    actions: yaml.filter((path) => /(^|\/)action\.ya?ml$/.test(path)),
    workflows: [
      ...yaml.filter((path) => path.startsWith('.github/workflows/')),
      ...outside.filter((path) => has(path, 'on', 'jobs')),
    ],
    manifests: outside.filter((path) => has(path, 'version', 'jobs')),
    gitlab: yaml.filter((path) => /(^|\/)\.?gitlab-ci\.ya?ml$/.test(path)),
    schemas: all.filter((path) => /^schemas\/.*\.json$/.test(path)),
  };
}

/** Whether a YAML file has these keys at its top: what tells a workflow from a manifest. */
function has(path: string, ...keys: readonly string[]): boolean {
  const value: unknown = parse(readFileSync(path, 'utf8'));
  return typeof value === 'object' && value !== null && keys.every((key) => key in value);
}
