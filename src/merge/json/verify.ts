// Reads a printed document again and compares it with what the merge decided, place by place. Only then may a merge be
// called clean.
import type { Context, Plan } from './context.ts';
import { equalKeys, equalValues } from './equal.ts';
import { foreignAt, nameOf } from './foreign.ts';
import { isParseFailure, parseJson } from './parse.ts';
import * as T from './tape.ts';

/** The parsed document if it says exactly what the plans say, else undefined. */
export function readBack(context: Context, printed: Uint8Array): T.Doc | undefined {
  const result = parseJson(printed, { jsonc: context.current.jsonc, depth: Number.POSITIVE_INFINITY });
  if (isParseFailure(result)) return undefined;
  return isAsPlanned(context, result) ? result : undefined;
}

function isAsPlanned(context: Context, result: T.Doc): boolean {
  const { current, plans } = context;
  const starts = Float64Array.from(plans.keys()).sort();
  // Pairs of a node of current and a node of the result.
  const stack = [T.ROOT, T.ROOT];
  while (stack.length > 0) {
    const r = stack.pop() as number;
    const c = stack.pop() as number;
    const plan = plans.get(c);
    if (plan?.kind === 'take') {
      if (!isForeign(context, plan.node, result, r)) return false;
    } else if (plan?.kind === 'text') {
      if (!isText(plan.text, result, r)) return false;
    } else if (plan !== undefined || holdsPlan(starts, c, T.nextOf(current, c))) {
      if (!pairItems(context, c, plan, result, r, stack)) return false;
    } else if (!equalValues(current, c, result, r)) {
      return false;
    }
  }
  return true;
}

function isForeign(context: Context, number: number, result: T.Doc, node: number): boolean {
  const value = foreignAt(context, number);
  return equalValues(value.doc, value.node, result, node);
}

function isText(text: string, result: T.Doc, node: number): boolean {
  const doc = parseJson(Buffer.from(text));
  return !isParseFailure(doc) && equalValues(doc, T.ROOT, result, node);
}

/** Does a plan lie inside the subtree `(node, end)`? Nodes are in document order, so a binary search tells. */
function holdsPlan(starts: Float64Array, node: number, end: number): boolean {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= node) low = middle + 1;
    else high = middle;
  }
  return low < starts.length && (starts[low] as number) < end;
}

function pairItems(
  context: Context,
  c: number,
  plan: Extract<Plan, { kind: 'items' }> | undefined,
  result: T.Doc,
  r: number,
  stack: number[],
): boolean {
  const { current } = context;
  const items = plan?.items ?? T.childrenOf(current, c);
  if (T.kindOf(current, c) !== T.kindOf(result, r) || T.countOf(result, r) !== items.length) return false;
  const isObject = T.kindOf(result, r) === T.OBJECT;
  let child = r + T.RECORD;
  for (const item of items) {
    const name = item < 0 ? nameOf(context, ~item) : { doc: current, node: item };
    if (isObject && !equalKeys(name.doc, name.node, result, child)) return false;
    if (item >= 0) stack.push(item, child);
    else if (!isForeign(context, ~item, result, child)) return false;
    child = T.nextOf(result, child);
  }
  return true;
}
