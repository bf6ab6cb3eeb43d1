// Splices a decided merge into current's YAML: values are exchanged in their place, items of block collections come and
// go with their lines and comments, moved to the indent that they get. What has no safe place gives up: nothing is
// guessed, and the result is read again in any case.
// Longer than most files: the ways in which a value can stand in the place of another belong together.
import type { Context, Plan } from '../json/context.ts';
import { foreignAt, nameOf } from '../json/foreign.ts';
import * as T from '../json/tape.ts';
import type { Mirrors } from '../mirror/engine.ts';
import { layFlow } from '../mirror/flow.ts';
import * as M from '../mirror/mirror.ts';
import { NoPlace, type Splice, splice } from '../mirror/splice.ts';
import { floorOf, layItems } from './items.ts';
import { afterLine, column, isAtLineEnd, isAtLineStart, itemEnd, leadOf, lineStart, shiftLines } from './lines.ts';

/** The text, or undefined where a change has no safe place in it. */
export function printYaml(context: Context, mirrors: Mirrors): string | undefined {
  const { current } = mirrors;
  if (context.plans.size === 0) return current.text;
  const printer = new Printer(context, mirrors);
  try {
    return splice(current.text, printer.splices());
  } catch (thrown) {
    if (thrown instanceof NoPlace) return undefined;
    throw thrown;
  }
}

/** A value as text: `block` where its first line must stand on a line of its own. */
interface Written {
  readonly text: string;
  readonly kind: 'inline' | 'lines' | 'block';
}

class Printer {
  readonly #context: Context;
  readonly #mirrors: Mirrors;
  readonly #to: M.Mirror;
  readonly #eol: string;

  constructor(context: Context, mirrors: Mirrors) {
    this.#context = context;
    this.#mirrors = mirrors;
    this.#to = mirrors.current;
    this.#eol = this.#to.text.includes('\r\n') ? '\r\n' : '\n';
  }

