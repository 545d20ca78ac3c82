import { describe, expect, it } from '@jest/globals';
import { errorsOf } from './read.js';

/** One job of the test engine with more lines in it. */
function job(...lines: readonly string[]): string {
  return ['version: 1', 'jobs:', '  orders:', '    engine: river', ...lines.map((line) => `    ${line}`), ''].join(
    '\n',
  );
}

it('tells everything that is wrong at once, each at its place', async () => {
  const manifest = `version: 1
nam: acme
environments:
  production:
    vars: {max: 40}
    refs: ["release/*"]
    jobs: {orderz: {}, orders: {targt: {}}}
  artifacts: {}
defaults:
  rivr: {}
  river: {snk: append, target: {region: 5, zone: a}}
jobs:
  orders:
    engine: river
    startegy: parallel
    region: eu
    max-gap: 10
    sink: idempotant
    stateful: "no"
    target:
      sink: append
      workers: {min: two, max: "\${var.max}"}
      script: {fil: x.py, upload-to: "s3://b/\${digest}.py"}
      size: lagre
  bad key: {engine: pond}
  clicks:
    engine: rivr
    max-gap: soon
    needs: [ordrs]
    needs: [orders]
  nothing:
  adrift: {target: {}}
`;
  expect(`${(await errorsOf(manifest)).join('\n')}\n`).toBe(`\
jobs.yml:2:1 nam [manifest-unknown-key] \`nam\` is not known here; did you mean \`name\`?
jobs.yml:6:12 environments.production.refs.0 [manifest-value] expected the name of a branch; patterns are not supported, got the text "release/*"
jobs.yml:7:12 environments.production.jobs.orderz [manifest-overlay] there is no job \`orderz\`; did you mean \`orders\`?
jobs.yml:7:33 environments.production.jobs.orders.targt [manifest-unknown-key] \`targt\` is not known here; did you mean \`target\`?
jobs.yml:8:3 environments.artifacts [manifest-key] \`artifacts\` can not be the name of an environment: build results are kept under it
jobs.yml:10:3 defaults.rivr [manifest-engine] there is no engine \`rivr\`; did you mean \`river\`?
jobs.yml:11:11 defaults.river.snk [manifest-unknown-key] \`snk\` is not known here; did you mean \`sink\`?
jobs.yml:11:41 defaults.river.target.region [manifest-value] orders and clicks: expected a text, got the number 5: write it in quotes
jobs.yml:11:44 defaults.river.target.zone [manifest-unknown-key] orders and clicks: \`zone\` is not known here; known here: name, region, script, libraries, arguments, workers, size, topics, spot
jobs.yml:15:5 jobs.orders.startegy [manifest-unknown-key] \`startegy\` is not known here; did you mean \`strategy\`?
jobs.yml:16:5 jobs.orders.region [manifest-unknown-key] \`region\` is not known here; it belongs into \`target\`
jobs.yml:17:14 jobs.orders.max-gap [manifest-value] expected a duration such as 30s, 10m, 2h or 1d, got the number 10
jobs.yml:18:11 jobs.orders.sink [manifest-value] expected one of append, transactional, idempotent, got the text "idempotant"; did you mean \`idempotent\`?
jobs.yml:19:15 jobs.orders.stateful [manifest-value] expected true or false, got the text "no"
jobs.yml:21:7 jobs.orders.target.sink [manifest-unknown-key] \`sink\` is not known here; it belongs one level up, beside \`target\`
jobs.yml:22:22 jobs.orders.target.workers.min [manifest-value] expected a number, got the text "two"
jobs.yml:23:16 jobs.orders.target.script.fil [manifest-unknown-key] \`fil\` is not known here; did you mean \`file\`?
jobs.yml:24:13 jobs.orders.target.size [manifest-value] expected one of small, large, got the text "lagre"; did you mean \`large\`?
jobs.yml:25:3 jobs.bad key [manifest-key] expected letters, digits, - and _, beginning with a letter or digit, at most 100
jobs.yml:27:13 jobs.clicks.engine [manifest-engine] there is no engine \`rivr\`; did you mean \`river\`?
jobs.yml:28:14 jobs.clicks.max-gap [manifest-value] expected a duration such as 30s, 10m, 2h or 1d, got the text "soon"
jobs.yml:29:13 jobs.clicks.needs.0 [manifest-needs] there is no job \`ordrs\`; did you mean \`orders\`?
jobs.yml:30:5 jobs.clicks.needs [manifest-duplicate-key] \`needs\` stands here twice, first in line 29
jobs.yml:31:3 jobs.nothing [manifest-value] expected a map, got nothing: what belongs to it is written below it, and further to the right
jobs.yml:32:3 jobs.adrift.engine [manifest-missing] \`engine\` is missing: expected one of river, pond
`);
});

