import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Plan } from '../model/plan.js';
import type { Report } from '../model/report.js';
import type { Evidence, JobEvidence } from '../verify/evidence.js';

/** Where the files for the caller were written; null where there is nothing to write. */
export interface Written {
  readonly plan: string | null;
  readonly summary: string | null;
  readonly report: string | null;
  readonly evidence: string | null;
}

/** The samples that verdicts were made from, as one document. */
export function evidenceDocument(report: Report, jobs: readonly JobEvidence[]): Evidence {
  return { version: 1, kind: 'evidence', environment: report.environment, commit: report.commit, jobs: [...jobs] };
}

/** Writes plan, report, evidence and summary for later steps and artifact uploads. An empty directory name writes nothing. */
export async function writeFiles(
  directory: string,
  plan: Plan | null,
  report: Report | null,
  summary: string,
  evidence: Evidence | null,
): Promise<Written> {
  if (directory === '') return { plan: null, summary: null, report: null, evidence: null };
  await mkdir(directory, { recursive: true });
  const put = async (name: string, text: string) => {
    const path = join(directory, name);
    await writeFile(path, text);
    return path;
  };
  return {
    plan: plan === null ? null : await put('plan.json', `${JSON.stringify(plan, null, 2)}\n`),
    summary: await put('summary.md', `${summary}\n`),
    report: report === null ? null : await put('report.json', `${JSON.stringify(report, null, 2)}\n`),
    evidence: evidence === null ? null : await put('evidence.json', `${JSON.stringify(evidence)}\n`),
  };
}

/** The directory, or one beside it where an earlier step of the same job has put its files: those keep what they say. */
export async function freshDirectory(directory: string): Promise<string> {
  if (directory === '') return '';
  await mkdir(dirname(directory), { recursive: true });
  try {
    await mkdir(directory);
    return directory;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await mkdtemp(`${directory}-`);
  }
}
