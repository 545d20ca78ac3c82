/** What a command is about: one environment, and one of its jobs or all. */
export interface About {
  readonly environment: string | null;
  readonly job?: string | null;
}

/**
 * A command of this tool that can be pasted as it is: the one place where next commands are made. The environment is always named where it
 * is known: without it a command would be refused, or mean another one, as soon as there are several. What else the call was given is added
 * when the text is told (`repeatInputs`).
 */
export function commandOf(command: string, { environment, job = null }: About, ...flags: readonly string[]): string {
  const words = ['stream-rollout', command];
  if (environment !== null) words.push('--environment', quoted(environment));
  if (job !== null) words.push('--jobs', quoted(job));
  return [...words, ...flags].join(' ');
}

/** A word as a shell takes it: as it is where nothing in it means anything to one. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command to be tried again, after what has to be done first. */
export function againBy(command: string, first: string | null): string {
  return first === null ? `run again: ${command}` : `${first.replace(/[.\s]*$/, '')}: ${command}`;
}
