import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';

/** The runner's side of a step, inside this process: output and summary files, and what was printed. */
export interface Runner {
  /** Runs the work and gives what it printed on stdout. */
  log(work: () => Promise<unknown>): Promise<string>;
  output(name: string): string | undefined;
  summary(): string;
}

let summaryFile: string | null = null;

/** Points the toolkit at fresh files in the folder. The toolkit remembers the summary's path, so that one stays for the process. */
export function captureRunner(directory: string): Runner {
  const outputFile = join(mkdtempSync(join(directory, 'step-')), 'output');
  writeFileSync(outputFile, '');
  summaryFile ??= join(mkdtempSync(join(directory, 'summary-')), 'summary.md');
  writeFileSync(summaryFile, '');
  process.env['GITHUB_OUTPUT'] = outputFile;
  process.env['GITHUB_STEP_SUMMARY'] = summaryFile;
  return {
    async log(work) {
      const printed: string[] = [];
      const spy = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
        printed.push(String(chunk));
        return true;
      });
      try {
        await work();
      } finally {
        spy.mockRestore();
      }
      return printed.join('');
    },
    output(name) {
      const text = readFileSync(outputFile, 'utf8');
      const [, , value] = new RegExp(`^${name}<<(\\S+)\\n([\\s\\S]*?)\\n\\1$`, 'm').exec(text) ?? [];
      return value;
    },
    summary: () => (summaryFile !== null && existsSync(summaryFile) ? readFileSync(summaryFile, 'utf8') : ''),
  };
}
