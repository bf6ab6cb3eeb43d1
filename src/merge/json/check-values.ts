// Equality for the checker, on its own feet: the merger's code is not used, only the parser's tape.
import { canonicalNumber } from './number.ts';
import * as T from './tape.ts';

/** Do two values say the same? ABSENT equals only ABSENT. */
export function isSameValue(a: T.Doc, x: number, b: T.Doc, y: number): boolean {
  if (x < 0 || y < 0) return x < 0 && y < 0;
  if (T.hashAt(a, x) !== T.hashAt(b, y)) return false;
  const text = a.bytes.subarray(T.startOf(a, x), T.endOf(a, x));
  const other = b.bytes.subarray(T.startOf(b, y), T.endOf(b, y));
  return text.equals(other) || canonicalText(a, x) === canonicalText(b, y);
}

/** One text for all spellings of a value: names sorted, numbers by value, no trivia. Without recursion. */
export function canonicalText(doc: T.Doc, root: number): string {
  const parts: string[] = [];
  const stack: (string | number)[] = [root];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'string') parts.push(next);
    else if (T.isContainer(doc, next)) pushChildren(doc, next, stack);
    else parts.push(scalarText(doc, next));
  }
  return parts.join('');
}

export function scalarText(doc: T.Doc, node: number): string {
  const kind = T.kindOf(doc, node);
  if (kind === T.STRING) return JSON.stringify(T.stringOf(doc, node));
  return kind === T.NUMBER ? canonicalNumber(T.valueText(doc, node)) : T.valueText(doc, node);
}

function pushChildren(doc: T.Doc, node: number, stack: (string | number)[]): void {
  if (T.kindOf(doc, node) === T.ARRAY) {
    stack.push(']');
    for (const child of T.childrenOf(doc, node).reverse()) stack.push(',', child);
    stack.push('[');
    return;
  }
  const members = [...T.membersOf(doc, node)].sort(([a], [b]) => (a < b ? 1 : -1));
  stack.push('}');
  for (const [name, child] of members) stack.push(',', child, `${JSON.stringify(name)}:`);
  stack.push('{');
}
