import { isOurs } from '../changes/found-runs.js';
import { commandOf } from '../model/command.js';
import type { Run } from '../model/run.js';
import { aboutOf, type Context } from './context.js';
import { linked } from './intent.js';

/** The environment of a manifest that declares none. */
const noEnvironment = 'default';

/** Whose run it is that bears a stamp of somebody else, and what a person can do about it. */
export function strangerOf(run: Run, c: Context): { readonly message: string; readonly next: string } {
  const { input, job } = c;
  const { environment, environments } = input.manifest;
  const { name } = input;
  const others = [noEnvironment, ...environments].filter((other) => other !== environment);
  const from = others.find((other) => isOurs({ job, name, environment: other }, run));
  const about = aboutOf(c);
  const takeOver = commandOf('apply', about, '--on-drift', 'adopt');
  const replace = commandOf('apply', about, '--on-drift', 'overwrite');
  if (from === undefined) {
    return {
      message: `${linked(run)} bears the stamp of another job: rollout ${run.stamp?.rollout}, revision ${run.stamp?.revision}`,
      next: `give one of the two another target.name, or take it over as it runs: ${takeOver}`,
    };
  }
  if (environments.includes(from)) {
    return {
      message: `${linked(run)} is this job's run in environment ${from}: both environments declare the same name in the same place`,
      next: `give ${job.key} another target.name or place in one of the two, then: ${commandOf('plan', about)}`,
    };
  }
  const was = from === noEnvironment ? 'before the manifest had environments' : `in environment ${from}, which is gone`;
  const same = run.stamp?.revision === c.change.desired.revision;
  return {
    message: `${linked(run)} was rolled out for this job ${was}: stamps and the ledger's records belong to one environment`,
    next: same
      ? `it runs what ${environment} declares; take it over as it runs, without a restart: ${takeOver}`
      : `it runs another revision than ${environment} declares; replace it: ${replace}`,
  };
}
