import { AsyncLocalStorage } from 'node:async_hooks';
import * as core from '@actions/core';
import type { Teller } from '../modes/bench.js';
import { harmless } from './harmless.js';

/** Lines that a group may keep while another one is shown; the oldest are dropped beyond that. */
const mostKept = 10_000;

interface Group {
  readonly title: string;
  readonly lines: string[];
  done: boolean;
}

const within = new AsyncLocalStorage<Group>();
const waiting: Group[] = [];
let shown: Group | null = null;

/**
 * Progress of the action. The runner reads commands from every line, also from what a build prints, so each line is made
 * harmless; `stop-commands` would also stop our own commands that mask secrets. Log groups cannot overlap: what is told inside
 * one that has to wait is kept until its turn.
 */
export const actionTeller: Teller = {
  line(text) {
    const group = within.getStore();
    if (group === undefined || group === shown) return core.info(harmless(text));
    group.lines.push(text);
    if (group.lines.length > mostKept) group.lines.shift();
  },
  async group(title, work) {
    const group: Group = { title, lines: [], done: false };
    waiting.push(group);
    showNext();
    try {
      return await within.run(group, work);
    } finally {
      group.done = true;
      showNext();
    }
  },
};

/** Ends the group that is shown if it is done, and shows those that waited, up to one that is still at work. */
function showNext(): void {
  while (shown === null || shown.done) {
    if (shown !== null) core.endGroup();
    shown = waiting.shift() ?? null;
    if (shown === null) return;
    core.startGroup(harmless(shown.title));
    for (const line of shown.lines.splice(0)) core.info(harmless(line));
  }
}
