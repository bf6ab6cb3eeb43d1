// What a decision does in the place of a clash: the value that stands there, and its lines in the ledger.
import type { RegionKind } from '../../core/region.ts';
import { choosersOf, clash, type Sides, type Verdict } from './clash.ts';
import type { Changer, Context, Work } from './context.ts';
import { addForeign } from './foreign.ts';
import { type Place, pointerOf } from './pointer.ts';
import * as T from './tape.ts';

/** One value stands against another: the place is open, or it is decided as a whole. */
export function clashValues(context: Context, work: Work, kind: RegionKind, reason?: string): void {
  const verdict = clash(context, work.place, kind, work, reason === undefined ? {} : { reason });
  if (verdict === undefined) return;
  if (!planVerdict(context, work.current, work, verdict)) takeAway(context, work);
  writeVerdict(context, work.place, work, verdict);
}

/** Both sides added the value, and a decision says that neither may. */
function takeAway(context: Context, { current, parent }: Work): void {
  if (parent === undefined) {
    context.isGone = true;
    return;
  }
  const plan = context.plans.get(parent.current);
  const items = plan?.kind === 'items' ? plan.items : T.childrenOf(context.current, parent.current);
  const left = items.filter((item) => item !== current);
  context.plans.set(parent.current, { kind: 'items', items: left, source: parent.proposed });
}

/**
 * What stands in the place of a decided clash: a node of current, `~` a foreign one (foreign.ts), or nothing. A value
 * that only the decision has takes its name from the side that the member comes from.
 */
export function itemOf(context: Context, nodes: Sides, verdict: Verdict): number | undefined {
  const { base = T.ABSENT, current = T.ABSENT, proposed = T.ABSENT } = nodes;
  const name = proposed < 0 ? undefined : { doc: context.proposed, node: proposed };
  if ('value' in verdict) return ~addForeign(context, { doc: verdict.value, node: T.ROOT, name });
  if (verdict.use === 'base')
    return base < 0 ? undefined : ~addForeign(context, { doc: context.base, node: base, name });
  if (verdict.use === 'proposed') return proposed < 0 ? undefined : ~proposed;
  return current < 0 ? undefined : current;
}

/** Plans the decided value at a node that current has; false if the node has to go. */
export function planVerdict(context: Context, current: number, nodes: Sides, verdict: Verdict): boolean {
  const item = itemOf(context, nodes, verdict);
  if (item === undefined) return false;
  if (item < 0) context.plans.set(current, { kind: 'take', node: ~item });
  return true;
}

/** Writes into the ledger what a decision did with one value: gone on both sides, added by the chosen one. */
export function writeVerdict(context: Context, place: Place | undefined, nodes: Sides, verdict: Verdict): void {
  const { base = T.ABSENT, current = T.ABSENT, proposed = T.ABSENT } = nodes;
  const by = choosersOf(verdict);
  const at = pointerOf(place, 'base');
  const has = { current: current >= 0, proposed: proposed >= 0 };
  const [chosen] = by;
  const isThere = chosen === undefined ? 'value' in verdict || base >= 0 : has[chosen];
  if (base >= 0) context.entries.push({ action: 'removed', by: ['current', 'proposed'], pointer: at });
  if (isThere) context.entries.push({ action: 'added', by, pointer: pointerOf(place, 'result') });
  for (const side of ['current', 'proposed'] as const) {
    if (!has[side] || by.includes(side)) continue;
    const index = place?.own?.[side];
    if (index === undefined) context.entries.push({ action: 'dropped', by: [side], pointer: at });
    else writeDropped(context, place?.parent, side, index, index + 1);
  }
}

/** Elements `[from, to)` of a side’s array that a decision left out. */
export function writeDropped(
  context: Context,
  array: Place | undefined,
  side: Changer,
  from: number,
  to: number,
): void {
  if (from < to)
    context.entries.push({ action: 'dropped', by: [side], pointer: pointerOf(array, 'base'), from: [from, to] });
}

/** A whole array was decided with a value: whatever was found inside it does not count any more. */
export function swallow(context: Context, place: Place | undefined, nodes: Sides, verdict: Verdict): void {
  const { current = T.ABSENT } = nodes;
  context.swallowed.push({ at: pointerOf(place, 'base'), to: pointerOf(place, 'result') });
  planVerdict(context, current, nodes, verdict);
  writeVerdict(context, place, nodes, verdict);
}

/** Leaves out what lies inside swallowed arrays. */
export function dropSwallowed(context: Context): void {
  for (const { at, to } of context.swallowed) {
    const isInside = (pointer: string | undefined, array: string): boolean => pointer?.startsWith(`${array}/`) === true;
    keepOnly(context.clashes, ({ pointer }) => !isInside(pointer, at));
    keepOnly(context.entries, ({ action, pointer, from }) => {
      if (action === 'added') return !isInside(pointer, to);
      return !isInside(pointer, at) && !(pointer === at && from !== undefined);
    });
  }
}

function keepOnly<V>(list: V[], isKept: (value: V) => boolean): void {
  const kept = list.filter(isKept);
  list.length = 0;
  for (const each of kept) list.push(each);
}
