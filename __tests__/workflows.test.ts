import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { fields } from '../src/inputs/fields.js';
import { isAction, jobsOf, type Workflow, workflows } from './workflows.js';

const all = workflows();
const jobs = jobsOf(all);
const own = jobs.filter(([, job]) => job.steps !== undefined);
const calls = jobs.filter(([, job]) => job.uses !== undefined);
const acting = own.filter(([, job]) => job.steps?.some(isAction));
const readers = acting.filter(
  ([, job, { path }]) => job.permissions?.['contents'] === 'read' && !(/fan-out/.test(path) && job.strategy),
);
const rollouts = acting.filter((one) => !readers.includes(one));

const called = new Map(
  all
    .filter(({ on }) => on['workflow_call'] !== undefined && on['workflow_call'] !== null)
    .map((one) => [one.path, one]),
);

it('finds workflows of each kind', () => {
  expect([...called.keys()]).toEqual(
    ['dispatch', 'fan-out', 'resume', 'rollout'].map((name) => `.github/workflows/${name}.yml`),
  );
  expect(calls.length).toBeGreaterThan(5);
  expect(rollouts.length).toBeGreaterThan(5);
  expect(readers.length).toBeGreaterThan(3);
});

describe('permissions', () => {
  it.each(all.map((one) => [one.path, one] as const))('%s grants nothing by default', (_, { permissions }) => {
    expect(permissions).toEqual({});
  });

  it.each(jobs)('%s names what it needs', (_, job) => {
    expect(job.permissions).toBeDefined();
  });

  it.each(rollouts)('%s may write the ledger, or has it elsewhere, and check runs', (_, job, { path }) => {
    expect(job.permissions).toMatchObject({ contents: /fan-out/.test(path) ? 'read' : 'write', checks: 'write' });
    expect(job.permissions).toMatchObject({ actions: 'read' });
  });

  it.each(readers)('%s, which may write no ledger, changes nothing', (_, job) => {
    const modes = (job.steps ?? []).filter(isAction).map((step) => step.with?.['mode']);
    const reads = modes.every((mode) => mode === 'plan' || mode === 'validate');
    const gated = [
      "github.event_name == 'pull_request' || github.event_name == 'merge_group'",
      "inputs.mode == 'plan' || inputs.mode == 'status'",
    ];
    expect(reads || gated.includes(job.if ?? '')).toBe(true);
  });

  it.each(calls)('%s grants exactly what the called workflow asks for', (_, job) => {
    const asked = new Map<string, string>();
    for (const { permissions = {} } of Object.values(calledBy(job.uses ?? '').jobs)) {
      for (const [right, level] of Object.entries(permissions))
        if (asked.get(right) !== 'write') asked.set(right, level);
    }
    expect(job.permissions).toEqual(Object.fromEntries(asked));
  });
});

