// Bundles src into dist: entry points, lazily loaded chunks. Reproducible: the same sources give the same bytes.
// usage: node scripts/build.mjs [OUTPUT_DIRECTORY]
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { split, withCores } from './core.mjs';

/** What packages load at once but this tool needs late or never: it would only cost start-up time. */
const light = {
  name: 'light',
  setup({ onResolve, onLoad }) {
    // The texts of zod's own messages in all languages but English.
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ path, importer }) =>
      /[\\/]zod[\\/]/.test(importer) ? { path, namespace: 'empty' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export {};' }));
    // Tokens of the runner are asked for by nobody here; without this file the toolkit's core needs no HTTP client.
    onResolve({ filter: /\/oidc-utils\.js$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: false,
    }));
    // The toolkit's HTTP client; it is used only to ask GitHub.
    onResolve({ filter: /^undici$/ }, ({ path, resolveDir, namespace }) =>
      namespace === 'late' ? undefined : { path, namespace: 'late', pluginData: resolveDir },
    );
    onLoad({ filter: /.*/, namespace: 'late' }, ({ pluginData }) => ({ contents: lateUndici, resolveDir: pluginData }));
  },
};
const lateUndici = `
export function ProxyAgent(...options) { return new (require('undici').ProxyAgent)(...options); }
export function fetch(...request) { return require('undici').fetch(...request); }
`;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outdir = process.argv[2] ?? join(root, 'dist');
const common = { bundle: true, minify: true, legalComments: 'none', platform: 'node', format: 'esm', target: 'node20' };
const result = await build({
  ...common,
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts', post: 'src/post.ts', cli: 'src/cli.ts' },
  outdir,
  splitting: true,
  mainFields: ['module', 'main'],
  chunkNames: 'chunks/[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [light],
  metafile: true,
  // Written below: a failed build leaves the last good one in place.
  write: false,
  logLevel: 'warning',
});
// CommonJS packages use these three; an ES module has none of its own.
const banner = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __toPath } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  "const __filename = __toPath(import.meta.url), __dirname = __toPath(new URL('.', import.meta.url));",
].join('');
const files = await withCores(split(result, root, outdir), ['post.js', 'main.js'], {
  ...common,
  banner: { js: banner },
});
files.set('package.json', Buffer.from(`${JSON.stringify({ type: 'module' })}\n`));
for (const [name, contents] of files) {
  const path = join(outdir, name);
  mkdirSync(dirname(path), { recursive: true });
  // A rename is atomic: whoever starts the tool meanwhile reads the old file or the new one.
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}
for (const entry of readdirSync(outdir, { recursive: true, withFileTypes: true })) {
  const name = relative(outdir, join(entry.parentPath, entry.name));
  if (entry.isFile() && !files.has(name)) rmSync(join(outdir, name));
}
const size = [...files.values()].reduce((sum, contents) => sum + contents.length, 0);
console.log(`${files.size} files, ${Math.round(size / 1024)} kB`);
