// Splices a decided merge into current's TOML: values are exchanged in their place, rows and tables come and go with
// their lines and comments. What has no safe place gives up; the result is read again in any case.
// Longer than most files: rows, tables, elements and values in brackets share the splices.
import type { Context, Plan } from '../json/context.ts';
import { foreignAt, nameOf } from '../json/foreign.ts';
import * as T from '../json/tape.ts';
import type { Mirrors } from '../mirror/engine.ts';
import { layFlow } from '../mirror/flow.ts';
import * as M from '../mirror/mirror.ts';
import { NoPlace, type Piece, type Splice, splice } from '../mirror/splice.ts';
import { type Chunk, chunksIn, type Entry, type Section, type TomlMirror } from './outline.ts';
import { bareName, inlineToml } from './write.ts';

/** The text, or undefined where a change has no safe place in it. */
export function printToml(context: Context, mirrors: Mirrors): string | undefined {
  const { current } = mirrors;
  if (context.plans.size === 0) return current.text;
  try {
    return splice(current.text, new Printer(context, mirrors).splices());
  } catch (thrown) {
    if (thrown instanceof NoPlace) return undefined;
    throw thrown;
  }
}

class Printer {
  readonly #context: Context;
  readonly #mirrors: Mirrors;
  readonly #to: TomlMirror;
  readonly #eol: string;
  readonly #parents: ReadonlyMap<Entry | undefined, Entry>;
  readonly #splices = new Map<number, { end: number; rows: Piece[]; tables: Piece[] }>();

  constructor(context: Context, mirrors: Mirrors) {
    this.#context = context;
    this.#mirrors = mirrors;
    this.#to = mirrors.current as TomlMirror;
    this.#parents = parentsIn(this.#to.root);
    this.#eol = this.#to.text.includes('\r\n') ? '\r\n' : '\n';
  }

