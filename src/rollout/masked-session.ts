import type { Progress, Session, Verbs } from '../engines/engine.js';
import { RolloutError } from '../model/error.js';
import type { Run } from '../model/run.js';

type Mask = (text: string) => string;

/**
 * A session whose texts about runs hold no secret that is known: an engine may repeat an argument in an error message, and such texts go
 * into the ledger, reports and logs. What the tool compares (ids, stamps, settings) stays as it is.
 */
export function maskedSession(session: Session, mask: Mask): Session {
  const { preflight, messages, measure, gap, can } = session;
  const run = (one: Run): Run => (one.detail === null ? one : { ...one, detail: mask(one.detail) });
  return {
    ...session,
    observe: quiet(mask, async (subjects) => {
      const found = await session.observe(subjects);
      return new Map([...found].map(([job, runs]) => [job, runs.map(run)] as const));
    }),
    look: quiet(mask, async (subject) => (await session.look(subject)).map(run)),
    preflight: quiet(mask, async (intended) =>
      (await preflight(intended)).map((finding) => ({
        ...finding,
        message: mask(finding.message),
        ...(finding.next !== undefined && { next: mask(finding.next) }),
      })),
    ),
    ...(messages === undefined
      ? {}
      : {
          messages: quiet(mask, async (one: Run) =>
            (await messages(one)).map((message) => ({ ...message, text: mask(message.text) })),
          ),
        }),
    ...(measure === undefined
      ? {}
      : {
          measure: (of: Run, signal: string, since: string) => quiet(mask, () => measure(of, signal, since))(undefined),
        }),
    ...(gap === undefined
      ? {}
      : { gap: (before: Run, after: Run) => quiet(mask, () => gap(before, after))(undefined) }),
    can: Object.fromEntries(Object.entries(can).map(([verb, call]) => [verb, verbOf(call, mask)])) as Verbs,
  };
}

function verbOf(call: NonNullable<Verbs[keyof Verbs]>, mask: Mask) {
  return quiet(mask, async (given: Parameters<typeof call>[0]): Promise<Progress> => {
    const progress = await (call as (given: unknown) => Promise<Progress>)(given);
    if (progress.state !== 'failed') return progress;
    const next = progress.next === undefined ? {} : { next: mask(progress.next) };
    return { ...progress, message: mask(progress.message), ...next };
  });
}

function quiet<Given, Answer>(mask: Mask, work: (given: Given) => Promise<Answer>): (given: Given) => Promise<Answer> {
  return async (given) => {
    try {
      return await work(given);
    } catch (error) {
      throw maskedError(error, mask);
    }
  };
}

/** The same error where its texts and those of its causes hold no secret; else one like it without causes, whose texts quote it, too. */
function maskedError(error: unknown, mask: Mask): unknown {
  if (!(error instanceof Error) || textsOf(error).every((text) => mask(text) === text)) return error;
  if (!(error instanceof RolloutError)) return new Error(mask(error.message));
  const { code, next, at } = error;
  return new RolloutError(code, mask(error.message), {
    class: error.class,
    ...(next !== null && { next: mask(next) }),
    ...(at !== null && { at }),
  });
}

function textsOf(error: Error): readonly string[] {
  const texts: string[] = [];
  for (let at: unknown = error; at instanceof Error && texts.length < 60; at = at.cause) {
    texts.push(at.message, at.stack ?? '', at instanceof RolloutError ? (at.next ?? '') : '');
  }
  return texts;
}
