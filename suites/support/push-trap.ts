import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How often a group of processes is looked at, in milliseconds. */
const glance = 15;

/** What holds the n-th call or push up until it is released. */
export interface Trap {
  set(point: { readonly nth: number; readonly when: 'before' | 'after' }): Promise<void>;
  sprung(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Hooks of a bare repository: they count pushes to the ledger, and hold the n-th one up until it is released: before the refs move (then it is
 * refused) or after.
 */
export function pushTrap(origin: string, state: string): Trap {
  const hook = (when: string, after: string) => `#!/bin/sh
refs=$(cat)
case "$refs" in *refs/stream-rollout*) ;; *) exit 0 ;; esac
[ -f '${state}' ] || exit 0
read -r wanted nth < '${state}'
[ "$wanted" = '${when}' ] || exit 0
count=$(( $(cat '${state}.count' 2>/dev/null || echo 0) + 1 ))
echo $count > '${state}.count'
[ "$count" = "$nth" ] || exit 0
: > '${state}.reached'
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -f '${state}' ] || break; sleep 0.1; done
${after}
`;
  const hooks = join(origin, 'hooks');
  mkdirSync(hooks, { recursive: true });
  for (const [name, text] of [
    ['pre-receive', hook('before', 'exit 1')],
    ['post-receive', hook('after', 'exit 0')],
  ] as const) {
    writeFileSync(join(hooks, name), text);
    chmodSync(join(hooks, name), 0o755);
  }
  return {
    set: async ({ when, nth }) => writeFileSync(state, `${when} ${nth}\n`),
    sprung: async () => existsSync(`${state}.reached`),
    async release() {
      for (const file of [state, `${state}.reached`, `${state}.count`]) rmSync(file, { force: true });
    },
  };
}

/** A push that was under way lands or fails by itself: the rerun comes after it, as it would on another machine. */
export async function leftBehind(group: number): Promise<void> {
  for (;;) {
    try {
      process.kill(-group, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, glance));
  }
}
