// Merges arrays whose elements have an identity: element by element, wherever they stand. Order comes from the side that
// changed it; two different new orders are a clash, because an order that nobody wrote must not be stored in silence.
import * as C from './context.ts';
import { memberOf } from './equal.ts';
import { parseDecimal } from './number.ts';
import * as T from './tape.ts';
import { FRONT, type Insertions, insertAfter, weave } from './weave.ts';

export const DEFAULT_KEY = 'id';

export interface Elements {
  readonly base: readonly number[];
  readonly current: readonly number[];
  readonly proposed: readonly number[];
}

export function elementsOf(context: C.Context, { base, current, proposed }: C.Work): Elements {
  return {
    base: base < 0 ? [] : T.childrenOf(context.base, base),
    current: T.childrenOf(context.current, current),
    proposed: T.childrenOf(context.proposed, proposed),
  };
}

/** The identity of an element: text that is equal only for equal scalars. "1" and 1 differ; null is none. */
export function identityAt(doc: T.Doc, element: number, key: string): string | undefined {
  if (T.kindOf(doc, element) !== T.OBJECT) return undefined;
  const node = memberOf(doc, element, key);
  if (node < 0) return undefined;
  const kind = T.kindOf(doc, node);
  if (kind === T.STRING) return `"${T.stringOf(doc, node)}`;
  if (kind === T.NUMBER) return numberIdentity(T.valueText(doc, node));
  return kind === T.TRUE || kind === T.FALSE ? T.valueText(doc, node) : undefined;
}

const SMALL_INTEGER = /^(0|-?[1-9]\d{0,14})$/;

function numberIdentity(text: string): string {
  if (SMALL_INTEGER.test(text)) return text;
  const decimal = parseDecimal(text);
  if (decimal === undefined) return `?${text}`;
  const { digits, exponent, negative } = decimal;
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent < 0n || exponent + BigInt(digits.length) > 15n) return `${sign}${digits}e${exponent}`;
  return sign + digits + '0'.repeat(Number(exponent));
}

/** Index of each identity; undefined if an element has none or two have the same. */
function indexById(doc: T.Doc, elements: readonly number[], key: string): Map<string, number> | undefined {
  const index = new Map<string, number>();
  for (let i = 0; i < elements.length; i++) {
    const identity = identityAt(doc, elements[i] as number, key);
    if (identity === undefined || index.has(identity)) return undefined;
    index.set(identity, i);
  }
  return index;
}

interface Keyed {
  readonly context: C.Context;
  readonly work: C.Work;
  readonly elements: Elements;
  readonly base: ReadonlyMap<string, number>;
  readonly current: ReadonlyMap<string, number>;
  readonly proposed: ReadonlyMap<string, number>;
  /** Elements of current that proposed deleted. */
  readonly gone: Set<number>;
}

/** Merges by identity; false (and nothing done) if not all elements of all versions have one of their own. */
export function mergeKeyed(context: C.Context, work: C.Work, elements: Elements, key: string): boolean {
  const base = indexById(context.base, elements.base, key);
  const current = base && indexById(context.current, elements.current, key);
  const proposed = current && indexById(context.proposed, elements.proposed, key);
  if (base === undefined || current === undefined || proposed === undefined) return false;
  const keyed: Keyed = { context, work, elements, base, current, proposed, gone: new Set() };
  decideDeletions(keyed);
  const items = orderItems(keyed);
  const places = new Map<number, number>();
  for (let i = 0; i < items.length; i++) places.set(items[i] as number, i);
  decideElements(keyed, places);
  const isSame = items.length === elements.current.length && items.every((item, i) => item === elements.current[i]);
  if (!isSame) context.plans.set(work.current, { kind: 'items', items, source: work.proposed });
  return true;
}

function decideDeletions({ context, work, elements, base, current, proposed, gone }: Keyed): void {
  for (const [identity, at] of base) {
    const b = elements.base[at] as number;
    const c = elements.current[current.get(identity) ?? -1];
    const p = elements.proposed[proposed.get(identity) ?? -1];
    if (c !== undefined && p !== undefined) continue;
    if (c === undefined && p === undefined) {
      C.removed(context, work.place, at, C.BOTH);
    } else if (c !== undefined && C.sameBC(context, b, c)) {
      gone.add(c);
      C.removed(context, work.place, at, C.BY_PROPOSED);
    } else if (p !== undefined && C.sameBP(context, b, p)) {
      C.removed(context, work.place, at, C.BY_CURRENT);
    } else {
      const nodes = {
        base: b,
        ...(c === undefined ? {} : { current: c }),
        ...(p === undefined ? {} : { proposed: p }),
      };
      C.clash(context, C.childPlace(work.place, at, at), 'modified-deleted', nodes);
    }
  }
}

