import type { JobRecord } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { kinds, naming } from './case.js';
import type { Ended } from './crew.js';
import { continuation } from './sight.js';
import { oldSnapshot, writtenSnapshot } from './snapshot.js';

/** What was last seen of a job that nobody could look at in the end; empty where nothing was seen. */
export function lastSeen({ runs, last }: Ended): string {
  if (runs !== null || last == null) return '';
  const up = last.runs.filter(isActive).map((run) => `run ${run.id} of ${run.name} was ${run.state}`);
  return ` At ${new Date(last.at).toISOString()}, when it was last looked at, ${up.join(', ') || 'nothing ran'}.`;
}

/** What a person has to know of a rollout that was left between stop and start; empty elsewhere. */
export function betweenStopAndStart({ how, record, runs, last }: Ended): string {
  const seen = runs ?? last?.runs ?? null;
  const gap = record.plan !== null && kinds[record.plan.strategy] === 'gap' && record.closed === null;
  if (how !== 'interrupted' || seen === null || !gap) return '';
  if (seen.some((run) => isActive(run) && !isEnding(run))) return '';
  const draining = seen.filter((run) => run.state === 'draining').map((run) => run.id);
  const from = draining.length === 0 ? '' : `once ${draining.join(', ')} has drained, `;
  const left = [...endedOf(record, seen).map(naming), ...snapshotOf(record)];
  const behind = left.length === 0 ? '' : ` Left behind: ${left.join(', ')}.`;
  return ` The job stands between stop and start: ${from}nothing processes its input until \`resume\` goes on.${behind}`;
}

/** The run that was replaced, and those that this rollout started. */
function endedOf(record: JobRecord, runs: readonly Run[]): readonly Run[] {
  const old = record.predecessor === null ? null : continuation(runs, record.predecessor.run);
  const ours = runs.filter((run) => run !== old && run.stamp?.n === record.n && run.stamp.rollout === record.rollout);
  return [...(old === null ? [] : [old]), ...ours];
}

function snapshotOf(record: JobRecord): readonly string[] {
  const path = record.direction === 'undo' ? oldSnapshot(record) : writtenSnapshot(record);
  return path === null ? [] : [`snapshot ${path}`];
}
