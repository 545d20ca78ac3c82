import type { JobReport } from '../model/report.js';

/** One line of Markdown text from a foreign text: no HTML, no markup, no mention, no reference, no formula. */
export function plain(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]!~$|]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@(?=\w)/g, '@\u200b')
    .replace(/#(?=\w)/g, '#\u200b')
    .replace(/^(?=[#+=-])/, '\\')
    .replace(/^(\d+)(?=[.)])/, '$1\\');
}

/** Text between HTML tags, such as `<summary>`, where Markdown's own escapes would be shown. */
export function html(text: string): string {
  return oneLine(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/@(?=\w)/g, '@\u200b');
}

/** Inline code; the fence is longer than any run of backticks inside. */
export function code(text: string): string {
  const line = oneLine(text);
  if (line === '') return '–';
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** Inline code inside a table, where a bar would end the cell even within code. */
export function cellCode(text: string): string {
  return code(text.replace(/\|/g, '\\|'));
}

/** A link on inline code, if there is somewhere to link to; also inside a table. */
export function link(text: string, url: string | null): string {
  const label = cellCode(text);
  if (url === null || !/^https?:\/\//.test(url)) return label;
  const target = url.replace(
    /[()<>|`"'\\\s]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return `[${label}](${target})`;
}

/** What to do next: the command in it as code, so that it can be copied. */
export function nextText(next: string): string {
  const [, words = '', command] = /^(.*?)(stream-rollout [a-z].*)$/s.exec(next) ?? [];
  return command === undefined ? plain(next) : `${words === '' ? '' : `${plain(words)} `}${code(command)}`;
}

/** A text followed by what to do next, as sentences. */
export function withNext(text: string, next: string | null | undefined): string {
  if (next == null) return plain(text);
  return `${plain(text)}${/[.!?]$/.test(text.trim()) ? '' : '.'} Next: ${nextText(next)}`;
}

/** `2 of 5 jobs`, `1 of 1 job`. */
export function counted(count: number, of: number): string {
  return `${count} of ${jobs(of)}`;
}

/** `1 job`, `5 jobs`. */
export function jobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`;
}

/** Seconds for people: `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function seconds(value: number | null): string {
  if (value === null) return 'not known';
  const whole = Math.round(value);
  if (whole < 100) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`;
  return `${Math.floor(whole / 3600)} h${Math.floor((whole % 3600) / 60) === 0 ? '' : ` ${Math.floor((whole % 3600) / 60)} min`}`;
}

/** The processing gap of a report: below ten seconds with a digit more, since an engine's own times know it. */
export function gapText({ gapSeconds, gapBy }: Pick<JobReport, 'gapSeconds' | 'gapBy'>): string {
  if (gapBy !== 'engine' || gapSeconds === null || gapSeconds >= 10) return seconds(gapSeconds);
  return `${gapSeconds.toFixed(1)} s`;
}

/** Where the figure is from; null where there is none to tell of. */
export function gapSource({ gapBy }: Pick<JobReport, 'gapBy'>): string | null {
  if (gapBy === undefined) return null;
  return gapBy === 'engine' ? 'by the engine’s own times' : 'between two looks of the tool';
}

const shortened = '… (shortened)';

/** Cuts a text to a number of characters and says so; never in the middle of a character. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, Math.max(0, most - shortened.length));
  return `${kept.replace(/[\ud800-\udbff]$/, '')}${shortened}`;
}

/** A text in one line: line breaks and control characters become spaces. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
