import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { filesBelow } from './sources.js';

export interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: { readonly [name: string]: unknown };
}

export interface WorkflowJob {
  readonly 'runs-on'?: unknown;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: { readonly [name: string]: unknown };
  readonly strategy?: object;
  readonly environment?: unknown;
  readonly permissions?: { readonly [right: string]: string };
  readonly 'timeout-minutes'?: unknown;
  readonly concurrency?: Concurrency;
  readonly steps?: readonly Step[];
}

export interface Concurrency {
  readonly group: string;
  readonly 'cancel-in-progress'?: unknown;
  readonly queue?: string;
}

export interface Workflow {
  readonly path: string;
  readonly text: string;
  readonly on: { readonly [event: string]: { readonly inputs?: { readonly [name: string]: CalledInput } } | null };
  readonly permissions?: unknown;
  readonly concurrency?: Concurrency;
  readonly jobs: { readonly [name: string]: WorkflowJob };
}

interface CalledInput {
  readonly type: string;
  readonly required?: boolean;
  readonly default?: unknown;
}

/** This repository's workflows, the starter templates, and those of the examples. */
export function workflows(): readonly Workflow[] {
  const paths = [
    ...filesBelow('.github/workflows', '.yml'),
    ...filesBelow('workflow-templates', '.yml'),
    ...filesBelow('examples', '.yml').filter((path) => path.includes('.github/workflows/')),
  ];
  return paths.map((path) => {
    const text = readFileSync(path, 'utf8');
    return { ...(parse(text) as Omit<Workflow, 'path' | 'text'>), path, text };
  });
}

/** All jobs of all workflows, named by file and job. */
export function jobsOf(all: readonly Workflow[]): readonly (readonly [name: string, job: WorkflowJob, of: Workflow])[] {
  return all.flatMap((of) => Object.entries(of.jobs).map(([name, job]) => [`${of.path}: ${name}`, job, of] as const));
}

/** True for a step that runs this action: in this repository, fetched beside the caller's files, or by its name. */
export function isAction({ uses }: Step): boolean {
  return uses === './' || uses === './.stream-rollout' || /^OWNER\/stream-rollout@/.test(uses ?? '');
}
