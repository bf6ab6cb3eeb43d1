// Reads TOML into a mirror. `@decimalturn/toml-patch` parses and judges; its tree is laid out anew as one logical tree,
// with the places of values and the lines of rows and headers.
// Longer than most files: one walk that builds the tree, one that writes it.
import { canonicalNumber } from '../json/number.ts';
import * as T from '../json/tape.ts';
import * as M from '../mirror/mirror.ts';
import { loadToml } from '../packages.ts';
import { type Chunk, chunksIn, type Entry, leadAt, newEntry, type Section, type TomlMirror } from './outline.ts';

interface Spot {
  readonly line: number;
  readonly column: number;
}

/** What the parser's tree says of a node; each type has some of it. */
interface Node {
  readonly type: string;
  readonly loc: { readonly start: Spot; readonly end: Spot };
  readonly raw?: string;
  readonly value?: unknown;
  readonly key?: Node;
  readonly item?: Node;
  readonly items?: readonly Node[];
  readonly equals?: number;
}

/** Deeper nesting, and names of more parts, are not given to the parser: it would take very long for them. */
const MAX_NESTING = 100;

/** The mirror of a document. Throws `Unmirrored` with the reason where there is none. */
export function readToml(text: string, limits: M.Limits): TomlMirror {
  if (isTooDeep(text)) throw new M.Unmirrored('it is nested too deeply');
  return new Reader(text, parse(text)).read(limits);
}

/** Is it TOML? */
export function isToml(text: string): boolean {
  if (isTooDeep(text)) return false;
  try {
    parse(text);
    return true;
  } catch (thrown) {
    if (thrown instanceof M.Unmirrored) return false;
    throw thrown;
  }
}

function parse(text: string): readonly Node[] {
  try {
    const document = loadToml().parseDocument(text);
    // What is said twice or twice in different ways is only seen when the values are put together.
    void document.toJsObject;
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
  readonly #blocks: readonly Node[];
  readonly #lines: number[] = [0];
  readonly #out = new M.MirrorWriter();
  readonly #root = newEntry('table');
  readonly #entries = new Map<number, Entry>();
  readonly #values = new Map<Entry, Node>();
  #floor = 0;
  #brackets = 0;

  constructor(text: string, blocks: readonly Node[]) {
    this.#text = text;
    this.#blocks = blocks;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lines.push(at + 1);
  }

  read(limits: M.Limits): TomlMirror {
    let section: Section = { owner: this.#root, header: undefined, rows: [] };
    this.#root.section = section;
    for (const block of this.#blocks) {
      if (block.type === 'Comment') this.#out.comment(block.raw ?? '');
      else if (block.type === 'KeyValue') this.#row(section, block);
      else section = this.#section(block);
    }
    this.#entry(this.#root, { start: 0, end: this.#text.length, item: 0, mark: 0, flags: 0 });
    const mirror = this.#out.finish(this.#text, limits);
    return { ...mirror, root: this.#root, entries: this.#entries };
  }

  #at({ line, column }: Spot): number {
    return (this.#lines[line - 1] ?? 0) + column;
  }

  #start(node: Node): number {
    return this.#at(node.loc.start);
  }

  #end(node: Node): number {
    return this.#at(node.loc.end);
  }

  #chunk(node: Node, section: Section, names: readonly string[]): Chunk {
    const start = this.#start(node);
    const lineEnd = this.#text.indexOf('\n', this.#end(node));
    const end = lineEnd < 0 ? this.#text.length : lineEnd + 1;
    const chunk = { ...leadAt(this.#text, start, this.#floor), start, end, section, names };
    this.#floor = end;
    return chunk;
  }

  #section(block: Node): Section {
    const names = (block.key?.item?.value ?? []) as string[];
    const isArray = block.type === 'TableArray';
    const parent = names
      .slice(0, -1)
      .reduce((entry, name) => this.#inside(this.#member(entry, name, 'table')), this.#root);
    let owner = this.#member(parent, names.at(-1) ?? '', isArray ? 'array' : 'table');
    if (owner.kind !== (isArray ? 'array' : 'table')) throw new M.Unmirrored('a name comes twice');
    if (isArray) {
      const element = newEntry('table');
      owner.elements.push(element);
      owner = element;
    }
    if (owner.section !== undefined) throw new M.Unmirrored('a table comes twice');
    const section: { owner: Entry; header: Chunk | undefined; rows: Chunk[] } = { owner, header: undefined, rows: [] };
    section.header = this.#chunk(block.key as Node, section, names);
    owner.section = section;
    for (const item of block.items ?? []) {
      if (item.type === 'Comment') this.#out.comment(item.raw ?? '');
      else this.#row(section, item);
    }
    return section;
  }

  #row(section: Section, row: Node): void {
    const names = (row.key?.value ?? []) as string[];
    const parent = names.slice(0, -1).reduce((entry, name) => this.#member(entry, name, 'table'), section.owner);
    const name = names.at(-1) ?? '';
    if (parent.kind !== 'table' || parent.members.has(name)) throw new M.Unmirrored('a name comes twice');
    const leaf = this.#member(parent, name, 'leaf');
    leaf.row = this.#chunk(row, section, partsOf(row.key?.raw ?? ''));
    section.rows.push(leaf.row);
    this.#values.set(leaf, row);
  }

  #member(entry: Entry, name: string, kind: Entry['kind']): Entry {
    const found = entry.members.get(name);
    if (found !== undefined) return found;
    const made = newEntry(kind);
    entry.members.set(name, made);
    return made;
  }

  /** What a header means by the name of an array of tables: its last element. */
  #inside(entry: Entry): Entry {
    const inside = entry.kind === 'array' ? entry.elements.at(-1) : entry;
    if (inside === undefined || inside.kind !== 'table') throw new M.Unmirrored('a name comes twice');
    return inside;
  }

  #node(json: string, place: Place): number {
    return this.#out.node(json, { ...place, flags: place.flags | (this.#brackets > 0 ? M.IN_FLOW : 0) });
  }

  /** Writes the value of an entry. Depth is bounded: what is deep has no mirror. */
  #entry(entry: Entry, place: Place): void {
    const row = this.#values.get(entry);
    if (row !== undefined) {
      const node = this.#keyed(row);
      this.#entries.set(node, entry);
      return;
    }
    const isArray = entry.kind === 'array';
    const at = this.#node(isArray ? '[' : '{', place);
    this.#entries.set((at / M.FIELDS) * T.RECORD, entry);
    let isFirst = true;
    const inner: (readonly [string, Entry])[] = isArray
      ? entry.elements.map((each) => ['', each] as const)
      : [...entry.members].map(([name, each]) => [`${nameOf(name)}:`, each] as const);
    for (const [name, each] of inner) {
      this.#out.put((isFirst ? '' : ',') + name);
      this.#entry(each, extentOf(each));
      isFirst = false;
    }
    this.#out.close(at, isArray ? ']' : '}', place.end);
  }

  /** The value of a name and value, as the node of which the number is given. */
  #keyed(row: Node): number {
    const value = row.value as Node;
    const item = this.#start(row.key as Node);
    const mark = this.#at({ line: row.loc.start.line, column: row.equals ?? 0 }) + 1;
    return this.#value(value, item, mark);
  }

  #value(value: Node, item: number, mark: number): number {
    const place = { start: this.#start(value), end: this.#end(value), item, mark, flags: 0 };
    const { items } = value;
    if (items === undefined) return this.#number(this.#node(jsonOf(value), place));
    const isTable = value.type === 'InlineTable';
    const inner = items.map((each) => each.item as Node).filter((each) => each.type !== 'Comment');
    if (isTable && inner.some((each) => ((each.key?.value as string[] | undefined) ?? []).length !== 1)) {
      const source = JSON.stringify(M.SPECIAL + this.#text.slice(place.start, place.end));
      return this.#number(this.#node(source, { ...place, flags: M.OPAQUE }));
    }
    const at = this.#node(isTable ? '{' : '[', { ...place, flags: M.FLOW });
    this.#brackets += 1;
    inner.forEach((each, i) => {
      if (i > 0) this.#out.put(',');
      if (isTable) {
        this.#out.put(`${nameOf((each.key?.value as string[] | undefined)?.[0] ?? '')}:`);
        this.#keyed(each);
      } else {
        this.#value(each, this.#start(each), this.#start(each));
      }
    });
    this.#brackets -= 1;
    this.#out.close(at, isTable ? '}' : ']', place.end);
    for (const each of items) if (each.item?.type === 'Comment') this.#out.comment(each.item.raw ?? '');
    return this.#number(at);
  }

  #number(at: number): number {
    return (at / M.FIELDS) * T.RECORD;
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly item: number;
  readonly mark: number;
  readonly flags: number;
}

