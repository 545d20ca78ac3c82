// Installs what a suite needs, then runs its tests. usage: node suites/run.mjs SUITE [JEST OPTION …]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Missing } from './support/install.mjs';

const [, , suite, ...rest] = process.argv;
if (!suite || !existsSync(`suites/${suite}/install.mjs`)) {
  console.error('usage: node suites/run.mjs SUITE [JEST OPTION …], in the root of the repository');
  process.exit(2);
}
try {
  const { install } = await import(`./${suite}/install.mjs`);
  install();
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  console.error(`test:${suite} did not run: ${error.message}`);
  process.exit(1);
}
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const done = spawnSync(
  process.execPath,
  [...jest, '--config', 'jest.suites.config.js', '--roots', `suites/${suite}`, '--ci', ...rest],
  {
    stdio: 'inherit',
  },
);
process.exit(done.status ?? 1);
