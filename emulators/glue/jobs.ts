import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import {
  checkDefinition,
  type Definition,
  defaultVersion,
  definedOnly,
  type JobUpdate,
  jobUpdateSchema,
  shownJob,
} from './definition.js';
import { GlueError, notFound, readInput } from './errors.js';
import type { Call, Operation } from './operation.js';
import { pageOf } from './paging.js';
import type { Place } from './place.js';

const name = z.string().min(1).max(255);
const page = { NextToken: z.string().optional(), MaxResults: z.int().min(1).max(1000).optional() };
const createSchema = jobUpdateSchema.extend({ Name: name, Tags: z.record(z.string(), z.string()).optional() });

/** Operations on definitions. */
export const jobOperations: { readonly [operation: string]: Operation } = {
  CreateJob: { write: true, perform: createJob },
  UpdateJob: { write: true, perform: updateJob },
  DeleteJob: { write: true, perform: deleteJob },
  GetJob: {
    write: false,
    perform: ({ input, place }) => ({
      Job: shownJob(definitionOf(place, readInput(z.object({ JobName: name }), input).JobName)),
    }),
  },
  GetJobs: {
    write: false,
    perform(call) {
      const { items, next } = jobPage(call, [...call.place.definitions.values()]);
      return definedOnly({ Jobs: items.map(shownJob), NextToken: next });
    },
  },
  ListJobs: {
    write: false,
    perform(call) {
      const { Tags: tags = {} } = readInput(
        z.object({ Tags: z.record(z.string(), z.string()).optional() }),
        call.input,
      );
      const tagged = [...call.place.definitions.values()].filter((job) =>
        Object.entries(tags).every(([key, value]) => job.tags[key] === value),
      );
      const { items, next } = jobPage(call, tagged);
      return definedOnly({ JobNames: items.map((job) => job.name), NextToken: next });
    },
  },
  BatchGetJobs: {
    write: false,
    perform({ input, place }) {
      const { JobNames: names } = readInput(z.object({ JobNames: z.array(name) }), input);
      const found = names.flatMap((wanted) => place.definitions.get(wanted) ?? []);
      return { Jobs: found.map(shownJob), JobsNotFound: names.filter((wanted) => !place.definitions.has(wanted)) };
    },
  },
};

/** Throws EntityNotFoundException. */
export function definitionOf(place: Place, jobName: string): Definition {
  const definition = place.definitions.get(jobName);
  if (!definition) throw notFound(`Job ${jobName} not found.`);
  return definition;
}

function createJob({ input, place, now }: Call): object {
  const { Name, Tags = {}, ...update } = readInput(createSchema, input);
  const definition: Definition = {
    name: Name,
    update: { ...update, GlueVersion: update.GlueVersion ?? defaultVersion },
    createdOn: now,
    modifiedOn: now,
    tags: Tags,
  };
  checkDefinition(definition.update, definition.update.GlueVersion);
  const existing = place.definitions.get(Name);
  if (existing && isDeepStrictEqual(existing.update, definition.update))
    throw new GlueError('AlreadyExistsException', `Job ${Name} already exists.`);
  if (existing)
    throw new GlueError(
      'IdempotentParameterMismatchException',
      `Job ${Name} already submitted with different configuration.`,
    );
  place.definitions.set(Name, definition);
  return { Name };
}

/** Overwrites the whole definition: a member that is absent becomes absent. Only GlueVersion keeps its value when it is left out. */
function updateJob({ input, place, now }: Call): object {
  const { JobName, JobUpdate: update } = readInput(z.object({ JobName: name, JobUpdate: jobUpdateSchema }), input);
  const definition = definitionOf(place, JobName);
  const version = update.GlueVersion ?? definition.update.GlueVersion;
  checkDefinition(update, version);
  place.definitions.set(JobName, {
    ...definition,
    update: { ...(update as JobUpdate), GlueVersion: version },
    modifiedOn: now,
  });
  return { JobName };
}

/** Deleting what is not there is no error; runs go on. */
function deleteJob({ input, place }: Call): object {
  const { JobName } = readInput(z.object({ JobName: name }), input);
  place.definitions.delete(JobName);
  return { JobName };
}

function jobPage({ input, world }: Call, jobs: readonly Definition[]) {
  const { NextToken, MaxResults = world.settings.pageSize } = readInput(z.object(page), input);
  const sorted = [...jobs].sort((a, b) => (a.name < b.name ? -1 : 1));
  return pageOf(sorted, (job) => job.name, NextToken, Math.min(MaxResults, world.settings.pageSize));
}
