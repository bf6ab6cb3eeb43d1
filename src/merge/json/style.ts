// How a document is written: line ends, indent, spaces around colons and commas, found from what is there. Values that
// move from one document into another are fitted to the place that they come to; their tokens keep their spelling.
import { printCompact } from './compact.ts';
import { isMostlyIndent } from './pretty.ts';
import * as T from './tape.ts';
import { commaAfter, hasComment, itemStart } from './trivia.ts';

export interface Style {
  readonly doc: T.Doc;
  /** The root is written over several lines. */
  readonly isMultiline: boolean;
  readonly eol: string;
  /** One step of indent; undefined if nothing is indented. */
  readonly unit: string | undefined;
  /** The text between a name and its value, e.g. `": "`; undefined if there is no member. */
  readonly colon: string | undefined;
  /** Comma and space between two values on one line; undefined if there are none. */
  readonly comma: string | undefined;
}

/** How far into a document its habits are looked for. */
const LOOK = 65_536;
const LOOK_NODES = 2_000;

export function styleOf(doc: T.Doc): Style {
  const from = T.startOf(doc, T.ROOT);
  const to = T.endOf(doc, T.ROOT);
  const newline = doc.bytes.indexOf(0x0a, from);
  // A document that shows no manner of its own is taken for one over several lines.
  const isMultiline = doc.length === T.RECORD || (newline >= 0 && newline < to);
  const first = doc.bytes.indexOf(0x0a);
  const eol = first > 0 && doc.bytes[first - 1] === 0x0d ? '\r\n' : '\n';
  const unit = isMultiline
    ? /\n([ \t]+)\S/.exec(doc.bytes.toString('latin1', from, Math.min(to, from + LOOK)))?.[1]
    : undefined;
  return { doc, isMultiline, eol, unit, ...separators(doc) };
}

/** A document without a single child shows no manner of its own: it takes over the other one's. */
export function adopted(style: Style, other: Style): Style {
  return style.doc.length > T.RECORD ? style : { ...other, doc: style.doc };
}

function separators(doc: T.Doc): Pick<Style, 'colon' | 'comma'> {
  let colon: string | undefined;
  let comma: string | undefined;
  const end = Math.min(doc.length, LOOK_NODES * T.RECORD);
  for (let node = 0; node < end && (colon === undefined || comma === undefined); node += T.RECORD) {
    colon ??= colonOf(doc, node);
    const next = T.nextOf(doc, node);
    const at = comma === undefined ? commaAfter(doc, T.endOf(doc, node)) : -1;
    if (at < 0 || next >= doc.length) continue;
    const text = T.textOf(doc, at, itemStart(doc, next));
    if (/^, *$/.test(text)) comma = text;
  }
  // One member alone shows by its colon whether the document saves blanks.
  if (comma === undefined && colon !== undefined && !/\s$/.test(colon)) comma = ',';
  return { colon, comma };
}

/** The text between a member's name and its value, if it holds nothing but the colon and blanks. */
export function colonOf(doc: T.Doc, node: number): string | undefined {
  if (T.keyStartOf(doc, node) < 0) return undefined;
  const text = T.textOf(doc, T.keyEndOf(doc, node), T.startOf(doc, node));
  return /^[ \t]*:[ \t]*$/.test(text) ? text : undefined;
}

/** The blanks at the beginning of the line that `at` lies on. */
export function lineIndent(doc: T.Doc, at: number): string {
  const near = doc.bytes.subarray(Math.max(0, at - LOOK), at);
  const newline = near.lastIndexOf(0x0a);
  if (newline < 0) return '';
  const start = at - near.length + newline + 1;
  let end = start;
  while (doc.bytes[end] === 0x20 || doc.bytes[end] === 0x09) end++;
  return T.textOf(doc, start, end);
}

/** The text of a value (or of any range that begins at a value) of `from`, fitted to a line of `to` with that indent. */
function fitted(from: Style, start: number, end: number, to: Style, indent: string): string {
  const text = T.textOf(from.doc, start, end);
  if (!text.includes('\n')) return text;
  const own = lineIndent(from.doc, start);
  if (indent.length > own.length && isMostlyIndent((text.split('\n').length - 1) * indent.length, text.length))
    return text;
  return text.replace(/\r?\n([ \t]*)/g, (_, blanks: string) => {
    const rest = blanks.startsWith(own) ? blanks.slice(own.length) : '';
    return to.eol + indent + inUnits(rest, from.unit, to.unit);
  });
}

function inUnits(blanks: string, from: string | undefined, to: string | undefined): string {
  if (from === undefined || to === undefined || from === to) return blanks;
  const steps = blanks.length / from.length;
  return Number.isInteger(steps) && blanks === from.repeat(steps) ? to.repeat(steps) : blanks;
}

/** A value of `from` as text for a line of `to` with that indent. One-line documents stay on one line. */
export function fittedValue(from: Style, node: number, to: Style, indent: string): string {
  const start = T.startOf(from.doc, node);
  const end = T.endOf(from.doc, node);
  if (!to.isMultiline && T.isContainer(from.doc, node) && !hasComment(from.doc, start, end)) {
    if (from.doc.bytes.subarray(start, end).includes(0x0a)) {
      return printCompact(from.doc, node, to.colon ?? ': ', to.comma ?? ', ');
    }
  }
  return fitted(from, start, end, to, indent);
}
