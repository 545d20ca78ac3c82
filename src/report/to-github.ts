import type { Inputs } from '../inputs/inputs.js';
import type { Plan } from '../model/plan.js';
import type { JobReport, Report } from '../model/report.js';
import type { Annotation } from './annotations.js';
import { writeCheckSet } from './check-runs.js';
import { type CheckSet, checkSetOf, planCheckSet } from './checks.js';
import { mostCommentBytes, writeComment } from './comment.js';
import { writeDeployment } from './deployments.js';
import { type GitHub, isForbidden, isUnknownCommit } from './github.js';
import { type Group, groupsOf } from './groups.js';
import { headline } from './now.js';
import { reportSummary } from './summary.js';

/** GitHub takes 65,535 characters as the text of a check. */
const mostCheckBytes = 65_000;

/** A call's result as it is told, masked. */
export interface Telling {
  readonly plan: Plan | null;
  readonly report: Report | null;
  readonly superseded: readonly JobReport[];
  readonly title: string;
  readonly annotations: readonly Annotation[];
  /** The summary as Markdown of at most so many bytes. */
  summary(most?: number): string;
}

type Right = 'checks' | 'pull-requests' | 'deployments';
interface Work {
  readonly right: Right;
  /** What is left out if it fails, for people. */
  readonly what: string;
  /** An earlier call's commit: GitHub may not know it any more. */
  readonly own: boolean;
  write(): Promise<void>;
}

/** Something that could not be written, and why. `lasting`: a right is missing, so another try would change nothing. */
export interface LeftOut {
  readonly text: string;
  readonly lasting: boolean;
}

/** Writes checks, comment and deployments. Gives what could not be written; a missing right is told once. */
export async function toGitHub(telling: Telling, inputs: Inputs, github: GitHub): Promise<readonly LeftOut[]> {
  const problems: LeftOut[] = [];
  const missing = new Set<Right>();
  for (const work of worksOf(telling, inputs, github)) {
    if (missing.has(work.right)) continue;
    try {
      await work.write();
    } catch (error) {
      if (!work.own && isUnknownCommit(error)) continue;
      const lasting = isForbidden(error);
      if (lasting) missing.add(work.right);
      const why = lasting ? `the token lacks \`${work.right}: write\`` : textOf(error);
      problems.push({ text: `${work.what} (${why})`, lasting });
    }
  }
  return problems;
}

/** The page of the workflow run; null outside of one. */
export function runUrl({ event }: Pick<Inputs, 'event'>): string | null {
  if (event.runId === null || event.repository === null) return null;
  return `${event.serverUrl}/${event.repository}/actions/runs/${event.runId}`;
}

function worksOf(telling: Telling, inputs: Inputs, github: GitHub): readonly Work[] {
  const { plan, report, superseded } = telling;
  const { event } = inputs;
  const url = runUrl(inputs);
  const writer = { runId: event.runId, attempt: event.attempt, url };
  const groups = report === null ? [] : groupsOf(report, event.headSha, superseded);
  const sets =
    report === null ? planSets(telling, event.headSha) : groups.map((group) => setOf(telling, report, group));
  const works: Work[] = sets.map((set) => ({
    right: 'checks',
    what: 'check runs',
    own: set.group.own,
    write: () => writeCheckSet(github, set, writer),
  }));
  const pull = event.pullRequest;
  if (inputs.comment && pull !== null && plan !== null) {
    const body = telling.summary(mostCommentBytes);
    works.push({
      right: 'pull-requests',
      what: 'the comment',
      own: true,
      write: () => writeComment(github, pull, plan.environment, body),
    });
  }
  if (!inputs.deployments) return works;
  const deployed = groups.map(
    (group): Work => ({
      right: 'deployments',
      what: 'the deployment',
      own: group.own,
      write: () => writeDeployment(github, group, url, telling.title),
    }),
  );
  return [...works, ...deployed];
}

function planSets(telling: Telling, sha: string | null): readonly CheckSet[] {
  const { plan, title, annotations } = telling;
  if (plan === null || sha === null) return [];
  return [planCheckSet(plan, sha, { title, summary: telling.summary(mostCheckBytes), annotations })];
}

/** A commit that this call only finished is told about its own jobs. */
function setOf(telling: Telling, report: Report, group: Group): CheckSet {
  if (group.own) {
    const { title, annotations } = telling;
    return checkSetOf(group, { title, summary: telling.summary(mostCheckBytes), annotations });
  }
  const part = { ...report, jobs: group.jobs, environment: group.environment, commit: group.sha };
  return checkSetOf(group, {
    title: headline(part),
    summary: reportSummary(part, null, mostCheckBytes),
    annotations: [],
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