function calledBy(uses: string): Workflow {
  const path = uses.replace(/^OWNER\/stream-rollout\//, '').replace(/@.*/, '');
  const found = called.get(path);
  if (found === undefined) throw new TypeError(`${uses} is no workflow that can be called`);
  return found;
}

describe('inputs', () => {
  const steps = own.flatMap(([name, job]) => (job.steps ?? []).filter(isAction).map((step) => [name, step] as const));

  it.each(steps)('%s gives the action inputs that it has', (_, step) => {
    expect(Object.keys(step.with ?? {}).filter((name) => !(name in fields))).toEqual([]);
  });

  it.each(calls)('%s gives the called workflow inputs that it has, and all that it needs', (_, job) => {
    const known = calledBy(job.uses ?? '').on['workflow_call']?.inputs ?? {};
    expect(Object.keys(job.with ?? {}).filter((name) => !(name in known))).toEqual([]);
    const needed = Object.entries(known)
      .filter(([, input]) => input.required)
      .map(([name]) => name);
    expect(needed.filter((name) => !(name in (job.with ?? {})))).toEqual([]);
  });

  it.each([...called.values()].map((one) => [one.path, one] as const))(
    '%s uses every input that it declares',
    (_, { on, text }) => {
      const declared = Object.keys(on['workflow_call']?.inputs ?? {});
      expect(declared.filter((name) => !text.includes(`inputs.${name}`))).toEqual([]);
      const used = [...text.matchAll(/\binputs\.([a-z-]+)/g)].map((match) => match[1] ?? '');
      expect(used.filter((name) => !declared.includes(name))).toEqual([]);
    },
  );

  it.each([...called.values()].map((one) => [one.path, one] as const))(
    '%s has the defaults of the action',
    (_, { on }) => {
      const inputs = on['workflow_call']?.inputs ?? {};
      const same = Object.entries(fields).filter(([name]) =>
        ['manifest', 'ledger', 'on-drift', 'force'].includes(name),
      );
      for (const [name, field] of same) {
        if (inputs[name] !== undefined && !inputs[name].required)
          expect([name, String(inputs[name].default)]).toEqual([name, field.default]);
      }
    },
  );

  it('a dispatch has at most 25 inputs, which GitHub allows', () => {
    const dispatches = all.flatMap(({ on }) => Object.keys(on['workflow_dispatch']?.inputs ?? {}).length);
    expect(Math.max(...dispatches)).toBeGreaterThan(10);
    expect(Math.max(...dispatches)).toBeLessThanOrEqual(25);
  });
});

describe('pins', () => {
  const uses = all.flatMap(({ path, text }) =>
    [...text.matchAll(/^\s*(?:- )?uses: (\S+)(?:\s+# (\S+))?$/gm)].map(([, name = '', tag]) => ({ path, name, tag })),
  );

  it('every action and workflow of others is named by its full commit, with the version beside it', () => {
    const wrong = uses.filter(
      ({ name, tag }) => !name.startsWith('./') && !(/@[0-9a-f]{40}$/.test(name) && /^v\d/.test(tag ?? '')),
    );
    expect(wrong).toEqual([]);
    expect(uses.length).toBe(all.flatMap(({ text }) => text.match(/^\s*(?:- )?uses:/gm) ?? []).length);
  });

  it('is the same commit everywhere', () => {
    const versions = new Map<string, Set<string>>();
    for (const { name, tag } of uses) {
      const [action = '', commit = ''] = name.split('@');
      if (commit !== '') versions.set(action, (versions.get(action) ?? new Set()).add(`${commit} ${tag}`));
    }
    expect([...versions].filter(([, found]) => found.size > 1)).toEqual([]);
  });
});

describe('the gate of an environment', () => {
  const gated = own.filter(
    ([, job, { path }]) => /(rollout|fan-out)\.yml$/.test(path) && job.environment !== undefined,
  );

  it('is there in both workflows that plan first', () => {
    expect(gated.map(([name]) => name)).toEqual([
      '.github/workflows/fan-out.yml: gate',
      '.github/workflows/rollout.yml: rollout',
    ]);
  });

  it.each(gated)('%s is asked only where the event rolls out and something is left to do', (_, job, { jobs: of }) => {
    expect(job.if).toBe(`needs.plan.outputs.rolls-out == 'true' && needs.plan.outputs.matrix != '{"include":[]}'`);
    const steps = of['plan']?.steps ?? [];
    const red = steps.find(({ run }) => run?.includes('exit 1'));
    expect(red?.if).toBe(
      `steps.plan.outputs.rolls-out == 'true' && steps.plan.outputs.result == 'refused' && steps.plan.outputs.matrix == '{"include":[]}'`,
    );
    expect(steps.at(-1)).toBe(red);
  });

  it.each(gated)('%s: forks and Dependabot get no credentials for a plan', (_name, _job, { jobs: of }) => {
    const logins = (of['plan']?.steps ?? []).filter(({ uses }) =>
      /^(aws-actions|google-github-actions)\//.test(uses ?? ''),
    );
    expect(logins.length).toBe(2);
    for (const { if: when } of logins)
      expect(when).toMatch(
        / && \(github\.event_name != 'pull_request' \|\| \(github\.event\.pull_request\.head\.repo\.full_name == github\.repository && github\.actor != 'dependabot\[bot\]'\)\)$/,
      );
  });

  it.each(all.filter(({ on }) => on['pull_request'] !== undefined).map((one) => [one.path, one] as const))(
    '%s plans for a merge queue, too',
    (_, { on }) => {
      expect('merge_group' in on).toBe(true);
    },
  );
});

describe('a rollout', () => {
  it.each(rollouts)('%s is never dropped or cancelled by another one', (name, job, of) => {
    const concurrency = job.concurrency ?? of.concurrency;
    expect(concurrency).toMatchObject({ group: expect.any(String), 'cancel-in-progress': false });
    if (!/resume/.test(name)) expect(concurrency?.queue).toBe('max');
  });

  it.each(rollouts)('%s has a step that hears of a cancel', (_, job) => {
    for (const step of (job.steps ?? []).filter(isAction))
      expect(step.if ?? '').not.toMatch(/always|cancelled|failure/);
  });

  it.each(rollouts)('%s has time above what the rollout may take', (_, job, of) => {
    for (const step of (job.steps ?? []).filter(isAction)) {
      const value = (given: unknown) => {
        const input = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(String(given))?.[1];
        return Number(input === undefined ? given : of.on['workflow_call']?.inputs?.[input]?.default);
      };
      const wait = value(step.with?.['wait-for-minutes'] ?? fields['wait-for-minutes'].default);
      expect(value(job['timeout-minutes'])).toBeGreaterThanOrEqual(wait + 15);
    }
  });

  it.each(rollouts)('%s keeps the credentials of the checkout, by which git writes the ledger', (_, job) => {
    const checkouts = (job.steps ?? []).filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts[0]?.with?.['persist-credentials']).toBe(true);
    // The action's own files need none.
    for (const other of checkouts.slice(1)) expect(other.with?.['persist-credentials']).toBe(false);
  });

  it.each(own)('%s ends by itself', (_, job) => {
    expect(job['timeout-minutes']).toBeDefined();
    expect(String(job['runs-on'])).not.toMatch(/latest/);
  });
});

it('no expression is read by a shell', () => {
  const scripts = own.flatMap(([name, job]) => (job.steps ?? []).map(({ run = '' }) => [name, run] as const));
  expect(scripts.filter(([, run]) => run.includes('${{'))).toEqual([]);
});

it("this repository's CI runs every suite of the gate", () => {
  const [, suites = ''] = /<<'SUITES'\n([\s\S]*?)\nSUITES\n/.exec(readFileSync('.ci/run', 'utf8')) ?? [];
  const names = suites.split('\n').map((line) => line.split(/\s+/)[0] ?? '');
  expect(names).toContain('crash');
  const ci = readFileSync('.github/workflows/ci.yml', 'utf8');
  const { suites: job } = (parse(ci) as { jobs: { suites: { strategy: { matrix: { suite: string[] } } } } }).jobs;
  expect(['test', ...job.strategy.matrix.suite].sort()).toEqual([...names].sort());
  expect(ci).toContain('npm cit');
});

describe('starter templates', () => {
  const templates = all.filter(({ path }) => path.startsWith('workflow-templates/'));

  it.each(templates.map(({ path }) => [path] as const))('%s has its description', (path) => {
    const properties = path.replace(/\.yml$/, '.properties.json');
    expect(existsSync(properties)).toBe(true);
    expect(JSON.parse(readFileSync(properties, 'utf8'))).toEqual({
      name: expect.any(String),
      description: expect.any(String),
      iconName: expect.stringMatching(/^octicon /),
      categories: expect.any(Array),
      filePatterns: ['^\\.github/streaming-jobs\\.ya?ml$'],
    });
  });

  it('the dispatch offers every strategy and consent by the names that they have', () => {
    const dispatch = templates.find(({ path }) => path.includes('dispatch'));
    const options = (name: string) =>
      (dispatch?.on['workflow_dispatch']?.inputs?.[name] as { options?: string[] } | undefined)?.options ?? [];
    expect(options('strategy').slice(1)).toEqual(fields.strategy.choices);
    expect(options('on-drift')).toEqual(fields['on-drift'].choices);
    expect(options('mode').filter((mode) => !(fields.mode.choices as readonly string[]).includes(mode))).toEqual([]);
    for (const consent of fields.accept.choices) expect(dispatch?.text).toContain(consent);
  });
});

it('the action fetches itself from the commit of the workflow that is called', () => {
  for (const { jobs: of } of called.values()) {
    for (const { steps = [] } of Object.values(of).filter(({ steps: some }) => some?.some(isAction))) {
      expect(steps.find(({ with: given }) => given?.['path'] === '.stream-rollout')?.with).toMatchObject({
        repository: '${{ inputs.action-repository || job.workflow_repository }}',
        ref: '${{ inputs.action-ref || job.workflow_sha }}',
      });
    }
  }
});

it('action.yml is what the tests mean by the action', () => {
  expect(Object.keys((parse(readFileSync('action.yml', 'utf8')) as { inputs: object }).inputs)).toEqual(
    Object.keys(fields),
  );
});
