import { debianPrograms, npmPackage } from '../support/install.mjs';

export function install() {
  debianPrograms('browser', { chromium: 'chromium', 'cmark-gfm': 'cmark-gfm' }, ['fonts-dejavu-core']);
  npmPackage('browser', 'mermaid@11.17.2');
  npmPackage('browser', 'github-markdown-css@5.8.1');
}
