// Walks the nodes of a YAML document and writes its mirror. What the nodes do not tell (dashes, colons, comments) is read
// from the text between them, which holds nothing else. Whatever is not found where it is expected makes the node opaque.
// Longer than most files: one walk with one cursor.
import * as T from '../json/tape.ts';
import * as M from '../mirror/mirror.ts';
import { MirrorWriter, type Place } from '../mirror/writer.ts';
import { loadYaml, type ParsedNode, type Scalar, type YAMLMap, type YAMLSeq } from '../packages.ts';
import { Counter } from './json-text.ts';

/** A plain scalar that the core schema would not take for a string. */
const NO_STRING = /^(?:null|~|true|false|[-+]?(?:0[xo])?[0-9a-f]*\.?[0-9]*(?:e[-+]?[0-9]+)?|[-+]?\.(?:inf|nan)|)$/i;

const COLON = 0x3a;

/** A walk through a text with one cursor: what it passes is written into a mirror. */
export class Walk {
  readonly #text: string;
  readonly #out: MirrorWriter;
  readonly #yaml = loadYaml();
  #brackets = 0;
  /** Where in the text the source begins that the parser was given. */
  #origin = 0;

  constructor(text: string, limits: M.Limits) {
    this.#text = text;
    this.#out = new MirrorWriter(text, limits);
  }

  finish(): M.Mirror {
    return this.#out.finish();
  }

  /** What is parsed next begins there. */
  from(origin: number): void {
    this.#origin = origin;
  }

