// Merges arrays whose elements have an identity: element by element, wherever they stand. Order comes from the side that
// changed it; two different new orders are a clash, because an order that nobody wrote must not be stored in silence.
// Longer than most files: the steps share what they know of the identities.
import { clash, type Sides, type Verdict } from './clash.ts';
import * as C from './context.ts';
import { memberOf } from './equal.ts';
import { parseDecimal } from './number.ts';
import { pointerOf } from './pointer.ts';
import * as T from './tape.ts';
import { itemOf, planVerdict, swallow, writeVerdict } from './verdict.ts';
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
export function indexById(doc: T.Doc, elements: readonly number[], key: string): Map<string, number> | undefined {
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
  /** Elements that current deleted and a decision has, by identity. */
  readonly back: Map<string, number>;
  readonly decided: Decided[];
}

/** A decided clash of one element: its index in the base (or in current), and what stands there now. */
interface Decided {
  readonly at: number;
  readonly item: number | undefined;
  readonly nodes: Sides;
  readonly verdict: Verdict;
  readonly own: { readonly current: number | undefined; readonly proposed: number | undefined };
}

/** Merges by identity; false (and nothing done) if not all elements of all versions have one of their own. */
export function mergeKeyed(context: C.Context, work: C.Work, elements: Elements, key: string): boolean {
  const base = indexById(context.base, elements.base, key);
  const current = base && indexById(context.current, elements.current, key);
  const proposed = current && indexById(context.proposed, elements.proposed, key);
  if (base === undefined || current === undefined || proposed === undefined) return false;
  const keyed: Keyed = {
    context,
    work,
    elements,
    base,
    current,
    proposed,
    gone: new Set(),
    back: new Map(),
    decided: [],
  };
  decideDeletions(keyed);
  decideTwins(keyed);
  const order = decideOrder(keyed);
  const items = order === 'proposed' ? followProposed(keyed) : followCurrent(keyed);
  if (order === 'base') restoreOrder(keyed, items);
  const places = new Map<number, number>();
  for (let i = 0; i < items.length; i++) places.set(items[i] as number, i);
  decideElements(keyed, places);
  for (const { at, item, nodes, verdict, own } of keyed.decided) {
    const isOwn = nodes.current !== undefined && nodes.current >= 0;
    const result = places.get(isOwn ? (nodes.current as number) : (item ?? T.ABSENT)) ?? at;
    writeVerdict(context, { ...C.childPlace(work.place, at, result), own }, nodes, verdict);
  }
  const isSame = items.length === elements.current.length && items.every((item, i) => item === elements.current[i]);
  if (!isSame) context.plans.set(work.current, { kind: 'items', items, source: work.proposed });
  if (typeof order === 'object') swallow(context, work.place, work, order);
  return true;
}

function decideDeletions(keyed: Keyed): void {
  const { context, work, elements, base, current, proposed, gone } = keyed;
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
      clashElement(keyed, identity, 'modified-deleted', { base: b, current: c ?? T.ABSENT, proposed: p ?? T.ABSENT });
    }
  }
}

/** One identity that both sides added, with different content. */
function decideTwins(keyed: Keyed): void {
  const { context, elements, base, current, proposed } = keyed;
  for (const [identity, at] of current) {
    const p = elements.proposed[proposed.get(identity) ?? -1];
    const c = elements.current[at] as number;
    if (p === undefined || base.has(identity) || C.sameCP(context, c, p)) continue;
    clashElement(
      keyed,
      identity,
      'both-added',
      { current: c, proposed: p },
      'two different elements with one identity',
    );
  }
}

