import { goProgram, pythonPackages } from '../support/install.mjs';

export function install() {
  pythonPackages('lint');
  goProgram('lint', 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12');
}