describe('one mistake', () => {
  it.each([
    [
      'a typo of a key beside a wrong value under the right one',
      job('target: {region: eu, size: huge, sizes: 1}', 'refs: []'),
      '5:32 jobs.orders.target.size [manifest-value] expected one of small, large, got the text "huge"\njobs.yml:5:38 jobs.orders.target.sizes [manifest-unknown-key] `sizes` is not known here; did you mean `size`?\njobs.yml:6:5 jobs.orders.refs [manifest-unknown-key] `refs` is not known here; known here: engine, for-each, paths, ignore, build, target, sink, stateful, strategy, max-gap, parallel, drain, verify, on-failure, needs, was, desired',
    ],
    [
      'an empty list',
      job('target: {region: eu}', 'strategy: []'),
      '6:15 jobs.orders.strategy [manifest-value] expected at least 1 entry, got 0',
    ],
    [
      'a missing field, at the job that lacks it',
      job(),
      '3:3 jobs.orders.target.region [manifest-missing] `region` is missing: expected a text',
    ],
    [
      'a missing field, at its target',
      job('target:', '  size: small'),
      '5:5 jobs.orders.target.region [manifest-missing] `region` is missing: expected a text',
    ],
    ['a list for a map', job('target: [1]'), '5:13 jobs.orders.target [manifest-value] expected a map, got a list'],
    [
      'a wrong item',
      job('target: {region: eu, topics: [a, 2]}'),
      '5:38 jobs.orders.target.topics.1 [manifest-value] expected a text, got the number 2: write it in quotes',
    ],
    [
      'a number out of bounds',
      job('target: {region: eu, workers: {max: 5000}}'),
      '5:41 jobs.orders.target.workers.max [manifest-value] expected at most 1000, got the number 5000',
    ],
    [
      'an artifact of no form',
      job('target: {region: eu, script: 5}'),
      '5:34 jobs.orders.target.script [manifest-value] expected a text or a map, got the number 5',
    ],
    [
      'an artifact without a place',
      job('target: {region: eu, script: {file: a.py}}'),
      '5:26 jobs.orders.target.script.upload-to [manifest-missing] `upload-to` is missing: expected a text',
    ],
    [
      'an upload that would overwrite',
      job('target: {region: eu, script: {file: a.py, upload-to: s3://b/a.py}}'),
      '5:58 jobs.orders.target.script.upload-to [manifest-upload] expected `${digest}` in it, so that no version overwrites another',
    ],
    [
      'a file outside of the repository',
      job('target: {region: eu, script: {file: ../a.py, upload-to: "${digest}"}}'),
      '5:41 jobs.orders.target.script.file [manifest-path] `../a.py` could leave the repository: write it without `..`',
    ],
    [
      'a folder outside, in a list',
      job('target: {region: eu, libraries: [{zip: /lib, upload-to: "${digest}"}]}'),
      '5:44 jobs.orders.target.libraries.0.zip [manifest-path] `/lib` is absolute: write it relative to the root of the repository',
    ],
    [
      'what the engine finds',
      job('target:', '  region: eu', '  workers:', '    min: 9', '    max: 3'),
      '8:9 jobs.orders.target.workers.min [manifest-value] more workers at least than at most',
    ],
    [
      'a strategy that can not be chosen',
      job('target: {region: eu}', 'strategy: [create]'),
      '6:16 jobs.orders.strategy.0 [manifest-value] expected one of in-flight-update, in-place-update, rolling, savepoint-upgrade, parallel, restart, drain-and-resubmit, got the text "create"',
    ],
    [
      'a strategy of the wrong type',
      job('target: {region: eu}', 'strategy: 5'),
      '6:15 jobs.orders.strategy [manifest-value] expected auto or one of in-flight-update, in-place-update, rolling, savepoint-upgrade, parallel, restart, drain-and-resubmit or a list, got the number 5',
    ],
    [
      'a build without sources',
      job('target: {region: eu}', 'build: make'),
      '6:5 jobs.orders.build [manifest-build] `build` needs `paths`: the files that say when its code changed',
    ],
    [
      'a drain that nothing leaves',
      job('target: {region: eu}', 'strategy: restart', 'drain: {on-timeout: leave}'),
      '7:13 jobs.orders.drain.on-timeout [manifest-drain] expected fail or cancel: only a parallel rollout can leave a run draining',
    ],
    [
      'a gate without a limit',
      job('target: {region: eu}', 'verify: {gates: [{signal: lag}]}'),
      '6:22 jobs.orders.verify.gates.0 [manifest-gate] expected at least one of max, min, equals, max-vs-baseline, min-vs-baseline, max-delta',
    ],
    [
      'a budget without a counter',
      job('target: {region: eu}', 'verify: {gates: [{signal: lag, max: 1, mode: budget}]}'),
      '6:22 jobs.orders.verify.gates.0 [manifest-gate] `mode: budget` needs `max-delta`',
    ],
    [
      'a counter that converges',
      job('target: {region: eu}', 'verify: {gates: [{signal: lag, max-delta: 1, mode: converge}]}'),
      '6:22 jobs.orders.verify.gates.0 [manifest-gate] `max-delta` goes with `mode: budget`',
    ],
    [
      'bounds the wrong way round',
      job('target: {region: eu}', 'verify: {gates: [{signal: lag, max: 1m, min: 2m}]}'),
      '6:22 jobs.orders.verify.gates.0 [manifest-gate] `min` is larger than `max`',
    ],
    [
      'one slot',
      job('target: {region: eu}', 'parallel: {slots: [{name: a}]}'),
      '6:16 jobs.orders.parallel.slots [manifest-slots] expected two slots or none, got 1',
    ],
    [
      'two equal slots',
      job('target: {region: eu}', 'parallel: {slots: [{name: a}, {name: a}]}'),
      '6:16 jobs.orders.parallel.slots [manifest-slots] the two slots are the same, so both runs would share everything',
    ],
    [
      'slots in two places',
      job('target: {region: eu}', 'parallel: {slots: [{region: us}, {name: a}]}'),
      '6:24 jobs.orders.parallel.slots.0 [manifest-slots] both slots run in one place: eu, not us',
    ],
    [
      'a slot that does not fit',
      job('target: {region: eu}', 'parallel: {slots: [{size: huge}, {nam: a}]}'),
      '6:31 jobs.orders.parallel.slots.0.size [manifest-value] expected one of small, large, got the text "huge"\njobs.yml:6:39 jobs.orders.parallel.slots.1.nam [manifest-unknown-key] `nam` is not known here; did you mean `name`?',
    ],
  ])('%s', async (_, manifest, expected) => {
    expect((await errorsOf(manifest)).join('\n')).toBe(`jobs.yml:${expected}`);
  });

  it.each([
    ['/etc/x', '`/etc/x` is absolute: write it relative to the root of the repository'],
    ['C:/x', '`C:/x` is absolute: write it relative to the root of the repository'],
    ['a/../../b', '`a/../../b` could leave the repository: write it without `..`'],
    ['a\\b', 'write `a/b`: paths have `/` between their parts'],
    ['./a/**', 'write `a/**` instead of `./a/**`'],
    ['.', 'write `**` for every file of the repository'],
    ['', 'the path is empty'],
    ['.git/config', "`.git/config` lies in git's own folder, which no commit holds"],
    ['!a/**', 'a glob can not be negated: list what is left out under `ignore`'],
    ['a/+(b|c)*', '`a/+(b|c)*`: ( ) and | are not supported; use {a,b} or several globs'],
    ['{1..9999}', '`{1..9999}`: { } can hold only a list of plain texts'],
    ['{a,{b,c}}', '`{a,{b,c}}`: { } can hold only a list of plain texts'],
    ['a/[b', '`a/[b` is no complete glob: a [ or { is not closed'],
    [`${'*a'.repeat(13)}`, 'a glob has at most 12 of * ? [ {'],
    ['a'.repeat(257), 'a glob has at most 256 characters'],
  ])('the glob %s', async (glob, message) => {
    const manifest = job('target: {region: eu}', `ignore: [${JSON.stringify(glob)}]`);
    expect(await errorsOf(manifest)).toEqual([`jobs.yml:6:14 jobs.orders.ignore.0 [manifest-path] ${message}`]);
  });

  it('too many globs', async () => {
    const globs = JSON.stringify(Array.from({ length: 201 }, (_, index) => `a${index}`));
    expect(await errorsOf(job('target: {region: eu}', `paths: ${globs}`))).toEqual([
      'jobs.yml:6:12 jobs.orders.paths [manifest-value] expected at most 200 entries, got 201',
    ]);
  });
});

it('takes globs and directories as people write them', async () => {
  const globs = ['a/**', '**/*.py', 'a/{b,c}/*.sql', 'pipelines/orders/', 'Dockerfile', 'a/[ab]?.txt', '.github/**'];
  expect(await errorsOf(job('target: {region: eu}', `paths: ${JSON.stringify(globs)}`))).toEqual([]);
});
