import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed, Missing, run, versionOf } from '../support/install.mjs';

/** Where there is no kubectl, it is made from its module, whose own main stands in a repository that is not one. */
const version = 'v0.37.2';
const main = `package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
)

func main() { os.Exit(cli.Run(cmd.NewDefaultKubectlCommand())) }
`;

/** kubectl from PATH, else built with Go. Throws `Missing`. */
export function install() {
  if (versionOf('kubectl', ['version', '--client']) !== null) return;
  const go = versionOf('go', ['env', 'GOVERSION']);
  if (go === null)
    throw new Missing('kubectl is missing, and so is Go to build it with (https://kubernetes.io/docs/tasks/tools)');
  installed('kubectl', 'kubectl', `${go}\n${version}\n${main}`, (folder) => {
    const source = join(folder, 'source');
    mkdirSync(join(folder, 'bin'), { recursive: true });
    mkdirSync(source, { recursive: true });
    const modules = ['k8s.io/component-base', 'k8s.io/kubectl'].map((path) => `require ${path} ${version}\n`).join('');
    writeFileSync(join(source, 'go.mod'), `module kubectl\n\ngo 1.26\n\n${modules}`);
    writeFileSync(join(source, 'main.go'), main);
    run('go', ['-C', source, 'build', '-mod=mod', '-p', '2', '-o', join(folder, 'bin', 'kubectl'), '.']);
  });
}
