import { pythonPackages } from '../support/install.mjs';

export function install() {
  pythonPackages('clients');
}
