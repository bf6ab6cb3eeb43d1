// What stands around the children of a container: blanks, line ends and indents, as its own children or the document show.
import type { Style } from './style.ts';
import { lineIndent } from './style.ts';
import * as T from './tape.ts';
import { commaAfter, hasComment, itemStart, skipTrivia, trailEnd } from './trivia.ts';

/** What of a layout the spacing depends on. */
export interface Spaced {
  readonly style: Style;
  readonly container: number;
  /** Only asked when the container is empty: would the adding side put each child on a line of its own, `{ }` apart? */
  readonly isSpacious: boolean;
  /** The adding side's separators, where the document shows none of its own. */
  readonly fallback: { readonly colon?: string | undefined; readonly comma?: string | undefined };
}

/** What stands around the children of a container. */
export interface Spacing {
  /** In front of the first child, and of each other one (after the comma). */
  readonly head: string;
  readonly between: string;
  /** In front of the closing bracket, where the container had no child. */
  readonly tail: string;
  readonly indent: string;
}

/** As the children that are there are spaced; `first`: the first of them. */
export function spacingOf({ style, container, fallback }: Spaced, first: number): Spacing {
  const { doc } = style;
  const head = blanksOf(doc, leadStart(doc, container, T.ABSENT), itemStart(doc, first));
  const second = T.nextOf(doc, first);
  const hasSecond = second < T.nextOf(doc, container);
  const isLines = head.includes('\n');
  let between = isLines ? head : (style.comma ?? fallback.comma ?? ', ').slice(1);
  if (hasSecond) between = blanksOf(doc, leadStart(doc, container, first), itemStart(doc, second));
  const lines = isLines ? head : between;
  const newline = lines.lastIndexOf('\n');
  const indent = newline >= 0 ? lines.slice(newline + 1) : lineIndent(doc, T.startOf(doc, container));
  return { head, between, tail: '', indent };
}

/** The white space of a lead without blank lines and comments. */
function blanksOf(doc: T.Doc, from: number, to: number): string {
  const text = T.textOf(doc, from, to);
  const newline = text.lastIndexOf('\n');
  if (newline >= 0) {
    const blanks = /^[ \t]*/.exec(text.slice(newline + 1))?.[0] ?? '';
    return (text[newline - 1] === '\r' ? '\r\n' : '\n') + blanks;
  }
  return hasComment(doc, from, to) ? ' ' : text;
}

/** As the document, or the side that adds, would space the children of a container that had none. */
export function spacingOfEmpty(
  { style, container, isSpacious, fallback }: Spaced,
  start: number,
  close: number,
): Spacing {
  const { doc, eol, isMultiline, unit } = style;
  const outer = lineIndent(doc, start);
  const hasComments = hasComment(doc, start + 1, close);
  const isLines = hasComments || (isSpacious && (isMultiline || container === T.ROOT));
  if (!isLines) return { head: '', between: (style.comma ?? fallback.comma ?? ', ').slice(1), tail: '', indent: outer };
  const indent = outer + (unit ?? '  ');
  return { head: eol + indent, between: eol + indent, tail: eol + outer, indent };
}

/** Is each child of the container on a line of its own (judged by the first)? */
export function isSpacious(doc: T.Doc, container: number): boolean {
  const start = T.startOf(doc, container);
  return doc.bytes.subarray(start, skipTrivia(doc, start + 1)).includes(0x0a);
}

/** Where the trivia in front of a child begins. */
export function leadStart(doc: T.Doc, container: number, previous: number): number {
  if (previous < 0) return trailEnd(doc, T.startOf(doc, container) + 1);
  return trailEnd(doc, commaAfter(doc, T.endOf(doc, previous)) + 1);
}
