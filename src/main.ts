import * as core from '@actions/core';
import { keepHeapSmall } from './heap.js';
import { readActionInputs } from './inputs/action.js';
import { chooseMode, needsRefs } from './inputs/mode.js';
import { worstExitCode } from './model/outcome.js';
import type { Report } from './model/report.js';
import { makeBench } from './modes/make-bench.js';
import { loadManifest, ManifestInvalid, validateWorkTree } from './modes/manifest.js';
import { actionTeller } from './report/action-teller.js';
import { failureDocument } from './report/failure.js';
import { connectLate } from './report/forge.js';
import { harmless } from './report/harmless.js';
import { tellInputErrors } from './report/input-errors.js';
import { cancelOn, processCancelled } from './rollout/cancel.js';
import { reportExitCode } from './rollout/plain.js';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
keepHeapSmall();

const cancelled = cancelOn();
/** Set once a mode has come to its end: a failure after that says nothing about the jobs. */
let ended = false;

/** The action's main step: inputs, mode, run, report. The exit code is the report's, but a planned hand-over stays green. */
async function main(): Promise<number> {
  const inputs = readActionInputs(process.env);
  const { github, forge } = connectLate(inputs, (line) => core.info(line));
  const bench = makeBench(inputs, {
    forge,
    teller: actionTeller,
    signal: cancelled,
    onSecret: core.setSecret,
  });
  if (inputs.mode === 'validate') return tellInputErrors(await validateWorkTree(bench));
  const refs = needsRefs(inputs, inputs.event) ? (await loadManifest(bench)).refs : null;
  const { mode, notice, rollsOut } = chooseMode(inputs, inputs.event, refs);
  if (notice !== null) core.notice(notice);
  core.saveState('environment', inputs.environment ?? '');
  core.saveState('nonce', bench.holder.nonce);
  core.saveState('mode', mode);
  try {
    // What is not needed to tell a bad input or manifest is loaded after them.
    const { run } = await import('./modes/run.js');
    const result = await run(bench, mode, async (plan) =>
      core.info(
        `plan ${plan.hash}: ${plan.jobs.filter((job) => job.changed).length} of ${plan.jobs.length} jobs change`,
      ),
    );
    ended = true;
    if (result.kind === 'status') {
      core.info(harmless(JSON.stringify(result.status, null, 2)));
      return result.exitCode;
    }
    const report = result.kind === 'report' ? result.report : null;
    // Nothing was cut off, so the post step need not look.
    if (report?.jobs.every(({ outcome }) => outcome !== 'interrupted')) core.saveState('settled', 'true');
    const { reportFromAction } = await import('./report/action-report.js');
    await reportFromAction(
      {
        plan: result.plan,
        report,
        superseded: result.kind === 'report' ? (result.superseded ?? []) : [],
        detect: result.kind === 'plan' && result.detect,
        notice,
        rollsOut,
        evidence: bench.measuring.all,
        mask: bench.mask,
      },
      inputs,
      github === null ? null : await github(),
    );
    return report === null ? result.exitCode : stepExitCode(report);
  } finally {
    await bench.close();
  }
}

/** A planned hand-over leaves the step green; its check run stays in progress until `resume` completes it. */
function stepExitCode(report: Report): number {
  const others = report.jobs.filter((job) => job.outcome !== 'pending');
  return worstExitCode(others.map(reportExitCode));
}

main()
  .then((code) => {
    process.exitCode = code;
  })
  .catch((thrown: unknown) => {
    const error = cancelled.aborted && !ended ? processCancelled(thrown) : thrown;
    if (error instanceof ManifestInvalid) {
      process.exitCode = tellInputErrors(error.errors);
      return;
    }
    const { code, message, next, exitCode } = failureDocument(error);
    const then = next === null ? '' : ` Next: ${next}`;
    core.setFailed(`stream-rollout failed (${code}): ${message.replace(/[.\s]*$/, '.')}${then}`);
    process.exitCode = exitCode;
  })
  .finally(() => {
    // Sockets that an SDK keeps open would hold the runner up.
    setTimeout(() => process.exit(), 1000).unref();
  });
