// Reads TOML into a mirror. `@decimalturn/toml-patch` parses; its tree is laid out anew as one logical tree, with the
// places of values and the lines of rows and headers. Its trees are more than a hundred times as large as their text, so
// a large document is given to it in pieces, and what is said twice is found here (tables.ts).
// Longer than most files: one walk that reads the rows, one that puts them in order.
import { Ints } from '../mirror/ints.ts';
import * as M from '../mirror/mirror.ts';
import { MirrorWriter, type Place } from '../mirror/writer.ts';
import { loadToml } from '../packages.ts';
import { jsonOf, type Node, nameOf, type Spot } from './node.ts';
import { CHUNK, leadAt, type TomlMirror } from './outline.ts';
import { piecesOf } from './pieces.ts';
import { ROOT_TABLE, Tables } from './tables.ts';
import { TomlWriter } from './tree.ts';

/** Deeper nesting, and names of more parts, are not given to the parser: it would take very long for them. */
const MAX_NESTING = 100;

/** Characters that the parser is given at once. */
const PIECE = 4096;

/** Characters of a document, or of a row of one, that the parser is given where they cannot be cut. */
const WHOLE = 131_072;

/**
 * The mirror of a document. Throws `Unmirrored` with the reason where there is none. `size`: characters of a piece; a
 * document of no more is parsed as a whole.
 */
export function readToml(text: string, limits: M.Limits, size: number = PIECE): TomlMirror {
  if (isTooDeep(text)) throw new M.Unmirrored('it is nested too deeply');
  const mirror = text.length > size ? readPieces(text, limits, size) : undefined;
  if (mirror !== undefined) return mirror;
  if (text.length > WHOLE) throw new M.Unmirrored('it is too large to be read in one piece, and cannot be cut');
  return readWhole(text, limits);
}

/** Undefined where a piece is not right, or says what another one has said: the parser judges the whole document. */
export function readPieces(text: string, limits: M.Limits, size: number): TomlMirror | undefined {
  const reader = new Reader(text, limits, true);
  try {
    for (const { start, end } of piecesOf(text, size)) {
      if (end - start > WHOLE) return undefined;
      const source = text.slice(start, end);
      reader.read(source, start, parse(source, false));
    }
    return reader.finish();
  } catch (thrown) {
    if (thrown instanceof M.Unmirrored) return undefined;
    throw thrown;
  }
}

function readWhole(text: string, limits: M.Limits): TomlMirror {
  const reader = new Reader(text, limits, false);
  reader.read(text, 0, parse(text, true));
  return reader.finish();
}

/** Is it TOML? Undefined where that is too dear to tell. */
export function isToml(text: string): boolean | undefined {
  if (isTooDeep(text)) return false;
  if (
    text.length > PIECE &&
    readPieces(text, { depth: Number.POSITIVE_INFINITY, places: false }, PIECE) !== undefined
  ) {
    return true;
  }
  if (text.length > WHOLE) return undefined;
  try {
    parse(text, true);
    return true;
  } catch (thrown) {
    if (thrown instanceof M.Unmirrored) return false;
    throw thrown;
  }
}

function parse(text: string, isWhole: boolean): readonly Node[] {
  try {
    const document = loadToml().parseDocument(text);
    // What is said twice or twice in different ways is only seen when the values are put together.
    if (isWhole) void document.toJsObject;
    return document.cst as unknown as readonly Node[];
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message.split('\n', 1)[0] : '';
    throw new M.Unmirrored(`it is no TOML: ${message?.slice(0, 200)}`);
  }
}

