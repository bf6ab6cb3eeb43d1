// Prints a value on one line, token by token: names and scalars keep their spelling, trivia goes. Without recursion.
import * as T from './tape.ts';

export function printCompact(doc: T.Doc, root: number, colon = ':', comma = ','): string {
  const parts: string[] = [];
  const end = T.nextOf(doc, root);
  const open: { readonly after: number; readonly close: string }[] = [];
  let isFirst = true;
  for (let node = root; node < end; node += T.RECORD) {
    for (let top = open.at(-1); top !== undefined && top.after <= node; top = open.at(-1)) {
      parts.push(top.close);
      open.pop();
      isFirst = false;
    }
    if (!isFirst) parts.push(comma);
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
  while (open.length > 0) parts.push(open.pop()?.close ?? '');
  return parts.join('');
}
