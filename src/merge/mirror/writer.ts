// What a reader of a format writes a mirror with. A mirror is as large as its document, so what is taken in advance is
// what it will need, and each thing is kept once.
import { DEFAULT_DEPTH, isParseFailure, parseJson } from '../json/parse.ts';
import * as M from './mirror.ts';

/** Where a node stands: see `Mirror`. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly item: number;
  readonly mark: number;
  readonly flags: number;
}

interface Position {
  readonly json: number;
  readonly places: number;
}

const SHORT = 48;

const NOTHING = new Int32Array(0);

/** What a reader of a format writes a mirror with: JSON text in order, and the place of each node. */
export class MirrorWriter {
  #json: Buffer;
  #length = 0;
  #places: Int32Array;
  #size = 0;
  #comments: string[] = [];
  #odd = new Set<string>();
  #quoted = new Set<string>();
  #opaque = 0;
  readonly #text: string;
  readonly #limits: M.Limits;

  /** `expect`: how much will be written, where that is known. */
  constructor(text: string, limits: M.Limits, expect?: Position) {
    this.#text = text;
    this.#limits = limits;
    // The JSON has about as many characters; and there is a value for so many of them.
    this.#json = Buffer.allocUnsafe(expect?.json ?? text.length + 64);
    const places = expect?.places ?? (16 + Math.floor(text.length / 16)) * M.FIELDS;
    this.#places = new Int32Array(limits.places === false ? 0 : places);
  }

  /** Begins a node; gives its number. The end of a container is set by `close`. */
  node(json: string, place: Place): number {
    const at = this.#size;
    if (this.#limits.places !== false) this.#place(at, place);
    if ((place.flags & M.OPAQUE) !== 0) this.#opaque += 1;
    this.#size = at + M.FIELDS;
    this.put(json);
    return at;
  }

  #place(at: number, place: Place): void {
    this.#reserve(M.FIELDS);
    const places = this.#places;
    places[at + M.START] = place.start;
    places[at + M.END] = place.end;
    places[at + M.ITEM] = place.item;
    places[at + M.MARK] = place.mark;
    places[at + M.FLAGS] = place.flags;
  }

  /** The closing bracket of the container that `node` began, and where its text ends. */
  close(node: number, json: string, end: number): void {
    if (this.#limits.places !== false) this.#places[node + M.END] = end;
    this.put(json);
  }

  /** Where the container that `node` began begins, if that was not known then. */
  begin(node: number, start: number): void {
    if (this.#limits.places === false) return;
    for (const field of [M.START, M.ITEM, M.MARK]) this.#places[node + field] = start;
  }

  /** How much has been written: bytes of JSON, integers of places. */
  position(): Position {
    return { json: this.#length, places: this.#size };
  }

  /** Writes what another writer wrote between two positions; gives the number of its first node. */
  copy(other: MirrorWriter, from: Position, to: Position): number {
    const at = this.#size;
    const count = to.places - from.places;
    if (this.#limits.places !== false) {
      this.#reserve(count);
      this.#places.set(other.#places.subarray(from.places, to.places), at);
    }
    this.#size += count;
    this.#ensure(to.json - from.json);
    this.#length += other.#json.copy(this.#json, this.#length, from.json, to.json);
    this.#opaque = Math.max(this.#opaque, other.#opaque);
    return at;
  }

  /** Takes the comments of a writer that has been copied, and what it kept. */
  end(other: MirrorWriter): void {
    this.#comments = other.#comments;
    other.#json = Buffer.alloc(0);
    other.#places = NOTHING;
  }

  /** Punctuation and names. */
  put(json: string): void {
    // No character takes more bytes.
    this.#ensure(json.length * 3);
    const isPut = json.length <= SHORT && this.#putShort(json);
    if (!isPut) this.#length += this.#json.write(json, this.#length);
  }

  /** Most are a few characters of ASCII, for which a call of `write` is dear. */
  #putShort(json: string): boolean {
    const bytes = this.#json;
    const from = this.#length;
    for (let i = 0; i < json.length; i++) {
      const code = json.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[from + i] = code;
    }
    this.#length = from + json.length;
    return true;
  }

  #ensure(bytes: number): void {
    const most = this.#length + bytes;
    if (most <= this.#json.length) return;
    const grown = Buffer.allocUnsafe(Math.ceil(most * 1.25));
    this.#json.copy(grown, 0, 0, this.#length);
    this.#json = grown;
  }

  #reserve(integers: number): void {
    const most = this.#size + integers;
    if (most <= this.#places.length) return;
    const grown = new Int32Array(Math.ceil(most * 1.25));
    grown.set(this.#places);
    this.#places = grown;
  }

  comment(text: string): void {
    this.#comments.push(text.trimEnd());
  }

  name(text: string, kind: 'odd' | 'quoted'): void {
    (kind === 'odd' ? this.#odd : this.#quoted).add(text);
  }

  /** Where the writer stands, so that what was written since can be taken back. */
  mark(): readonly [number, number, number, number] {
    return [this.#length, this.#size, this.#comments.length, this.#opaque];
  }

  reset([json, size, comments, opaque]: readonly [number, number, number, number]): void {
    this.#length = json;
    this.#size = size;
    this.#comments.length = comments;
    this.#opaque = opaque;
  }

  /** The mirror, or why there is none: a name that comes twice, too many nodes, too deep. */
  finish(): M.Mirror {
    const { depth = DEFAULT_DEPTH, nodes = Number.POSITIVE_INFINITY, places: isPlaced = true } = this.#limits;
    // A mirror is kept for as long as the merge takes: what was taken in advance is given back first.
    const size = isPlaced ? this.#size : 0;
    const places = size === this.#places.length ? this.#places : this.#places.slice(0, size);
    this.#places = NOTHING;
    const isTight = this.#json.length - this.#length < this.#length / 16;
    const json = isTight ? this.#json.subarray(0, this.#length) : Buffer.from(this.#json.subarray(0, this.#length));
    this.#json = Buffer.alloc(0);
    const doc = parseJson(json, { depth, nodes, expect: this.#size / M.FIELDS });
    if (isParseFailure(doc))
      throw new M.Unmirrored(doc.failure === 'duplicate-key' ? 'a name comes twice' : doc.message);
    return {
      text: this.#text,
      doc,
      places,
      comments: this.#comments,
      names: { odd: this.#odd, quoted: this.#quoted },
      hasOpaque: this.#opaque > 0,
    };
  }
}