/** Counts without regard to quotes: it may refuse what is not deep, and lets nothing through that is. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
    else if (char === '.') dots += 1;
    else if (char === '\n' || char === '=') dots = 0;
    if (depth > MAX_NESTING || dots > MAX_NESTING) return true;
  }
  return false;
}

class Reader {
  readonly #text: string;
  readonly #limits: M.Limits;
  readonly #isStrict: boolean;
  /** Values in the order of the text, and where each row's begin: JSON, places, and the end of both. */
  readonly #values: MirrorWriter;
  readonly #spans = new Ints();
  /** The chunk of each row. */
  readonly #rows = new Ints();
  readonly #chunks = new Ints();
  readonly #sections = new Ints();
  readonly #tables: Tables;
  /** The table of the section that is being read, and its number. */
  #owner = ROOT_TABLE;
  #section = 0;
  /** Of the piece that is being read: where it begins, and its lines. */
  #origin = 0;
  #lines: number[] = [];
  #floor = 0;
  #brackets = 0;

  /** `isStrict`: refuse names that are said twice, since nobody else looks at the whole document. */
  constructor(text: string, limits: M.Limits, isStrict: boolean) {
    this.#text = text;
    this.#limits = limits;
    this.#isStrict = isStrict;
    this.#values = new MirrorWriter(text, limits);
    this.#tables = new Tables(isStrict);
    this.#sections.push(0);
  }

  /** Reads a piece of the document, the one behind what was read before. */
  read(source: string, origin: number, blocks: readonly Node[]): void {
    this.#origin = origin;
    this.#lines = [0];
    for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) this.#lines.push(at + 1);
    for (const block of blocks) {
      if (block.type === 'Comment') this.#values.comment(block.raw ?? '');
      else if (block.type === 'KeyValue') this.#row(block);
      else this.#header(block);
    }
  }

  finish(): TomlMirror {
    const layout = new TomlWriter(this.#text, this.#limits, {
      values: this.#values,
      spans: this.#spans,
      rows: this.#rows,
      chunks: this.#chunks.all(),
      tables: this.#tables,
    });
    return layout.finish(this.#sections.all());
  }

  #at({ line, column }: Spot): number {
    return this.#origin + (this.#lines[line - 1] ?? 0) + column;
  }

  #start(node: Node): number {
    return this.#at(node.loc.start);
  }

  #end(node: Node): number {
    return this.#at(node.loc.end);
  }

  #chunk(node: Node): number {
    const start = this.#start(node);
    const lineEnd = this.#text.indexOf('\n', this.#end(node));
    const end = lineEnd < 0 ? this.#text.length : lineEnd + 1;
    const { blanks, comments } = leadAt(this.#text, start, this.#floor);
    this.#floor = end;
    const at = this.#chunks.push(blanks);
    for (const field of [comments, start, end, this.#section]) this.#chunks.push(field);
    return at / CHUNK;
  }

  #header(block: Node): void {
    const names = (block.key?.item?.value ?? []) as string[];
    this.#section = this.#sections.push(this.#chunks.length / CHUNK);
    const chunk = this.#chunk(block.key as Node);
    this.#owner = this.#tables.header(names, block.type === 'TableArray', chunk);
    for (const item of block.items ?? []) {
      if (item.type === 'Comment') this.#values.comment(item.raw ?? '');
      else this.#row(item);
    }
  }

  #row(row: Node): void {
    const number = this.#rows.push(this.#chunk(row));
    this.#tables.row(this.#owner, (row.key?.value ?? []) as string[], number, this.#section);
    this.#span();
    this.#keyed(row);
    this.#span();
  }

  #span(): void {
    const { json, places } = this.#values.position();
    this.#spans.push(json);
    this.#spans.push(places);
  }

  #node(json: string, place: Place): number {
    return this.#values.node(json, { ...place, flags: place.flags | (this.#brackets > 0 ? M.IN_FLOW : 0) });
  }

  /** The value of a name and value. */
  #keyed(row: Node): void {
    const item = this.#start(row.key as Node);
    const mark = this.#at({ line: row.loc.start.line, column: row.equals ?? 0 }) + 1;
    this.#value(row.value as Node, item, mark);
  }

  #value(value: Node, item: number, mark: number): void {
    const place = { start: this.#start(value), end: this.#end(value), item, mark, flags: 0 };
    const { items } = value;
    if (items === undefined) {
      this.#node(jsonOf(value), place);
      return;
    }
    const isTable = value.type === 'InlineTable';
    const inner = items.map((each) => each.item as Node).filter((each) => each.type !== 'Comment');
    if (isTable && inner.some((each) => ((each.key?.value as string[] | undefined) ?? []).length !== 1)) {
      const source = this.#text.slice(place.start, place.end);
      // What is said twice in it does not show in the mirror.
      if (this.#isStrict) parse(`value = ${source}\n`, true);
      this.#node(JSON.stringify(M.SPECIAL + source), { ...place, flags: M.OPAQUE });
      return;
    }
    const at = this.#node(isTable ? '{' : '[', { ...place, flags: M.FLOW });
    this.#brackets += 1;
    inner.forEach((each, i) => {
      if (i > 0) this.#values.put(',');
      if (isTable) {
        this.#values.put(nameOf((each.key?.value as string[] | undefined)?.[0] ?? ''));
        this.#keyed(each);
      } else {
        this.#value(each, this.#start(each), this.#start(each));
      }
    });
    this.#brackets -= 1;
    this.#values.close(at, isTable ? '}' : ']', place.end);
    for (const each of items) if (each.item?.type === 'Comment') this.#values.comment(each.item.raw ?? '');
  }
}
