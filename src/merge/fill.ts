// The ways to fill a conflict of a text: left as current, favoured, united, or as decided.
import { bytesOf } from '../core/hash.ts';
import { type Filling, type Piece, pieceOf } from './assemble.ts';
import { bytesOfLines, splitLines } from './lines.ts';
import type { TextPlan } from './plan.ts';
import { both } from './receipt.ts';
import { refineConflict } from './refine.ts';
import type { Region } from './three-way.ts';
import type { MergeOptions, RegionDecision } from './types.ts';
import { endless, type Watch } from './watch.ts';

export function fillFrom(plan: TextPlan, region: Region, side: 'current' | 'proposed'): Filling {
  const other = side === 'current' ? 'proposed' : 'current';
  return { pieces: [pieceOf(plan, region, side, [side])], dropped: [other] };
}

/** What both sides have once; in each part where they differ, current's own lines before proposed's. */
export function unite(plan: TextPlan, region: Region, watch: Watch): Filling {
  const pieces: Piece[] = [];
  let at = region.currentStart;
  const common = (to: number): void => {
    pieces.push({ bytes: bytesOfLines(plan.texts.current, at, to), lines: to - at, by: both });
  };
  for (const part of refineConflict(plan.keys, region, watch)) {
    common(part.currentStart);
    pieces.push(pieceOf(plan, part, 'current', ['current']), pieceOf(plan, part, 'proposed', ['proposed']));
    at = part.currentEnd;
  }
  common(region.currentEnd);
  return { pieces, dropped: [] };
}

/** Current's text and then proposed's, unlooked-at. */
export function putInRow(plan: TextPlan, region: Region): Filling {
  const pieces = [pieceOf(plan, region, 'current', ['current']), pieceOf(plan, region, 'proposed', ['proposed'])];
  return { pieces, dropped: [] };
}

/** How the options fill conflicts; undefined when they leave them open. */
export function fillByOptions(
  plan: TextPlan,
  { union = false, favor }: MergeOptions,
  watch: Watch,
): ((region: Region) => Filling) | undefined {
  if (favor !== undefined) return (region) => fillFrom(plan, region, favor);
  return union ? (region) => unite(plan, region, watch) : undefined;
}

export function fillByDecision(plan: TextPlan, region: Region, decision: RegionDecision): Filling {
  if ('content' in decision) {
    const bytes = bytesOf(decision.content);
    return { pieces: [{ bytes, lines: splitLines(bytes).count, by: [] }], dropped: both };
  }
  if (decision.use === 'both') return unite(plan, region, endless);
  if (decision.use === 'base') return { pieces: [pieceOf(plan, region, 'base', [])], dropped: both };
  return fillFrom(plan, region, decision.use);
}
