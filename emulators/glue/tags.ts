import * as z from 'zod';
import { invalid, notFound, readInput } from './errors.js';
import { definitionOf } from './jobs.js';
import type { Call, Operation } from './operation.js';

const tags = z.record(z.string().min(1).max(128), z.string().max(256));

/** Tags of a job; they are no part of its definition. */
export const tagOperations: { readonly [operation: string]: Operation } = {
  GetTags: { write: false, perform: (call) => ({ Tags: taggedJob(call).tags }) },
  TagResource: {
    write: true,
    perform(call) {
      const { TagsToAdd } = readInput(z.object({ TagsToAdd: tags }), call.input);
      return setTags(call, { ...taggedJob(call).tags, ...TagsToAdd });
    },
  },
  UntagResource: {
    write: true,
    perform(call) {
      const { TagsToRemove } = readInput(z.object({ TagsToRemove: z.array(z.string()) }), call.input);
      const kept = Object.entries(taggedJob(call).tags).filter(([key]) => !TagsToRemove.includes(key));
      return setTags(call, Object.fromEntries(kept));
    },
  },
};

function taggedJob({ input, place }: Call) {
  const { ResourceArn: arn } = readInput(z.object({ ResourceArn: z.string() }), input);
  const name = /^arn:[\w-]+:glue:[\w-]+:\d{12}:job\/(.+)$/.exec(arn)?.[1];
  if (name === undefined) throw invalid(`${arn} is not the ARN of a job.`);
  if (arn !== place.arnOf(name)) throw notFound(`Resource ${arn} not found.`);
  return definitionOf(place, name);
}

function setTags(call: Call, changed: { readonly [key: string]: string }): object {
  if (Object.keys(changed).length > 50) throw invalid('A resource can have at most 50 tags.');
  const job = taggedJob(call);
  call.place.definitions.set(job.name, { ...job, tags: changed });
  return {};
}
