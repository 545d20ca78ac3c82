import { positionOf } from '../changes/explain.js';
import type { Job } from '../model/job.js';
import type { Reason } from '../model/plan.js';
import type { Position } from '../model/position.js';
import type { Context } from './context.js';
import type { Shown } from './difference.js';
import { type Changed, targetField } from './impact.js';
import { count } from './words.js';

/** Files named one by one; a vendored update of thousands is told as a count. */
const filesNamed = 50;

/** Why the desired revision is another than the running one. Never empty. */
export function changeReasons(c: Context, changed: Changed, running: string | null): readonly Reason[] {
  const { explanation, desired } = c.change;
  const explained = explanation.touched === true ? explain(c).filter((reason) => !isOver(reason, changed)) : [];
  const told = new Set(explained.flatMap((reason) => (reason.field === undefined ? [] : [targetField(reason.field)])));
  const older = changed.fields.filter((field) => !told.has(field)).map((field) => settingReason(c.job, field));
  const found = [...explained, ...older];
  const versus = `${running ?? 'an unknown revision'} runs, ${desired.revision ?? 'a revision that is not known yet'} is declared`;
  if (explanation.touched === null) {
    return [
      { kind: 'unknown-base', message: `the base is not known, so everything was compared: ${versus}` },
      ...found,
    ];
  }
  if (found.length > 0) return found;
  if (desired.code?.kind === 'reference')
    return [{ kind: 'artifact', message: `the content of ${desired.code.uri} changed` }];
  return [{ kind: 'artifact', message: `${versus}; the difference is older than this commit's base` }];
}

/** The base diff shows it, and what runs is as declared: the base was refused, or went back from, and says nothing of the run. */
function isOver({ field, kind }: Reason, { same, code }: Changed): boolean {
  if (kind === 'file') return code === false;
  return field !== undefined && same.includes(targetField(field));
}

/** What the base diff shows of the job. */
export function explain(c: Pick<Context, 'job' | 'change'>): readonly Reason[] {
  const { files, fields } = c.change.explanation;
  const named = files.slice(0, filesNamed).map((file): Reason => {
    const verb = file.before === null ? 'was added' : file.after === null ? 'was removed' : 'changed';
    return {
      kind: 'file',
      message: `${file.path} ${verb}`,
      path: file.path,
      ...(file.after === null ? {} : { file: file.path }),
    };
  });
  const more = files.length - named.length;
  const rest: readonly Reason[] = more > 0 ? [{ kind: 'file', message: `${count(more, 'more file')} changed` }] : [];
  return [...named, ...rest, ...fields.map((entry) => settingReason(c.job, targetField(entry.field), entry.at))];
}

/** Scale values that the run has otherwise. */
export function scaleReasons(job: Job, differs: readonly Shown[]): readonly Reason[] {
  return differs.map((entry) => ({
    kind: 'scale',
    message: `${entry.field} is ${text(entry.shown)}, declared is ${text(entry.wanted)}`,
    field: `target.${entry.field}`,
    ...placed(positionOf(job, `target.${entry.field}`)),
  }));
}

/** `build` is the one field of a code identity that does not stand below `target`. */
function settingReason(job: Job, field: string, at: Position | null = null): Reason {
  const path = field === 'build' ? field : `target.${field}`;
  return { kind: 'setting', message: `${field} changed`, field: path, ...placed(at ?? positionOf(job, path)) };
}

function placed(at: Position): Pick<Reason, 'file' | 'line'> {
  return { file: at.file, line: at.line };
}

function text(value: Shown['shown']): string {
  return value === null ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);
}
