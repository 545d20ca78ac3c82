import type { JobUpdate } from '@aws-sdk/client-glue';
import { differing, type Member, withOneCapacity } from './definition.js';
import { noteArgument } from './marks.js';
import type { Arguments, Wanted } from './wanted.js';

/**
 * What stood in the definition under the values that the manifest laid over it; null: nothing. It is kept in the definition itself,
 * because Glue keeps no history: when a field leaves the manifest, or when an older revision without it is rolled back to, the
 * definition gets back what it had.
 */
interface Note {
  readonly arguments: { readonly [argument: string]: string | null };
  readonly members: { readonly [member in Member]?: unknown };
}

/** Members whose parts are laid over one by one, so that the manifest can give some of them. */
const merged: ReadonlySet<Member> = new Set([
  'Command',
  'ExecutionProperty',
  'NotificationProperty',
  'SourceControlDetails',
]);

/** Kinds of capacity that exclude each other. */
const capacity: readonly Member[] = ['MaxCapacity', 'WorkerType', 'NumberOfWorkers'];

/**
 * The definition with the manifest's values laid over it: first what an earlier write laid over it is taken off, then the new
 * values are laid on. Pure, and repeatable: applied to its own result it changes nothing.
 */
export function lay(current: JobUpdate, wanted: Wanted): JobUpdate {
  const note = noteOf(current.DefaultArguments);
  const base = note === null ? current : lift(current, note);
  const under = base.DefaultArguments ?? {};
  const args = wanted.arguments;
  const over = { ...wanted.members, Command: { ...wanted.members.Command, ScriptLocation: wanted.script } };
  const laid: Note = {
    arguments: Object.fromEntries(Object.keys(args).map((name) => [name, under[name] ?? null])),
    members: Object.fromEntries(touched(over).map((member) => [member, base[member] ?? null])),
  };
  const result: JobUpdate = { ...base, DefaultArguments: { ...under, ...args } };
  for (const [member, value] of Object.entries(over)) assign(result, member as Member, value);
  const update = capacityOf(result, over);
  // Where the definition already says all that the manifest says, there is nothing to give back later: it needs no note and no write.
  if (note === null && differing(update, current).length === 0) return current;
  return { ...update, DefaultArguments: { ...update.DefaultArguments, [noteArgument]: encode(laid) } };
}

/** Takes the note out of a definition's default arguments. */
export function withoutNote(args: Arguments | undefined): Arguments {
  const { [noteArgument]: _, ...rest } = args ?? {};
  return rest;
}

/** The members that the overlay sets, and the ones that go because of them. */
function touched(over: object): readonly Member[] {
  const set = Object.keys(over) as Member[];
  return set.some((member) => capacity.includes(member)) ? [...new Set([...set, ...capacity])] : set;
}

function assign(update: JobUpdate, member: Member, value: unknown): void {
  const below = update[member];
  const parts = merged.has(member) && typeof below === 'object' && below !== null;
  Object.assign(update, { [member]: parts ? { ...below, ...(value as object) } : value });
}

/** The kind of capacity that the manifest gives replaces the other kind. */
function capacityOf(update: JobUpdate, over: Wanted['members']): JobUpdate {
  if (over.MaxCapacity === undefined) return withOneCapacity(update);
  const { WorkerType: _, NumberOfWorkers: __, ...rest } = update;
  return rest;
}

function lift(current: JobUpdate, note: Note): JobUpdate {
  const args: Record<string, string> = { ...withoutNote(current.DefaultArguments) };
  for (const [name, before] of Object.entries(note.arguments)) {
    if (before === null) delete args[name];
    else args[name] = before;
  }
  const members = Object.entries({ ...current, ...note.members, DefaultArguments: args });
  return withOneCapacity(
    Object.fromEntries(members.filter(([, value]) => value !== null && value !== undefined)) as JobUpdate,
  );
}

/** In base64url: quotes and braces of JSON would not survive every way in which Glue hands arguments to a script. */
function encode(note: Note): string {
  return Buffer.from(JSON.stringify(note)).toString('base64url');
}

/** The note of an earlier write; null where there is none, or where somebody damaged it. */
function noteOf(args: Arguments | undefined): Note | null {
  const text = args?.[noteArgument];
  if (text === undefined) return null;
  try {
    const note = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Note>;
    return { arguments: note.arguments ?? {}, members: note.members ?? {} };
  } catch {
    return null;
  }
}
