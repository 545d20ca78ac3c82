import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import type { EmulatedRun } from '../service.js';
import type { Repository, WorkflowRun } from './state.js';

const sha = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/, 'expected a whole commit id');
const repository = z.string().regex(/^[^/]+\/[^/]+$/, 'expected owner/name');
const number = z.int().min(1);
const end = z.strictObject({ ref: z.string(), sha });

const pullSchema = z.strictObject({
  repository,
  pull: number,
  head: end,
  base: end,
  title: z.string().default('Change the jobs'),
  state: z.enum(['open', 'closed']).default('open'),
  fork: repository.nullable().default(null),
});

const issueSchema = z.strictObject({ repository, issue: number });

const runSchema = z.strictObject({
  repository,
  workflowRun: number,
  attempt: number.default(1),
  status: z.enum(['queued', 'in_progress', 'completed', 'waiting', 'requested', 'pending']).default('in_progress'),
  conclusion: z
    .enum(['success', 'failure', 'neutral', 'cancelled', 'skipped', 'timed_out', 'action_required'])
    .nullable()
    .default(null),
  event: z.string().default('push'),
  headBranch: z.string().nullable().default('main'),
  headSha: sha.default('0'.repeat(40)),
  name: z.string().default('Rollout'),
});

/** Carries out `POST /runs`: a pull request, an issue, or an attempt of a workflow run; one that exists is replaced. Throws ZodError. */
export function plant(spec: JsonObject, find: (name: string) => Repository, now: number): EmulatedRun {
  if ('pull' in spec) {
    const { repository: name, pull, ...rest } = pullSchema.parse(spec);
    find(name).pulls.set(pull, { number: pull, at: now, ...rest });
    return { service: 'github', id: `pull-${pull}`, name, state: rest.state };
  }
  if ('issue' in spec) {
    const { repository: name, issue } = issueSchema.parse(spec);
    find(name).issues.add(issue);
    return { service: 'github', id: `issue-${issue}`, name, state: 'open' };
  }
  const { repository: name, workflowRun: id, ...rest } = runSchema.parse(spec);
  const { runs } = find(name);
  const run: WorkflowRun = { id, at: now, ...rest };
  const others = (runs.get(id) ?? []).filter(({ attempt }) => attempt !== run.attempt);
  runs.set(
    id,
    [...others, run].sort((a, b) => a.attempt - b.attempt),
  );
  return emulatedRun(name, run);
}

export function emulatedRun(repositoryName: string, run: WorkflowRun): EmulatedRun {
  const { id, name, status, ...rest } = run;
  return { service: 'github', id: String(id), name: repositoryName, state: status, workflow: name, ...rest };
}
