import type { JsonObject } from '../../src/model/json.js';
import type { GithubSettings } from './settings.js';
import { newRepository, type Repository } from './state.js';

/** Repositories that were asked for, made from their declaration at first use. */
export class Repositories {
  readonly #known = new Map<string, Repository>();

  /** Null: neither declared nor covered by `*`. */
  of(name: string, declared: GithubSettings['repositories']): Repository | null {
    const known = this.#known.get(name);
    if (known || !(name in declared || '*' in declared)) return known ?? null;
    const entry = declared[name] ?? null;
    const { directory, defaultBranch = null } =
      typeof entry === 'string' || entry === null ? { directory: entry } : entry;
    const repository = newRepository(this.#known.size + 1, name, directory, defaultBranch);
    this.#known.set(name, repository);
    return repository;
  }

  all(declared: GithubSettings['repositories']): readonly Repository[] {
    for (const name of Object.keys(declared)) if (name !== '*') this.of(name, declared);
    return [...this.#known.values()];
  }
}

/** Check runs with their annotations, deployments with their statuses, commit statuses and comments. */
export function snapshotOf({ checkRuns, deployments, statuses, comments }: Repository): JsonObject {
  const lists = {
    checkRuns: [...checkRuns.values()],
    deployments: [...deployments.values()],
    statuses,
    comments: [...comments.values()],
  };
  return JSON.parse(JSON.stringify(lists)) as JsonObject;
}
