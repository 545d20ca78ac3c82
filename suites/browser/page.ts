import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = resolve('.cache/browser');

/** A Markdown text as GitHub would show it, near enough: its table, details and Mermaid diagrams, drawn by a real browser. */
export interface Page {
  /** The document after all diagrams were drawn. */
  readonly html: string;
  /** Texts of the axes, titles and labels of each diagram, in order. */
  readonly diagrams: readonly Diagram[];
  /** What Mermaid said where a diagram could not be drawn. */
  readonly failure: string | null;
  /** Path of the picture. */
  readonly picture: string;
}

export interface Diagram {
  readonly kind: string;
  readonly texts: readonly string[];
  /** Lines of a chart as points, in pixels. */
  readonly lines: readonly (readonly (readonly [number, number])[])[];
}

const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--allow-file-access-from-files'],
  '--virtual-time-budget=20000',
];

/** Renders a Markdown text; `name` is that of its picture below .cache/browser. */
export async function render(markdown: string, name: string): Promise<Page> {
  const work = mkdtempSync(join(tmpdir(), 'browser-'));
  try {
    const source = join(work, 'page.md');
    const page = join(work, 'page.html');
    writeFileSync(source, markdown);
    const extensions = ['table', 'strikethrough', 'autolink', 'tagfilter', 'tasklist'].flatMap((one) => ['-e', one]);
    const { stdout } = await run('cmark-gfm', [...extensions, '--unsafe', source]);
    writeFileSync(page, document(stdout));
    mkdirSync(cache, { recursive: true });
    const picture = join(cache, `${name}.png`);
    const common = [...flags, `--user-data-dir=${join(work, 'profile')}`];
    await run('chromium', [...common, '--window-size=980,2600', `--screenshot=${picture}`, `file://${page}`]);
    const dumped = await run('chromium', [...common, '--dump-dom', `file://${page}`], { maxBuffer: 64 * 1024 * 1024 });
    return { ...read(dumped.stdout), picture };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function document(body: string): string {
  const diagrams = body.replace(
    /<pre><code class="language-mermaid">([\s\S]*?)<\/code><\/pre>/g,
    '<pre class="mermaid">$1</pre>',
  );
  const node = (path: string) => `file://${join(cache, path)}`;
  return `<!doctype html><meta charset=utf-8><link rel=stylesheet href="${node('github-markdown-css/node_modules/github-markdown-css/github-markdown-light.css')}">
<body class="markdown-body" style="margin:24px;max-width:900px">${diagrams}
<script src="${node('mermaid/node_modules/mermaid/dist/mermaid.min.js')}"></script>
<script>mermaid.initialize({startOnLoad: false, securityLevel: 'strict'});
mermaid.run().then(() => { document.title = 'done'; }, (error) => { document.title = 'FAILED ' + error.message; });</script>`;
}

function read(html: string): Omit<Page, 'picture'> {
  const title = /<title>([^<]*)/.exec(html)?.[1] ?? 'FAILED nothing was drawn in time';
  const svgs = html.match(/<svg[^>]*aria-roledescription[\s\S]*?<\/svg>/g) ?? [];
  const diagrams = svgs.map((svg) => ({
    kind: /aria-roledescription="([^"]*)"/.exec(svg)?.[1] ?? '',
    texts: [...svg.matchAll(/<text[^>]*>([\s\S]*?)<\/text>/g)].map((match) =>
      (match[1] ?? '').replace(/<[^>]*>/g, '').trim(),
    ),
    lines: [...svg.matchAll(/class="line-plot-\d+"[\s\S]*?<path d="([^"]*)"/g)].map((match) =>
      [...(match[1] ?? '').matchAll(/[ML]\s*([\d.eE+-]+)[ ,]([\d.eE+-]+)/g)].map(
        (point) => [Number(point[1]), Number(point[2])] as const,
      ),
    ),
  }));
  return { html, diagrams, failure: title === 'done' ? null : title };
}
