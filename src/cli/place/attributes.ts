// Our lines in a `.gitattributes`: a block between two comments, at the top of the file, so that what its owner wrote
// comes later and wins. Everything outside the block stays as it is, byte for byte.
import { EntenteError } from '../../core/errors.ts';

const BEGIN = '# entente: begin';
const END = '# entente: end';
const HOW = 'written by "entente init --git", taken away by "entente init --git --remove"';
/** In the first line where there was no file before: then none is left when the block goes. */
const NEW = 'with this file';
const BOM = '\u00ef\u00bb\u00bf';
// `[^\n]` and not `.`, which ends at a carriage return too.
const BLOCK = new RegExp(`(?<=^(?:${BOM})?)${BEGIN}[^\\n]*\\n(?:[^\\n]*\\n)*?${END}(?:\\r?\\n|$)`, 'm');

/** The bytes with a block for these patterns in the place of the one that may be there. `null`: no file. */
export function withBlock(before: Uint8Array | null, patterns: readonly string[]): Uint8Array {
  const text = read(before);
  const made = before === null || isMade(text);
  const [bom, rest] = split(text.replace(BLOCK, ''));
  const eol = /^[^\n]*\r\n/.test(rest) ? '\r\n' : '\n';
  const first = `${BEGIN}${made ? ` ${NEW}` : ''} (${HOW})`;
  const lines = [first, ...patterns.map((pattern) => `${pattern} merge=entente`), END];
  return Buffer.from(`${bom}${lines.map((line) => line + eol).join('')}${rest}`, 'latin1');
}

/** The bytes without the block; `null` where no file is left, or none was there. */
export function withoutBlock(before: Uint8Array | null): Uint8Array | null {
  if (before === null) return null;
  const text = read(before);
  const rest = text.replace(BLOCK, '');
  return rest === '' && isMade(text) ? null : Buffer.from(rest, 'latin1');
}

/** The patterns of the block that is there. */
export function patternsIn(before: Uint8Array | null): readonly string[] {
  const block = BLOCK.exec(read(before))?.[0] ?? '';
  return [...block.matchAll(/^(\S+) merge=entente/gm)].map(([, pattern = '']) => pattern);
}

/** As bytes, one character each. Throws `misuse` for a block that somebody cut. */
function read(bytes: Uint8Array | null): string {
  const text = bytes === null ? '' : Buffer.from(bytes).toString('latin1');
  if (BLOCK.test(text) || !text.includes(BEGIN)) return text;
  throw new EntenteError('misuse', `.gitattributes has a line "${BEGIN}" and no line "${END}" after it.`, {
    next: 'Remove that block by hand, then run the command again.',
  });
}

function isMade(text: string): boolean {
  return BLOCK.exec(text)?.[0].startsWith(`${BEGIN} ${NEW}`) === true;
}

function split(text: string): readonly [string, string] {
  return text.startsWith(BOM) ? [BOM, text.slice(BOM.length)] : ['', text];
}
