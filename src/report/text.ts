/** Text from engines, commits and people, made safe for Markdown tables and lists: one line, no HTML, no links made up. */
export function cell(text: string): string {
  return plain(text).replace(/\r?\n/g, ' ').replace(/\|/g, '\\|');
}

/** Escapes HTML and the Markdown signs that could start markup, a mention or an image. */
export function plain(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/([`*_[\]!~])/g, '\\$1')
    .replace(/@(?=\w)/g, '@\u200b');
}

/** Inline code that can hold backticks. */
export function code(text: string): string {
  const line = text.replace(/\r?\n/g, ' ').replace(/\|/g, '\\|');
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}

/** A link, if there is somewhere to link to. */
export function link(text: string, url: string | null): string {
  return url === null || !/^https?:\/\//.test(url)
    ? code(text)
    : `[${code(text)}](${url.replace(/[()\s]/g, encodeURIComponent)})`;
}

/** `2 of 5 jobs`, `1 of 1 job`. */
export function counted(count: number, of: number): string {
  return `${count} of ${of} ${of === 1 ? 'job' : 'jobs'}`;
}

/** Seconds for people: `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function seconds(value: number | null): string {
  if (value === null) return 'not known';
  const whole = Math.round(value);
  if (whole < 100) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`;
  return `${Math.floor(whole / 3600)} h${Math.floor((whole % 3600) / 60) === 0 ? '' : ` ${Math.floor((whole % 3600) / 60)} min`}`;
}

/** Cuts a text to a number of characters and says so. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 16)}… (shortened)`;
}
