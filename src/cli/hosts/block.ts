// A block of ours at the end of a text file (TOML, Markdown), between two lines that say so. Everything outside of it
// stays as it is, byte for byte.
const HOW = 'written by "entente init", taken away by "entente uninstall"';

export interface BlockStyle {
  readonly open: string;
  readonly close: string;
}

export const HASH_COMMENT: BlockStyle = { open: '# ', close: '' };
export const HTML_COMMENT: BlockStyle = { open: '<!-- ', close: ' -->' };

function marks({ open, close }: BlockStyle): readonly [string, string, string] {
  return [`${open}entente: begin`, `${open}entente: begin (${HOW})${close}`, `${open}entente: end${close}`];
}

/** Where the block is, with the empty line that was put before it; undefined where there is none, or a half one. */
function find(text: string, style: BlockStyle): readonly [number, number] | undefined {
  const [start, , end] = marks(style);
  const from = text.startsWith(start) ? 0 : text.indexOf(`\n${start}`) + 1;
  if (from === 0 && !text.startsWith(start)) return undefined;
  const close = text.indexOf(`\n${end}`, from);
  if (close < 0) return undefined;
  const after = close + 1 + end.length;
  const eol = /^\r?\n/.exec(text.slice(after))?.[0].length ?? 0;
  return [from, after + eol];
}

/** The text with this block, at the place of the one that is there or at the end. */
export function withBlock(before: string | null, lines: readonly string[], style: BlockStyle): string {
  const text = before ?? '';
  const eol = /\r\n/.test(text) ? '\r\n' : '\n';
  const [, open, close] = marks(style);
  const block = [open, ...lines, close].map((line) => line + eol).join('');
  const found = find(text, style);
  if (found !== undefined) return text.slice(0, found[0]) + block + text.slice(found[1]);
  const gap = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol;
  return text + gap + block;
}

/** The text without the block and without the empty line that came with it. */
export function withoutBlock(text: string, style: BlockStyle): string {
  const found = find(text, style);
  if (found === undefined) return text;
  return text.slice(0, found[0]).replace(/(\r?\n)\r?\n$/, '$1') + text.slice(found[1]);
}
