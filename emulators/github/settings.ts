import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';

const repositorySchema = z.union([
  z.string(),
  z.null(),
  z.strictObject({ directory: z.string().nullable(), defaultBranch: z.string().optional() }),
]);

/** What can be set by `POST /settings`. */
const settingsSchema = z.strictObject({
  /** `owner/name` to a git directory (trees, commits and compare come from it), or null for one without git. `*`: any name, without git. */
  repositories: z.record(z.string(), repositorySchema).default({}),
  /** Requests an hour of a token: that of a workflow's token for one repository. */
  rateLimit: z.int().min(0).default(1000),
  /** Entries of a tree answer; more are cut, with `truncated`. */
  treeEntries: z.int().min(1).default(100_000),
});

export type GithubSettings = z.infer<typeof settingsSchema>;

/** Lays changes over settings; repositories are added to those known. Throws a ControlError. */
export function changedSettings(settings: Partial<GithubSettings>, change: JsonObject): GithubSettings {
  const added = change['repositories'];
  const repositories = {
    ...settings.repositories,
    ...(typeof added === 'object' && !Array.isArray(added) ? added : {}),
  };
  const result = settingsSchema.safeParse({ ...settings, ...change, repositories });
  if (result.success) return result.data;
  throw new ControlError(z.prettifyError(result.error));
}
