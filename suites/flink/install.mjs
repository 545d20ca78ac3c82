import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed, Missing, npmPackage, run, versionOf } from '../support/install.mjs';

/** The lines of Flink that the suite runs on: the last 1.x and the newest. */
export const flinks = ['1.20.5', '2.3.0'];

/** How the job of the suite behaves; `job/Tally.java` tells. Each is a jar of its own. */
const versions = [
  'v1',
  'v2',
  'v2-no-uid',
  'v2-state-type',
  'v2-state-renamed',
  'v2-crash',
  'v2-stall',
  'v2-main-fails',
  'v1-own',
  'v2-own',
];

const pom = 'suites/flink/pom.xml';
const sources = 'suites/flink/job';

/** Clusters and broker from Maven Central, the jobs from the sources here, and a Kafka client. Throws `Missing`. */
export function install() {
  const java = versionOf('javac', ['-version']);
  if (java === null || versionOf('jar', ['--version']) === null)
    throw new Missing('javac is missing: a JDK of version 17 (Debian: apt-get install openjdk-17-jdk-headless)');
  if (versionOf('mvn', ['--version']) === null)
    throw new Missing('mvn is missing, Maven 3.6 or later (Debian: apt-get install maven)');
  for (const version of flinks) jars(`flink-${version}`, 'flink', [`-Dflink=${version}`]);
  jars('kafka', 'kafka');
  jars('connector', 'connector');
  npmPackage('flink', 'kafkajs@2.2.4');
  installed('flink', 'jobs', [java, ...texts()].join('\n'), buildJobs);
}

function jars(name, profile, more = []) {
  installed('flink', name, [readFileSync(pom, 'utf8'), ...more].join('\n'), (folder) => {
    const to = join(folder, name);
    rmSync(to, { recursive: true, force: true });
    run('mvn', [
      '-B',
      '-q',
      '-f',
      pom,
      '-P',
      profile,
      ...more,
      'dependency:copy-dependencies',
      `-DoutputDirectory=${to}`,
    ]);
  });
}

function texts() {
  const files = readdirSync(sources).sort();
  return [...files.map((file) => readFileSync(join(sources, file), 'utf8')), ...versions];
}

/** Compiled once for Java 11 against the older line; these jars run on both. */
function buildJobs(folder) {
  const jobs = join(folder, 'jobs');
  rmSync(jobs, { recursive: true, force: true });
  const made = (name) => {
    const path = join(jobs, 'parts', name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const compile = (to, from, ...libraries) => {
    const path = libraries.map((library) => join(folder, library, '*')).join(':');
    run('javac', ['-nowarn', '-Xlint:none', '--release', '11', '-cp', path, '-d', to, join(sources, `${from}.java`)]);
  };
  const jar = (name, main, ...content) =>
    run('jar', ['--create', '--file', join(jobs, `${name}.jar`), '--main-class', main, ...content]);

  const tally = made('tally');
  compile(tally, 'Tally', `flink-${flinks[0]}`);
  for (const version of versions) {
    const resource = made(version);
    writeFileSync(join(resource, 'version'), version);
    jar(version, 'Tally', '-C', tally, '.', '-C', resource, 'version');
  }
  const kinds = made('kinds');
  compile(kinds, 'Kinds', `flink-${flinks[0]}`);
  jar('kinds', 'Kinds', '-C', kinds, '.');
  // The connector lies on the class path of the cluster: `/run` answers sooner than with the connector inside.
  const relay = made('relay');
  compile(relay, 'Relay', `flink-${flinks[1]}`, 'connector');
  for (const version of ['v1', 'v2']) {
    const resource = made(version);
    writeFileSync(join(resource, 'version'), version);
    jar(`relay-${version}`, 'Relay', '-C', relay, '.', '-C', resource, 'version');
  }
}
