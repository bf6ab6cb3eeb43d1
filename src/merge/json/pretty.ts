// Prints a value over several lines in the manner of a document: for values that come without a layout of their own.
// Deep nesting with many lines would be mostly indent; such a value stays on one line.
import { printCompact } from './compact.ts';
import type { Style } from './style.ts';
import * as T from './tape.ts';

/** Indent may take four times the room of the value, and a megabyte. */
export function isMostlyIndent(blanks: number, length: number): boolean {
  return blanks > 4 * length + 1_048_576;
}

export function printPretty(doc: T.Doc, root: number, style: Style, indent: string): string {
  const { eol, unit = '  ', colon = ': ' } = style;
  if (isMostlyIndent(indentOf(doc, root, indent.length, unit.length), T.endOf(doc, root) - T.startOf(doc, root))) {
    return printCompact(doc, root, colon, ', ');
  }
  const parts: string[] = [];
  const open: { readonly after: number; readonly close: string }[] = [];
  let isFirst = true;
  const close = (): void => {
    const top = open.pop();
    if (!isFirst) parts.push(eol, indent, unit.repeat(open.length));
    parts.push(top?.close ?? '');
    isFirst = false;
  };
  const end = T.nextOf(doc, root);
  for (let node = root; node < end; node += T.RECORD) {
    while ((open.at(-1)?.after ?? end) <= node) close();
    if (!isFirst) parts.push(',');
    if (node !== root) parts.push(eol, indent, unit.repeat(open.length));
    if (node !== root && T.keyStartOf(doc, node) >= 0) {
      parts.push(T.textOf(doc, T.keyStartOf(doc, node), T.keyEndOf(doc, node)), colon);
    }
    const isOpening = T.isContainer(doc, node);
    if (isOpening) {
      const isObject = T.kindOf(doc, node) === T.OBJECT;
      parts.push(isObject ? '{' : '[');
      open.push({ after: T.nextOf(doc, node), close: isObject ? '}' : ']' });
    } else {
      parts.push(T.valueText(doc, node));
    }
    isFirst = isOpening;
  }
  while (open.length > 0) close();
  return parts.join('');
}

/** The blanks that the value's lines would begin with, at most. */
function indentOf(doc: T.Doc, root: number, outer: number, unit: number): number {
  const ends: number[] = [];
  let sum = 0;
  const end = T.nextOf(doc, root);
  for (let node = root; node < end; node += T.RECORD) {
    while ((ends.at(-1) ?? end) <= node) ends.pop();
    sum += outer + unit * ends.length;
    if (T.isContainer(doc, node)) {
      sum += outer + unit * ends.length;
      ends.push(T.nextOf(doc, node));
    }
  }
  return sum;
}
