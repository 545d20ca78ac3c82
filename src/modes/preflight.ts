import pLimit from 'p-limit';
import { artifactsOf } from '../artifacts/fields.js';
import type { Finding } from '../model/finding.js';
import type { Plan } from '../model/plan.js';
import { withFindings } from '../plan/index.js';
import { undoTarget } from '../rollout/order.js';
import { text } from '../rollout/text.js';
import type { Gathered } from './gather.js';

/** Checks under way at the same time. */
const checks = 8;

/** Asks the engines, before anything is touched, what would speak against each rollout, and adds it to the plan. Read only. */
export async function preflighted(g: Gathered): Promise<Plan> {
  const limit = pLimit(checks);
  const found = new Map<string, readonly Finding[]>();
  await Promise.all(
    g.plan.jobs.map((planned) =>
      limit(async () => {
        const job = g.manifest.jobs.find((candidate) => candidate.key === planned.job);
        const session = g.sessions.get(planned.job);
        const subject = g.subjects.get(planned.job);
        const engine = g.engines.get(planned.engine);
        if (planned.action !== 'roll-out' || !job || !engine || !session || !subject || planned.strategy === null)
          return;
        const current = g.observed?.get(planned.job)?.find((run) => run.id === planned.current?.run) ?? null;
        // Files are uploaded and builds run in apply: until then a target that names them is not complete.
        const isReference = planned.desired.artifact?.kind === 'reference';
        const target =
          isReference || (job.build === null && artifactsOf(job.target, engine).length === 0) ? job.target : null;
        const held = g.held.get(job.key) ?? (job.was === null ? undefined : g.held.get(job.was));
        const before = held?.record ?? null;
        const undo = undoTarget({ before, current, engine, target: job.target }, planned.steps);
        const { strategy } = planned;
        found.set(
          planned.job,
          await session
            .preflight({ subject, job, target, strategy, current, undo, good: before?.good?.target ?? null })
            .catch(failed),
        );
      }),
    ),
  );
  return withFindings(g.plan, found);
}

function failed(error: unknown): readonly Finding[] {
  return [
    { code: 'look-failed', level: 'error', message: `the checks before a rollout could not be made: ${text(error)}` },
  ];
}
