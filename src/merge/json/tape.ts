// A parsed JSON document: the source bytes and a tape of integers, one record for each value in document order. No
// value object is built, no string decoded and no member put into a plain object until somebody asks, which is what
// makes a lossless merge about as fast as JSON.parse. A node is the offset of its record on the tape.

/** Integers in the record of a node. */
export const RECORD = 8;

// Fields of a record. KIND holds the kind (3 bits), the escape flags and, above them, the number of children.
export const KIND = 0;
export const START = 1;
export const END = 2;
/** The node after this one's subtree: the next sibling, if there is one. */
export const NEXT = 3;
/** Start and end of the member's name with its quotes; -1 for elements and the root. */
export const KEY_START = 4;
export const KEY_END = 5;
/** Equal values have equal hashes (not the other way round): equality starts here and is always verified. */
export const HASH = 6;
export const KEY_HASH = 7;

export const OBJECT = 1;
export const ARRAY = 2;
export const STRING = 3;
export const NUMBER = 4;
export const TRUE = 5;
export const FALSE = 6;
export const NULL = 7;

export const KIND_MASK = 7;
export const ESCAPED = 8;
export const KEY_ESCAPED = 16;
export const COUNT_SHIFT = 5;

export interface Doc {
  readonly bytes: Buffer;
  readonly tape: Int32Array;
  /** Used length of the tape. */
  readonly length: number;
  readonly jsonc: boolean;
}

/** The root is the first record. */
export const ROOT = 0;
/** No node: the value is absent on that side. */
export const ABSENT = -1;

export function kindOf(doc: Doc, node: number): number {
  return (doc.tape[node + KIND] as number) & KIND_MASK;
}

export function startOf(doc: Doc, node: number): number {
  return doc.tape[node + START] as number;
}

export function endOf(doc: Doc, node: number): number {
  return doc.tape[node + END] as number;
}

export function nextOf(doc: Doc, node: number): number {
  return doc.tape[node + NEXT] as number;
}

export function hashAt(doc: Doc, node: number): number {
  return doc.tape[node + HASH] as number;
}

export function keyStartOf(doc: Doc, node: number): number {
  return doc.tape[node + KEY_START] as number;
}

export function keyEndOf(doc: Doc, node: number): number {
  return doc.tape[node + KEY_END] as number;
}

export function countOf(doc: Doc, node: number): number {
  return (doc.tape[node + KIND] as number) >>> COUNT_SHIFT;
}

export function isContainer(doc: Doc, node: number): boolean {
  return kindOf(doc, node) <= ARRAY;
}

/** The children of a container in document order. */
export function childrenOf(doc: Doc, node: number): number[] {
  const children: number[] = [];
  const end = nextOf(doc, node);
  for (let child = node + RECORD; child < end; child = nextOf(doc, child)) children.push(child);
  return children;
}

/** The source text of a byte range. */
export function textOf(doc: Doc, from: number, to: number): string {
  return doc.bytes.toString('utf8', from, to);
}

/** The source text of a value. */
export function valueText(doc: Doc, node: number): string {
  return textOf(doc, startOf(doc, node), endOf(doc, node));
}

/** The source bytes of a value, a view. */
export function valueBytes(doc: Doc, node: number): Uint8Array {
  return bytesView(doc.bytes, startOf(doc, node), endOf(doc, node));
}

/** A plain view of bytes (a Buffer prints and compares differently). */
function bytesView(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from);
}

function decodeToken(doc: Doc, start: number, end: number, escaped: boolean): string {
  if (!escaped) return textOf(doc, start + 1, end - 1);
  return JSON.parse(textOf(doc, start, end)) as string;
}

/** The decoded text of a string value. Escaped lone surrogates stay lone surrogates. */
export function stringOf(doc: Doc, node: number): string {
  return decodeToken(doc, startOf(doc, node), endOf(doc, node), ((doc.tape[node] as number) & ESCAPED) !== 0);
}

/** The decoded name of a member. */
export function keyOf(doc: Doc, node: number): string {
  const escaped = ((doc.tape[node] as number) & KEY_ESCAPED) !== 0;
  return decodeToken(doc, keyStartOf(doc, node), keyEndOf(doc, node), escaped);
}

/** The members of an object by their decoded names. A Map, so that no name can reach a prototype. */
export function membersOf(doc: Doc, node: number): Map<string, number> {
  const members = new Map<string, number>();
  const end = nextOf(doc, node);
  for (let child = node + RECORD; child < end; child = nextOf(doc, child)) members.set(keyOf(doc, child), child);
  return members;
}
