import { describe, expect, it } from '@jest/globals';
import type { JobRecord } from '../../src/model/record.js';
import { jobExitCode } from '../../src/model/report.js';
import { reportOf } from '../../src/rollout/reporting.js';
import { old, recordOf } from './kit.js';

const url = 'https://github.com/acme/streams/actions/runs/9/attempts/1';
const theirs = { name: url, workflow: null, process: null, nonce: 'theirs' };
const closed = (outcome: 'succeeded' | 'superseded', message: string): Partial<JobRecord> => ({
  holder: null,
  workflowUrl: url,
  closed: { outcome, code: null, message, at: '', runs: [] },
});

/** What the process reports that lost the lock, by what stands in the ledger then. */
function reported(now: Partial<JobRecord> | null) {
  const record = recordOf('restart');
  const standing = now === null ? null : { ...recordOf('restart'), holder: theirs, ...now };
  return reportOf({ how: 'lost', record, runs: [old()], note: 'lost', now: standing }, 'memory', [], []);
}

describe('a process that lost the lock', () => {
  it.each<readonly [string, Partial<JobRecord>, string]>([
    [
      'to a rollout of a newer commit',
      { n: 3, rollout: 'other', commit: '0123456789abcdef' },
      `Rollout 3 of commit 0123456789ab has the job now (${url}).`,
    ],
    [
      'to one that closes it for a newer commit',
      { closingFor: 'commit 0123456789ab carries on' },
      `Commit 0123456789ab carries on (${url}), and closes rollout 2.`,
    ],
    [
      'to one that has closed it for a newer commit',
      closed('superseded', 'commit 0123456789ab carries on'),
      'Rollout 2 was closed: commit 0123456789ab carries on.',
    ],
  ])('%s reports superseded, which is no failure', (_name, now, cause) => {
    const report = reported(now);
    expect([report.outcome, report.code, jobExitCode(report)]).toEqual(['superseded', 'superseded', 0]);
    expect(report.message).toBe(
      `A newer commit closed this rollout and carries on. ${cause} Now: run old of orders is running.`,
    );
    // It tells of its own rollout, not of the one that took its place.
    expect([report.rollout, report.revision]).toEqual([recordOf('restart').rollout, 'r1-new']);
  });

  it.each<readonly [string, Partial<JobRecord> | null, string]>([
    ['to a process that goes on with the same rollout', {}, `Rollout 2 is held by ${url}.`],
    ['to one that let go of it again', { holder: null, workflowUrl: null }, 'Nobody holds rollout 2 now.'],
    ['to one that has finished it', closed('succeeded', ''), 'Rollout 2 was closed as succeeded.'],
    [
      'to another first rollout after a lost ledger',
      { rollout: 'other', commit: null },
      `Rollout 2 has the job now (${url}).`,
    ],
    ['and can not tell to whom', null, 'What stands in the ledger now is not known.'],
  ])('%s reports interrupted', (_name, now, cause) => {
    const report = reported(now);
    expect([report.outcome, report.code, jobExitCode(report)]).toEqual(['interrupted', 'rollout-lost', 5]);
    expect(report.message).toBe(
      `Another process has this rollout now; this one made no further call. ${cause} Now: run old of orders is running.`,
    );
    expect(report.next).toBe('stream-rollout status --environment production --jobs orders');
  });
});
