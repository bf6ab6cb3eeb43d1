// Which decision on each place of a conflict a decided document holds. It is told only where there is no other way to
// read it: the same places settled so must give just these bytes. What cannot be told for sure is not told at all.

import type { MergeConflict } from '../core/region.ts';
import { pieceOf } from './assemble.ts';
import { concatBytes } from './bytes.ts';
import { bytesOfLines, type Lines, splitLines } from './lines.ts';
import { createLocator } from './locate.ts';
import { hasMarkers } from './markers.ts';
import type { TextPlan } from './plan.ts';
import { planOfConflict } from './planners.ts';
import { hasKeepablePlaces, settleAll } from './recorded.ts';
import type { ConflictedMerge, RegionDecision, SettledConflict } from './types.ts';

/** Bytes of the text of one decision. */
export const MAX_CHOICE: number = 64 * 1024;

type Use = 'base' | 'current' | 'proposed';
const USES: readonly Use[] = ['current', 'proposed', 'base'];

/**
 * The decisions that come to `decided`, one for each place, in their order; undefined where they cannot be told. `use`:
 * the decision was to take that side as a whole.
 */
export function findDecisions(
  result: ConflictedMerge,
  decided: Uint8Array,
  use: Use | undefined,
): readonly SettledConflict[] | undefined {
  if (!hasKeepablePlaces(result)) return undefined;
  for (const candidate of candidatesOf(result, decided, use)) {
    if (candidate.every(({ decision }) => isSmall(decision, result)) && comesTo(result, candidate, decided))
      return candidate;
  }
  return undefined;
}

function isSmall(decision: RegionDecision, { input }: ConflictedMerge): boolean {
  if (!('content' in decision)) return true;
  return decision.content.length <= MAX_CHOICE && !hasMarkers(decision.content, input);
}

function comesTo(result: ConflictedMerge, candidate: readonly SettledConflict[], decided: Uint8Array): boolean {
  try {
    const settled = settleAll(result, new Map(candidate.map(({ id, decision }) => [id, decision])));
    return settled.status === 'clean' && settled.content !== null && Buffer.compare(settled.content, decided) === 0;
  } catch {
    // A value that has no place there, or is none: then it is not what was decided.
    return false;
  }
}

function candidatesOf(
  result: ConflictedMerge,
  decided: Uint8Array,
  use: Use | undefined,
): readonly (readonly SettledConflict[])[] {
  const { conflicts } = result;
  const whole = use === undefined ? [] : [conflicts.map(({ id }) => ({ id, decision: { use } }))];
  const found = conflicts.every(({ at }) => 'lines' in at) ? byLines(result, decided) : byPlaces(result, decided);
  return found === undefined ? whole : [...whole, found];
}

/** What the decided document has at each place of a structure. */
function byPlaces({ conflicts, stats }: ConflictedMerge, decided: Uint8Array): readonly SettledConflict[] | undefined {
  const locator = createLocator({ engine: stats.engine, entries: [] }, decided, decided);
  const found: SettledConflict[] = [];
  for (const conflict of conflicts) {
    if (!('pointer' in conflict.at)) return undefined;
    const decision = decisionOf(conflict, locator.pointer(conflict.at.pointer)?.text);
    if (decision === undefined) return undefined;
    found.push({ id: conflict.id, decision });
  }
  return found;
}

/** A side where it is one; undefined for nothing, which no side has. */
function decisionOf(conflict: MergeConflict, text: Uint8Array | undefined): RegionDecision | undefined {
  const use = USES.find((side) => isSame(conflict[side], text));
  if (use !== undefined) return { use };
  return text === undefined ? undefined : { content: new Uint8Array(text) };
}

function isSame(side: Uint8Array | undefined, text: Uint8Array | undefined): boolean {
  return side === undefined || text === undefined ? side === text : Buffer.compare(side, text) === 0;
}

