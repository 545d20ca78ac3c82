import { describe, expect, it } from '@jest/globals';
import { note, page, planSection, reportSection } from '../../src/report/html.js';
import { changedJob, jobPlan, jobReport, plan, report, succeededJob } from './sample.js';

const hostile = '<script>alert(1)</script>"\'&';

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
