// Our lines in a `.gitattributes`: a block between two comments, at the top of the file, so that what its owner wrote
// comes later and wins. Everything that is not ours stays as it is, byte for byte, within the block too.
import { EntenteError } from '../../core/errors.ts';

const BEGIN = '# entente: begin';
const END = '# entente: end';
const HOW = 'written by "entente init --git", taken away by "entente init --git --remove"';
/** In the first line where there was no file before: then none is left when the block goes. */
const NEW = 'with this file';
const BOM = '\u00ef\u00bb\u00bf';
// `[^\n]` and not `.`, which ends at a carriage return too.
const BLOCK = new RegExp(`(?<=^(?:${BOM})?)${BEGIN}[^\\n]*\\n(?:[^\\n]*\\n)*?${END}(?:\\r?\\n|$)`, 'gm');

/**
 * The bytes with a block for these patterns, in the place of the one that may be there; of several, which a merge of two
 * branches can leave, in the place of the first one. `null`: no file.
 */
export function withBlock(before: Uint8Array | null, given: readonly string[]): Uint8Array {
  const patterns = given.map((pattern) => Buffer.from(pattern).toString('latin1'));
  const text = read(before);
  const [first] = blocksIn(text);
  if (first !== undefined)
    return bytesOf(
      text.replace(BLOCK, (block, at) => (at === first.index ? changed(block, patterns) : ofOthers(block))),
    );
  const [bom, rest] = split(text);
  const eol = /^[^\n]*\r\n/.test(rest) ? '\r\n' : '\n';
  const head = `${BEGIN}${before === null ? ` ${NEW}` : ''} (${HOW})`;
  const lines = [head, ...patterns.map(lineOf), END];
  return bytesOf(`${bom}${lines.map((line) => line + eol).join('')}${rest}`);
}

/** The bytes without our lines; `null` where no file is left, or none was there. */
export function withoutBlock(before: Uint8Array | null): Uint8Array | null {
  if (before === null) return null;
  const text = read(before);
  const rest = text.replace(BLOCK, ofOthers);
  const isOwn = blocksIn(text).some(([block]) => block.startsWith(`${BEGIN} ${NEW}`));
  return rest === '' && isOwn ? null : bytesOf(rest);
}

/** The patterns of what is there. */
export function patternsIn(before: Uint8Array | null): readonly string[] {
  const lines = blocksIn(read(before)).flatMap(([block]) => linesIn(block));
  const patterns = new Set(lines.flatMap((line) => patternOf(line) ?? []));
  return [...patterns].map((pattern) => Buffer.from(pattern, 'latin1').toString('utf8'));
}

/** What stays keeps its place, and new lines come first: so that the lines of others in the block win too. */
function changed(block: string, patterns: readonly string[]): string {
  const lines = linesIn(block);
  const [first = '', end = ''] = [lines[0], lines.at(-1)];
  const eol = first.endsWith('\r\n') ? '\r\n' : '\n';
  const inner = lines.slice(1, -1).filter((line) => isOfOthers(line) || patterns.includes(patternOf(line) ?? ''));
  const there = inner.map(patternOf);
  const added = patterns.filter((pattern) => !there.includes(pattern)).map((pattern) => lineOf(pattern) + eol);
  return [first, ...added, ...inner, end].join('');
}

function lineOf(pattern: string): string {
  return `${pattern} merge=entente`;
}

/** Undefined for a line that is not just as we write it: its owner put it there, or made it their own. */
function patternOf(line: string): string | undefined {
  // Not `\S`: these are bytes, and 0xa0 is half of a letter.
  return /^([^ \t\r\n]+) merge=entente\r?\n$/.exec(line)?.[1];
}

function isOfOthers(line: string): boolean {
  return patternOf(line) === undefined && !line.startsWith(BEGIN) && !/^# entente: end\r?\n?$/.test(line);
}

/** Each with its newline. */
function linesIn(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function ofOthers(block: string): string {
  return linesIn(block).filter(isOfOthers).join('');
}

function blocksIn(text: string): readonly RegExpExecArray[] {
  return [...text.matchAll(BLOCK)];
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** As bytes, one character each. Throws `misuse` for a block that somebody cut. */
function read(bytes: Uint8Array | null): string {
  const text = bytes === null ? '' : Buffer.from(bytes).toString('latin1');
  if (blocksIn(text).length > 0 || !text.includes(BEGIN)) return text;
  throw new EntenteError('misuse', `.gitattributes has a line "${BEGIN}" and no line "${END}" after it.`, {
    next: 'Remove that block by hand, then run the command again.',
  });
}

function split(text: string): readonly [string, string] {
  return text.startsWith(BOM) ? [BOM, text.slice(BOM.length)] : ['', text];
}
