// What stands between the values: white space and, in JSONC, comments and trailing commas. Ranges only; nothing is
// decoded. A comment on the line of a value belongs to that value, also behind the comma.
import type { Doc } from './tape.ts';
import { childrenOf, endOf, keyStartOf, startOf } from './tape.ts';

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

/** The trivia that belongs to an item of a container, as ranges: in front of it, and behind it on its line. */
export interface ItemSlots {
  readonly node: number;
  readonly at: number;
  readonly lead: readonly [number, number];
  readonly trail: readonly [number, number];
  /** Of what stands inside a container: where its last child begins. */
  readonly inside?: number;
}

/** The slots of a container's children; `inside`: behind the opening bracket, and in front of the closing one. */
export function slotsOf(doc: Doc, container: number): { readonly items: ItemSlots[]; readonly inside: ItemSlots } {
  const open = startOf(doc, container) + 1;
  const close = endOf(doc, container) - 1;
  let from = trailEnd(doc, open);
  const head: readonly [number, number] = [open, from];
  const items = childrenOf(doc, container).map((node): ItemSlots => {
    const at = itemStart(doc, node);
    const end = endOf(doc, node);
    const comma = commaAfter(doc, end);
    const behind = comma < 0 ? end : comma + 1;
    const lead: readonly [number, number] = [from, at];
    from = trailEnd(doc, behind);
    return { node, at, lead, trail: [behind, from] };
  });
  const last = items.at(-1)?.at;
  const inside = { node: container, at: close, lead: [from, close] as const, trail: head };
  return { items, inside: last === undefined ? inside : { ...inside, inside: last } };
}
