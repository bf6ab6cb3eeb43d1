// Reads a large YAML document piece by piece, so that the parser never has a tree of more than a piece in memory. Block
// collections are cut between their items, at lines that begin in the column of the collection: nothing that belongs to
// an item can begin there, or further left. Each piece is a document with the same collection at its root; an item that
// is larger than a piece is opened in its turn. Where anything is not as plain as that, the whole document is parsed.
// Longer than most files: the rules of where an item ends stand side by side.
import type * as T from '../json/tape.ts';
import { loadYaml, type ParsedNode, type YAMLMap, type YAMLSeq } from '../packages.ts';
import { isDeeper, parseJsonIn } from './json-text.ts';
import { isEmpty, type Walk } from './walk.ts';

/** Thrown where a document cannot be cut without a doubt. */
export class Uncut extends Error {}

type Kind = '{' | '[';
type Parse = (source: string) => ParsedNode | undefined;

/** Deeper ones are read in one piece: each level looks through all of its text again. */
const DEEPEST = 100;

export class Pieces {
  readonly #text: string;
  readonly #walk: Walk;
  readonly #parse: Parse;
  readonly #size: number;
  readonly #most: number;
  #depth = 0;

  /** `parse` gives the root of a document without errors; `size`: characters of a piece, `most` where it cannot be cut. */
  constructor(
    text: string,
    walk: Walk,
    parse: Parse,
    { size, most }: { readonly size: number; readonly most: number },
  ) {
    this.#text = text;
    this.#walk = walk;
    this.#parse = parse;
    this.#size = size;
    this.#most = most;
  }

