import type { JsonObject } from '../../src/model/json.js';
import { type Call, ok } from './call.js';
import { suiteOf } from './checks.js';
import { notFound } from './errors.js';
import { minimalRepository } from './repository.js';
import { nodeId, time } from './shapes.js';
import type { WorkflowRun } from './state.js';

/** The newest attempt. */
export function getWorkflowRun(call: Call) {
  const run = attemptsOf(call).at(-1);
  if (!run) throw notFound();
  return ok(shownRun(call, run));
}

export function getWorkflowRunAttempt(call: Call) {
  const run = attemptsOf(call).find(({ attempt }) => attempt === Number(call.path['attempt_number']));
  if (!run) throw notFound();
  return ok(shownRun(call, run));
}

function attemptsOf(call: Call): readonly WorkflowRun[] {
  return call.repository.runs.get(Number(call.path['run_id'])) ?? [];
}

function shownRun(call: Call, run: WorkflowRun): JsonObject {
  const url = `${call.api}/actions/runs/${run.id}`;
  const at = time(run.at);
  return {
    id: run.id,
    node_id: nodeId('WorkflowRun', run.id),
    name: run.name,
    display_title: run.name,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: '.github/workflows/rollout.yml',
    run_number: 1,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: 1,
    check_suite_id: suiteOf(call.repository, run.headSha),
    url,
    html_url: `${call.html}/actions/runs/${run.id}`,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${call.api}/check-suites/${suiteOf(call.repository, run.headSha)}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${call.api}/actions/workflows/1`,
    created_at: at,
    updated_at: at,
    run_started_at: at,
    pull_requests: [],
    head_commit: null,
    repository: minimalRepository(call),
    head_repository: minimalRepository(call),
  };
}
