// A mirror: JSON that says what a document of another format says, node by node with the places where it says so. The
// JSON engine decides on mirrors; what it decides is spliced into the document itself.
import { DEFAULT_DEPTH, isParseFailure, parseJson } from '../json/parse.ts';
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
const START = 0;
const END = 1;
/** Where the member or element begins: its name, its dash, or the value itself. */
const ITEM = 2;
/** The end of the colon, equals sign or dash; the start of the value where there is none. */
const MARK = 3;
const FLAGS = 4;

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
}

/** What a reader of a format writes a mirror with: JSON text in order, and the place of each node. */
export class MirrorWriter {
  #json: string[] = [];
  #places = new Int32Array(1024);
  #size = 0;
  #comments: string[] = [];
  #odd = new Set<string>();
  #quoted = new Set<string>();
  #opaque = 0;

  /** Begins a node; gives its number. The end of a container is set by `close`. */
  node(json: string, place: { start: number; end: number; item: number; mark: number; flags: number }): number {
    const at = this.#size;
    if (at + FIELDS > this.#places.length) {
      const grown = new Int32Array(this.#places.length * 2);
      grown.set(this.#places);
      this.#places = grown;
    }
    this.#places.set([place.start, place.end, place.item, place.mark, place.flags], at);
    if ((place.flags & OPAQUE) !== 0) this.#opaque += 1;
    this.#size = at + FIELDS;
    this.#json.push(json);
    return at;
  }

  /** The closing bracket of the container that `node` began, and where its text ends. */
  close(node: number, json: string, end: number): void {
    this.#places[node + END] = end;
    this.#json.push(json);
  }

  /** Punctuation and names. */
  put(json: string): void {
    this.#json.push(json);
  }

  comment(text: string): void {
    this.#comments.push(text.trimEnd());
  }

  name(text: string, kind: 'odd' | 'quoted'): void {
    (kind === 'odd' ? this.#odd : this.#quoted).add(text);
  }

  /** Where the writer stands, so that what was written since can be taken back. */
  mark(): readonly [number, number, number, number] {
    return [this.#json.length, this.#size, this.#comments.length, this.#opaque];
  }

  reset([json, size, comments, opaque]: readonly [number, number, number, number]): void {
    this.#json.length = json;
    this.#size = size;
    this.#comments.length = comments;
    this.#opaque = opaque;
  }

  /** The mirror, or why there is none: a name that comes twice, too many nodes, too deep. */
  finish(text: string, { depth = DEFAULT_DEPTH, nodes = Number.POSITIVE_INFINITY }: Limits): Mirror {
    const doc = parseJson(Buffer.from(this.#json.join('')), { depth, nodes });
    if (isParseFailure(doc)) throw new Unmirrored(doc.failure === 'duplicate-key' ? 'a name comes twice' : doc.message);
    return {
      text,
      doc,
      places: this.#places.slice(0, this.#size),
      comments: this.#comments,
      names: { odd: this.#odd, quoted: this.#quoted },
      hasOpaque: this.#opaque > 0,
    };
  }
}