function decideElements(
  { context, work, elements, base, current, proposed }: Keyed,
  places: Map<number, number>,
): void {
  for (const [identity, at] of current) {
    const c = elements.current[at] as number;
    const inBase = base.get(identity);
    const inProposed = proposed.get(identity);
    const result = places.get(c) ?? at;
    if (inProposed === undefined) {
      if (inBase === undefined) C.added(context, work.place, result, C.BY_CURRENT);
      continue;
    }
    const p = elements.proposed[inProposed] as number;
    const b = inBase === undefined ? T.ABSENT : (elements.base[inBase] as number);
    if (C.sameInAll(context, b, c, p)) continue;
    const place = C.childPlace(work.place, inBase ?? at, result);
    if (b < 0 && !C.sameCP(context, c, p)) {
      C.clash(context, place, 'both-added', { current: c, proposed: p }, 'two different elements with one identity');
    } else {
      context.work.push({ base: b, current: c, proposed: p, place });
    }
  }
  for (const [identity, at] of proposed) {
    if (base.has(identity) || current.has(identity)) continue;
    const result = places.get(~(elements.proposed[at] as number)) ?? at;
    C.added(context, work.place, result, C.BY_PROPOSED);
  }
}

/** The children of the result: nodes of current, and `~node` of proposed. */
function orderItems(keyed: Keyed): number[] {
  const { context, work, elements, base, current, proposed, gone } = keyed;
  // Orders as the indices that the elements have in the base; only those that all three sides have count.
  const ours: number[] = [];
  for (const identity of current.keys()) {
    const at = base.get(identity);
    if (at !== undefined && proposed.has(identity)) ours.push(at);
  }
  const theirs: number[] = [];
  for (const identity of proposed.keys()) {
    const at = base.get(identity);
    if (at !== undefined && current.has(identity)) theirs.push(at);
  }
  const isMovedByCurrent = !isAscending(ours);
  const isMovedByProposed = !isAscending(theirs);
  if (isMovedByCurrent && isMovedByProposed && !ours.every((at, i) => at === theirs[i])) {
    C.clash(context, work.place, 'order', work, 'both sides put the elements into different orders');
  }
  return isMovedByProposed && !isMovedByCurrent ? followProposed(keyed) : followCurrent(keyed, elements, gone);
}

function isAscending(order: readonly number[]): boolean {
  for (let i = 1; i < order.length; i++) if ((order[i] as number) < (order[i - 1] as number)) return false;
  return true;
}

function followCurrent({ base, current, proposed }: Keyed, elements: Elements, gone: ReadonlySet<number>): number[] {
  const insertions: Insertions = new Map();
  let anchor = FRONT;
  for (const [identity, at] of proposed) {
    const inCurrent = current.get(identity);
    if (inCurrent !== undefined) anchor = elements.current[inCurrent] as number;
    else if (!base.has(identity)) insertAfter(insertions, anchor, ~(elements.proposed[at] as number));
  }
  const news = new Set<number>();
  for (const [identity, at] of current) if (!base.has(identity)) news.add(elements.current[at] as number);
  return weave(
    elements.current,
    insertions,
    (node) => !gone.has(node),
    (node) => news.has(node),
  );
}

function followProposed({ elements, base, current, proposed, gone }: Keyed): number[] {
  const skeleton: number[] = [];
  for (const [identity, at] of proposed) {
    const inCurrent = current.get(identity);
    if (inCurrent !== undefined) skeleton.push(elements.current[inCurrent] as number);
    else if (!base.has(identity)) skeleton.push(~(elements.proposed[at] as number));
  }
  const insertions: Insertions = new Map();
  let anchor = FRONT;
  for (const [identity, at] of current) {
    const node = elements.current[at] as number;
    if (proposed.has(identity)) anchor = node;
    else if (!gone.has(node)) insertAfter(insertions, anchor, node);
  }
  return weave(
    skeleton,
    insertions,
    () => true,
    () => false,
  );
}
