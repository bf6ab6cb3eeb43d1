// Prints a value over several lines in the manner of a document: for values that come without a layout of their own.
import type { Style } from './style.ts';
import * as T from './tape.ts';

export function printPretty(doc: T.Doc, root: number, style: Style, indent: string): string {
  const { eol, unit = '  ', colon = ': ' } = style;
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
