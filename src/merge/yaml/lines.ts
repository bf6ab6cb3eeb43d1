// Lines of a YAML document: where items of block collections begin and end with the comments that are theirs.
import * as M from '../mirror/mirror.ts';
import { NoPlace } from '../mirror/splice.ts';

export function lineStart(text: string, at: number): number {
  // A negative offset would count as the first one.
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

export function column(text: string, at: number): number {
  return at - lineStart(text, at);
}

/** Does nothing but blanks stand in front of it on its line? */
export function isAtLineStart(text: string, at: number): boolean {
  return text.slice(lineStart(text, at), at).trim() === '';
}

/** The offset after the line on which a value ends, its comment included. */
export function afterLine(text: string, start: number, end: number): number {
  if (end > start && text[end - 1] === '\n') return end;
  const rest = /[ \t]*(?:#[^\n]*)?\r?(?:\n|$)/y;
  rest.lastIndex = end;
  if (!rest.test(text)) throw new NoPlace();
  return rest.lastIndex;
}

/** Does anything but blanks stand behind it on its line? */
export function isAtLineEnd(text: string, end: number): boolean {
  const rest = /[ \t]*\r?(?:\n|$)/y;
  rest.lastIndex = end;
  return rest.test(text);
}

/** The end of an item: after its last line, and after the comments below that stand deeper than the item. */
export function itemEnd(mirror: M.Mirror, node: number): number {
  const { text } = mirror;
  let end = afterLine(text, M.itemOf(mirror, node), M.endOf(mirror, node));
  const own = column(text, M.itemOf(mirror, node));
  for (let at = end; at < text.length; ) {
    const line = lineAt(text, at);
    const indent = line.search(/[^ ]/);
    if (line.trim() !== '' && (line[indent] !== '#' || indent <= own)) break;
    at += line.length;
    if (line.trim() !== '') end = at;
  }
  return end;
}

export interface Lead {
  /** Where the blank lines in front of the item begin, and its comments. */
  readonly blanks: number;
  readonly comments: number;
}

/** The comments right above an item, and the blank lines above those, down to `floor`. */
export function leadOf(mirror: M.Mirror, node: number, floor: number): Lead {
  const { text } = mirror;
  const item = M.itemOf(mirror, node);
  const own = column(text, item);
  const up = (from: number, isTaken: (line: string) => boolean): number => {
    let at = from;
    while (at > floor) {
      const start = lineStart(text, at - 1);
      if (start < floor || !isTaken(text.slice(start, at))) break;
      at = start;
    }
    return at;
  };
  const comments = up(lineStart(text, item), (line) => line.search(/[^ ]/) === own && line[own] === '#');
  return { comments, blanks: up(comments, (line) => line.trim() === '') };
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(at, end < 0 ? text.length : end + 1);
}

/** The lines moved by so many columns; the first one only where it begins at its line's start. */
export function shiftLines(text: string, by: number, skipsFirst: boolean, eol: string): string {
  const lines = text.split('\n').map((line, i) => {
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
    if ((i === 0 && skipsFirst) || bare.trim() === '') return bare;
    if (by >= 0) return ' '.repeat(by) + bare;
    if (bare.slice(0, -by).trim() !== '') throw new NoPlace();
    return bare.slice(-by);
  });
  return lines.join(eol);
}
