import type { ApplicationDetail } from '@aws-sdk/client-kinesis-analytics-v2';
import { isObject, type Json, type JsonObject } from '../../model/json.js';
import type { Ambient } from '../engine.js';
import { withSecrets } from '../engine.js';
import { type Groups, groupsOf, markedOf } from './marks.js';
import { textsOf } from './wanted.js';

/** Tells the value of `${secret.NAME}`, or null where it is not set. */
export type Reveal = (text: string) => string | null;

export function revealer(ambient: Ambient): Reveal {
  return (text) => {
    try {
      return withSecrets(text, ambient.secret);
    } catch {
      // The secret is not set here (a plan needs none): then nothing can be said about the value.
      return null;
    }
  };
}

/** Fields of impact `scale` as a version has them. */
export function scaleOf(detail: ApplicationDetail): JsonObject {
  const parallelism = parallelismOf(detail)?.Parallelism;
  return parallelism === undefined ? {} : { parallelism };
}

/** Other fields of the target as a version shows them. */
export function showsOf(detail: ApplicationDetail, target: JsonObject, reveal: Reveal): JsonObject {
  const { code } = markedOf(detail);
  const parallelism = parallelismOf(detail);
  const plain: { readonly [field: string]: Json | undefined } = {
    // A version of an object can't be given in the manifest: such code is not known.
    code: code.key === '' || code.version !== null ? undefined : `s3://${code.bucket}/${code.key}`,
    properties: withoutSecrets(groupsOf(detail), target, reveal),
    'parallelism-per-kpu': parallelism?.ParallelismPerKPU,
    'auto-scaling': parallelism?.AutoScalingEnabled,
    runtime: detail.RuntimeEnvironment,
    role: detail.ServiceExecutionRole,
  };
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)) as JsonObject;
}

/** Names whose values are left out unless the manifest gives them openly: what is shown may be stored in the ledger. */
const secretive = /pass(word|wd|phrase)?$|secret|token|credential|private[-_.]?key|api[-_.]?key/i;

/** Properties as they may be stored: a secret of the manifest stands as its reference again, and what looks like one is left out. */
function withoutSecrets(groups: Groups, target: JsonObject, reveal: Reveal): JsonObject {
  const raw = isObject(target['properties']) ? target['properties'] : {};
  const kept = Object.entries(groups).map(([id, map]) => {
    const own = isObject(raw[id]) ? raw[id] : {};
    const declared = textsOf(own);
    const values: Record<string, Json> = {};
    for (const [key, value] of Object.entries(map)) {
      const given = declared[key];
      if (given?.includes('${secret.')) {
        if (reveal(given) === value) values[key] = given;
        continue;
      }
      // A number of the manifest stays a number: 5 and "5" are the same property.
      if (given !== undefined || !secretive.test(key)) values[key] = given === value ? (own[key] ?? value) : value;
    }
    return [id, values] as const;
  });
  return Object.fromEntries(kept);
}

function parallelismOf(detail: ApplicationDetail) {
  return detail.ApplicationConfigurationDescription?.FlinkApplicationConfigurationDescription
    ?.ParallelismConfigurationDescription;
}
