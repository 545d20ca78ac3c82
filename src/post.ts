import * as core from '@actions/core';
import { readActionInputs } from './inputs/action.js';
import { actionTeller } from './report/action-teller.js';
import { connectLate } from './report/forge.js';
import { cancelOn } from './rollout/cancel.js';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** Time of the whole post step, in minutes: the server ends a cancelled job after five. */
const postMinutes = 4;

/** The action's post step: takes over what its main step left between stop and start, then tells GitHub what its API did not take before. */
async function post(): Promise<void> {
  if ((await takeOver()) || core.getState('untold') === '') return;
  const inputs = readActionInputs(process.env);
  const [{ connectGitHub }, { tellUntold }] = await Promise.all([
    import('./report/github.js'),
    import('./report/untold.js'),
  ]);
  await tellUntold(
    inputs,
    connectGitHub(inputs.event, inputs.githubToken, (line) => core.info(line)),
  );
}

/** True if there was something to take over: its report then says more than that of the main step. */
async function takeOver(): Promise<boolean> {
  const mode = core.getState('mode');
  const nonce = core.getState('nonce');
  if (core.getState('settled') === 'true') return false;
  if ((mode !== 'apply' && mode !== 'rollback' && mode !== 'resume') || nonce === '') return false;
  const inputs = { ...readActionInputs(process.env), waitForMinutes: postMinutes };
  // Most post steps have nothing to do and end above.
  const [{ makeBench }, { postRun }, { reportFromAction }] = await Promise.all([
    import('./modes/make-bench.js'),
    import('./modes/post.js'),
    import('./report/action-report.js'),
  ]);
  const { github, forge } = connectLate(inputs, (line) => core.info(line));
  const bench = makeBench(inputs, {
    forge,
    teller: actionTeller,
    // Past its time the step leaves the rollout to `resume`, before the server ends it.
    signal: AbortSignal.any([cancelOn(), AbortSignal.timeout(postMinutes * 60_000)]),
    onSecret: core.setSecret,
  });
  try {
    const report = await postRun(bench, nonce);
    if (report === null) return false;
    await reportFromAction(
      {
        plan: null,
        report,
        detect: false,
        notice: null,
        rollsOut: true,
        evidence: bench.measuring.all,
        mask: bench.mask,
      },
      inputs,
      github === null ? null : await github(),
      true,
    );
    return true;
  } finally {
    await bench.close();
  }
}

post()
  .catch((error: unknown) =>
    core.warning(
      `The post step could not look after the rollout: ${error instanceof Error ? error.message : String(error)}`,
    ),
  )
  .finally(() => {
    setTimeout(() => process.exit(), 1000).unref();
  });