/** What the decided text has between the stretches on which the sides agree. */
function byLines(result: ConflictedMerge, decided: Uint8Array): readonly SettledConflict[] | undefined {
  const stretches = stretchesOf(planOfConflict(result));
  const lines = splitLines(withoutBom(decided));
  const gaps = gapsBetween(stretches, lines);
  if (gaps?.length !== result.conflicts.length) return undefined;
  return result.conflicts.map((conflict, i) => {
    const [from, to] = gaps[i] ?? [0, 0];
    const text = bytesOfLines(lines, from, to);
    return { id: conflict.id, decision: decisionOf(conflict, text) ?? { content: new Uint8Array(text) } };
  });
}

/** If it is a part of the text after all, the decisions do not come to the decided bytes. */
function withoutBom(content: Uint8Array): Uint8Array {
  const isMarked = content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf;
  return isMarked ? content.subarray(3) : content;
}

/** The text before, between and after the conflicts, as it is merged. */
function stretchesOf(plan: TextPlan): readonly Lines[] {
  const { texts, regions } = plan;
  const stretches: Uint8Array[][] = [[]];
  let at = 0;
  for (const region of regions) {
    const last = stretches.at(-1) as Uint8Array[];
    last.push(bytesOfLines(texts.current, at, region.currentStart));
    at = region.currentEnd;
    if (region.kind === 'conflict') stretches.push([]);
    else last.push(pieceOf(plan, region, region.kind === 'proposed' ? 'proposed' : 'current', []).bytes);
  }
  stretches.at(-1)?.push(bytesOfLines(texts.current, at, texts.current.count));
  return stretches.map((parts) => splitLines(concatBytes(parts)));
}

/**
 * The lines between the stretches. Each stretch is looked for from the front and from the back: where the two do not
 * agree there is more than one way to read the text.
 */
function gapsBetween(stretches: readonly Lines[], lines: Lines): readonly (readonly [number, number])[] | undefined {
  const front: number[] = [];
  const back: number[] = [];
  const last = stretches.length - 1;
  const [own = [], ...keys] = keysOf([lines, ...stretches]);
  let from = 0;
  for (const [i, wanted] of keys.entries()) {
    const place = i === last ? own.length - wanted.length : find(own, wanted, from, i === 0 ? from : own.length);
    if (place < from || !isThere(own, wanted, place)) return undefined;
    front.push(place);
    from = place + wanted.length;
  }
  let to = own.length;
  for (let i = last; i >= 0; i--) {
    const wanted = keys[i] ?? [];
    const place = i === 0 ? 0 : i === last ? own.length - wanted.length : findLast(own, wanted, to - wanted.length);
    back.unshift(place);
    to = place;
  }
  if (String(front) !== String(back)) return undefined;
  return keys.slice(1).map((_, i) => [(front[i] ?? 0) + (keys[i]?.length ?? 0), front[i + 1] ?? 0] as const);
}

/** Each line as a number, equal lines as the same. */
function keysOf(texts: readonly Lines[]): readonly (readonly number[])[] {
  const numbers = new Map<string, number>();
  return texts.map((lines) =>
    Array.from({ length: lines.count }, (_, i) => {
      const text = Buffer.from(bytesOfLines(lines, i, i + 1)).toString('latin1');
      const number = numbers.get(text) ?? numbers.size;
      numbers.set(text, number);
      return number;
    }),
  );
}

function isThere(own: readonly number[], wanted: readonly number[], at: number): boolean {
  return at >= 0 && at + wanted.length <= own.length && wanted.every((key, i) => own[at + i] === key);
}

/** The first place from `from` up to `to`, or -1. */
function find(own: readonly number[], wanted: readonly number[], from: number, to: number): number {
  for (let at = from; at <= Math.min(to, own.length - wanted.length); at++) if (isThere(own, wanted, at)) return at;
  return -1;
}

function findLast(own: readonly number[], wanted: readonly number[], from: number): number {
  for (let at = from; at >= 0; at--) if (isThere(own, wanted, at)) return at;
  return -1;
}