  splices(): Splice[] {
    return [...this.#context.plans].map(([node, plan]) => this.#splice(node, plan));
  }

  #splice(node: number, plan: Plan): Splice {
    if (plan.kind === 'take') return this.#exchange(node, this.#written(plan.node, node));
    if (plan.kind === 'text') return this.#exchange(node, this.#restated(node, plan.text));
    const { items, source } = plan;
    if (items.length === 0) {
      const isObject = T.kindOf(this.#to.doc, node) === T.OBJECT;
      return this.#exchange(node, { text: isObject ? '{}' : '[]', kind: 'inline' });
    }
    if (!M.hasFlag(this.#to, node, M.FLOW))
      return layItems(this.#to, node, items, this.#eol, (item, col, isFirst) =>
        this.#newItem(~item, col, T.kindOf(this.#to.doc, node) === T.OBJECT, isFirst),
      );
    if (this.#isWhole(items, source) && !M.hasFlag(this.#to, node, M.IN_FLOW)) {
      return this.#exchange(node, this.#written(source, node));
    }
    const pieces = layFlow(
      this.#to,
      node,
      items.map((item) => (item < 0 ? this.#flowItem(~item, node) : item)),
    );
    return { start: M.startOf(this.#to, node), end: M.endOf(this.#to, node), pieces };
  }

  /** Are the items just the children of a container of proposed? */
  #isWhole(items: readonly number[], source: number): boolean {
    const { doc } = this.#mirrors.proposed;
    const children = T.childrenOf(doc, source);
    return children.length === items.length && children.every((child, i) => items[i] === ~child);
  }

  #mirrorOf(doc: T.Doc): M.Mirror | undefined {
    const { base, current, proposed } = this.#mirrors;
    return [proposed, base, current].find((mirror) => mirror?.doc === doc);
  }

  /** Puts a value in the place of another. */
  #exchange(node: number, { text, kind }: Written): Splice {
    const to = this.#to;
    const [start, end, mark] = [M.startOf(to, node), M.endOf(to, node), M.markOf(to, node)];
    const isRoot = node === T.ROOT;
    const isBlock = isBlockValue(to, node);
    const trimmed = isBlock ? end - (/\r?\n$/.exec(to.text.slice(start, end))?.[0].length ?? 0) : end;
    if (kind !== 'inline') {
      if (M.hasFlag(to, node, M.IN_FLOW)) throw new NoPlace();
      if (!isBlock && !isAtLineEnd(to.text, end)) throw new NoPlace();
    }
    if (isRoot)
      return { start, end: trimmed, pieces: [{ text: kind === 'block' ? text.replace(/^\s*\n/, '') : text }] };
    if (kind === 'block') return { start: mark, end: trimmed, pieces: [{ text: this.#eol + text }] };
    if (start === end) return { start: mark, end: mark, pieces: [{ text: ` ${text}` }] };
    if (isBlock) return { start: mark, end: trimmed, pieces: [{ text: ` ${text}` }] };
    return { start, end, pieces: [{ text }] };
  }

  /** A string or a number that was computed, as the value before was written. */
  #restated(node: number, json: string): Written {
    const old = this.#to.text.slice(M.startOf(this.#to, node), M.endOf(this.#to, node));
    const header = /^\|[ \t]*\r?\n( +)/.exec(old);
    const value = stringIn(json);
    if (header === null || value === undefined || !/^[^ \n][\s\S]*[^\n]\n$/.test(value))
      return { text: json, kind: 'inline' };
    const lines = value.slice(0, -1).split('\n');
    const indented = lines.map((line) => (line === '' ? '' : (header[1] ?? '') + line));
    return { text: ['|', ...indented].join(this.#eol), kind: 'lines' };
  }

  /** A value that comes from elsewhere, to stand in the place of `node`. */
  #written(number: number, node: number): Written {
    const { doc, node: source } = foreignAt(this.#context, number);
    const from = this.#mirrorOf(doc);
    if (M.hasFlag(this.#to, node, M.IN_FLOW)) return { text: flowText(from, doc, source), kind: 'inline' };
    const item = node === T.ROOT ? 0 : column(this.#to.text, M.itemOf(this.#to, node));
    return this.#valueAt(from, doc, source, item);
  }

  /** The value of an item that begins in column `item`. */
  #valueAt(from: M.Mirror | undefined, doc: T.Doc, node: number, item: number): Written {
    if (from === undefined) return { text: plainJson(doc, node), kind: 'inline' };
    const [start, end] = [M.startOf(from, node), M.endOf(from, node)];
    if (start === end) return { text: 'null', kind: 'inline' };
    const own = node === T.ROOT || M.hasFlag(from, node, M.IN_FLOW) ? 0 : column(from.text, M.itemOf(from, node));
    const move = (text: string, skipsFirst: boolean): string => shiftLines(text, item - own, skipsFirst, this.#eol);
    if (!isBlockValue(from, node)) return { text: move(from.text.slice(start, end), true), kind: 'inline' };
    if (M.hasFlag(from, node, M.BLOCK_TEXT)) {
      return { text: move(from.text.slice(start, end), true).replace(/\r?\n$/, ''), kind: 'lines' };
    }
    const last = T.childrenOf(from.doc, node).at(-1) ?? node;
    const stop = itemEnd(from, last);
    if (!isAtLineStart(from.text, start)) {
      return { text: move(from.text.slice(start, stop), true).replace(/\r?\n$/, ''), kind: 'lines' };
    }
    const mark = M.markOf(from, node);
    const begin = node === T.ROOT ? lineStart(from.text, start) : afterLine(from.text, mark, mark);
    return { text: move(from.text.slice(begin, stop), false).replace(/\r?\n$/, ''), kind: 'block' };
  }

  /** Lines of an item that the collection did not have. */
  #newItem(number: number, col: number, isMember: boolean, isFirst: boolean): string {
    const { doc, node } = foreignAt(this.#context, number);
    const from = this.#mirrorOf(doc);
    const name = nameOf(this.#context, number);
    const isItself = !isMember || (name.doc === doc && name.node === node);
    if (from !== undefined && isItself && node !== T.ROOT && isBlockItem(from, node, isMember)) {
      return this.#movedItem(from, node, col, isFirst);
    }
    const mark = isMember ? this.#nameText(name) : '-';
    const { text, kind } = this.#valueAt(from, doc, node, col);
    if (from !== undefined && kind !== 'inline' && M.itemOf(from, node) === M.startOf(from, node)) throw new NoPlace();
    return `${' '.repeat(col)}${mark}${kind === 'block' ? this.#eol : ' '}${text}${this.#eol}`;
  }

  #movedItem(from: M.Mirror, node: number, col: number, isFirst: boolean): string {
    const item = M.itemOf(from, node);
    const end = itemEnd(from, node);
    const move = (begin: number): string =>
      shiftLines(from.text.slice(begin, end), col - column(from.text, item), begin === item, this.#eol);
    let text: string;
    if (isAtLineStart(from.text, item)) {
      const lead = leadOf(from, node, floorOf(from, node));
      text = move(isFirst ? lead.comments : lead.blanks);
    } else {
      text = ' '.repeat(col) + move(item);
    }
    return text.endsWith('\n') ? text : text + this.#eol;
  }

  #nameText({ doc, node }: { readonly doc: T.Doc; readonly node: number }): string {
    const from = this.#mirrorOf(doc);
    if (from === undefined) return `${T.textOf(doc, T.keyStartOf(doc, node), T.keyEndOf(doc, node))}:`;
    return from.text.slice(M.itemOf(from, node), M.markOf(from, node));
  }

  #flowItem(number: number, container: number): string {
    const { doc, node } = foreignAt(this.#context, number);
    const value = flowText(this.#mirrorOf(doc), doc, node);
    if (T.kindOf(this.#to.doc, container) === T.ARRAY) return value;
    return `${this.#nameText(nameOf(this.#context, number))} ${value}`;
  }
}

function isBlockValue(mirror: M.Mirror, node: number): boolean {
  if (M.hasFlag(mirror, node, M.BLOCK_TEXT)) return true;
  return T.isContainer(mirror.doc, node) && !M.hasFlag(mirror, node, M.FLOW);
}

function isBlockItem(mirror: M.Mirror, node: number, isMember: boolean): boolean {
  if (M.hasFlag(mirror, node, M.IN_FLOW)) return false;
  return isMember || mirror.text[M.itemOf(mirror, node)] === '-';
}

/** A value in brackets: as it is written where that cannot be misread, else as JSON, which YAML takes in. */
function flowText(from: M.Mirror | undefined, doc: T.Doc, node: number): string {
  if (from === undefined || isBlockValue(from, node)) return plainJson(doc, node);
  const text = from.text.slice(M.startOf(from, node), M.endOf(from, node));
  if (text === '') return 'null';
  const isSafe = T.isContainer(doc, node) || /^["']/.test(text) || M.hasFlag(from, node, M.IN_FLOW);
  return isSafe || !/[,[\]{}\n]|:$/.test(text) ? text : plainJson(doc, node);
}

function plainJson(doc: T.Doc, node: number): string {
  const text = T.valueText(doc, node);
  if (text.includes('\\u0000')) throw new NoPlace();
  return text;
}

/** The string of a JSON text; undefined for a number. */
function stringIn(json: string): string | undefined {
  return json.startsWith('"') ? (JSON.parse(json) as string) : undefined;
}