  /** Writes the document into the walk's mirror. Throws `Uncut`. */
  read(): void {
    // No line break for the parser, and no blank everywhere.
    if (/\r(?!\n)/.test(this.#text)) throw new Uncut();
    let at = this.#walk.skip(0);
    if (this.#isMarker(at)) {
      if (this.#text[at] === '.') throw new Uncut();
      at += 3;
      const end = this.#lineEnd(at);
      if (!isBlank(this.#text.slice(at, end).replace(/[ \t]#.*/, ''))) throw new Uncut();
    }
    const end = this.#walk.skip(this.#collection(at, at, -1, this.#text.length));
    if (end < this.#text.length) throw new Uncut();
  }

  /** A block collection behind `mark`, deeper than `parent`; gives the end of its last item. */
  #collection(mark: number, item: number, parent: number, end: number, isMember = false): number {
    const start = this.#walk.skip(mark);
    const col = this.#column(start);
    const kind = this.#kindAt(start);
    if (kind === undefined || start >= end || col === undefined) throw new Uncut();
    if (col <= parent && !(isMember && kind === '[' && col === parent)) throw new Uncut();
    if (++this.#depth > DEEPEST) throw new Uncut();
    const node = this.#walk.open(kind, start, mark, item, false);
    const last = this.#items(kind, col, start, end);
    this.#depth -= 1;
    const closed = this.#walk.close(node, kind === '{' ? '}' : ']', last, false);
    if (closed === undefined) throw new Uncut();
    return closed;
  }

  #items(kind: Kind, col: number, start: number, end: number): number {
    let at = start;
    for (let from = start; from < end; ) {
      const isFirst = from === start;
      let to = this.#nextItem(kind, col, from, end);
      const opened = to - from > this.#size ? this.#open(kind, col, from, to, at, isFirst) : undefined;
      if (opened !== undefined) {
        at = opened;
        from = to;
        continue;
      }
      while (to < end) {
        const next = this.#nextItem(kind, col, to, end);
        if (next - from > this.#size) break;
        to = next;
      }
      at = this.#piece(kind, col, from, to, at, isFirst);
      from = to;
    }
    return at;
  }

  /** Items that begin at `from`, from the parser. */
  #piece(kind: Kind, col: number, from: number, to: number, at: number, isFirst: boolean): number {
    if (to - from > this.#most) throw new Uncut();
    const node = this.#parse(' '.repeat(col) + this.#text.slice(from, to));
    this.#walk.from(from - col);
    const root = this.#rootOf(kind, node);
    if (root === undefined || root.range[0] !== col) throw new Uncut();
    const end =
      kind === '{'
        ? this.#walk.members(root as YAMLMap.Parsed, at, isFirst)
        : this.#walk.elements(root as YAMLSeq.Parsed, at, isFirst);
    if (end === undefined) throw new Uncut();
    return end;
  }

  #rootOf(kind: Kind, node: ParsedNode | undefined): YAMLMap.Parsed | YAMLSeq.Parsed | undefined {
    const { isMap, isSeq } = loadYaml();
    if (node === undefined || (kind === '{' ? !isMap(node) : !isSeq(node))) return undefined;
    const root = node as YAMLMap.Parsed | YAMLSeq.Parsed;
    const isBare = root.flow !== true && root.anchor === undefined && root.tag === undefined;
    return isBare ? root : undefined;
  }

  /** An item whose value is a block collection, item by item, or JSON; undefined where it is none, or that is not sure. */
  #open(kind: Kind, col: number, from: number, to: number, at: number, isFirst: boolean): number | undefined {
    const colon = kind === '[' ? from : this.#colonOf(from);
    if (colon === undefined) return undefined;
    let begin = colon + 1;
    while (this.#text[begin] === ' ') begin += 1;
    const inner = this.#isBareEnd(begin) ? this.#firstContent(this.#lineEnd(from), to) : begin;
    const json = inner === undefined ? undefined : this.#jsonAt(inner, col, to);
    const isBlock = inner !== undefined && this.#kindAt(inner) !== undefined && (kind === '[' || inner !== begin);
    if (inner === undefined || (json === undefined && !isBlock)) return undefined;
    let mark = from + 1;
    if (kind === '[') {
      if (this.#walk.skip(at) !== from) throw new Uncut();
      if (!isFirst) this.#walk.separate();
    } else {
      const root = this.#rootOf('{', this.#parse(' '.repeat(col) + this.#text.slice(from, colon + 1)));
      const [pair, more] = (root as YAMLMap.Parsed | undefined)?.items ?? [];
      if (pair === undefined || more !== undefined || !isNothing(pair.value)) return undefined;
      if (this.#walk.skip(at) !== from) throw new Uncut();
      this.#walk.from(from - col);
      if (this.#walk.name(pair.key, from, isFirst) !== colon + 1) throw new Uncut();
      mark = colon + 1;
    }
    if (json === undefined) return this.#collection(mark, from, col, to, kind === '{');
    if (this.#walk.skip(mark) !== inner) throw new Uncut();
    const end = this.#walk.json(json, inner, mark, from);
    if (end === undefined) throw new Uncut();
    return end;
  }

  /** JSON that begins there and is all of the item up to its end, comments left out. */
  #jsonAt(begin: number, col: number, to: number): T.Doc | undefined {
    const text = this.#text.slice(begin, to);
    const end = Math.max(text.lastIndexOf(']'), text.lastIndexOf('}')) + 1;
    // What else stands in the item is for the parser to judge.
    if (!isBlank(text.slice(end).replace(/\s#[^\n]*/g, ''))) return undefined;
    const value = text.slice(0, end);
    return isDeeper(value, col) ? parseJsonIn(value) : undefined;
  }

  /** Nothing but a comment up to the end of the line? */
  #isBareEnd(at: number): boolean {
    const char = this.#text[at];
    return char === undefined || char === '\n' || char === '\r' || char === '#';
  }

  /** The first character of a line that is neither blank nor a comment. */
  #firstContent(from: number, end: number): number | undefined {
    for (let at = from + 1; at < end; at = this.#lineEnd(at) + 1) {
      const first = this.#firstOn(at);
      if (!this.#isBareEnd(first)) return first < end ? first : undefined;
    }
    return undefined;
  }

  /** What kind of block collection begins there; undefined where none does for sure. */
  #kindAt(at: number): Kind | undefined {
    if (this.#text[at] === '-' && isGap(this.#text[at + 1])) return '[';
    return this.#colonOf(at) === undefined ? undefined : '{';
  }

  /** Where the colon stands behind the name that begins there; undefined where none does for sure. */
  #colonOf(at: number): number | undefined {
    const char = this.#text[at] ?? '';
    if ('[]{},|>&*!%@`?:#\t\r\n'.includes(char)) return undefined;
    const line = this.#text.slice(at, this.#lineEnd(at));
    const name =
      char === '"' ? /^"(?:[^"\\]|\\.)*"/ : char === "'" ? /^'(?:[^']|'')*'/ : /^(?:[^:#]|:(?=\S)|(?<=\S)#)+/;
    const found = name.exec(line)?.[0];
    const gap = found === undefined ? undefined : /^[ \t]*:(?=\s|$)/.exec(line.slice(found.length))?.[0];
    return gap === undefined ? undefined : at + (found ?? '').length + gap.length - 1;
  }

  /** Where the item behind the one that begins at `from` begins. */
  #nextItem(kind: Kind, col: number, from: number, end: number): number {
    const text = this.#text;
    for (let line = this.#lineEnd(from) + 1; line < end; line = this.#lineEnd(line) + 1) {
      const first = this.#firstOn(line);
      if (first >= end) break;
      if (first - line > col || this.#isBareEnd(first)) continue;
      if (isBlank(text.slice(first, this.#lineEnd(first)))) continue;
      const char = text[first] ?? '';
      if (first - line < col || this.#isMarker(first) || '\t?:'.includes(char)) throw new Uncut();
      // The end of a value in brackets.
      if (char === ']' || char === '}') continue;
      const isDash = char === '-' && isGap(text[first + 1]);
      if (isDash && kind === '[') return first;
      // A list in the column of the name that it belongs to.
      if (isDash) continue;
      if (kind === '[') throw new Uncut();
      return first;
    }
    return end;
  }

  /** `---` or `...` at the start of a line. */
  #isMarker(at: number): boolean {
    const text = this.#text;
    if (at > 0 && text[at - 1] !== '\n') return false;
    return (text.startsWith('---', at) || text.startsWith('...', at)) && isGap(text[at + 3]);
  }

  #lineEnd(from: number): number {
    const end = this.#text.indexOf('\n', from);
    return end < 0 ? this.#text.length : end;
  }

  /** The first character of a line that is no space. */
  #firstOn(line: number): number {
    let at = line;
    while (this.#text.charCodeAt(at) === 0x20) at += 1;
    return at;
  }

  /** The column of what begins there behind spaces and dashes alone. */
  #column(at: number): number | undefined {
    const start = at === 0 ? 0 : this.#text.lastIndexOf('\n', at - 1) + 1;
    return /^[ -]*$/.test(this.#text.slice(start, at)) ? at - start : undefined;
  }
}

function isNothing(value: ParsedNode | null): boolean {
  if (value === null) return true;
  const { isScalar } = loadYaml();
  return isScalar(value) && value.anchor === undefined && value.tag === undefined && isEmpty(value);
}

function isGap(char: string | undefined): boolean {
  return char === undefined || char === ' ' || char === '\n' || char === '\r';
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
