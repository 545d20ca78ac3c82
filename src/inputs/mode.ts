import { RolloutError } from '../model/error.js';
import type { EventFacts, Inputs, Mode } from './inputs.js';

export interface ChosenMode {
  readonly mode: Exclude<Mode, 'auto'>;
  /** Why it is not what somebody might expect, for one notice; null otherwise. */
  readonly notice: string | null;
  /** False for an event that rolls nothing out, whatever a plan of it says: a pull request, a merge group, a push to a ref of no environment. */
  readonly rollsOut: boolean;
}

/** What `auto` means for this event and environment (INTERFACE 2). `refs` null: the default branch. */
export function chooseMode(
  inputs: Pick<Inputs, 'mode'>,
  event: EventFacts,
  refs: readonly string[] | null,
): ChosenMode {
  refuseTarget(event);
  if (inputs.mode !== 'auto') return { ...explicit(inputs.mode, event, refs), rollsOut: rollsOut(event, refs) };
  const chosen = auto(event, refs);
  return { ...chosen, rollsOut: chosen.mode === 'apply' || chosen.mode === 'resume' };
}

/** True where the choice depends on the `refs` of the environment, so the manifest must be read first. */
export function needsRefs(inputs: Pick<Inputs, 'mode' | 'rollbackTo'>, event: EventFacts): boolean {
  if (inputs.mode === 'auto') return event.name !== 'schedule' && event.name !== 'pull_request_target';
  return inputs.mode === 'plan' && event.name === 'push' && inputs.rollbackTo === null;
}

/** What a later step may do that names `apply`, or `auto` after a push. */
function rollsOut(event: EventFacts, refs: readonly string[] | null): boolean {
  if (event.untrusted || event.name === 'merge_group' || event.name?.startsWith('pull_request')) return false;
  return event.name !== 'push' || applies(event, refs);
}

type Choice = Omit<ChosenMode, 'rollsOut'>;

function auto(event: EventFacts, refs: readonly string[] | null): Choice {
  switch (event.name) {
    case 'pull_request':
      return event.untrusted
        ? { mode: 'detect', notice: 'A pull request from a fork or from Dependabot: live state was not read.' }
        : { mode: 'plan', notice: null };
    case 'merge_group':
      return { mode: 'plan', notice: null };
    case 'push':
    case 'workflow_dispatch':
      return applies(event, refs) ? { mode: 'apply', notice: null } : { mode: 'plan', notice: whyPlan(event) };
    case 'schedule':
      return { mode: 'resume', notice: null };
    default:
      throw new RolloutError('event-refused', `the event ${event.name ?? '(none)'} starts nothing in mode auto`, {
        class: 'input',
        next: 'Name the mode, or use push, pull_request, merge_group, workflow_dispatch or schedule.',
      });
  }
}

/** After a deletion the run's own ref and commit are those of the default branch. */
function whyPlan(event: EventFacts): string {
  const why = event.deleted ? 'A ref was deleted' : `${event.ref} is not a ref of this environment`;
  return `${why}, so this is a plan; nothing is applied.`;
}

/** Whatever mode is named: this event gives foreign code the rights of the repository. */
function refuseTarget(event: EventFacts): void {
  if (event.name === 'pull_request_target') {
    throw new RolloutError('event-refused', 'pull_request_target runs with rights on code that nobody has reviewed', {
      class: 'input',
      next: 'Use pull_request.',
    });
  }
}

/** Foreign code never acts, whatever mode a workflow names. */
function explicit(mode: Exclude<Mode, 'auto'>, event: EventFacts, refs: readonly string[] | null): Choice {
  if (event.untrusted && mode !== 'detect' && mode !== 'validate') {
    return { mode: 'detect', notice: `${whoseCode(event)}: \`${mode}\` became \`detect\`.` };
  }
  // The step after this plan would be an apply on other refs.
  const elsewhere = mode === 'plan' && event.name === 'push' && !applies(event, refs);
  return { mode, notice: elsewhere ? whyPlan(event) : null };
}

function whoseCode({ name }: EventFacts): string {
  return name === 'issue_comment'
    ? 'A comment on a pull request, which does not tell whose code that is'
    : 'A pull request from a fork or from Dependabot';
}

function applies(event: EventFacts, refs: readonly string[] | null): boolean {
  const branch = event.ref?.replace(/^refs\/heads\//, '') ?? '';
  const wanted = refs ?? (event.defaultBranch === null ? [] : [event.defaultBranch]);
  return !event.deleted && wanted.some((ref) => ref === branch || ref === event.ref);
}
