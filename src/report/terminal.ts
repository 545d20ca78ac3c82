import type { ManifestError } from '../manifest/index.js';
import { codes } from '../model/codes/index.js';
import type { JobReport, Report } from '../model/report.js';
import type { Failure } from './failure.js';
import { terminalText } from './terminal-text.js';
import { gapSource, gapText } from './text.js';

/** Prints the one JSON document of a command on stdout, or its text for people. */
export function printDocument(json: boolean, document: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${terminalText(text)}\n`);
}

/** A failure is the one document, too; people read it on stderr. */
export function printFailure(json: boolean, failure: Failure): void {
  if (json) printDocument(true, failure, '');
  else process.stderr.write(`${terminalText(failureText(failure))}\n`);
}

/** The report for people: one paragraph a job that was touched, unchanged ones as a count. */
export function renderReport(report: Report): string {
  const told = report.jobs.filter((job) => job.outcome !== 'unchanged');
  const unchanged = report.jobs.length - told.length;
  const lines = told.map(paragraph);
  if (unchanged > 0) lines.push(`${unchanged} ${unchanged === 1 ? 'job is' : 'jobs are'} unchanged.`);
  if (lines.length === 0) lines.push('There was nothing to do.');
  return lines.join('\n\n');
}

function paragraph(job: JobReport): string {
  const head = `${job.job}: ${job.outcome}${job.code === null ? '' : ` (${job.code})`}`;
  const facts = [
    job.strategy === null ? null : `strategy ${job.strategy}`,
    job.gapSeconds === null
      ? null
      : `processing gap ${gapText(job)}${job.gapBy === 'engine' ? ` ${gapSource(job)}` : ''}`,
    job.rollout === null ? null : `rollout ${job.rollout}`,
  ].filter((fact) => fact !== null);
  const lines = [head, `  ${job.message}`];
  if (facts.length > 0) lines.push(`  ${facts.join(', ')}`);
  for (const gate of job.gates ?? []) {
    const how = gate.result === null ? gate.message : `${gate.result}, ${gate.message}`;
    lines.push(`  gate ${gate.gate}${gate.advisory ? ' (advisory)' : ''}: ${how}`);
  }
  for (const said of job.messages.slice(-3)) lines.push(`  engine, ${said.level}: ${said.text}`);
  if (job.next !== null) lines.push(`  next: ${job.next}`);
  return lines.join('\n');
}

export function renderErrors(errors: readonly ManifestError[]): string {
  const lines = errors.map(
    (error) =>
      `${error.file}:${error.line}:${error.column}: ${error.field === '' ? '' : `${error.field}: `}${error.message} (${error.code})`,
  );
  const nexts = [...new Set(errors.map(({ code }) => code))].map((code) => `next (${code}): ${codes[code].next}`);
  return [...lines, `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`, ...nexts].join('\n');
}

function failureText(failure: Failure): string {
  const next = failure.next === null ? '' : `\nnext: ${failure.next}`;
  return `stream-rollout: ${failure.message} (${failure.code})${next}`;
}
