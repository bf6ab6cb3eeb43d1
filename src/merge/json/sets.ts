// The opt-in array policies that need no alignment: `set` (presence counts, not place) and `append` (nothing but new
// elements at the end).
import * as C from './context.ts';
import { type Elements, elementsOf } from './keyed.ts';
import { internElements } from './sequence.ts';
import { clashValues } from './verdict.ts';

export function mergeSets(context: C.Context, work: C.Work): void {
  const elements = elementsOf(context, work);
  const ids = internElements(context, elements);
  const base = new Set(ids.base);
  const current = new Set(ids.current);
  const proposed = new Set(ids.proposed);
  const items: number[] = [];
  elements.current.forEach((node, i) => {
    const id = ids.current[i] as number;
    if (base.has(id) && !proposed.has(id)) return;
    if (!base.has(id)) C.added(context, work.place, items.length, proposed.has(id) ? C.BOTH : C.BY_CURRENT);
    items.push(node);
  });
  const taken = new Set<number>();
  elements.proposed.forEach((node, i) => {
    const id = ids.proposed[i] as number;
    if (base.has(id) || current.has(id) || taken.has(id)) return;
    taken.add(id);
    C.added(context, work.place, items.length, C.BY_PROPOSED);
    items.push(~node);
  });
  elements.base.forEach((_, i) => {
    const id = ids.base[i] as number;
    const by = [...(current.has(id) ? [] : C.BY_CURRENT), ...(proposed.has(id) ? [] : C.BY_PROPOSED)];
    if (by.length > 0) C.removed(context, work.place, i, by);
  });
  planItems(context, work, elements, items);
}

export function mergeAppended(context: C.Context, work: C.Work): void {
  const elements = elementsOf(context, work);
  const { base, current, proposed } = elements;
  const isPrefix = base.every((node, i) => {
    const c = current[i];
    const p = proposed[i];
    return c !== undefined && p !== undefined && C.sameInAll(context, node, c, p);
  });
  if (!isPrefix) {
    clashValues(context, work, 'not-append-only', 'a side changed what the append-only array had');
    return;
  }
  const items = [...current];
  for (let i = base.length; i < current.length; i++) C.added(context, work.place, i, C.BY_CURRENT);
  for (const node of proposed.slice(base.length)) {
    C.added(context, work.place, items.length, C.BY_PROPOSED);
    items.push(~node);
  }
  planItems(context, work, elements, items);
}

function planItems(context: C.Context, work: C.Work, elements: Elements, items: readonly number[]): void {
  const isSame = items.length === elements.current.length && items.every((item, i) => item === elements.current[i]);
  if (!isSame) context.plans.set(work.current, { kind: 'items', items, source: work.proposed });
}