  splices(): Splice[] {
    for (const [node, plan] of this.#context.plans) this.#plan(node, plan);
    // What is put at one place: rows in front of tables, whose rows they would be otherwise.
    return [...this.#splices].map(([start, { end, rows, tables }]) => ({ start, end, pieces: [...rows, ...tables] }));
  }

  #put(start: number, end: number, rows: readonly Piece[], tables: readonly Piece[] = []): void {
    const found = this.#splices.get(start) ?? { end: start, rows: [], tables: [] };
    // Insertions in front of what goes, or one after the other.
    if (found.end > start && end > start) throw new NoPlace();
    found.rows.push(...rows);
    found.tables.push(...tables);
    found.end = Math.max(found.end, end);
    this.#splices.set(start, found);
  }

  #insert(at: number, text: string, isTable: boolean): void {
    const { text: all } = this.#to;
    const isOpen = at > 0 && all[at - 1] !== '\n' && !this.#splices.has(at);
    const eol = isOpen ? [{ text: this.#eol }] : [];
    this.#put(at, at, isTable ? eol : [...eol, { text }], isTable ? [{ text }] : []);
  }

  #plan(node: number, plan: Plan): void {
    const to = this.#to;
    const entry = to.entries.get(node);
    const isWritten = entry === undefined || entry.kind === 'leaf';
    if (plan.kind === 'items') {
      if (isWritten) this.#flowItems(node, plan.items);
      else this.#tableItems(node, entry, plan.items);
    } else if (plan.kind === 'text') {
      this.#put(M.startOf(to, node), M.endOf(to, node), [{ text: inlineOf(plan.text) }]);
    } else if (isWritten && (entry === undefined || !this.#isTable(plan.node))) {
      this.#put(M.startOf(to, node), M.endOf(to, node), [{ text: this.#valueText(plan.node) }]);
    } else {
      // A row for a table, or the other way round: one goes, the other comes.
      const parent = this.#parents.get(entry);
      if (parent?.kind !== 'table') throw new NoPlace();
      this.#remove(node);
      this.#add(parent, plan.node, undefined);
    }
  }

  #flowItems(node: number, items: readonly number[]): void {
    const texts = items.map((item) => (item < 0 ? this.#flowItem(~item, node) : item));
    this.#put(M.startOf(this.#to, node), M.endOf(this.#to, node), layFlow(this.#to, node, texts));
  }

  /** Is a value written with headers where it comes from? */
  #isTable(number: number): boolean {
    const { doc, node } = foreignAt(this.#context, number);
    const entry = this.#mirrorOf(doc)?.entries.get(node);
    return entry !== undefined && entry.kind !== 'leaf';
  }

  #mirrorOf(doc: T.Doc): TomlMirror | undefined {
    const { base, current, proposed } = this.#mirrors;
    return [proposed, base, current].find((mirror) => mirror?.doc === doc) as TomlMirror | undefined;
  }

  /** A value as it stands behind an equals sign. */
  #valueText(number: number): string {
    const { doc, node } = foreignAt(this.#context, number);
    const from = this.#mirrorOf(doc);
    const entry = from?.entries.get(node);
    if (from === undefined || (entry !== undefined && entry.kind !== 'leaf')) return inlineToml(doc, node);
    return from.text.slice(M.startOf(from, node), M.endOf(from, node)).replaceAll(/\r?\n/g, this.#eol);
  }

  #nameText(number: number): string {
    const { doc, node } = nameOf(this.#context, number);
    return bareName(T.keyOf(doc, node));
  }

  #flowItem(number: number, container: number): string {
    const value = this.#valueText(number);
    return T.kindOf(this.#to.doc, container) === T.ARRAY ? value : `${this.#nameText(number)} = ${value}`;
  }

  /** Members of a table, or elements of an array of tables. */
  #tableItems(node: number, entry: Entry, items: readonly number[]): void {
    const kept = new Set(items);
    const children = T.childrenOf(this.#to.doc, node);
    for (const child of children) if (!kept.has(child)) this.#remove(child);
    if (entry.kind === 'array') {
      // Elements are counted: they cannot change places without their lines.
      const order = items.filter((item) => item >= 0);
      if (order.some((item, i) => i > 0 && item < (order[i - 1] as number))) throw new NoPlace();
    }
    const parent = this.#parents.get(entry);
    if (items.length === 0 && entry.section === undefined && parent?.kind === 'table') {
      // Without its last row or header nothing would speak of it any more.
      const empty = entry.kind === 'array' ? '[]' : '{}';
      const name = bareName(T.keyOf(this.#to.doc, node));
      this.#insertRow(parent, undefined, (prefix) => `${prefix}${name} = ${empty}${this.#eol}`);
      return;
    }
    let before: Entry | undefined;
    for (const item of items) {
      if (item >= 0) before = this.#to.entries.get(item) ?? before;
      else this.#add(entry, ~item, before);
    }
  }

  #remove(child: number): void {
    const entry = this.#to.entries.get(child);
    if (entry === undefined) throw new NoPlace();
    for (const { blanks, end } of chunksIn(entry)) this.#put(blanks, end, []);
  }

  #add(table: Entry, number: number, before: Entry | undefined): void {
    const { doc, node } = foreignAt(this.#context, number);
    const from = this.#mirrorOf(doc);
    const entry = from?.entries.get(node);
    if (from !== undefined && entry !== undefined && (entry.kind !== 'leaf' || table.kind === 'array')) {
      this.#insert(this.#afterTables(table, before), this.#tableText(from, entry), true);
    } else if (table.kind === 'array') {
      throw new NoPlace();
    } else {
      this.#addRow(table, number, entry?.row === undefined ? undefined : { from, row: entry.row }, before);
    }
  }

  /** The lines of a table and all that is in it, if they are nobody else's. */
  #tableText(from: TomlMirror, entry: Entry): string {
    const chunks = chunksIn(entry);
    const [first] = chunks;
    const last = chunks.at(-1);
    if (first === undefined || last === undefined || first.section.header !== first) throw new NoPlace();
    const sections = new Set<Section>();
    for (const { section } of chunks) sections.add(section);
    const own = new Set(chunks);
    const isAlone = [...sections].every(
      ({ header, rows }) => header !== undefined && own.has(header) && rows.every((row) => own.has(row)),
    );
    // Something else between them would come along.
    const isJoined = chunks.every(
      (chunk, i) => i === 0 || !/[^\s#]/.test(this.#between(from, chunks[i - 1] as Chunk, chunk)),
    );
    if (!isAlone || !isJoined) throw new NoPlace();
    return this.#ended(from.text.slice(first.blanks, last.end));
  }

  /** What stands between two chunks, without comments. */
  #between(from: TomlMirror, a: Chunk, b: Chunk): string {
    return from.text.slice(a.end, b.start).replaceAll(/#[^\n]*/g, '');
  }

  #ended(text: string): string {
    const own = text.replaceAll(/\r?\n/g, this.#eol);
    return own.endsWith('\n') ? own : own + this.#eol;
  }

  /** Where a table can be put: after the table in front of it, else after the rows and tables of its parent. */
  #afterTables(table: Entry, before: Entry | undefined): number {
    const isTable =
      before !== undefined && before.kind !== 'leaf' && chunksIn(before).at(-1)?.section.header !== undefined;
    const inFront = isTable ? chunksIn(before).at(-1) : undefined;
    const last = inFront ?? table.section?.rows.at(-1) ?? table.section?.header ?? chunksIn(table).at(-1);
    if (last === undefined) {
      const first = chunksIn(this.#to.root)[0];
      return first === undefined ? this.#to.text.length : first.comments;
    }
    const { section } = last;
    return (section.rows.at(-1) ?? section.header ?? last).end;
  }

  #addRow(
    table: Entry,
    number: number,
    source: { readonly from: TomlMirror | undefined; readonly row: Chunk } | undefined,
    before: Entry | undefined,
  ): void {
    this.#insertRow(table, before, (prefix) => {
      const isSimple = source?.from !== undefined && source.row.names.length === 1;
      if (isSimple && table.section !== undefined && source.from !== undefined) {
        return this.#ended(source.from.text.slice(source.row.comments, source.row.end));
      }
      return `${prefix}${this.#nameText(number)} = ${this.#valueText(number)}${this.#eol}`;
    });
  }

  /** Puts a row into the section of a table, or beside the dotted rows that speak of it. */
  #insertRow(table: Entry, before: Entry | undefined, textOf: (prefix: string) => string): void {
    const isDotted = ({ row }: Entry): boolean => row !== undefined && row.names.length > 1;
    const sibling = table.section === undefined ? [...table.members.values()].find(isDotted)?.row : undefined;
    const section = table.section ?? sibling?.section;
    if (section === undefined) throw new NoPlace();
    const inFront = before?.row?.section === section ? before.row : undefined;
    const first = before === undefined ? section.header : undefined;
    const at = inFront ?? first ?? section.rows.at(-1) ?? section.header;
    const place = at?.end ?? chunksIn(this.#to.root)[0]?.comments ?? this.#to.text.length;
    const names = sibling?.names.slice(0, -1) ?? [];
    this.#insert(place, textOf(names.map((name) => `${name}.`).join('')), false);
  }
}

function parentsIn(root: Entry): Map<Entry | undefined, Entry> {
  const parents = new Map<Entry | undefined, Entry>();
  const stack = [root];
  for (let each = stack.pop(); each !== undefined; each = stack.pop()) {
    for (const inner of [...each.members.values(), ...each.elements]) {
      parents.set(inner, each);
      stack.push(inner);
    }
  }
  return parents;
}

/** A string or a number that was computed. */
function inlineOf(json: string): string {
  if (json.includes('\\ud') || json.includes('\u007f')) throw new NoPlace();
  return json;
}
