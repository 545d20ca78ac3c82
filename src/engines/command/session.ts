import { RolloutError } from '../../model/error.js';
import type { JsonObject } from '../../model/json.js';
import type { Run } from '../../model/run.js';
import type { Ambient, Session, Subject, Verbs } from '../engine.js';
import { act } from './act.js';
import { type CommandVerb, verbs } from './capabilities.js';
import { measure } from './measure.js';
import { observe } from './observe.js';
import { preflight } from './preflight.js';

/** Jobs of one session have the same verbs (they are part of `Place.session`); each brings its own commands. */
export async function open(target: JsonObject, ambient: Ambient): Promise<Session> {
  const known = new Map<string, Subject>();
  const list = async (subjects: readonly Subject[], ended: boolean) => {
    for (const subject of subjects) for (const name of subject.names) known.set(name, subject);
    return observe(subjects, ended, ambient);
  };
  return {
    observe: (subjects) => list(subjects, false),
    look: async (subject) => (await list([subject], true)).get(subject.job) ?? [],
    can: can(target, ambient),
    preflight,
    measure: (run, signal, since) => measure(subjectOf(run, known), run, signal, since, ambient),
  };
}

function can(target: JsonObject, ambient: Ambient): Verbs {
  const calls: { [verb in CommandVerb]: (call: Parameters<NonNullable<Verbs[verb]>>[0]) => ReturnType<typeof act> } = {
    prepare: (call) => act('prepare', call, ambient),
    scale: (call) => act('scale', call, ambient),
    replace: (call) => act('replace', call, ambient),
    start: (call) => act('start', call, ambient),
    drain: (call) => act('drain', call, ambient),
    stop: (call) => act('stop', call, ambient),
    snapshot: (call) => act('snapshot', call, ambient),
    stopWithSnapshot: (call) => act('stopWithSnapshot', call, ambient),
  };
  return Object.fromEntries(verbs(target).map((verb) => [verb, calls[verb]])) as Verbs;
}

function subjectOf(run: Run, known: ReadonlyMap<string, Subject>): Subject {
  const subject = known.get(run.name);
  if (subject) return subject;
  throw new RolloutError(
    'command-run-unknown',
    `No job of the name ${run.name} was observed, so its measure command is not known.`,
    { class: 'bug' },
  );
}
