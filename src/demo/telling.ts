import type { Check, DemoDocument, DemoStep, Shown } from './step.js';

const width = 110;
/** More annotations than this of one commit are left to the page. */
const mostAnnotations = 12;

/** Tells the demo line by line; with null nothing is printed. */
export function teller(print: ((line: string) => void) | null) {
  const say = print ?? (() => {});
  return {
    chapter(number: number, title: string, text: string): void {
      say(`\n${number}. ${title}\n`);
      for (const line of wrapped(text)) say(`   ${line}`);
    },
    typed(command: string): void {
      say(`\n   $ ${command}`);
    },
    line(line: string): void {
      say(`   | ${line}`);
    },
    outcome({ annotations, checks }: Pick<DemoStep, 'annotations' | 'checks'>): void {
      if (annotations.length > 0) say('\n   The check run of the commit shows, line by line:');
      for (const one of annotations.slice(0, mostAnnotations))
        for (const line of annotationLines(one)) say(`   | ${line}`);
      const more = annotations.length - mostAnnotations;
      if (more > 0) say(`   | and ${more} more`);
      say('');
      for (const check of checks) say(`   ${checkLine(check)}`);
    },
    end({ exitCode, seconds, page, kept, steps }: DemoDocument): void {
      const count = steps.reduce((sum, step) => sum + step.checks.length, 0);
      const broken = steps.flatMap((step) => step.checks.filter((check) => !check.held)).length;
      const verdict = exitCode === 0 ? `All ${count} promises held` : `${broken} of ${count} promises did NOT hold`;
      say(`\n${verdict}, in ${seconds} s.`);
      say(`The summary as a page: ${page}`);
      if (kept !== null) say(`Repository, ledger and reports: ${kept}`);
    },
  };
}

function checkLine({ text, held, found }: Check): string {
  return held ? `✓ ${text}` : `✗ ${text}: ${found}`;
}

/** As `file:line level title`, the message below it. */
function annotationLines({ file, line, level, title, message }: Shown): readonly string[] {
  return [`${file}:${line} ${level} ${title}`, ...message.split('\n').map((text) => `    ${text}`)];
}

function wrapped(text: string): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1] ?? '';
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