/** From the first to the last line of a table; it has no place of its own where only rows elsewhere speak of it. */
function extentOf(entry: Entry): Place {
  if (entry.kind === 'leaf') return { start: 0, end: 0, item: 0, mark: 0, flags: 0 };
  const chunks = chunksIn(entry);
  const start = chunks[0]?.start ?? 0;
  return { start, end: chunks.at(-1)?.end ?? start, item: start, mark: start, flags: 0 };
}

/** A name in JSON. One that begins with the mark of special strings would be taken for one. */
function nameOf(name: string): string {
  if (name.startsWith(M.SPECIAL)) throw new M.Unmirrored('it has a name that begins with NUL');
  return JSON.stringify(name);
}

/** The parts of a dotted name, as they are written. */
function partsOf(raw: string): string[] {
  return [...raw.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[^.\s"']+/g)].map(([part]) => part);
}

/**
 * The JSON of a scalar. Floats with an integer's value, `inf`, `nan` and dates are strings with a mark: they equal no
 * integer and no string.
 */
function jsonOf({ type, raw = '', value }: Node): string {
  const special = (text: string): string => JSON.stringify(M.SPECIAL + text);
  switch (type) {
    case 'String':
      if ((value as string).startsWith(M.SPECIAL)) throw new M.Unmirrored('it has a string that begins with NUL');
      return JSON.stringify(value);
    case 'Integer': {
      const digits = raw.replaceAll('_', '').replace(/^\+/, '');
      return /^-?\d+$/.test(digits) ? digits : String(BigInt(digits));
    }
    case 'Float': {
      const digits = raw.replaceAll('_', '').replace(/^\+/, '');
      if (!/\d/.test(digits)) return special(digits);
      const canonical = canonicalNumber(digits);
      return /e-/.test(canonical) ? digits : special(canonical === '0' ? '0.0' : canonical);
    }
    case 'Boolean':
      return String(value);
    case 'DateTime':
      return special(raw);
    default:
      throw new M.Unmirrored('it has a value of an unknown type');
  }
}
