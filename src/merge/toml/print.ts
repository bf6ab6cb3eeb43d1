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
import * as P from './places.ts';
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
  /** Arrays of tables that are rows now. */
  readonly #rowed = new Set<number>();
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
      if (parent !== undefined && O.kindOf(to, parent) === O.ARRAY && !this.#isElement(plan.node)) {
        this.#toRow(parent);
        return;
      }
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
    return from !== undefined && P.isTableIn(from, node);
  }

  #mirrorOf(doc: T.Doc): O.TomlMirror | undefined {
    const { base, current, proposed } = this.#mirrors;
    return [proposed, base, current].find((mirror) => mirror?.doc === doc) as O.TomlMirror | undefined;
  }

  /** A value as it stands behind an equals sign. */
  #valueText(number: number): string {
    const { doc, node } = foreignAt(this.#context, number);
    const from = this.#mirrorOf(doc);
    if (from === undefined || P.isTableIn(from, node)) return inlineToml(doc, node);
    return P.withEol(from.text.slice(M.startOf(from, node), M.endOf(from, node)), this.#eol);
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
    if (isArray && items.some((item) => item < 0 && !this.#isElement(~item))) {
      this.#toRow(node);
      return;
    }
    const order = items.filter((item) => item >= 0);
    // Elements are counted: they change places with their lines.
    if (isArray && order.some((item, i) => i > 0 && item < (order[i - 1] as number))) {
      this.#reorder(node, items);
      return;
    }
    for (const child of children) if (!kept.has(child)) this.#remove(child);
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

  /** Has a new element of an array of tables lines of its own, or would it be a value in brackets? */
  #isElement(number: number): boolean {
    const { doc, node } = foreignAt(this.#context, number);
    const from = this.#mirrorOf(doc);
    return from !== undefined && O.kindOf(from, node) === O.TABLE;
  }

  /** An array of tables that gets an element which is none becomes a row. */
  #toRow(node: number): void {
    if (this.#rowed.has(node)) return;
    this.#rowed.add(node);
    const to = this.#to;
    const parent = O.parentOf(to, node);
    if (parent === undefined || O.kindOf(to, parent) !== O.TABLE) throw new NoPlace();
    const plan = this.#context.plans.get(node);
    const items = plan?.kind === 'items' ? plan.items : T.childrenOf(to.doc, node);
    const values = items.map((item) => {
      const own = item < 0 ? undefined : this.#context.plans.get(item);
      if (own?.kind === 'take') return this.#valueText(own.node);
      return item < 0 ? this.#valueText(~item) : inlineToml(to.doc, item);
    });
    this.#remove(node);
    const name = bareName(T.keyOf(to.doc, node));
    this.#insertRow(parent, undefined, (prefix) => `${prefix}${name} = [${values.join(', ')}]${this.#eol}`);
  }

  /** The lines of all elements in another order. */
  #reorder(node: number, items: readonly number[]): void {
    const { from, to } = P.rangeOf(this.#to, node);
    const pieces = items.flatMap((item): Piece[] => {
      if (item < 0) return [{ text: this.#newTable(~item) }];
      const lines = P.rangeOf(this.#to, item);
      return this.#to.text[lines.to - 1] === '\n' ? [lines] : [lines, { text: this.#eol }];
    });
    this.#put(from, to, [], pieces);
  }

  #newTable(number: number): string {
    const { doc, node } = foreignAt(this.#context, number);
    const from = this.#mirrorOf(doc);
    if (from === undefined) throw new NoPlace();
    return this.#lines(from, node);
  }

  /** The lines of a table of another side. */
  #lines(from: O.TomlMirror, node: number): string {
    const range = P.rangeOf(from, node, true);
    return P.ended(from.text.slice(range.from, range.to), this.#eol);
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
    if (isOwn && (P.isTableIn(from, node) || isArray)) {
      this.#insert(P.placeOfTable(this.#to, table, before), this.#lines(from, node), true);
    } else if (isArray) {
      throw new NoPlace();
    } else {
      this.#addRow(table, number, before);
    }
  }

  #addRow(table: number, number: number, before: number | undefined): void {
    const { doc, node } = foreignAt(this.#context, number);
    const from = this.#mirrorOf(doc);
    const row = from === undefined ? undefined : O.rowOf(from, node);
    this.#insertRow(table, before, (prefix) => {
      const isSimple = from !== undefined && row !== undefined && O.namesOf(from, node).length === 1;
      if (isSimple && O.sectionOf(this.#to, table) !== undefined) {
        return P.ended(from.text.slice(row.comments, row.end), this.#eol);
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
    this.#insert(at?.end ?? P.firstPlace(this.#to), textOf(names.map((name) => `${name}.`).join('')), false);
  }
}

/** A string or a number that was computed. */
function inlineOf(json: string): string {
  if (json.includes('\\ud') || json.includes('\u007f')) throw new NoPlace();
  return json;
}
