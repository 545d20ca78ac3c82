import type { Reference } from './references.js';

type Refuses = (kind: Reference['kind'], path: readonly string[]) => string | null;

/** Variables are values of their own: one that names another would depend on their order. */
export const inVars: Refuses = (kind) =>
  kind === 'environment' || kind === 'secret' ? null : `a variable may use only \${environment} and \${secret.X}`;

export const inForEach: Refuses = (kind) =>
  kind === 'environment' || kind === 'secret' || kind === 'var'
    ? null
    : `the values of a \`for-each\` may use only \${var.x}, \${environment} and \${secret.X}`;

/** The path of a `for-each` file is needed before anything else is known. */
export const inForEachPath: Refuses = (kind) =>
  kind === 'environment' || kind === 'var'
    ? null
    : `the path of a \`for-each\` may use only \${var.x} and \${environment}`;

interface JobFacts {
  readonly forEach: boolean;
  readonly build: boolean;
  /** Fields of `target` that can hold an artifact; null where the engine is not known. */
  readonly artifacts: readonly string[] | null;
}

/** Fields of a job beside `target`: they are read before a build runs, and are kept and shown, so no secret belongs there. */
export function besideTarget(job: JobFacts): Refuses {
  return (kind) => {
    if (kind === 'secret' || kind === 'build') return `\${${kind}.…} stands only in \`target\``;
    return inTarget(job)(kind, []);
  };
}

const ofRun = '${run.id} and ${run.name} stand only in the url and query of `verify.signals`';

/** `verify`, whose signals are read of a run. Paths begin below it. */
export function inVerify(job: JobFacts): Refuses {
  const beside = besideTarget(job);
  return (kind, path) => {
    const [block, , source, field = ''] = path;
    const ofSource = block === 'signals' && source !== undefined;
    if (kind === 'run' && ofSource) return ['url', 'query'].includes(field) ? null : ofRun;
    if (kind === 'secret' && ofSource && ['headers', 'env'].includes(field)) return null;
    if (kind === 'secret' && ofSource) return '${secret.…} stands only in `headers` and `env` of a signal';
    return beside(kind, path);
  };
}

/** `target` and the slots. Paths begin below it. */
export function inTarget(job: JobFacts): Refuses {
  return (kind, path) => {
    if ((kind === 'secret' || kind === 'build') && path.length === 1 && path[0] === 'name') {
      return `\${${kind}.…} can not stand in \`name\`, because the exact name has to be known before anything runs`;
    }
    if (kind === 'build' && !job.build) return 'the job has no `build` whose results could be used';
    if (kind === 'run') return ofRun;
    if (kind === 'each' && !job.forEach) return `\${each.…} stands only in a job with \`for-each\``;
    if (kind !== 'digest') return null;
    const ofArtifact = path.length > 1 && path.at(-1) === 'upload-to' && job.artifacts?.includes(path[0] ?? '');
    return ofArtifact || job.artifacts === null ? null : `\${digest} stands only in \`upload-to\` of an artifact`;
  };
}
