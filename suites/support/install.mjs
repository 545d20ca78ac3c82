// What a suite needs, installed into .cache/SUITE. A marker is written last: an install that was cut off is made again.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Says what is missing; `run.mjs` ends with 1. */
export class Missing extends Error {}

/**
 * A tool of the suite: `marker` tells which one is installed, and `install(folder)` makes it.
 * Throws `Missing` for a prerequisite that is not there.
 */
export function installed(suite, name, marker, install) {
  const folder = join(process.cwd(), '.cache', suite);
  const file = join(folder, `${name}.installed`);
  const wanted = createHash('sha256').update(marker).digest('hex');
  if (existsSync(file) && readFileSync(file, 'utf8') === wanted) return;
  mkdirSync(folder, { recursive: true });
  rmSync(file, { force: true });
  const started = Date.now();
  console.error(`${suite}: installing ${name} into .cache/${suite} …`);
  install(folder);
  writeFileSync(file, wanted);
  console.error(`${suite}: ${name} installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** A virtual environment with exactly the packages of `suites/SUITE/requirements.txt`. */
export function pythonPackages(suite) {
  const version = versionOf('python3', ['-c', 'import platform, venv, ensurepip; print(platform.python_version())']);
  if (version === null)
    throw new Missing(`python3 with its venv module is missing (Debian: apt-get install python3-venv)`);
  const list = join('suites', suite, 'requirements.txt');
  installed(suite, 'python packages', `${version}\n${readFileSync(list, 'utf8')}`, (folder) => {
    const venv = join(folder, 'venv');
    run('python3', ['-m', 'venv', '--clear', venv]);
    run(join(venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '--no-input', '-r', list]);
  });
}

/** A program built from a Go module, given as path@version. */
export function goProgram(suite, module) {
  const version = versionOf('go', ['env', 'GOVERSION']);
  if (version === null) throw new Missing('go is missing (https://go.dev/doc/install)');
  const name = module.replace(/@.*/, '').split('/').at(-1);
  installed(suite, name, `${version}\n${module}`, (folder) =>
    run('go', ['install', '-p', '2', module], { GOBIN: join(folder, 'bin') }),
  );
}

/** A package of npm in a folder of its own, given as name@version. */
export function npmPackage(suite, wanted) {
  const name = wanted.replace(/@[^@]*$/, '');
  installed(suite, name, wanted, (folder) => {
    const prefix = join(folder, name);
    mkdirSync(prefix, { recursive: true });
    writeFileSync(join(prefix, 'package.json'), '{"private": true}\n');
    run('npm', ['install', '--prefix', prefix, '--silent', '--no-audit', '--no-fund', '--save-exact', wanted]);
  });
}

/**
 * Programs of Debian's packages, each given as {program: package}. They are installed system-wide, so only as root and in CI (`CI=true`), where
 * the machine is made for the run; elsewhere the person is told the command. Throws `Missing`.
 */
export function debianPrograms(suite, programs, more = []) {
  const missing = Object.keys(programs).filter((program) => versionOf(program, ['--version']) === null);
  if (missing.length === 0) return;
  const wanted = [...missing.map((program) => programs[program]), ...more];
  const install = ['install', '--yes', '--no-install-recommends', ...wanted];
  const may = process.env.CI === 'true' && process.getuid?.() === 0 && versionOf('apt-get', ['--version']) !== null;
  if (!may) throw new Missing(`missing: ${missing.join(', ')} (Debian: apt-get ${install.join(' ')})`);
  console.error(`${suite}: installing ${wanted.join(', ')} …`);
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '--quiet=2'], quiet);
  run('apt-get', ['--quiet=2', ...install], quiet);
}

/** First line of what a program says about itself; null where it is not there or refuses. */
export function versionOf(program, args) {
  const done = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return done.status === 0 ? done.stdout.trim().split('\n')[0] : null;
}

/** Runs a program of the install, telling what it prints. Throws `Missing` where it fails. */
export function run(program, args, env = {}) {
  const done = spawnSync(program, args, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
  if (done.status !== 0)
    throw new Missing(`${program} ${args.join(' ')} ended with ${done.status ?? done.signal ?? done.error?.message}`);
}
