import { readFile } from 'node:fs/promises';
import { RolloutError } from '../model/error.js';
import { worstExitCode } from '../model/outcome.js';
import { type Evidence, evidenceSchema } from '../verify/evidence.js';
import { type Replayed, replay } from '../verify/replay.js';

/** The document of `verify`. */
export interface Verification {
  readonly version: 1;
  readonly kind: 'verify';
  readonly exitCode: number;
  readonly jobs: readonly (Omit<Replayed, 'verdict'> & {
    readonly verdict: { readonly result: string; readonly code: string | null; readonly message: string } | null;
  })[];
}

/**
 * Judges a file of evidence again: no engine, no ledger, no clock. Exit code 0: passed; 1: failed, could not be judged, or other than
 * what was recorded; 5: not decided, or no verdict in the file. Throws an input error where the file is none.
 */
export async function verifyAgain(path: string): Promise<Verification> {
  const jobs = replay(await evidenceIn(path)).map(({ verdict, ...one }) => ({
    ...one,
    verdict:
      verdict === null
        ? null
        : { result: verdict.result, code: verdict.result === 'pass' ? null : verdict.code, message: verdict.message },
  }));
  const codes = jobs.map(({ same, verdict }) => (!same ? 1 : verdict === null ? 5 : verdict.result === 'pass' ? 0 : 1));
  return { version: 1, kind: 'verify', exitCode: codes.length === 0 ? 5 : worstExitCode(codes), jobs };
}

async function evidenceIn(path: string): Promise<Evidence> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw unusable(`${path} can not be read as JSON: ${(cause as Error).message}`, cause);
  }
  const parsed = evidenceSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw unusable(
    `${path} is no evidence file: ${issue?.path.map(String).join('.') || 'the document'}: ${issue?.message}`,
  );
}

function unusable(message: string, cause?: unknown): RolloutError {
  return new RolloutError('evidence-invalid', message, { class: 'input', cause });
}

export function renderVerification(found: Verification): string {
  if (found.jobs.length === 0) return 'The file holds no verdict.';
  return found.jobs
    .map(({ job, environment, run, direction, verdict, gates, same }) => {
      const what = direction === 'undo' ? ' (the old revision, put back)' : '';
      const lines = [
        `${job} in ${environment}, run ${run}${what}: ${verdict?.result ?? 'not decided'}`,
        ...(verdict === null ? [] : [`  ${verdict.message}`]),
        ...gates.map(
          (gate) => `  ${gate.gate}: ${gate.verdict?.result ?? 'not decided'}, ${gate.verdict?.message ?? ''}`,
        ),
        same ? '  the same as recorded' : '  NOT what was recorded',
      ];
      return lines.join('\n');
    })
    .join('\n\n');
}
