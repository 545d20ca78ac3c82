import type { ActRun, Line } from './act.js';

/** What act made of a workflow run: a second reading, by a parser that is not ours, of what the action said. */
export interface Told {
  readonly code: number | null;
  /** Annotations of the action, main and post step. */
  readonly annotations: readonly { level: string; file?: string; line?: string; title?: string; message: string }[];
  /** Outputs of the action. */
  readonly outputs: { readonly [name: string]: string };
  /** Summaries by stage. */
  readonly summaries: { readonly [stage: string]: string };
  /** Results of the action's stages: `Main`, `Post`. */
  readonly stages: { readonly [stage: string]: string };
  readonly jobs: { readonly [job: string]: string };
  /** Everything that was printed and is no command. */
  readonly log: string;
}

const levels = ['error', 'warning', 'notice'];

/** Sorts act's lines: what the action said in one job of the workflow, and how the jobs ended. */
export function tell(run: ActRun, job = 'rollout'): Told {
  const ours = run.lines.filter((line) => line.jobID === job && line.step?.includes('stream-rollout'));
  const commands = (name: string) => ours.filter((line) => line.command === name);
  return {
    code: run.code,
    annotations: ours.filter((line) => levels.includes(line.command ?? '')).map(annotation),
    outputs: Object.fromEntries(commands('set-output').map((line) => [line.name, line.arg ?? ''])),
    summaries: Object.fromEntries(commands('summary').map((line) => [line.stage, line.content ?? ''])),
    stages: Object.fromEntries(
      ours.filter((line) => line.stepResult).map((line) => [line.stage, line.stepResult ?? '']),
    ),
    jobs: Object.fromEntries(
      run.lines.filter((line) => line.jobResult).map((line) => [line.jobID, line.jobResult ?? '']),
    ),
    log: run.lines
      .filter((line) => line.raw_output)
      .map((line) => line.msg)
      .join(''),
  };
}

function annotation(line: Line) {
  const { file, line: at, title } = line.kvPairs ?? {};
  return {
    level: line.command ?? '',
    ...(file !== undefined && { file }),
    ...(at !== undefined && { line: at }),
    ...(title !== undefined && { title }),
    message: line.arg ?? '',
  };
}
