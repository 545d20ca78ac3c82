import { isObject, type Json, type JsonObject } from '../../model/json.js';
import { isActive, type Run } from '../../model/run.js';
import type { Session, Subject } from '../engine.js';
import type { Jobs } from './jobs.js';
import type { Kit } from './kit.js';
import { isMark } from './marks.js';
import { standingIn, standingsIn } from './resources.js';
import { scaleOf } from './scale.js';
import { type Reveal, runsIn, type Seen, type Standing } from './seen.js';
import { type Kind, kindOf, kinds } from './target.js';
import { confirmed, type Proven } from './truth.js';

/**
 * Looks at runs. A resource is one place; what runs there, what is asked for, and by the annotation what ran before. Many jobs cost one list
 * of the namespace for each kind (blue/green: two); one job costs a read a name, and, while its run is young, reads of Flink's own API.
 */
export function observation(kit: Kit, jobs: Jobs): Pick<Session, 'observe' | 'look'> {
  const proven: Proven = new Set();

  function wanted(standing: Standing, subject: Subject, whole: boolean): readonly Seen[] {
    const over = new Set(subject.known?.filter(({ ended }) => ended).map(({ run }) => run));
    return runsIn(standing).filter(
      ({ id, state }) => isActive({ state }) || whole || (subject.ids.includes(id) && !over.has(id)),
    );
  }

  return {
    async look(subject) {
      const kind = kindOf(subject.target);
      const found = subject.names.map(async (name) => {
        const standing = await standingIn(kit, kind, name);
        if (standing === null) return [];
        const runs = wanted(standing, subject, true).map(async (seen) => {
          const sure = await confirmed(kit, jobs, proven, seen, subject.target);
          return runOf(kit, standing, sure, subject);
        });
        return Promise.all(runs);
      });
      return (await Promise.all(found)).flat();
    },
    async observe(subjects) {
      const found = new Map<string, readonly Run[]>();
      for (const kind of kinds) {
        const own = subjects.filter(({ target }) => kindOf(target) === kind);
        if (own.length === 0) continue;
        const standings = await standingsOf(kit, kind, own);
        for (const subject of own) {
          const runs = subject.names.flatMap((name) => {
            const standing = standings.get(name);
            if (standing === undefined) return [];
            return wanted(standing, subject, false).map((seen) => runOf(kit, standing, seen, subject));
          });
          found.set(subject.job, runs);
        }
      }
      return found;
    },
  };
}

/** One resource is read by its name; several by a list. */
async function standingsOf(kit: Kit, kind: Kind, subjects: readonly Subject[]): Promise<ReadonlyMap<string, Standing>> {
  const names = new Set(subjects.flatMap((subject) => subject.names));
  if (names.size > 1) return standingsIn(kit, kind, names);
  const found = await Promise.all([...names].map(async (name) => [name, await standingIn(kit, kind, name)] as const));
  return new Map(found.flatMap(([name, standing]) => (standing === null ? [] : [[name, standing] as const])));
}

function runOf(kit: Kit, standing: Standing, seen: Seen, subject: Subject): Run {
  const { id, stamp, state, engineState, startedAt, endedAt } = seen;
  kit.targets.set(id, subject.target);
  const scale = seen.spec === null ? null : { spec: scaleOf(seen.spec) };
  return {
    id,
    name: standing.name,
    state,
    engineState,
    streaming: null,
    startedAt,
    endedAt,
    stamp,
    continues: null,
    replacedBy: null,
    scale,
    shows: seen.spec === null ? null : showsOf(standing, seen, seen.spec, subject.target, kit.reveal),
    url: typeof subject.target['rest-url'] === 'string' ? subject.target['rest-url'] : null,
    detail: detailOf(seen),
  };
}

function detailOf({ code, text }: Seen): string | null {
  if (code === null) return text;
  return text === null ? code : `${code}: ${text}`;
}

/** The declared fields as the run has them; a secret of the manifest stands as its reference again. */
function showsOf(standing: Standing, seen: Seen, spec: JsonObject, target: JsonObject, reveal: Reveal): JsonObject {
  const declared = isObject(target['spec']) ? target['spec'] : {};
  // What is asked for and what runs are one: then people's own form of it is shown, not the operator's.
  const inForm = standing.wanted === null && seen === standing.deployed ? standing.specs.wanted : spec;
  return { name: standing.name, spec: shown(declared, inForm, reveal) };
}

function shown(declared: JsonObject, from: JsonObject, reveal: Reveal): JsonObject {
  const kept = Object.entries(declared).flatMap(([key, given]): [string, Json][] => {
    const there = from[key];
    if (there === undefined || there === null || isMark(key)) return [];
    if (isObject(given) && isObject(there)) return [[key, shown(given, there, reveal)]];
    if (JSON.stringify(given).includes('${secret.')) {
      return typeof given === 'string' && reveal(given) === there ? [[key, given]] : [];
    }
    // Flink's configuration is text: a number of the manifest stays a number.
    const isSame = typeof given !== 'object' && typeof there !== 'object' && String(given) === String(there);
    return [[key, isSame ? given : there]];
  });
  return Object.fromEntries(kept);
}
