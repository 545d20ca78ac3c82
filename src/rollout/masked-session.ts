import type { Progress, Session, Verbs } from '../engines/engine.js';
import type { Run } from '../model/run.js';

type Mask = (text: string) => string;

/**
 * A session whose texts about runs hold no secret that is known: an engine may repeat an argument in an error message, and such texts go
 * into the ledger, reports and logs. What the tool compares (ids, stamps, settings) stays as it is.
 */
export function maskedSession(session: Session, mask: Mask): Session {
  const { preflight, messages, can } = session;
  const run = (one: Run): Run => (one.detail === null ? one : { ...one, detail: mask(one.detail) });
  return {
    ...session,
    observe: quiet(mask, async (subjects) => {
      const found = await session.observe(subjects);
      return new Map([...found].map(([job, runs]) => [job, runs.map(run)] as const));
    }),
    look: quiet(mask, async (subject) => (await session.look(subject)).map(run)),
    preflight: quiet(mask, async (intended) =>
      (await preflight(intended)).map((finding) => ({ ...finding, message: mask(finding.message) })),
    ),
    ...(messages === undefined
      ? {}
      : {
          messages: quiet(mask, async (one: Run) =>
            (await messages(one)).map((message) => ({ ...message, text: mask(message.text) })),
          ),
        }),
    can: Object.fromEntries(Object.entries(can).map(([verb, call]) => [verb, verbOf(call, mask)])) as Verbs,
  };
}

function verbOf(call: NonNullable<Verbs[keyof Verbs]>, mask: Mask) {
  return quiet(mask, async (given: Parameters<typeof call>[0]): Promise<Progress> => {
    const progress = await (call as (given: unknown) => Promise<Progress>)(given);
    return progress.state === 'failed' ? { ...progress, message: mask(progress.message) } : progress;
  });
}

/** Errors pass as they are, but for the secrets in their messages. */
function quiet<Given, Answer>(mask: Mask, work: (given: Given) => Promise<Answer>): (given: Given) => Promise<Answer> {
  return async (given) => {
    try {
      return await work(given);
    } catch (error) {
      if (error instanceof Error) error.message = mask(error.message);
      throw error;
    }
  };
}
