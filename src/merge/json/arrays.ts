// Chooses how an array is merged: by the policy of its place, else by the identity of its elements where all of all
// three versions have one, else as a sequence.
import * as C from './context.ts';
import { DEFAULT_KEY, type Elements, elementsOf, identityAt, mergeKeyed } from './keyed.ts';
import { mergeOrdered } from './ordered.ts';
import { matchPlace } from './pointer.ts';
import { mergeAppended, mergeSets } from './sets.ts';
import { clashValues } from './verdict.ts';

export function mergeArrays(context: C.Context, work: C.Work, isCurrentSame: boolean): void {
  const policy = matchPlace(context.arrays, work.place);
  if (policy === 'atomic' || policy === 'set' || policy === 'append') {
    // Both sides may have made the same change: only counters below an array let that come here.
    if (C.sameCP(context, work.current, work.proposed)) C.exchanged(context, work, C.BOTH);
    else if (isCurrentSame) takeWhole(context, work);
    else if (policy === 'atomic') clashValues(context, work, work.base < 0 ? 'both-added' : 'content');
    else if (policy === 'set') mergeSets(context, work);
    else mergeAppended(context, work);
    return;
  }
  const elements = elementsOf(context, work);
  const key = typeof policy === 'object' ? policy.key : policy === 'ordered' ? undefined : DEFAULT_KEY;
  if (key !== undefined) {
    if (mergeInPlace(context, work, elements, key) || mergeKeyed(context, work, elements, key)) return;
    if (typeof policy === 'object') context.notes.add(key);
  }
  mergeOrdered(context, work, elements);
}

function takeWhole(context: C.Context, work: C.Work): void {
  context.plans.set(work.current, { kind: 'take', node: work.proposed });
  C.exchanged(context, work, C.BY_PROPOSED);
}

/**
 * The short way for most edits: as many elements on all sides, and where they differ the same identity stands at the same
 * index. Keyed and ordered merges agree there, and nothing has to be indexed.
 */
function mergeInPlace(context: C.Context, work: C.Work, elements: Elements, key: string): boolean {
  const { base, current, proposed } = elements;
  if (base.length !== current.length || base.length !== proposed.length) return false;
  const changed: number[] = [];
  for (let i = 0; i < base.length; i++) {
    const b = base[i] as number;
    const c = current[i] as number;
    const p = proposed[i] as number;
    if (C.sameInAll(context, b, c, p)) continue;
    const identity = identityAt(context.base, b, key);
    if (identity === undefined || identityAt(context.current, c, key) !== identity) return false;
    if (identityAt(context.proposed, p, key) !== identity) return false;
    changed.push(i);
  }
  for (const i of changed) {
    context.work.push({
      base: base[i] as number,
      current: current[i] as number,
      proposed: proposed[i] as number,
      place: C.childPlace(work.place, i, i),
    });
  }
  return true;
}
