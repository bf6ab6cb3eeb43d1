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
import * as O from './outline.ts';
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
  readonly #to: O.TomlMirror;
  readonly #eol: string;
  readonly #splices = new Map<number, { end: number; rows: Piece[]; tables: Piece[] }>();

  constructor(context: Context, mirrors: Mirrors) {
    this.#context = context;
    this.#mirrors = mirrors;
    this.#to = mirrors.current as O.TomlMirror;
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
    const kind = O.kindOf(to, node);
    const isWritten = kind === O.INSIDE || kind === O.LEAF;
    if (plan.kind === 'items') {
      if (isWritten) this.#flowItems(node, plan.items);
      else this.#tableItems(node, plan.items);
    } else if (plan.kind === 'text') {
      this.#put(M.startOf(to, node), M.endOf(to, node), [{ text: inlineOf(plan.text) }]);
    } else if (isWritten && (kind === O.INSIDE || !this.#isTable(plan.node))) {
      this.#put(M.startOf(to, node), M.endOf(to, node), [{ text: this.#valueText(plan.node) }]);
    } else {
      // A row for a table, or the other way round: one goes, the other comes.
      const parent = O.parentOf(to, node);
      if (parent === undefined || O.kindOf(to, parent) !== O.TABLE) throw new NoPlace();
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
    const from = this.#mirrorOf(doc);
    return from !== undefined && isTableIn(from, node);
  }

  #mirrorOf(doc: T.Doc): O.TomlMirror | undefined {
    const { base, current, proposed } = this.#mirrors;
    return [proposed, base, current].find((mirror) => mirror?.doc === doc) as O.TomlMirror | undefined;
  }

  /** A value as it stands behind an equals sign. */
  #valueText(number: number): string {
    const { doc, node } = foreignAt(this.#context, number);
    const from = this.#mirrorOf(doc);
    if (from === undefined || isTableIn(from, node)) return inlineToml(doc, node);
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
  #tableItems(node: number, items: readonly number[]): void {
    const to = this.#to;
    const isArray = O.kindOf(to, node) === O.ARRAY;
    const kept = new Set(items);
    const children = T.childrenOf(to.doc, node);
    for (const child of children) if (!kept.has(child)) this.#remove(child);
    if (isArray) {
      // Elements are counted: they cannot change places without their lines.
      const order = items.filter((item) => item >= 0);
      if (order.some((item, i) => i > 0 && item < (order[i - 1] as number))) throw new NoPlace();
    }
    const parent = items.length === 0 && O.sectionOf(to, node) === undefined ? O.parentOf(to, node) : undefined;
    if (parent !== undefined && O.kindOf(to, parent) === O.TABLE) {
      // Without its last row or header nothing would speak of it any more.
      const empty = isArray ? '[]' : '{}';
      const name = bareName(T.keyOf(to.doc, node));
      this.#insertRow(parent, undefined, (prefix) => `${prefix}${name} = ${empty}${this.#eol}`);
      return;
    }
    let before: number | undefined;
    for (const item of items) {
      if (item >= 0) before = item;
      else this.#add(node, ~item, before);
    }
  }

  #remove(child: number): void {
    if (O.kindOf(this.#to, child) === O.INSIDE) throw new NoPlace();
    for (const { blanks, end } of O.chunksIn(this.#to, child)) this.#put(blanks, end, []);
  }

  #add(table: number, number: number, before: number | undefined): void {
    const { doc, node } = foreignAt(this.#context, number);
    const from = this.#mirrorOf(doc);
    const isArray = O.kindOf(this.#to, table) === O.ARRAY;
    const isOwn = from !== undefined && O.kindOf(from, node) !== O.INSIDE;
    if (isOwn && (isTableIn(from, node) || isArray)) {
      this.#insert(this.#afterTables(table, before), this.#tableText(from, node), true);
    } else if (isArray) {
      throw new NoPlace();
    } else {
      this.#addRow(table, number, before);
    }
  }

  /** The lines of a table and all that is in it, if they are nobody else's. */
  #tableText(from: O.TomlMirror, node: number): string {
    const chunks = O.chunksIn(from, node);
    const [first] = chunks;
    const last = chunks.at(-1);
    const isHeaded = first !== undefined && O.headerOf(from, first.section)?.id === first.id;
    if (first === undefined || last === undefined || !isHeaded) throw new NoPlace();
    // Rows of a section stand one behind the other: all of them, and nothing between, are the chunks in a row.
    const isAlone = last.id - first.id === chunks.length - 1 && O.lastOf(from, last.section)?.id === last.id;
    // Something else between them would come along.
    const isJoined = chunks.every(
      (chunk, i) => i === 0 || !/[^\s#]/.test(this.#between(from, chunks[i - 1] as O.Chunk, chunk)),
    );
    if (!isAlone || !isJoined) throw new NoPlace();
    return this.#ended(from.text.slice(first.blanks, last.end));
  }

  /** What stands between two chunks, without comments. */
  #between(from: O.TomlMirror, a: O.Chunk, b: O.Chunk): string {
    return from.text.slice(a.end, b.start).replaceAll(/#[^\n]*/g, '');
  }

  #ended(text: string): string {
    const own = text.replaceAll(/\r?\n/g, this.#eol);
    return own.endsWith('\n') ? own : own + this.#eol;
  }

  /** Where a table can be put: after the table in front of it, else after the rows and tables of its parent. */
  #afterTables(table: number, before: number | undefined): number {
    const to = this.#to;
    const inFront = before !== undefined && isTableIn(to, before) ? O.chunksIn(to, before).at(-1) : undefined;
    const isHeaded = inFront !== undefined && O.headerOf(to, inFront.section) !== undefined;
    const section = O.sectionOf(to, table);
    const own = section === undefined ? undefined : O.lastOf(to, section);
    const last = isHeaded ? inFront : (own ?? O.chunksIn(to, table).at(-1));
    if (last === undefined) return this.#firstPlace();
    return (O.lastOf(to, last.section) ?? last).end;
  }

  /** In front of all rows and headers and their comments. */
  #firstPlace(): number {
    const { text, outline } = this.#to;
    return outline.chunks.length === 0 ? text.length : O.chunkAt(this.#to, 0).comments;
  }

  #addRow(table: number, number: number, before: number | undefined): void {
    const { doc, node } = foreignAt(this.#context, number);
    const from = this.#mirrorOf(doc);
    const row = from === undefined ? undefined : O.rowOf(from, node);
    this.#insertRow(table, before, (prefix) => {
      const isSimple = from !== undefined && row !== undefined && O.namesOf(from, node).length === 1;
      if (isSimple && O.sectionOf(this.#to, table) !== undefined) {
        return this.#ended(from.text.slice(row.comments, row.end));
      }
      return `${prefix}${this.#nameText(number)} = ${this.#valueText(number)}${this.#eol}`;
    });
  }

  /** Puts a row into the section of a table, or beside the dotted rows that speak of it. */
  #insertRow(table: number, before: number | undefined, textOf: (prefix: string) => string): void {
    const to = this.#to;
    const isDotted = (child: number): boolean => O.kindOf(to, child) === O.LEAF && O.namesOf(to, child).length > 1;
    const own = O.sectionOf(to, table);
    const sibling = own === undefined ? T.childrenOf(to.doc, table).find(isDotted) : undefined;
    const section = own ?? (sibling === undefined ? undefined : O.rowOf(to, sibling)?.section);
    if (section === undefined) throw new NoPlace();
    const row = before === undefined ? undefined : O.rowOf(to, before);
    const inFront = row?.section === section ? row : undefined;
    const first = before === undefined ? O.headerOf(to, section) : undefined;
    const at = inFront ?? first ?? O.lastOf(to, section);
    const names = sibling === undefined ? [] : O.namesOf(to, sibling).slice(0, -1);
    this.#insert(at?.end ?? this.#firstPlace(), textOf(names.map((name) => `${name}.`).join('')), false);
  }
}

/** A table or an array of tables, by headers or by dotted names. */
function isTableIn(mirror: O.TomlMirror, node: number): boolean {
  const kind = O.kindOf(mirror, node);
  return kind === O.TABLE || kind === O.ARRAY;
}

/** A string or a number that was computed. */
function inlineOf(json: string): string {
  if (json.includes('\\ud') || json.includes('\u007f')) throw new NoPlace();
  return json;
}
