// A merge that is not clean, laid out for whoever decides it: what stands, what merged by itself and whose it was, and
// the places that wait. It is made from the plan of the merge itself, so that nobody has to compare or count again.
import { type ErrorCode, isEntenteError } from '../core/errors.ts';
import type { MergeConflict } from '../core/region.ts';
import { pieceOf } from './assemble.ts';
import { describeConflicts } from './describe.ts';
import { diffLines, type Hunk } from './diff.ts';
import { bytesOfLines, splitLines } from './lines.ts';
import { planOfConflict } from './planners.ts';
import type { Changer } from './receipt.ts';
import { resolveConflict } from './resolve-region.ts';
import type { ConflictedMerge, MergeInput, MergeResult, RegionDecision, SettledConflict } from './types.ts';
import { createWatch, OverBudget } from './watch.ts';

/** A stretch of the result, in order. */
export type MergePart =
  | { readonly type: 'kept'; readonly text: Uint8Array }
  | { readonly type: 'merged'; readonly by: Changer | 'both'; readonly base: Uint8Array; readonly text: Uint8Array }
  | { readonly type: 'clash'; readonly region: string };

/** A place that merged by itself: what stood in the base, and what stands there now. */
export interface MergedPlace {
  readonly by: Changer | 'both';
  /** Lines of the base, 0-based and half-open. */
  readonly base: { readonly start: number; readonly end: number };
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** The parts of a merge by lines; undefined for every other one. */
function partsOf(result: ConflictedMerge): readonly MergePart[] | undefined {
  const { conflicts, settled = [] } = result;
  if (settled.length > 0 || !conflicts.every(isOfLines)) return undefined;
  const plan = planOfConflict(result);
  const ids = describeConflicts(plan).map(({ id }) => id);
  // An engine that goes by lines and has a plan of its own has other places than this one.
  if (ids.length !== conflicts.length || conflicts.some(({ id }, index) => id !== ids[index])) return undefined;
  const parts: MergePart[] = [];
  const { current } = plan.texts;
  let at = 0;
  for (const region of plan.regions) {
    pushKept(parts, bytesOfLines(current, at, region.currentStart));
    at = region.currentEnd;
    if (region.kind === 'conflict') parts.push({ type: 'clash', region: ids.shift() ?? '' });
    else {
      const side = region.kind === 'proposed' ? 'proposed' : 'current';
      const base = pieceOf(plan, region, 'base', []).bytes;
      parts.push({ type: 'merged', by: region.kind, base, text: pieceOf(plan, region, side, []).bytes });
    }
  }
  pushKept(parts, bytesOfLines(current, at, current.count));
  return parts;
}

function isOfLines({ kind, at }: MergeConflict): boolean {
  return kind === 'content' && 'lines' in at;
}

function pushKept(parts: MergePart[], text: Uint8Array): void {
  if (text.length > 0) parts.push({ type: 'kept', text });
}

/** Milliseconds for each of the comparisons that only say who changed what. */
const BUDGET_MS = 100;

/**
 * What merged by itself, by comparing the base with the merge that leaves every clash as it was. Undefined where that
 * takes too long or there is no such document.
 */
export function mergedPlaces(
  { base, current, proposed }: MergeInput,
  merged: Uint8Array | null,
): readonly MergedPlace[] | undefined {
  if (base === null || merged === null) return undefined;
  try {
    const watch = createWatch({ ms: BUDGET_MS });
    const lines = { base: splitLines(base), merged: splitLines(merged) };
    const keysOf = (side: Uint8Array | null): ReadonlySet<string> => {
      const other = splitLines(side ?? new Uint8Array());
      return new Set(
        diffLines(lines.base, other, watch).map((hunk) => keyOf(hunk, bytesOfLines(other, hunk.bStart, hunk.bEnd))),
      );
    };
    const [ofCurrent, ofProposed] = [keysOf(current), keysOf(proposed)];
    return diffLines(lines.base, lines.merged, watch).map((hunk): MergedPlace => {
      const after = bytesOfLines(lines.merged, hunk.bStart, hunk.bEnd);
      const key = keyOf(hunk, after);
      const [isA, isB] = [ofCurrent.has(key), ofProposed.has(key)];
      return {
        by: isA === isB ? 'both' : isA ? 'current' : 'proposed',
        base: { start: hunk.aStart, end: hunk.aEnd },
        before: bytesOfLines(lines.base, hunk.aStart, hunk.aEnd),
        after,
      };
    });
  } catch (error) {
    if (error instanceof OverBudget) return undefined;
    throw error;
  }
}

function keyOf({ aStart, aEnd }: Hunk, text: Uint8Array): string {
  return `${aStart} ${aEnd} ${Buffer.from(text).toString('latin1')}`;
}

/** The parts of a merge by lines that merged by themselves, as places of the base. */
function mergedInParts(parts: readonly MergePart[], conflicts: readonly MergeConflict[]): readonly MergedPlace[] {
  const sizes = new Map(conflicts.map(({ id, base }) => [id, splitLines(base ?? new Uint8Array()).count]));
  const places: MergedPlace[] = [];
  let start = 0;
  for (const part of parts) {
    const lines =
      part.type === 'clash'
        ? (sizes.get(part.region) ?? 0)
        : splitLines(part.type === 'kept' ? part.text : part.base).count;
    const base = { start, end: start + lines };
    if (part.type === 'merged') places.push({ by: part.by, base, before: part.base, after: part.text });
    start += lines;
  }
  return places;
}

/** The result with some of its places decided; those without a decision stay as current has them. */
function settleSome(result: ConflictedMerge, decisions: ReadonlyMap<string, RegionDecision>): MergeResult {
  const decided = result.conflicts.flatMap(({ id }) => {
    const decision = decisions.get(id);
    return decision === undefined ? [] : [{ id, decision }];
  });
  const last = decided.at(-1);
  if (last === undefined) return result;
  // As if the others had been settled before: one merge for all of them.
  const before = decided.slice(0, -1);
  const settled = new Set(before.map(({ id }) => id));
  const conflicts = result.conflicts.filter(({ id }) => !settled.has(id));
  return resolveConflict({ ...result, conflicts, settled: before }, last.id, last.decision);
}

/** A conflicted merge laid out. */
export interface LaidOut {
  readonly parts?: readonly MergePart[];
  readonly merged: readonly MergedPlace[];
}

/** Everything that takes as long as the merge itself, in one step. */
export function layOut(result: ConflictedMerge): LaidOut {
  const parts = partsOf(result);
  if (parts !== undefined) return { parts, merged: mergedInParts(parts, result.conflicts) };
  return { merged: mergedAround(result) };
}

/** With every clash left as the base had it, what differs from the base is what merged by itself. */
function mergedAround(result: ConflictedMerge): readonly MergedPlace[] {
  try {
    const calm = settleSome(result, new Map(result.conflicts.map(({ id }) => [id, { use: 'base' }])));
    return calm.status === 'clean' ? (mergedPlaces(result.input, calm.content) ?? []) : [];
  } catch {
    // A place whose base does not fit any more: then it is not told what merged around it.
    return [];
  }
}

/** What decisions come to, or why they do not fit, as plain data that crosses threads. */
export type Settling =
  | { readonly result: MergeResult }
  | { readonly refused: { readonly code: ErrorCode; readonly message: string; readonly next?: string } };

export function settleOrRefuse(result: ConflictedMerge, decisions: readonly SettledConflict[]): Settling {
  try {
    return { result: settleSome(result, new Map(decisions.map(({ id, decision }) => [id, decision]))) };
  } catch (error) {
    if (!isEntenteError(error)) throw error;
    const { next } = error.details;
    return { refused: { code: error.code, message: error.message, ...(next === undefined ? {} : { next }) } };
  }
}
