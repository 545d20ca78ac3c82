import { expect, it } from '@jest/globals';
import { readEvent } from '../../src/inputs/event.js';
import { parseInputs, type RawInputs } from '../../src/inputs/parse.js';
import { repeatInputs } from '../../src/inputs/repeat.js';

const around = { event: readEvent({}), workspace: '/w', outputDirectory: '', env: {}, wait: true };
const told = (text: string, raw: RawInputs) => repeatInputs(text, parseInputs(raw, around));

it.each<[string, RawInputs, string, string]>([
  ['nothing of defaults', {}, 'stream-rollout apply --jobs a --force', 'stream-rollout apply --jobs a --force'],
  [
    'what a rollback goes back to',
    { mode: 'rollback', 'rollback-to': '715d' },
    'if it can: stream-rollout rollback --jobs a --accept unsafe-rollback',
    'if it can: stream-rollout rollback --jobs a --accept unsafe-rollback --rollback-to 715d',
  ],
  [
    'the ledger and the manifest',
    { ledger: 'file:/x', manifest: 'my streams.yml' },
    'stream-rollout status',
    "stream-rollout status --manifest 'my streams.yml' --ledger file:/x",
  ],
  [
    'consents, which add up',
    { accept: 'downgrade, duplicates' },
    'stream-rollout apply --accept duplicates,state-loss',
    'stream-rollout apply --accept downgrade,duplicates,state-loss',
  ],
  [
    'consents that it does not name',
    { accept: 'downgrade' },
    'stream-rollout plan',
    'stream-rollout plan --accept downgrade',
  ],
  ['a flag once', { force: 'true' }, 'stream-rollout apply --force', 'stream-rollout apply --force'],
  [
    'its own value',
    { 'on-drift': 'overwrite' },
    'stream-rollout apply --on-drift adopt',
    'stream-rollout apply --on-drift adopt',
  ],
  ['values of variables', { vars: 'x=1' }, 'stream-rollout plan', `stream-rollout plan --vars '{"x":"1"}'`],
  [
    'only what the command takes',
    { force: 'true', accept: 'downgrade', ledger: 'file:/x' },
    'Run `stream-rollout resume` if it is over, or: stream-rollout log',
    'Run `stream-rollout resume --ledger file:/x` if it is over, or: stream-rollout log --ledger file:/x',
  ],
  [
    'nothing in prose',
    { force: 'true' },
    'stream-rollout apply --force once more',
    'stream-rollout apply --force once more',
  ],
  [
    'no text of YAML',
    { manifest: 'version: 1\njobs: {}' },
    'stream-rollout plan',
    "stream-rollout plan --manifest '<the inline manifest>'",
  ],
])('a printed command repeats %s', (_, raw, text, expected) => {
  expect(told(text, raw)).toBe(expected);
});
