import { posix, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';

/** What a build with splitting gave: by path in the output folder, the text, the names that it exports and the files that it imports. */
export function split({ outputFiles, metafile }, root, outdir) {
  const pathOf = (absolute) => relative(outdir, absolute).split(sep).join('/');
  const texts = new Map(outputFiles.map((file) => [pathOf(file.path), file.text]));
  return new Map(
    Object.entries(metafile.outputs).map(([name, { exports, imports }]) => [
      pathOf(resolve(root, name)),
      {
        text: texts.get(pathOf(resolve(root, name))),
        exports,
        imports: imports
          .filter(({ external }) => !external)
          .map(({ path, kind }) => ({ path: pathOf(resolve(root, path)), kind })),
      },
    ]),
  );
}

/**
 * Joins all chunks that an entry point loads at once: finding and linking thirty small modules takes Node longer than reading them. One file
 * for each entry point, with what none before it loads. Every other file takes from these what it took from the chunks, so that nothing is
 * there twice. By path, the bytes of each file.
 */
export async function withCores(pieces, entries, options) {
  const cores = [];
  for (const entry of entries) {
    const before = cores.flatMap(({ joined }) => joined);
    const joined = closureOf(pieces, entry).filter((path) => !before.includes(path));
    cores.push({ path: `chunks/core-${entry}`, joined });
  }
  const all = cores.flatMap(({ joined }) => joined);
  const late = [...pieces.values()].flatMap(({ imports }) => imports.filter(({ kind }) => kind === 'dynamic-import'));
  const both = late.find(({ path }) => all.includes(path));
  if (both) throw new Error(`${both.path} is loaded late by one file and at once by another`);
  const coreOf = (path) => cores.find(({ joined }) => joined.includes(path));
  const nameIn = (path, name) => `${name}_${all.indexOf(path)}`;
  const load = (text) => ({ contents: text, loader: 'js', resolveDir: '/' });

  /** Bundles one file; `inside`: what of the chunks is part of it. */
  async function make(path, text, inside) {
    const plugin = {
      name: 'core',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /.*/ }, ({ path: wanted, kind, importer, namespace }) => {
          if (kind === 'entry-point') return { path, namespace: 'piece' };
          if (namespace === 'by-way-of-core') return { path: relativeTo(path, wanted), external: true };
          if (!wanted.startsWith('.')) return { path: wanted, external: true };
          const target = posix.join(posix.dirname(importer), wanted);
          if (kind === 'dynamic-import') return { path: relativeTo(path, target), external: true };
          if (inside.includes(target)) return { path: target, namespace: 'piece' };
          if (all.includes(target)) return { path: target, namespace: 'by-way-of-core', sideEffects: true };
          return { path: relativeTo(path, target), external: true };
        });
        onLoad({ filter: /.*/, namespace: 'piece' }, ({ path: one }) =>
          load(one === path ? text : pieces.get(one).text),
        );
        onLoad({ filter: /.*/, namespace: 'by-way-of-core' }, ({ path: one }) => load(exported(coreOf(one).path, one)));
      },
    };
    const { outputFiles } = await build({ ...options, entryPoints: [path], write: false, plugins: [plugin] });
    return outputFiles[0].contents;
  }

  /** The names of a chunk, as its core exports them. */
  function exported(core, path) {
    const names = pieces.get(path).exports.map((name) => `${nameIn(path, name)} as ${name}`);
    return `import '${core}';export {${names}} from '${core}';`;
  }

  const files = new Map();
  for (const { path: core, joined } of cores) {
    const text = joined.map((path) => {
      const from = JSON.stringify(relativeTo(core, path));
      const names = pieces.get(path).exports.map((name) => `${name} as ${nameIn(path, name)}`);
      return `import ${from};export {${names}} from ${from};`;
    });
    files.set(core, await make(core, text.join('\n'), joined));
  }
  for (const [path, { text }] of pieces) if (!all.includes(path)) files.set(path, await make(path, text, []));
  return files;
}

/** The chunks that an entry point loads at once, in the order in which they run. */
function closureOf(pieces, entry) {
  const found = [];
  const visit = (path) => {
    for (const { path: next, kind } of pieces.get(path).imports) {
      if (kind !== 'import-statement' || found.includes(next)) continue;
      visit(next);
      if (!found.includes(next)) found.push(next);
    }
  };
  visit(entry);
  return found;
}

function relativeTo(from, to) {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}
