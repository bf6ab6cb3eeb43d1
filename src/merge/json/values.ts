// Decides one place of a structural merge: who changed it, and whether the changes go together. Containers that both
// sides changed are opened; their children come back as new work, so nesting costs no stack.
import { mergeText } from '../text.ts';
import { mergeArrays } from './arrays.ts';
import * as C from './context.ts';
import { addDeltas } from './number.ts';
import { mergeObjects } from './objects.ts';
import { matchPlace } from './pointer.ts';
import * as T from './tape.ts';
import { clashValues } from './verdict.ts';

/** Works through all places, beginning with the given one. */
export function mergePlaces(context: C.Context, first: C.Work): void {
  context.work.push(first);
  for (let work = context.work.pop(); work !== undefined; work = context.work.pop()) {
    context.watch(1);
    mergeValues(context, work);
  }
}

function mergeValues(context: C.Context, work: C.Work): void {
  const { base, current, proposed } = work;
  const isCurrentSame = C.sameBC(context, base, current);
  if (C.sameCP(context, current, proposed)) {
    if (isCurrentSame) return;
    // Two equal changes are one change, except where somebody counts: there each side's step counts.
    if (context.counters.length === 0 || base < 0) C.exchanged(context, work, C.BOTH);
    else openValues(context, work, false);
  } else if (C.sameBP(context, base, proposed)) {
    C.exchanged(context, work, C.BY_CURRENT);
  } else {
    openValues(context, work, isCurrentSame);
  }
}

/** Two values that proposed or both sides changed. */
function openValues(context: C.Context, work: C.Work, isCurrentSame: boolean): void {
  const { base, current, proposed } = work;
  const kind = T.kindOf(context.current, current);
  const isOpen = kind === T.kindOf(context.proposed, proposed) && (base < 0 || T.kindOf(context.base, base) === kind);
  if (isOpen && kind === T.OBJECT) mergeObjects(context, work);
  else if (isOpen && kind === T.ARRAY) mergeArrays(context, work, isCurrentSame);
  else if (isCurrentSame) takeProposed(context, work);
  else if (isOpen && kind === T.NUMBER && mergeCounters(context, work)) return;
  else if (isOpen && kind === T.STRING && mergeStrings(context, work)) return;
  else if (C.sameCP(context, current, proposed)) C.exchanged(context, work, C.BOTH);
  else clashValues(context, work, clashKind(context, work));
}

function takeProposed(context: C.Context, work: C.Work): void {
  context.plans.set(work.current, { kind: 'take', node: work.proposed });
  C.exchanged(context, work, C.BY_PROPOSED);
}

function clashKind(context: C.Context, { base, current, proposed }: C.Work): 'both-added' | 'type' | 'content' {
  if (base < 0) return 'both-added';
  return typeOf(context.current, current) === typeOf(context.proposed, proposed) ? 'content' : 'type';
}

function typeOf(doc: T.Doc, node: number): number {
  const kind = T.kindOf(doc, node);
  return kind === T.FALSE ? T.TRUE : kind;
}

function mergeCounters(context: C.Context, work: C.Work): boolean {
  if (matchPlace(context.counters, work.place) === undefined) return false;
  const base = work.base < 0 ? '0' : T.valueText(context.base, work.base);
  const current = T.valueText(context.current, work.current);
  const sum = addDeltas(base, current, T.valueText(context.proposed, work.proposed));
  if (sum === undefined) return false;
  context.plans.set(work.current, { kind: 'text', text: sum });
  C.exchanged(context, work, C.BOTH);
  return true;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function mergeStrings(context: C.Context, work: C.Work): boolean {
  if (work.base < 0 || matchPlace(context.strings, work.place) === undefined) return false;
  const base = T.stringOf(context.base, work.base);
  const current = T.stringOf(context.current, work.current);
  const proposed = T.stringOf(context.proposed, work.proposed);
  // UTF-8 has no lone surrogates: merging would change them.
  if (![base, current, proposed].every((text) => text.isWellFormed())) return false;
  const result = mergeText({
    base: encoder.encode(base),
    current: encoder.encode(current),
    proposed: encoder.encode(proposed),
  });
  if (result.status !== 'clean' || result.content === null) return false;
  context.plans.set(work.current, { kind: 'text', text: JSON.stringify(decoder.decode(result.content)) });
  C.exchanged(context, work, C.BOTH);
  return true;
}
