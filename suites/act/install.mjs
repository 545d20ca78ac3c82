import { goProgram } from '../support/install.mjs';

export function install() {
  goProgram('act', 'github.com/nektos/act@v0.2.89');
}
