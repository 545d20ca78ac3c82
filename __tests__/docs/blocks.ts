import { readFileSync } from 'node:fs';

/** A fenced block, or a comment with hidden commands, of a Markdown file. */
export interface Block {
  /** `file:line` of its first line. */
  readonly at: string;
  readonly language: string;
  readonly text: string;
  readonly role: Role;
}

/**
 * What the comment above a block makes of it. `run`: its commands are run, all together in one shell. `output`: what the commands before it
 * print. `json`: the shape of what a command prints. Null: it is only read.
 */
export type Role =
  | { readonly is: 'run' }
  | { readonly is: 'output' }
  | { readonly is: 'json'; readonly command: string; readonly code: number }
  | null;

const output = /^<!-- output of: (.*?)(?: \(exit (\d)\))? -->$/;

/** Blocks of a Markdown file, in its order. */
export function blocksOf(file: string): readonly Block[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const fence = /^( *)```(\w*)$/.exec(line);
    const hidden = line === '<!-- run';
    if (fence === null && !hidden) continue;
    const indent = fence?.[1]?.length ?? 0;
    const end = lines.indexOf(hidden ? '-->' : `${' '.repeat(indent)}\`\`\``, at + 1);
    if (end < 0) throw new Error(`${file}:${at + 1}: the block has no end`);
    blocks.push({
      at: `${file}:${at + 1}`,
      language: hidden ? 'sh' : (fence?.[2] ?? ''),
      text: lines
        .slice(at + 1, end)
        .map((text) => text.slice(indent))
        .join('\n'),
      role: hidden ? { is: 'run' } : roleOf(lines[at - 1] ?? ''),
    });
    at = end;
  }
  return blocks;
}

function roleOf(comment: string): Role {
  if (comment === '<!-- run -->') return { is: 'run' };
  if (comment === '<!-- output -->') return { is: 'output' };
  const [, command, code] = output.exec(comment) ?? [];
  return command === undefined ? null : { is: 'json', command, code: Number(code ?? 0) };
}

/** Targets of relative links, with the file that they stand in. */
export function linksOf(file: string): readonly { readonly path: string; readonly anchor: string | null }[] {
  const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, path = '', anchor]) => ({
    path,
    anchor: anchor ?? null,
  }));
}

/** Anchors that GitHub makes of a file's headings. */
export function anchorsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
