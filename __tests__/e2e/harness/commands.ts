/** One workflow command as the runner takes it from a line of output. */
export interface Command {
  readonly name: string;
  readonly properties: { readonly [name: string]: string };
  readonly data: string;
}

/** An annotation that the runner would show. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  readonly title: string | null;
  readonly file: string | null;
  readonly line: number | null;
}

/** What a step printed, taken apart. */
export interface Printed {
  /** Lines that are no command, masked as the runner masks them. */
  readonly log: string;
  readonly annotations: readonly Annotation[];
  readonly masks: readonly string[];
  readonly commands: readonly Command[];
}

/** Names that the runner knows; a line with another one stays in the log. */
const known = new Set(
  'debug notice warning error group endgroup add-mask add-matcher remove-matcher echo set-output save-state set-env add-path stop-commands'.split(
    ' ',
  ),
);
const levels = { error: 'error', warning: 'warning', notice: 'notice' } as const;

/** Takes output apart as the runner does: commands at the start of a line, `##[name]` anywhere, `stop-commands` honoured. */
export function takeApart(output: string): Printed {
  const commands: Command[] = [];
  const lines: string[] = [];
  let stopped: string | null = null;
  for (const line of output.split(/\r?\n/)) {
    const command = commandIn(line);
    if (stopped !== null) {
      if (command?.name === stopped) stopped = null;
      else lines.push(line);
    } else if (command !== null && known.has(command.name)) {
      commands.push(command);
      if (command.name === 'stop-commands') stopped = command.data;
      if (command.name === 'group') lines.push(command.data);
    } else lines.push(line);
  }
  const masks = commands.filter(({ name }) => name === 'add-mask').map(({ data }) => data);
  return {
    log: masked(lines.join('\n'), masks),
    annotations: commands.flatMap((command) => annotationOf(command, masks)),
    masks,
    commands,
  };
}

/** Secrets as `***`, as the runner does to logs, annotations and summaries. */
export function masked(text: string, masks: readonly string[]): string {
  return masks.filter(Boolean).reduce((all, mask) => all.replaceAll(mask, '***'), text);
}

function commandIn(line: string): Command | null {
  const modern = /^\s*::([^\s:]+)(?:\s+(.*?))?::(.*)$/.exec(line);
  if (modern)
    return { name: modern[1] ?? '', properties: pairs(modern[2] ?? '', ','), data: unescaped(modern[3] ?? '') };
  const old = /##\[([^\s\]]+)(?:\s+([^\]]*))?\](.*)$/.exec(line);
  return old && { name: old[1] ?? '', properties: pairs(old[2] ?? '', ';'), data: old[3] ?? '' };
}

function pairs(text: string, separator: string): { [name: string]: string } {
  const all = text.split(separator).map((pair) => pair.split('=', 2) as [string, string?]);
  return Object.fromEntries(
    all.flatMap(([name, value]) => (value === undefined ? [] : [[name.trim(), unescapedProperty(value)]])),
  );
}

function unescaped(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function unescapedProperty(text: string): string {
  return unescaped(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
}

function annotationOf({ name, properties, data }: Command, masks: readonly string[]): Annotation[] {
  const level = (levels as { readonly [name: string]: Annotation['level'] })[name];
  if (level === undefined) return [];
  const { title, file, line } = properties;
  return [
    {
      level,
      message: masked(data, masks),
      title: title === undefined ? null : masked(title, masks),
      file: file ?? null,
      line: line === undefined ? null : Number(line),
    },
  ];
}
