import { describe, expect, it } from '@jest/globals';
import { chart } from '../../src/report/html-chart.js';
import { barsOf, timeline } from '../../src/report/timeline.js';
import { jobReport, step, succeededJob } from './sample.js';

describe('the timeline', () => {
  it('is left out where nothing was timed', () => {
    const job = jobReport('orders', { steps: [step('stop', 'stop', null, null, { state: 'skipped' })] });
    expect(timeline([job])).toBeNull();
    expect(timeline([])).toBeNull();
    expect(chart([job])).toBe('');
  });

  it('has milliseconds, so that bars do not begin at zero', () => {
    const text = timeline([succeededJob('orders')]);
    expect(text).toContain('    dateFormat x\n');
    expect(text).toContain(`stop :done, ${Date.parse('2026-11-22T10:00:00Z')}, ${Date.parse('2026-11-22T10:00:40Z')}`);
  });

  it('a step that is under way reaches to the last time that is known', () => {
    const job = jobReport('orders', {
      steps: [step('stop', 'stop', '00:00', '00:10'), step('start', 'start', '00:05', null)],
    });
    const [{ bars = [] } = {}] = barsOf([job]);
    expect(bars.map(({ from, to }) => to - from)).toEqual([10_000, 5_000]);
  });

  it('no name can end a label or begin a directive', () => {
    const job = succeededJob('a: b;#%%{init}[x]\n    section evil', {
      steps: [step('x:y,z\n    click', 'stop', '00:00', '00:10')],
    });
    const lines = timeline([job])?.split('\n') ?? [];
    expect(lines).toEqual([
      '```mermaid',
      'gantt',
      '    dateFormat x',
      '    axisFormat %H:%M:%S',
      '    section a b init x section evil',
      expect.stringMatching(/^ {4}x y z click :done, \d+, \d+$/),
      '```',
    ]);
  });

  it('has at most 60 bars and counts the jobs that it leaves out', () => {
    const text = timeline(Array.from({ length: 30 }, (_, at) => succeededJob(`job-${at}`)));
    expect(text?.match(/ :done/g)).toHaveLength(60);
    expect(text).toContain('The chart leaves out 10 jobs.');
  });

  it('a time that cannot be read is no bar', () => {
    const job = jobReport('orders', { steps: [step('stop', 'stop', '00:00', '00:10', { startedAt: 'soon' })] });
    expect(timeline([job])).toBeNull();
  });
});
