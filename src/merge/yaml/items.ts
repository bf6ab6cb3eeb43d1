// Lays out the items of a block collection of YAML anew: those that it had keep their lines, with the comments that are
// theirs; comments that belong to no item stay, whatever becomes of their neighbours.
import * as T from '../json/tape.ts';
import * as M from '../mirror/mirror.ts';
import { NoPlace, type Piece, type Splice } from '../mirror/splice.ts';
import { column, isAtLineStart, itemEnd, leadOf, lineStart } from './lines.ts';

/** The lines of a new item, for a collection whose items stand in that column. */
type NewItem = (item: number, col: number, isFirst: boolean) => string;

/** The splice that makes the items of a collection these. Throws `NoPlace`. */
export function layItems(to: M.Mirror, node: number, items: readonly number[], eol: string, newItem: NewItem): Splice {
  const layout = new Layout(to, node, eol);
  for (const item of items) {
    if (item < 0) layout.putNew(item, newItem);
    else layout.putKept(item);
  }
  return layout.splice();
}

class Layout {
  readonly #to: M.Mirror;
  readonly #eol: string;
  readonly #chunks: ReadonlyMap<number, Chunk>;
  readonly #order: readonly Chunk[];
  readonly #first: Chunk;
  readonly #last: Chunk;
  readonly #col: number;
  /** Does the first item stand behind a dash, on its line? */
  readonly #isCompact: boolean;
  readonly #pieces: Piece[] = [];
  #isEnded = true;
  /** Chunks whose gap has been dealt with. */
  #told = 0;

  constructor(to: M.Mirror, node: number, eol: string) {
    const chunks = chunksOf(to, node);
    const all = [...chunks.values()];
    const [first] = all;
    const last = all.at(-1);
    if (first === undefined || last === undefined) throw new NoPlace();
    this.#to = to;
    this.#eol = eol;
    this.#chunks = chunks;
    this.#order = all;
    this.#first = first;
    this.#last = last;
    this.#col = column(to.text, first.item);
    this.#isCompact = !isAtLineStart(to.text, first.item);
  }

  putNew(item: number, newItem: NewItem): void {
    const isFirst = this.#pieces.length === 0;
    this.#endLine();
    let text = newItem(item, this.#col, isFirst);
    if (isFirst && this.#isCompact) {
      text = text.trimStart();
      if (text.startsWith('#')) throw new NoPlace();
    }
    this.#pieces.push({ text });
    this.#isEnded = text.endsWith('\n');
  }

  putKept(item: number): void {
    const chunk = this.#chunks.get(item);
    if (chunk === undefined) throw new NoPlace();
    this.#tellGaps(chunk.index + 1);
    this.#endLine();
    this.#putChunk(chunk);
    this.#isEnded = this.#to.text[chunk.end - 1] === '\n';
  }

  splice(): Splice {
    this.#tellGaps(this.#chunks.size);
    const start = this.#isCompact ? this.#first.item : this.#first.comments;
    return { start, end: this.#last.end, pieces: this.#pieces };
  }

  #putChunk(chunk: Chunk): void {
    const isStart = this.#pieces.length === 0;
    const { item, end } = chunk;
    if (!this.#isCompact) {
      this.#pieces.push({ from: isStart ? chunk.comments : chunk.blanks, to: end });
    } else if (isStart) {
      if (chunk !== this.#first && chunk.comments < lineStart(this.#to.text, item)) throw new NoPlace();
      this.#pieces.push({ from: item, to: end });
    } else if (chunk === this.#first) {
      this.#pieces.push({ text: ' '.repeat(this.#col) }, { from: item, to: end });
    } else {
      this.#pieces.push({ from: chunk.blanks, to: end });
    }
  }

  #endLine(): void {
    if (!this.#isEnded) this.#pieces.push({ text: this.#eol });
    this.#isEnded = true;
  }

  #tellGaps(before: number): void {
    for (; this.#told < before; this.#told++) {
      const { gap } = this.#order[this.#told] as Chunk;
      if (!this.#to.text.slice(...gap).includes('#')) continue;
      if (this.#pieces.length === 0 && this.#isCompact) throw new NoPlace();
      this.#endLine();
      this.#pieces.push({ from: gap[0], to: gap[1] });
    }
  }
}

interface Chunk {
  readonly index: number;
  readonly item: number;
  /** Where its blank lines, its comments begin; where it ends. */
  readonly blanks: number;
  readonly comments: number;
  readonly end: number;
  /** Lines between the item before and this one that belong to neither. */
  readonly gap: readonly [number, number];
}

/** The children of a block collection with their lines. */
function chunksOf(mirror: M.Mirror, node: number): Map<number, Chunk> {
  const chunks = new Map<number, Chunk>();
  let floor: number | undefined;
  for (const child of T.childrenOf(mirror.doc, node)) {
    const item = M.itemOf(mirror, child);
    const isFirst = floor === undefined;
    const begin = isFirst && !isAtLineStart(mirror.text, item) ? { blanks: item, comments: item } : undefined;
    const lead = begin ?? leadOf(mirror, child, floor ?? floorOf(mirror, child));
    const end = itemEnd(mirror, child);
    const blanks = isFirst ? lead.comments : lead.blanks;
    chunks.set(child, { index: chunks.size, item, ...lead, blanks, end, gap: [floor ?? blanks, blanks] });
    floor = end;
  }
  return chunks;
}

/** Nothing above the line of the value in front of an item belongs to it; `---` is no comment and ends the search. */
export function floorOf(mirror: M.Mirror, node: number): number {
  return node === T.ROOT ? 0 : Math.max(0, ...before(mirror, node));
}

/** The end of the line on which the name or dash of the nearest node in front stands, or its value ends. */
function before(mirror: M.Mirror, node: number): number[] {
  const previous = node - T.RECORD;
  if (previous <= T.ROOT) return [];
  const end = T.isContainer(mirror.doc, previous) ? M.markOf(mirror, previous) : M.endOf(mirror, previous);
  const newline = mirror.text[end - 1] === '\n' ? end - 1 : mirror.text.indexOf('\n', end);
  const floor = newline < 0 ? mirror.text.length : newline + 1;
  return floor <= M.itemOf(mirror, node) ? [floor] : [];
}
