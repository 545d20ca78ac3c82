import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { type CommandEngine, type CommandFault, commandEngine } from './harness/command-engine.js';
import { manifest, manifestPath } from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';

async function started(stage: Stage): Promise<CommandEngine> {
  const engine = commandEngine(stage, ['start', 'stop']);
  const first = await push(stage, engine, { version: 0 });
  expect(first.outcomes).toEqual({ bids: 'succeeded' });
  return engine;
}

const push = (stage: Stage, engine: CommandEngine, settings: JsonObject) =>
  stage.push({ [manifestPath]: manifest({ bids: engine.job(settings) }), 'bids/a.txt': 'a\n' }, { env: engine.env });

const passing: readonly CommandFault[] = [
  { verb: 'start', when: 'before', how: 'fails', times: 1 },
  { verb: 'start', when: 'after', how: 'fails', times: 1 },
  { verb: 'start', when: 'after', how: 'killed', times: 1 },
  { verb: 'stop', when: 'before', how: 'killed', times: 1 },
  { verb: 'stop', when: 'after', how: 'fails', times: 1 },
];

describe('a command that fails once', () => {
  scenario('without a definite answer: the rollout looks, and goes on with one start', async (stage) => {
    const engine = await started(stage);
    for (const [i, fault] of passing.entries()) {
      const before = engine.state().runs.length;
      engine.break(fault);
      const done = await push(stage, engine, { version: i + 1 });
      const { runs } = engine.state();
      const seen = {
        fault,
        outcomes: done.outcomes,
        fresh: runs.length - before,
        states: runs.slice(-2).map(({ state }) => state),
      };
      expect(seen).toEqual({ fault, outcomes: { bids: 'succeeded' }, fresh: 1, states: ['stopped', 'running'] });
    }
  });
});

const staying: readonly {
  readonly what: string;
  readonly fault: CommandFault;
  readonly told: string;
  readonly states: readonly string[];
}[] = [
  {
    what: 'observe fails before there is a plan: nothing is touched',
    fault: { verb: 'observe', when: 'before', how: 'fails', times: 1000 },
    told: `refused (command-observe-failed), exit 3
Refused; nothing was touched. bids: the observe command ended with exit code 1. It said: the scheduler did not answer. What runs now was not looked at.
Next: Run the command by hand with the request from docs/engines/command.md and fix what it reports.`,
    states: ['running'],
  },
  {
    what: 'the start never answers: nothing runs, and a person is called',
    fault: { verb: 'start', when: 'before', how: 'fails', times: 1000 },
    told: `stuck (call-unanswered), exit 2
The rollout is stuck and needs a person. Start was sent 8 times without an answer, and its effect does not show; last: bids: the start command ended with exit code 1. It said: the scheduler did not answer; undo: undo-start was sent 8 times without an answer, and its effect does not show; last: bids: the start command ended with exit code 1. It said: the scheduler did not answer. Nothing runs now. Nothing else was left behind.
Next: stream-rollout status --environment production --jobs bids`,
    states: ['stopped'],
  },
  {
    what: 'the stop never answers: the old run goes on',
    fault: { verb: 'stop', when: 'before', how: 'fails', times: 1000 },
    told: `failed (call-unanswered), exit 1
The rollout failed. Stop was sent 8 times without an answer, and its effect does not show; last: bids: the stop command ended with exit code 1. It said: the scheduler did not answer. Now: run <old> of bids is running. Nothing else was left behind.
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs bids --force`,
    states: ['running'],
  },
];

describe('a command that fails for good', () => {
  for (const { what, fault, told: wanted, states } of staying) {
    scenario(what, async (stage) => {
      const engine = await started(stage);
      engine.break(fault);
      const done = await push(stage, engine, { version: 1 });
      expect(await told(stage, done, 'bids', { old: 'run-1' })).toBe(wanted);
      expect(engine.state().runs.map(({ state }) => state)).toEqual(states);
    });
  }
});
