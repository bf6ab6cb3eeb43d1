// Equality of JSON values across documents: type and value; numbers by exact decimal value, strings by code units,
// objects whatever the order of their members. The hash sorts out what differs; what is equal is always verified.
import { stringHash } from './hash.ts';
import { canonicalNumber } from './number.ts';
import * as T from './tape.ts';

/** Below this, a loop is faster than the call into native code. */
const SHORT = 40;

function sameBytes(a: Buffer, aFrom: number, b: Buffer, bFrom: number, length: number): boolean {
  if (length > SHORT) return a.compare(b, bFrom, bFrom + length, aFrom, aFrom + length) === 0;
  for (let i = 0; i < length; i++) if (a[aFrom + i] !== b[bFrom + i]) return false;
  return true;
}

function sameText(a: T.Doc, x: number, b: T.Doc, y: number): boolean {
  const from = T.startOf(a, x);
  const length = T.endOf(a, x) - from;
  const other = T.startOf(b, y);
  return length === T.endOf(b, y) - other && sameBytes(a.bytes, from, b.bytes, other, length);
}

/** Are the names of two members equal? */
export function equalKeys(a: T.Doc, x: number, b: T.Doc, y: number): boolean {
  if (a.tape[x + T.KEY_HASH] !== b.tape[y + T.KEY_HASH]) return false;
  const from = T.keyStartOf(a, x);
  const length = T.keyEndOf(a, x) - from;
  const other = T.keyStartOf(b, y);
  if (length === T.keyEndOf(b, y) - other && sameBytes(a.bytes, from, b.bytes, other, length)) return true;
  const isEscaped = ((a.tape[x] as number) | (b.tape[y] as number)) & T.KEY_ESCAPED;
  return isEscaped !== 0 && T.keyOf(a, x) === T.keyOf(b, y);
}

/** The member of that name (whose `stringHash` is given), or ABSENT. */
export function memberOf(doc: T.Doc, node: number, name: string, hash: number = stringHash(name)): number {
  const end = T.nextOf(doc, node);
  for (let child = node + T.RECORD; child < end; child = T.nextOf(doc, child)) {
    if (doc.tape[child + T.KEY_HASH] === hash && T.keyOf(doc, child) === name) return child;
  }
  return T.ABSENT;
}

function equalScalars(a: T.Doc, x: number, b: T.Doc, y: number): boolean {
  if (sameText(a, x, b, y)) return true;
  const kind = T.kindOf(a, x);
  if (kind === T.NUMBER) return canonicalNumber(T.valueText(a, x)) === canonicalNumber(T.valueText(b, y));
  if (kind !== T.STRING) return true;
  const isEscaped = ((a.tape[x] as number) | (b.tape[y] as number)) & T.ESCAPED;
  return isEscaped !== 0 && T.stringOf(a, x) === T.stringOf(b, y);
}

/** Do two values say the same? Linear, without recursion. */
export function equalValues(a: T.Doc, x: number, b: T.Doc, y: number): boolean {
  if (a.tape[x + T.HASH] !== b.tape[y + T.HASH] || T.kindOf(a, x) !== T.kindOf(b, y)) return false;
  if (!T.isContainer(a, x)) return equalScalars(a, x, b, y);
  return sameText(a, x, b, y) || equalTrees(a, x, b, y);
}

function equalTrees(a: T.Doc, x: number, b: T.Doc, y: number): boolean {
  const stack = [x, y];
  while (stack.length > 0) {
    const m = stack.pop() as number;
    const n = stack.pop() as number;
    if (a.tape[n + T.HASH] !== b.tape[m + T.HASH] || T.kindOf(a, n) !== T.kindOf(b, m)) return false;
    if (!T.isContainer(a, n)) {
      if (!equalScalars(a, n, b, m)) return false;
    } else if (T.countOf(a, n) !== T.countOf(b, m) || !pairChildren(a, n, b, m, stack)) {
      return false;
    }
  }
  return true;
}

function pairChildren(a: T.Doc, n: number, b: T.Doc, m: number, stack: number[]): boolean {
  const isObject = T.kindOf(a, n) === T.OBJECT;
  const end = T.nextOf(a, n);
  let other = m + T.RECORD;
  let members: Map<string, number> | undefined;
  for (let child = n + T.RECORD; child < end; child = T.nextOf(a, child)) {
    let partner: number | undefined = other;
    if (isObject && (members !== undefined || !equalKeys(a, child, b, other))) {
      members ??= T.membersOf(b, m);
      partner = members.get(T.keyOf(a, child));
      if (partner === undefined) return false;
    }
    stack.push(child, partner);
    if (members === undefined) other = T.nextOf(b, other);
  }
  return true;
}
