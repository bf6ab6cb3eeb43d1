// Weaves the conflicts of a merge of source code, one after the other: each time three versions of the whole source that
// differ in that conflict alone. All of them or none: a conflict that stays is shown with the others, as it was.
import type { WovenSpan } from '../../core/receipt.ts';
import { assemble, type Filling, rangeOf } from '../assemble.ts';
import { bytesOfLines, splitLines } from '../lines.ts';
import type { TextPlan } from '../plan.ts';
import { planOfConflict } from '../planners.ts';
import type { Region, Sides } from '../three-way.ts';
import type { ConflictedMerge, MergeOptions, MergeResult, Note } from '../types.ts';
import type { Watch } from '../watch.ts';
import { type GrammarName, grammarOf, type Language } from './languages.ts';
import { MAX_SOURCE } from './parse.ts';
import { type Outside, type Woven, weave } from './weave.ts';

/** More clashes than these are no matter of a few added lines. */
const MAX_CONFLICTS = 16;

/** The clean merge with all conflicts woven; else the result as it is. Throws OverBudget from `watch` only. */
export function weaveConflicts(language: Language, result: ConflictedMerge, watch: Watch): MergeResult {
  const grammar = grammarOf(language);
  if (grammar === undefined || !isWeavable(result)) return result;
  const plan = planOfConflict(result);
  const regions = plan.regions.filter(({ kind }) => kind === 'conflict');
  const fillings = fillingsOf(grammar, plan, regions, watch);
  if (fillings === undefined) return result;
  const { content, ledger } = assemble(plan, (region) => fillings.get(region) ?? { pieces: [], dropped: [] });
  const stats = { engine: result.stats.engine, clean: plan.regions.length, conflicts: 0 };
  const note: Note = {
    code: 'commutative',
    message: `additions of both sides stand together in ${regions.length} places`,
  };
  const notes = [...result.notes.filter(({ code }) => code !== 'longer-markers'), note];
  return { status: 'clean', content, receipt: ledger.receipt(stats.engine), stats, notes };
}

/** Only conflicts of lines, and no option under which the lines that are compared are not those that are written. */
function isWeavable({ conflicts, input, stats }: ConflictedMerge): boolean {
  const sides = [input.base, input.current, input.proposed];
  return (
    stats.engine === 'text' &&
    conflicts.length <= MAX_CONFLICTS &&
    conflicts.every(({ kind, at }) => kind === 'content' && 'lines' in at) &&
    isPlain(input.options ?? {}) &&
    sides.every((side) => side !== null && side.length <= MAX_SOURCE && isUtf8(side))
  );
}

function isPlain({ eol, ignoreWhitespace, finalNewline }: MergeOptions): boolean {
  return eol !== 'auto' && finalNewline !== 'normalize' && (ignoreWhitespace ?? 'none') === 'none';
}

function isUtf8(side: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(side);
    return true;
  } catch {
    return false;
  }
}

function fillingsOf(
  grammar: GrammarName,
  plan: TextPlan,
  regions: readonly Region[],
  watch: Watch,
): ReadonlyMap<Region, Filling> | undefined {
  const done = new Map<Region, string>();
  const fillings = new Map<Region, Filling>();
  for (const region of regions) {
    const { before, after } = around(plan, region, done);
    const version = (side: keyof Sides): string => before + textIn(plan, region, side) + after;
    const versions = { base: version('base'), current: version('current'), proposed: version('proposed') };
    const outside = { before: before.length, after: after.length };
    const woven = weave(grammar, versions, outside, watch);
    const filling = woven === undefined ? undefined : fillingOf(woven, outside);
    if (woven === undefined || filling === undefined) return undefined;
    done.set(region, woven.text.slice(before.length, woven.text.length - after.length));
    fillings.set(region, filling);
  }
  return fillings;
}

/** The rest of the source: woven conflicts as they are now, those to come as in the base. */
function around(plan: TextPlan, place: Region, done: ReadonlyMap<Region, string>): { before: string; after: string } {
  const parts: { before: string; after: string } = { before: '', after: '' };
  const { current } = plan.texts;
  let into: 'before' | 'after' = 'before';
  let at = 0;
  for (const region of plan.regions) {
    parts[into] += decode(bytesOfLines(current, at, region.currentStart));
    at = region.currentEnd;
    if (region === place) into = 'after';
    else if (region.kind !== 'conflict')
      parts[into] += textIn(plan, region, region.kind === 'proposed' ? 'proposed' : 'current');
    else parts[into] += done.get(region) ?? textIn(plan, region, 'base');
  }
  parts[into] += decode(bytesOfLines(current, at, current.count));
  return parts;
}

function textIn(plan: TextPlan, region: Region, side: keyof Sides): string {
  return decode(bytesOfLines(plan.texts[side], ...rangeOf(region, side)));
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** The woven stretch in bytes; undefined where a span cuts a character in two. */
function fillingOf({ text, spans }: Woven, { before: from, after }: Outside): Filling | undefined {
  const stretch = text.slice(from, text.length - after);
  const bytes = Buffer.from(stretch);
  const inBytes: WovenSpan[] = [];
  for (const span of spans) {
    const [start, end] = [span.from - from, span.to - from];
    if (start < 0 || end > stretch.length || cutsCharacter(stretch, start) || cutsCharacter(stretch, end))
      return undefined;
    const begin = Buffer.byteLength(stretch.slice(0, start));
    inBytes.push({ by: span.by, from: begin, to: begin + Buffer.byteLength(stretch.slice(start, end)) });
  }
  const piece = { bytes, lines: splitLines(bytes).count, by: ['current', 'proposed'] as const };
  return { pieces: [piece], dropped: [], woven: inBytes };
}

function cutsCharacter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return at > 0 && unit >= 0xdc00 && unit <= 0xdfff;
}
