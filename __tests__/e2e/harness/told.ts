import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codes } from '../../../src/model/codes/index.js';
import type { JobReport } from '../../../src/model/report.js';
import { root } from './dist.js';
import type { Done, Stage } from './stage.js';

/** Run ids by the name that stands for them in a golden text. */
export type RunNames = { readonly [name: string]: string | null | undefined };

const troubleshooting = readFileSync(join(root, 'docs', 'troubleshooting.md'), 'utf8');

/**
 * All that a person is told of a job that did not simply go well, as one text: outcome, code and exit code of the step, the whole message,
 * the next command. Run ids stand as `<name>`, or as `<run>` where `names` does not have them.
 *
 * Throws where what is told contradicts the cloud, is not told everywhere, or its code is not documented.
 */
export async function told(stage: Stage, done: Done, job: string, names: RunNames = {}): Promise<string> {
  const report = done.job(job);
  await agreesWithCloud(stage, report);
  const { code, outcome, next } = report;
  const title = `${job}: ${outcome}${code === null ? '' : ` (${code})`}`;
  const annotation = done.annotations.find((one) => one.title === title);
  if (annotation === undefined) throw new Error(`no annotation is called ${JSON.stringify(title)}`);
  for (const part of [report.message, ...(next === null ? [] : [`Next: ${next}`])]) {
    if (!annotation.message.includes(part)) throw new Error(`the annotation does not say: ${part}`);
  }
  if (code !== null && !done.summary.includes(`Code: \`${code}\``))
    throw new Error(`the summary does not name ${code}`);
  return toldOf(report, done.code, names);
}

/** The same for a report of the CLI, which has no annotations. */
export function toldOf(report: JobReport, exitCode: number | null, names: RunNames = {}): string {
  const { code, outcome, message, next, job } = report;
  if (code === null || !(code in codes)) throw new Error(`${job}: ${outcome} has no code of the registry: ${code}`);
  if (!troubleshooting.includes(`\`${code}\``) && !troubleshooting.includes(`## ${code}`))
    throw new Error(`docs/troubleshooting.md does not know ${code}`);
  return withNames(`${outcome} (${code}), exit ${exitCode}\n${message}\nNext: ${next}`, names);
}

/** A text in which nothing differs from one time to the next. */
export function withNames(text: string, names: RunNames): string {
  const known = Object.entries(names).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return known
    .reduce((all, [name, id]) => all.replaceAll(id, `<${name}>`), text)
    .replace(/\bjr_[0-9a-f]+\b/g, '<run>')
    .replace(/\b\d{4}-\d\d-\d\d_\d\d_\d\d_\d\d-\d+\b/g, '<run>')
    .replace(/\b[0-9a-f]{20}\b/g, '<rollout>')
    .replace(/\([0-9a-f]{16}\)/g, '(<id>)')
    .replace(/ \(request [^)]*\)/g, '')
    .replace(/(?<=\.)\.(?= |\n|$)/g, '')
    .replace(/\b[0-9a-f]{64}\b/g, '<digest>')
    .replace(/127\.0\.0\.1:\d+/g, '<host>')
    .replace(/\b\d+ (s|min)\b/g, 'N $1')
    .replace(/\br1-[0-9a-f]{16}\b/g, '<revision>')
    .replace(/\b\d{4}-\d\d-\d\d(?=[ ,.)])/g, '<day>')
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/actions\/runs\/\d+/g, 'actions/runs/<id>');
}

const up = new Set(['STARTING', 'RESTARTING', 'RUNNING', 'JOB_STATE_QUEUED', 'JOB_STATE_PENDING', 'JOB_STATE_RUNNING']);

/** Each run of the job that is up is told of, and none that is not there. */
async function agreesWithCloud(stage: Stage, { job, engine, message, runs, runAfter }: JobReport): Promise<void> {
  if (engine !== 'glue' && engine !== 'dataflow' && engine !== 'flink') return;
  const names = new Set([job, ...(runs ?? []).map(({ name }) => name)]);
  const there = (await stage.cloud.runs(engine)).filter(({ name }) => names.has(name));
  const active = there.filter(({ state }) => up.has(state)).map(({ id }) => id);
  const unsaid = runs === null ? [] : active.filter((id) => !message.includes(id));
  if (unsaid.length > 0) throw new Error(`${unsaid.join(', ')} is up, and the message does not say so: ${message}`);
  const invented = [...(runs ?? []).map(({ id }) => id), ...(runAfter === null ? [] : [runAfter])].filter(
    (id) => !there.some((run) => run.id === id),
  );
  if (invented.length > 0) throw new Error(`${invented.join(', ')} is told of, and is no run of ${job}`);
}
