import { describe, expect, it } from '@jest/globals';
import type { GateReport } from '../../src/model/verification.js';
import { note, page, planSection, reportSection } from '../../src/report/html.js';
import { changedJob, jobPlan, jobReport, plan, report, succeededJob } from './sample.js';

const hostile = '<script>alert(1)</script>"\'&';

const gate: GateReport = {
  ...{ gate: 'lag', signal: 'lag', unit: 's', mode: 'converge', advisory: false, origin: 'manifest' },
  ...{ condition: 'at most 60 s', baseline: 10, result: 'fail', message: 'too slow', samples: 5, bound: 60 },
  points: [
    [0, 120],
    [30, 90],
    [60, null],
    [90, 30],
    [120, 0],
  ],
};

describe('the summary as a page', () => {
  const text = page('A rollout', [
    planSection(
      'Plan',
      plan([changedJob('orders', { reasons: [{ kind: 'file', message: hostile }] }), jobPlan('clicks')]),
    ),
    reportSection(
      'Rollout',
      report([
        succeededJob('orders', {
          messages: [{ at: null, level: 'error', text: hostile }],
          message: hostile,
          next: hostile,
          gates: [gate, { ...gate, gate: 'flat', points: [], bound: null }],
        }),
        jobReport('clicks'),
      ]),
    ),
    note(hostile),
  ]);

  it('stands alone: no script, nothing loaded', () => {
    expect(text).not.toMatch(/<script|<link|<img|@import|url\(|src=/);
    expect(text).toContain("default-src 'none'");
    expect(text.match(/&lt;script&gt;/g)).toHaveLength(5);
  });

  it('draws the steps as bars of the right length', () => {
    const widths = [...text.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map((match) => Number(match[1]));
    // 40 s, 31 s and 300 s of 372 s on 640 pixels
    expect(widths).toEqual([68.8, 53.3, 516.1]);
    expect(text).toContain('orders: verify');
  });

  it('draws the values of a gate as lines that break where one is missing, and its bound', () => {
    // 120 s on 420 pixels, 120 on 150: 30 s are 105 pixels, 30 are 37.5.
    const lines = [...text.matchAll(/<polyline [^>]*points="([^"]*)"/g)].map((match) => match[1]);
    expect(lines).toEqual(['70,8 175,45.5', '385,120.5 490,158']);
    expect(text).toMatch(/<line x1="70" x2="490" y1="83" y2="83"/);
    expect(text).toContain('<strong>flat</strong> (converge): at most 60 s: <em>fail</em>, too slow');
    expect(text.match(/over time/g)).toHaveLength(2);
  });

  it('counts what it leaves out', () => {
    expect(text).toContain('<p>1 job is unchanged.</p>');
    expect(reportSection('x', report([]))).toContain('there was nothing to do');
  });

  it('every element that is opened is closed', () => {
    const open: string[] = [];
    for (const [, close, name = '', , self] of text.matchAll(/<(\/?)([a-z0-9]+)((?:"[^"]*"|[^">])*?)(\/?)>/gi)) {
      if (['meta', 'br'].includes(name) || self === '/') continue;
      if (close === '/') expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });
});