  /** Over blanks, newlines and comments, which are noted. */
  skip(from: number): number {
    const text = this.#text;
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) continue;
      if (code !== 0x23) break;
      const found = text.indexOf('\n', at);
      const end = found < 0 ? text.length : found;
      this.#out.comment(text.slice(at, end));
      at = end - 1;
    }
    return at;
  }

  /** Writes a value that stands behind `mark`; gives the end of its text. */
  value(node: ParsedNode, mark: number, item: number): number {
    const { isAlias, isMap, isScalar } = this.#yaml;
    if (isAlias(node) || node.anchor !== undefined || node.tag !== undefined) return this.#opaque(node, mark, item);
    if (isScalar(node)) return this.#scalar(node, mark, item);
    const before = this.#out.mark();
    const brackets = this.#brackets;
    const end = isMap(node)
      ? this.#map(node as YAMLMap.Parsed, mark, item)
      : this.#seq(node as YAMLSeq.Parsed, mark, item);
    if (end !== undefined) return end;
    this.#out.reset(before);
    this.#brackets = brackets;
    return this.#opaque(node, mark, item);
  }

  #opaque(node: ParsedNode, mark: number, item: number): number {
    const start = this.skip(mark);
    const end = Math.max(this.#origin + node.range[1], start);
    const source = this.#text.slice(start, end);
    this.#out.node(JSON.stringify(M.SPECIAL + source), { start, end, item: Math.max(item, 0), mark, flags: M.OPAQUE });
    return end;
  }

  #scalar(node: Scalar.Parsed, mark: number, item: number): number {
    if (isEmpty(node)) {
      this.#out.node('null', { start: mark, end: mark, item: item < 0 ? mark : item, mark, flags: this.#inFlow() });
      return mark;
    }
    const start = this.skip(mark);
    const end = this.#origin + node.range[1];
    if (start !== this.#origin + node.range[0]) throw new M.Unmirrored(`something unexpected stands at ${start}`);
    const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    if (isBlock) {
      const header = /^[^\n]*?[ \t](#[^\n]*)/.exec(this.#text.slice(start, this.#lineEnd(start)))?.[1];
      if (header !== undefined) this.#out.comment(header);
    }
    const flags = isBlock ? M.BLOCK_TEXT : this.#inFlow();
    this.#out.node(jsonOf(node), { start, end, item: item < 0 ? start : item, mark: item < 0 ? start : mark, flags });
    return end;
  }

  #lineEnd(from: number): number {
    const end = this.#text.indexOf('\n', from);
    return end < 0 ? this.#text.length : end;
  }

  /** undefined where the map has something in it that a mirror cannot say. */
  #map(node: YAMLMap.Parsed, mark: number, item: number): number | undefined {
    const start = this.skip(mark);
    if (start !== this.#origin + node.range[0]) return undefined;
    const isFlow = node.flow === true;
    const map = this.open('{', start, mark, item, isFlow);
    const at = this.members(node, isFlow ? start + 1 : start, true);
    return at === undefined ? undefined : this.close(map, '}', at, isFlow);
  }

  /** Writes the members of a map that stand behind `from`; gives the end of the last, undefined where one has no mirror. */
  members(node: YAMLMap.Parsed, from: number, isFirst: boolean): number | undefined {
    let at = from;
    let isNext = !isFirst;
    for (const { key, value } of node.items) {
      const begin = this.#next(at, node.flow === true && isNext);
      const mark = begin === undefined || value === null ? undefined : this.name(key, begin, !isNext);
      if (begin === undefined || value === null || mark === undefined) return undefined;
      at = this.value(value, mark, begin);
      isNext = true;
    }
    return at;
  }

  #seq(node: YAMLSeq.Parsed, mark: number, item: number): number | undefined {
    const start = this.skip(mark);
    if (start !== this.#origin + node.range[0]) return undefined;
    const isFlow = node.flow === true;
    const seq = this.open('[', start, mark, item, isFlow);
    const at = this.elements(node, isFlow ? start + 1 : start, true);
    return at === undefined ? undefined : this.close(seq, ']', at, isFlow);
  }

  /** As `members`, for the elements of a sequence. */
  elements(node: YAMLSeq.Parsed, from: number, isFirst: boolean): number | undefined {
    const isFlow = node.flow === true;
    let at = from;
    let isNext = !isFirst;
    for (const each of node.items as ParsedNode[]) {
      const begin = this.#next(at, isFlow && isNext);
      if (begin === undefined || this.#yaml.isPair(each) || each === null) return undefined;
      if (!isFlow && this.#text[begin] !== '-') return undefined;
      if (isNext) this.separate();
      at = isFlow ? this.value(each, begin, -1) : this.value(each, begin + 1, begin);
      isNext = true;
    }
    return at;
  }

  separate(): void {
    this.#out.put(',');
  }

  open(bracket: string, start: number, mark: number, item: number, isFlow: boolean): number {
    const place = { start, end: start, item: item < 0 ? start : item, mark: item < 0 ? start : mark };
    const node = this.#out.node(bracket, { ...place, flags: (isFlow ? M.FLOW : 0) | this.#inFlow() });
    if (isFlow) this.#brackets += 1;
    return node;
  }

  #inFlow(): number {
    return this.#brackets > 0 ? M.IN_FLOW : 0;
  }

  #next(at: number, needsComma: boolean): number | undefined {
    const next = this.skip(at);
    if (!needsComma) return next;
    return this.#text[next] === ',' ? this.skip(next + 1) : undefined;
  }

  /** Writes the name of a member that begins there; gives the end of its colon, undefined where it has no mirror. */
  name(key: unknown, begin: number, isFirst: boolean): number | undefined {
    if (!this.#yaml.isScalar(key)) return undefined;
    const { anchor, tag, range, value, type, source = '' } = key as Scalar.Parsed;
    if (anchor !== undefined || tag !== undefined || range[0] === range[1]) return undefined;
    if (this.#origin + range[0] !== begin) return undefined;
    const isPlain = type === 'PLAIN';
    // A merge key is a member like others as long as nobody touches its alias.
    const isMerge = isPlain && source === '<<';
    const isString = typeof value === 'string' && !isMerge;
    const name = isString ? value : source;
    if (name.startsWith(M.SPECIAL)) return undefined;
    if (!isString) this.#out.name(name, 'odd');
    else if (!isPlain && NO_STRING.test(name)) this.#out.name(name, 'quoted');
    this.#out.put(`${isFirst ? '' : ','}${JSON.stringify(name)}:`);
    const colon = this.skip(this.#origin + range[1]);
    return this.#text[colon] === ':' ? colon + 1 : undefined;
  }

  /** Writes a value that is JSON and begins at `start`; gives its end, undefined where something of it has no mirror. */
  json(doc: T.Doc, start: number, mark: number, item: number): number | undefined {
    const counter = new Counter(doc.bytes, start);
    const open: (readonly [place: number, node: number])[] = [];
    const leave = (place: number, node: number): void => {
      this.#brackets -= 1;
      const bracket = T.kindOf(doc, node) === T.OBJECT ? '}' : ']';
      this.#out.close(place, bracket, counter.at(T.endOf(doc, node)));
    };
    for (let node = T.ROOT; node < doc.length; node += T.RECORD) {
      for (let top = open.at(-1); top !== undefined && T.nextOf(doc, top[1]) <= node; top = open.at(-1)) {
        leave(...top);
        open.pop();
      }
      if (node !== T.ROOT && node !== (open.at(-1)?.[1] ?? 0) + T.RECORD) this.separate();
      const own = node === T.ROOT ? { item, mark } : this.#jsonName(doc, node, counter);
      const at = own === undefined ? undefined : this.#jsonValue(doc, node, counter, own);
      if (at === undefined) return undefined;
      if (T.isContainer(doc, node)) open.push([at, node]);
    }
    for (let top = open.pop(); top !== undefined; top = open.pop()) leave(...top);
    return counter.at(T.endOf(doc, T.ROOT));
  }

  /** Writes the name of a member, if the node is one; gives where it begins and where its colon ends. */
  #jsonName(doc: T.Doc, node: number, counter: Counter): Pick<Place, 'item' | 'mark'> | undefined {
    const start = T.keyStartOf(doc, node);
    if (start < 0) {
      const at = counter.at(T.startOf(doc, node));
      return { item: at, mark: at };
    }
    const name = T.keyOf(doc, node);
    if (name.startsWith(M.SPECIAL)) return undefined;
    if (NO_STRING.test(name)) this.#out.name(name, 'quoted');
    this.#out.put(`${JSON.stringify(name)}:`);
    return { item: counter.at(start), mark: counter.at(doc.bytes.indexOf(COLON, T.keyEndOf(doc, node)) + 1) };
  }

  #jsonValue(doc: T.Doc, node: number, counter: Counter, own: Pick<Place, 'item' | 'mark'>): number | undefined {
    const start = counter.at(T.startOf(doc, node));
    if (T.isContainer(doc, node)) {
      const bracket = T.kindOf(doc, node) === T.OBJECT ? '{' : '[';
      return this.open(bracket, start, own.mark, own.item, true);
    }
    const isString = T.kindOf(doc, node) === T.STRING;
    const text = isString ? T.stringOf(doc, node) : T.valueText(doc, node);
    if (text.startsWith(M.SPECIAL)) return undefined;
    const end = counter.at(T.endOf(doc, node));
    return this.#out.node(isString ? JSON.stringify(text) : text, { ...own, start, end, flags: this.#inFlow() });
  }

  close(node: number, bracket: string, at: number, isFlow: boolean): number | undefined {
    let end = at;
    if (isFlow) {
      end = this.skip(at);
      if (this.#text[end] === ',') end = this.skip(end + 1);
      if (this.#text[end] !== bracket) return undefined;
      end += 1;
      this.#brackets -= 1;
    }
    this.#out.close(node, bracket, end);
    return end;
  }
}

/** A value of which nothing is written. */
export function isEmpty({ type, source, range }: Scalar.Parsed): boolean {
  return type === 'PLAIN' && (source ?? '') === '' && range[0] === range[1];
}

/** The JSON text of a scalar: numbers from their source, so that no digit is lost. */
function jsonOf({ value, source = '', type }: Scalar.Parsed): string {
  if (typeof value === 'string') {
    if (value.startsWith(M.SPECIAL)) throw new M.Unmirrored('it has a string that begins with NUL');
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (type !== 'PLAIN') throw new M.Unmirrored('it has a scalar of an unknown type');
  const number = /^([-+]?)0*(\d*)(?:\.(\d*))?([eE][-+]?\d+)?$/.exec(source);
  if (number !== null) {
    const [, sign = '', whole = '', fraction = '', exponent = ''] = number;
    return `${sign === '-' ? '-' : ''}${whole || '0'}${fraction === '' ? '' : `.${fraction}`}${exponent}`;
  }
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return JSON.stringify(`${M.SPECIAL}${String(value)}`);
  throw new M.Unmirrored('it has a value of an unknown type');
}
