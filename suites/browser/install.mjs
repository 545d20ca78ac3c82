import { Missing, npmPackage, versionOf } from '../support/install.mjs';

/** Programs of Debian's packages `chromium` and `cmark-gfm`. */
const programs = { chromium: ['--version'], 'cmark-gfm': ['--version'] };

export function install() {
  for (const [program, args] of Object.entries(programs)) {
    if (versionOf(program, args) === null)
      throw new Missing(
        `${program} is missing (Debian: apt-get install --no-install-recommends ${program} fonts-dejavu-core)`,
      );
  }
  npmPackage('browser', 'mermaid@11.17.2');
  npmPackage('browser', 'github-markdown-css@5.8.1');
}
