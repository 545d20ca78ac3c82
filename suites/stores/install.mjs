import { goProgram, npmPackage, pythonPackages } from '../support/install.mjs';

export function install() {
  goProgram('stores', 'github.com/versity/versitygw/cmd/versitygw@v1.8.0');
  goProgram('stores', 'github.com/fsouza/fake-gcs-server@v1.56.1');
  npmPackage('stores', 's3rver@3.7.1');
  pythonPackages('stores');
}
