// The check of a merged source: what parsed on both sides still parses, and nothing is declared twice that neither side
// declares twice. A clean merge that fails it is a conflict of the whole value. Lines know nothing of this: two changes
// that are far apart can still break a file together.
import { conflictId } from '../conflict-id.ts';
import type { CleanMerge, MergeInput, MergeResult, Note } from '../types.ts';
import type { Watch } from '../watch.ts';
import type { Declared } from './declared.ts';
import { grammarOf, type Language, titleOf } from './languages.ts';
import { mayStray } from './may-stray.ts';
import { readSource, type Source } from './source.ts';
import { strayIn } from './strays.ts';

/** The code of the note on a merge whose source could not be checked. */
export const UNCHECKED = 'unchecked';

/** The merge, or the conflict that it is. Throws OverBudget from `watch` only. */
export function checkSource(language: Language, input: MergeInput, result: CleanMerge, watch: Watch): MergeResult {
  const { current, proposed } = input;
  const { content } = result;
  if (content === null || current === null || proposed === null) return result;
  const merged = readSource(language, content, watch);
  if (merged === undefined) return noted(result, whyUnread(language));
  const isPlain = merged.problem === undefined && repeated(merged.declared).size === 0;
  if (isPlain && !mayStray(language, input, result, merged.declared)) return result;
  const sides = [current, proposed].map((side) => readSource(language, side, watch));
  const broken = sides.findIndex((side) => side === undefined || side.problem !== undefined);
  if (broken >= 0) {
    // Much that is named .json has comments: then it is held to that.
    if (language === 'json') return checkSource('jsonc', input, result, watch);
    const problem = sides[broken]?.problem ?? 'it cannot be read';
    const side = broken === 0 ? 'current' : 'proposed';
    return noted(result, `${side} does not parse as ${titleOf(language)} (${problem}), so the merge was not checked`);
  }
  const problem =
    merged.problem === undefined
      ? (duplicateIn(merged, sides) ?? straysIn(language, input, merged, sides, watch))
      : unparsable(language, merged.problem);
  return problem === undefined ? result : refused(input, result, problem);
}

function whyUnread(language: Language): string {
  const need = grammarOf(language) === undefined ? '' : ' or its parser is not ready';
  return `the merged ${titleOf(language)} was not checked: it is too long, no UTF-8${need}`;
}

function unparsable(language: Language, problem: string): string {
  return `syntax: the merged ${titleOf(language)} does not parse, and both sides do (${problem})`;
}

function noted(result: CleanMerge, message: string): CleanMerge {
  const note: Note = { code: UNCHECKED, message: message.slice(0, 500) };
  return { ...result, notes: [...result.notes, note] };
}

/** How often each name is declared, of those that are more than once. */
function repeated(declared: readonly Declared[]): ReadonlyMap<string, readonly Declared[]> {
  const groups = new Map<string, Declared[]>();
  for (const each of declared) {
    const group = groups.get(each.key);
    if (group === undefined) groups.set(each.key, [each]);
    else group.push(each);
  }
  return new Map([...groups].filter(([, group]) => timesOf(group) > 1));
}

/** Declarations that say the same count once. */
function timesOf(declared: readonly Declared[]): number {
  return new Set(declared.map(({ same }, i) => same ?? i)).size;
}

function duplicateIn(merged: Source, sides: readonly (Source | undefined)[]): string | undefined {
  for (const [key, declared] of repeated(merged.declared)) {
    const most = Math.max(...sides.map((side) => timesOf((side?.declared ?? []).filter((each) => each.key === key))));
    if (timesOf(declared) <= Math.max(1, most)) continue;
    const lines = declared.map(({ line }) => line).join(', ');
    return `duplicate: ${declared[0]?.name} is declared more often than in either side (lines ${lines})`;
  }
  return undefined;
}

/** Nothing is told of a base that does not parse. */
function straysIn(
  language: Language,
  { base }: MergeInput,
  { declared: merged }: Source,
  sides: readonly (Source | undefined)[],
  watch: Watch,
): string | undefined {
  const before = base === null ? undefined : readSource(language, base, watch);
  if (before === undefined || before.problem !== undefined) return undefined;
  return strayIn({ merged, base: before.declared, sides: sides.map((side) => side?.declared ?? []) });
}

/** At the root and not by lines: each change is in order, only together they are not. */
function refused(input: MergeInput, { stats, notes }: CleanMerge, reason: string): MergeResult {
  const { base, current, proposed } = input;
  const conflict = {
    id: conflictId(base, current, proposed),
    kind: 'content' as const,
    at: { pointer: '' },
    reason: reason.slice(0, 500),
    ...(base === null ? {} : { base }),
    ...(current === null ? {} : { current }),
    ...(proposed === null ? {} : { proposed }),
  };
  const counted = { engine: stats.engine, clean: 0, conflicts: 1 };
  return { status: 'conflict', conflicts: [conflict], partial: current, stats: counted, notes, input };
}
