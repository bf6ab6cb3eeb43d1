// A mirror: JSON that says what a document of another format says, node by node with the places where it says so. The
// JSON engine decides on mirrors; what it decides is spliced into the document itself.
import * as T from '../json/tape.ts';

export interface Mirror {
  /** The document, without a byte order mark; places are UTF-16 offsets in it. */
  readonly text: string;
  /** The JSON that says the same. */
  readonly doc: T.Doc;
  /** `FIELDS` integers for each node of `doc`, in its order. */
  readonly places: Int32Array;
  /** Comments in the order of the text, trimmed. */
  readonly comments: readonly string[];
  /** Names that are no strings (`200:`), and strings that would be none without their quotes (`"200":`). */
  readonly names: { readonly odd: ReadonlySet<string>; readonly quoted: ReadonlySet<string> };
  readonly hasOpaque: boolean;
}

/** Integers for each node in `places`. */
export const FIELDS = 5;
/** The value. */
export const START = 0;
export const END = 1;
/** Where the member or element begins: its name, its dash, or the value itself. */
export const ITEM = 2;
/** The end of the colon, equals sign or dash; the start of the value where there is none. */
export const MARK = 3;
export const FLAGS = 4;

/** A container written in brackets. */
export const FLOW = 1;
/** Something that JSON cannot mirror (an anchor, an alias, a tag): a string that holds its source. */
export const OPAQUE = 2;
/** Written over lines of its own, which need the newline at their end: a block scalar. */
export const BLOCK_TEXT = 4;
/** Inside a container written in brackets. */
export const IN_FLOW = 8;

const placeAt = (mirror: Mirror, node: number, field: number): number =>
  mirror.places[(node / T.RECORD) * FIELDS + field] as number;

export const startOf = (mirror: Mirror, node: number): number => placeAt(mirror, node, START);
export const endOf = (mirror: Mirror, node: number): number => placeAt(mirror, node, END);
export const itemOf = (mirror: Mirror, node: number): number => placeAt(mirror, node, ITEM);
export const markOf = (mirror: Mirror, node: number): number => placeAt(mirror, node, MARK);
export const hasFlag = (mirror: Mirror, node: number, flag: number): boolean =>
  (placeAt(mirror, node, FLAGS) & flag) !== 0;

/** Does a value hold anything that JSON cannot mirror? */
export function holdsOpaque(mirror: Mirror, node: number): boolean {
  if (!mirror.hasOpaque) return false;
  const end = T.nextOf(mirror.doc, node);
  for (let each = node; each < end; each += T.RECORD) if (hasFlag(mirror, each, OPAQUE)) return true;
  return false;
}

/** The text of the value whose JSON a view of the mirror's bytes is; the view itself where it is none. */
export function sourceOf(mirror: Mirror, view: Uint8Array): Uint8Array {
  const { doc } = mirror;
  const at = view.byteOffset - doc.bytes.byteOffset;
  let low = 0;
  let high = doc.length / T.RECORD;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (T.startOf(doc, middle * T.RECORD) < at) low = middle + 1;
    else high = middle;
  }
  const node = low * T.RECORD;
  if (view.buffer !== doc.bytes.buffer || node >= doc.length || T.startOf(doc, node) !== at) return view;
  return new TextEncoder().encode(mirror.text.slice(startOf(mirror, node), endOf(mirror, node)));
}

/** Marks strings of a mirror that stand for something that JSON has no value for. */
export const SPECIAL = '\u0000';

/** Thrown by readers of formats, for what no mirror can say; it never leaves `readMirror`. */
export class Unmirrored extends Error {}

export interface Limits {
  readonly depth?: number;
  readonly nodes?: number;
  /** False for a document that is only compared, and not written into: its mirror has no places. @default true */
  readonly places?: boolean;
}
