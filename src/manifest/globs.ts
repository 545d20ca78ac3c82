import picomatch from 'picomatch';
import { limits } from './limits.js';

/** Says what is wrong with a path in the repository, or null. Paths are relative to its root, with `/`. */
export function pathFault(path: string): string | null {
  if (path === '') return 'the path is empty';
  if (path.length > 1024) return 'the path has more than 1024 characters';
  if (path.includes('\0')) return 'a path can not hold a NUL character';
  if (path.includes('\\')) return `write \`${path.replaceAll('\\', '/')}\`: paths have \`/\` between their parts`;
  if (path.startsWith('/') || path.startsWith('~') || /^[A-Za-z]:/.test(path)) {
    return `\`${path}\` is absolute: write it relative to the root of the repository`;
  }
  const parts = path.split('/');
  if (parts.includes('..')) return `\`${path}\` could leave the repository: write it without \`..\``;
  if (parts[0] === '.git') return `\`${path}\` lies in git's own folder, which no commit holds`;
  if (parts.includes('.') || parts.slice(0, -1).includes('')) {
    return `write \`${parts.filter((part) => part !== '' && part !== '.').join('/') || 'a folder below the root'}\` instead of \`${path}\``;
  }
  return null;
}

/** Says what is wrong with a glob of `paths` or `ignore`, or null. It is bounded, so that matching 100,000 files stays quick. */
export function globFault(glob: string): string | null {
  if (glob.length > limits.globLength) return `a glob has at most ${limits.globLength} characters`;
  if (glob.startsWith('!')) return 'a glob can not be negated: list what is left out under `ignore`';
  if (glob === '.' || glob === './') return 'write `**` for every file of the repository';
  const fault = pathFault(glob);
  if (fault !== null) return fault;
  if (/[()|]/.test(glob)) return `\`${glob}\`: ( ) and | are not supported; use {a,b} or several globs`;
  if ((glob.match(/[*?[{]/g) ?? []).length > limits.globWildcards) {
    return `a glob has at most ${limits.globWildcards} of * ? [ {`;
  }
  if (/\{[^{}]*\{/.test(glob) || /\{[^}]*\.\./.test(glob))
    return `\`${glob}\`: { } can hold only a list of plain texts`;
  return compiles(glob) ? null : `\`${glob}\` is no complete glob: a [ or { is not closed`;
}

function compiles(glob: string): boolean {
  try {
    return picomatch.makeRe(glob, { dot: true, strictBrackets: true, maxLength: limits.globLength }) instanceof RegExp;
  } catch (error) {
    // What picomatch says of an incomplete pattern: it has no other error type.
    if (error instanceof SyntaxError || error instanceof TypeError) return false;
    throw error;
  }
}
