// What stands between the values: white space and, in JSONC, comments and trailing commas. Ranges only; nothing is
// decoded. A comment on the line of a value belongs to that value, also behind the comma.
import type { Doc } from './tape.ts';
import { keyStartOf, startOf } from './tape.ts';

const COMMA = 0x2c;
const SLASH = 0x2f;
const NEWLINE = 0x0a;

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** The end of the comment that begins at `at`; the newline after a line comment is not part of it. */
function commentEnd(doc: Doc, at: number): number {
  if (doc.bytes[at + 1] === SLASH) {
    const end = doc.bytes.indexOf(NEWLINE, at);
    const stop = end < 0 ? doc.bytes.length : end;
    return doc.bytes[stop - 1] === 0x0d ? stop - 1 : stop;
  }
  return doc.bytes.indexOf('*/', at + 2, 'latin1') + 2;
}

/** The first byte at or after `at` that is no trivia. */
export function skipTrivia(doc: Doc, at: number): number {
  let i = at;
  while (i < doc.bytes.length) {
    if (isSpace(doc.bytes[i])) i++;
    else if (doc.bytes[i] === SLASH && doc.jsonc) i = commentEnd(doc, i);
    else break;
  }
  return i;
}

/** The comma after a value that ends at `end`; -1 if none follows. */
export function commaAfter(doc: Doc, end: number): number {
  const at = skipTrivia(doc, end);
  return doc.bytes[at] === COMMA ? at : -1;
}

/** The end of the comments that follow `at` on its line, or `at`. A block comment with a value behind it is the value's. */
export function trailEnd(doc: Doc, at: number): number {
  if (!doc.jsonc) return at;
  let end = at;
  for (let i = at; i < doc.bytes.length; ) {
    const byte = doc.bytes[i];
    if (byte === NEWLINE) return end;
    if (isSpace(byte)) {
      i++;
    } else if (byte === SLASH) {
      const isLine = doc.bytes[i + 1] === SLASH;
      i = commentEnd(doc, i);
      end = i;
      if (isLine) return end;
    } else {
      // A closing bracket on the line: what stood before it is the last value's. Another value: its own.
      return byte === 0x7d || byte === 0x5d ? end : at;
    }
  }
  return end;
}

/** Where a member or an element begins. */
export function itemStart(doc: Doc, node: number): number {
  const key = keyStartOf(doc, node);
  return key >= 0 ? key : startOf(doc, node);
}

export function hasComment(doc: Doc, from: number, to: number): boolean {
  return doc.jsonc && doc.bytes.subarray(from, to).includes(SLASH);
}

/** The comments between two offsets that hold nothing but trivia (and commas), in order. */
export function commentsBetween(doc: Doc, from: number, to: number): string[] {
  const comments: string[] = [];
  if (!hasComment(doc, from, to)) return comments;
  for (let i = from; i < to; ) {
    if (doc.bytes[i] !== SLASH) {
      i++;
      continue;
    }
    const end = commentEnd(doc, i);
    comments.push(doc.bytes.toString('utf8', i, end));
    i = end;
  }
  return comments;
}
