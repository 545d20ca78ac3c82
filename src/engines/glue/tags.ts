import { isObject, type JsonObject } from '../../model/json.js';
import { partitionOf } from '../../platforms/aws/place.js';
import { declaredAccount } from '../../platforms/aws/role.js';
import type { PrepareCall, Progress } from '../engine.js';
import { errorOf, failed, failureOf } from './errors.js';
import { isCancelled, type Tools } from './shared.js';
import { texts } from './wanted.js';

/** Sets the tags that the manifest gives, where they differ; others stay. Tags are no part of UpdateJob. `tagged`: it was done and is read back. */
export async function prepareTags(
  tools: Tools,
  call: PrepareCall,
  name: string,
  target: JsonObject,
  tagged: boolean,
  memo: JsonObject,
): Promise<Progress> {
  const done: Progress = { state: 'succeeded', run: null, snapshot: null };
  if (!isObject(target['tags'])) return done;
  const account = declaredAccount(target) ?? (await tools.account());
  const arn = `arn:${partitionOf(tools.glue.region)}:glue:${tools.glue.region}:${account}:job/${name}`;
  const current = await tools.glue.tags(arn);
  const missing = Object.entries(texts(target['tags'])).filter(([key, value]) => current[key] !== value);
  if (missing.length === 0) return done;
  if (tagged) {
    const keys = missing.map(([key]) => key).join(', ');
    return failed('glue-definition-not-as-written', `${name}: read back after the write, these tags differ: ${keys}.`);
  }
  if (isCancelled(tools, call)) return { state: 'running', memo, retryAfterSeconds: 1 };
  try {
    await tools.glue.tag(arn, Object.fromEntries(missing));
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === 'throttled') return { state: 'running', memo, retryAfterSeconds: 5 };
    if (failure.kind === 'unknown' || failure.kind === 'credentials') throw errorOf(failure, `TagResource ${arn}`);
    return failed(
      failure.code === 'glue-refused' ? 'glue-definition-refused' : failure.code,
      `TagResource ${arn}: ${failure.text}`,
    );
  }
  return { state: 'running', memo: { ...memo, tagged: true }, retryAfterSeconds: 1 };
}
