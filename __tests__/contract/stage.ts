import { it } from '@jest/globals';
import type { Field, FieldOptions, Ground, Outside } from './ground.js';

/** A field with ears and hands at the service. */
export type Emulated = Field & { readonly outside: Outside };

/** Writes the tests of one engine. */
export interface Stage {
  readonly ground: Ground;
  /** A rule that is tried on the emulated service and on a real account alike. */
  rule(name: string, body: (field: Field) => Promise<void>, options?: FieldOptions): void;
  /** A rule that needs a second job, a broken call or the request log: skipped on a real account. */
  emulated(name: string, body: (field: Emulated) => Promise<void>, options?: FieldOptions): void;
}

export function stageOn(ground: Ground): Stage {
  const within = ground.limitSeconds * 1000;
  return {
    ground,
    rule(name, body, options = {}) {
      it(name, () => onField(ground, options, body), within);
    },
    emulated(name, body, options = {}) {
      if (ground.real) return void it.skip(`${name} (needs the emulated service)`, () => undefined);
      it(name, () => onField(ground, options, (field) => body(field as Emulated)), within);
    },
  };
}

async function onField(ground: Ground, options: FieldOptions, body: (field: Field) => Promise<void>): Promise<void> {
  const field = await ground.open(options);
  let passed = false;
  try {
    await body(field);
    passed = true;
  } finally {
    // What the end complains about would hide why the test failed.
    await (passed ? field.end() : field.end().catch(() => undefined));
  }
}
