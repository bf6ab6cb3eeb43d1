// Conflicts as marked text, for people and editors. The styles follow `git merge-file`: `merge` shows the two sides in
// small parts, `diff3` the whole conflict with its base, `zdiff3` (the default) that without common ends.

import { EntenteError } from '../core/errors.ts';
import { concatBytes } from './bytes.ts';
import { fillByDecision } from './fill.ts';
import { bytesOfLines, type Lines, startOf } from './lines.ts';
import { markerSizeFor } from './markers.ts';
import type { TextPlan } from './plan.ts';
import { planOfConflict } from './planners.ts';
import { joinNear, refineConflict, trimConflict } from './refine.ts';
import { decisionsOf, isCostly } from './resolve-region.ts';
import type { Region, Sides } from './three-way.ts';
import type { ConflictedMerge, MergeResult } from './types.ts';
import { endless } from './watch.ts';

export type ConflictStyle = 'merge' | 'diff3' | 'zdiff3';

/** The names on the marker lines. @default the sides' own names */
export interface ConflictLabels {
  readonly base?: string;
  readonly current?: string;
  readonly proposed?: string;
}

/**
 * The text with its open conflicts between markers; a clean result is its content. Markers grow beyond seven characters
 * where a line of the texts looks like one. Throws `misuse` for what is no text: structures and binary values.
 */
export function renderConflicts(
  result: MergeResult,
  style: ConflictStyle = 'zdiff3',
  labels: ConflictLabels = {},
): Uint8Array {
  if (result.status === 'clean') return result.content ?? new Uint8Array();
  if (result.status === 'error') {
    throw new EntenteError('misuse', `A failed merge (${result.code}) has no conflicts to render.`, {
      next: 'Look at the result’s `message` and `at`, mend the side that they name and merge again.',
    });
  }
  if (result.conflicts.some(({ kind, at }) => kind === 'binary' || 'pointer' in at)) {
    throw new EntenteError('misuse', 'Markers can be written into text only; this conflict is no text.', {
      next: 'Read `conflicts` as data and settle them with resolveConflict.',
    });
  }
  return renderText(result, style, labels);
}

function renderText(result: ConflictedMerge, style: ConflictStyle, labels: ConflictLabels): Uint8Array {
  const plan = planOfConflict(result);
  const { current, proposed } = plan.texts;
  const settled = new Map<Region, readonly Uint8Array[]>();
  const decisions = decisionsOf(result, plan);
  const regions = plan.regions.map((region) => {
    const decision = decisions.get(region);
    if (decision === undefined) return region;
    const closed: Region = { ...region, kind: 'current' };
    const { pieces } = fillByDecision(plan, region, decision);
    settled.set(
      closed,
      pieces.map(({ bytes }) => bytes),
    );
    return closed;
  });
  const write = createMarkerWriter(plan.texts, style, labels);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const region of shapeConflicts(plan, regions, style, isCostly(result))) {
    parts.push(bytesOfLines(current, at, region.currentStart));
    at = region.currentEnd;
    const closed = settled.get(region);
    if (closed !== undefined) parts.push(...closed);
    else if (region.kind === 'conflict') parts.push(...write(region));
    else if (region.kind === 'proposed') parts.push(bytesOfLines(proposed, region.proposedStart, region.proposedEnd));
    else at = region.currentStart;
  }
  parts.push(bytesOfLines(current, at, current.count));
  return plan.finish(concatBytes(parts));
}

function shapeConflicts(
  plan: TextPlan,
  regions: readonly Region[],
  style: ConflictStyle,
  costly: boolean,
): readonly Region[] {
  const shape = (region: Region): readonly Region[] => {
    if (region.kind === 'both') return [];
    if (region.kind !== 'conflict' || style === 'diff3') return [region];
    if (style === 'zdiff3' || costly) return [trimConflict(plan.keys, region)];
    return refineConflict(plan.keys, region, endless);
  };
  const shaped = regions.flatMap(shape);
  return style === 'merge' ? joinNear(plan.texts.current, shaped) : shaped;
}

function createMarkerWriter(
  texts: Sides,
  style: ConflictStyle,
  labels: ConflictLabels,
): (region: Region) => readonly Uint8Array[] {
  const size = markerSizeFor(texts);
  const encoder = new TextEncoder();
  const { base, current, proposed } = texts;
  return (region) => {
    const eol = needsCrlf(texts, region) ? '\r\n' : '\n';
    const marker = (mark: string, label: string): Uint8Array =>
      encoder.encode(mark.repeat(size) + (label === '' ? '' : ` ${label}`) + eol);
    const side = (lines: Lines, from: number, to: number): readonly Uint8Array[] => {
      const bytes = bytesOfLines(lines, from, to);
      const open = bytes.length > 0 && bytes.at(-1) !== 10;
      return open ? [bytes, encoder.encode(eol)] : [bytes];
    };
    const middle =
      style === 'merge' ? [] : [marker('|', labels.base ?? 'base'), ...side(base, region.baseStart, region.baseEnd)];
    return [
      marker('<', labels.current ?? 'current'),
      ...side(current, region.currentStart, region.currentEnd),
      ...middle,
      marker('=', ''),
      ...side(proposed, region.proposedStart, region.proposedEnd),
      marker('>', labels.proposed ?? 'proposed'),
    ];
  };
}

/** Markers end in CRLF where no side's neighbouring line says LF and at least one says CRLF. */
function needsCrlf({ base, current, proposed }: Sides, region: Region): boolean {
  const votes = [
    endsInCrlf(current, Math.max(0, region.currentStart - 1)),
    endsInCrlf(proposed, Math.max(0, region.proposedStart - 1)),
    endsInCrlf(base, 0),
  ];
  return !votes.includes(false) && votes[2] === true;
}

/** Whether line `i` ends in CRLF; an unterminated one is judged by the line before; undefined = cannot be told. */
function endsInCrlf(lines: Lines, i: number): boolean | undefined {
  const end = startOf(lines, i + 1);
  if (lines.count === 0 || i >= lines.count) return undefined;
  if (lines.bytes[end - 1] === 10) return end >= 2 && lines.bytes[end - 2] === 13;
  return i === 0 ? undefined : endsInCrlf(lines, i - 1);
}