function clashElement(
  keyed: Keyed,
  identity: string,
  kind: 'modified-deleted' | 'both-added',
  nodes: Sides,
  reason?: string,
): void {
  const { context, work, base, current, proposed, gone, back, decided } = keyed;
  const own = { current: current.get(identity), proposed: proposed.get(identity) };
  const at = base.get(identity) ?? own.current ?? 0;
  const place = C.childPlace(work.place, at, at);
  const verdict = clash(context, place, kind, nodes, reason === undefined ? {} : { reason });
  if (verdict === undefined) return;
  const { current: c = T.ABSENT } = nodes;
  let item: number | undefined = c;
  if (c >= 0) {
    if (!planVerdict(context, c, nodes, verdict)) gone.add(c);
  } else {
    item = itemOf(context, nodes, verdict);
    if (item !== undefined) back.set(identity, item);
  }
  decided.push({ at, item, nodes, verdict, own });
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
    if (b < 0 && !C.sameCP(context, c, p)) continue;
    const place = { ...C.childPlace(work.place, inBase ?? at, result), own: { current: at, proposed: inProposed } };
    context.work.push({ base: b, current: c, proposed: p, place });
  }
  for (const [identity, at] of proposed) {
    if (base.has(identity) || current.has(identity)) continue;
    const result = places.get(~(elements.proposed[at] as number)) ?? at;
    C.added(context, work.place, result, C.BY_PROPOSED);
  }
}

/** The side that the elements are in the order of, or the value that takes the place of the array. */
function decideOrder(keyed: Keyed): 'base' | 'current' | 'proposed' | Verdict {
  const { context, work, base, current, proposed } = keyed;
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
  const isClash = isMovedByCurrent && isMovedByProposed && !ours.every((at, i) => at === theirs[i]);
  if (!isClash) return isMovedByProposed && !isMovedByCurrent ? 'proposed' : 'current';
  const reason = 'both sides put the elements into different orders';
  const verdict = clash(context, work.place, 'order', work, { reason });
  if (verdict === undefined) return 'current';
  if ('value' in verdict || verdict.use === 'both') return verdict;
  for (const side of C.BOTH) {
    if (side !== verdict.use)
      context.entries.push({ action: 'dropped', by: [side], pointer: pointerOf(work.place, 'base') });
  }
  return verdict.use;
}

/** Puts the elements that all sides have back into the base's order, on the places that they have among the others. */
function restoreOrder({ elements, base, current, proposed }: Keyed, items: number[]): void {
  const common: number[] = [];
  for (const identity of base.keys()) {
    const at = current.get(identity);
    if (at !== undefined && proposed.has(identity)) common.push(elements.current[at] as number);
  }
  const isCommon = new Set(common);
  let next = 0;
  items.forEach((item, i) => {
    if (isCommon.has(item)) items[i] = common[next++] as number;
  });
}

function isAscending(order: readonly number[]): boolean {
  for (let i = 1; i < order.length; i++) if ((order[i] as number) < (order[i - 1] as number)) return false;
  return true;
}

/** The children of the result: nodes of current, and `~` foreign ones. */
function followCurrent({ elements, base, current, proposed, gone, back }: Keyed): number[] {
  const insertions: Insertions = new Map();
  let anchor = FRONT;
  for (const [identity, at] of proposed) {
    const inCurrent = current.get(identity);
    if (inCurrent !== undefined) anchor = elements.current[inCurrent] as number;
    else if (!base.has(identity)) insertAfter(insertions, anchor, ~(elements.proposed[at] as number));
    else insertBack(insertions, anchor, back.get(identity));
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

function insertBack(insertions: Insertions, anchor: number, item: number | undefined): void {
  if (item !== undefined) insertAfter(insertions, anchor, item);
}

function followProposed({ elements, base, current, proposed, gone, back }: Keyed): number[] {
  const skeleton: number[] = [];
  for (const [identity, at] of proposed) {
    const inCurrent = current.get(identity);
    const returned = back.get(identity);
    if (inCurrent !== undefined) skeleton.push(elements.current[inCurrent] as number);
    else if (!base.has(identity)) skeleton.push(~(elements.proposed[at] as number));
    else if (returned !== undefined) skeleton.push(returned);
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
    (item) => !gone.has(item),
    () => false,
  );
}
