// Proves from the three inputs and the result that a merge dropped nothing, sharing no code with the engines. The
// ledger is replayed: kept and added lines must give the result, and each side must come out again from what was kept,
// what it added and what only the other side removed. A line that was lost, or a receipt that was changed, breaks that.
import type { Receipt, ReceiptEntry } from '../core/receipt.ts';
import { checkAppended } from './check-append.ts';
import { type Line, matches, readLines } from './check-lines.ts';
import type { CleanMerge, MergeInput, MergeOptions, MergeResult } from './types.ts';

/** A line that the result lacks although nobody removed it. */
export interface DroppedLine {
  readonly side: 'base' | 'current' | 'proposed';
  /** 0-based, in that side. */
  readonly line: number;
  readonly text: Uint8Array;
}

export interface ReceiptCheck {
  readonly ok: boolean;
  readonly dropped: readonly DroppedLine[];
  /** What does not add up, in words; empty when `ok`. */
  readonly problems: readonly string[];
}

export interface CheckOptions {
  /** The result was settled by a decision, so lines declared as dropped, or added by nobody, are in order. */
  readonly decided?: boolean;
}

/** Checks the receipt of a clean merge; any other result is not ok. */
export function checkReceipt(input: MergeInput, result: MergeResult, options: CheckOptions = {}): ReceiptCheck {
  if (result.status !== 'clean')
    return { ok: false, dropped: [], problems: [`the result is ${result.status}, not clean`] };
  const problems = problemsOf(input, result, options);
  if (problems.length === 0) return { ok: true, dropped: [], problems };
  return { ok: false, dropped: findDropped(input, result), problems };
}

function problemsOf(input: MergeInput, result: CleanMerge, { decided = false }: CheckOptions): readonly string[] {
  const { receipt } = result;
  if (receipt.engine === 'append') return checkAppended(input, result);
  return checkLines(input, result, receipt, decided);
}

function checkLines(input: MergeInput, result: CleanMerge, receipt: Receipt, decided: boolean): readonly string[] {
  const options = input.options ?? {};
  const read = (side: Uint8Array | null): readonly Line[] => readLines(side, options);
  const base = read(input.base);
  const written = read(result.content);
  const shape = shapeProblem(receipt.entries, base.length, written.length);
  if (shape !== undefined) return [shape];
  if (!decided && (result.content === null) !== shouldBeAbsent(input)) {
    return ['the result is absent where it should be there, or the other way round'];
  }
  const problems: string[] = [];
  for (const entry of receipt.entries) {
    const problem = entryProblem(entry, base, written, options, decided);
    if (problem !== undefined) problems.push(problem);
  }
  for (const side of ['current', 'proposed'] as const) {
    const problem = replayProblem(side, read(input[side]), receipt.entries, base, written);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

/** An absent side beside a base is a deletion; without a base it has nothing to say. */
function shouldBeAbsent({ base, current, proposed }: MergeInput): boolean {
  if (base === null) return current === null && proposed === null;
  return current === null || proposed === null;
}

/** Base and result must be covered from end to end, each line once and in order. */
function shapeProblem(entries: readonly ReceiptEntry[], baseCount: number, resultCount: number): string | undefined {
  let base = 0;
  let result = 0;
  for (const { action, base: inBase, result: inResult } of entries) {
    if (action === 'kept' || action === 'removed') {
      if (inBase?.[0] !== base || inBase[1] < base) return `base lines from ${base} on are not accounted for`;
      base = inBase[1];
    }
    if (action === 'kept' || action === 'added') {
      if (inResult?.[0] !== result || inResult[1] < result)
        return `result lines from ${result} on are not accounted for`;
      result = inResult[1];
    }
  }
  if (base !== baseCount) return `the receipt speaks of ${base} base lines, there are ${baseCount}`;
  if (result !== resultCount) return `the receipt speaks of ${result} result lines, there are ${resultCount}`;
  return undefined;
}

function entryProblem(
  { action, by, base: inBase, result: inResult }: ReceiptEntry,
  base: readonly Line[],
  written: readonly Line[],
  options: MergeOptions,
  decided: boolean,
): string | undefined {
  if (action === 'kept') {
    const [from = 0, to = 0] = inBase ?? [];
    const [at = 0, end = 0] = inResult ?? [];
    if (to - from !== end - at) return `lines ${from} to ${to} of the base are kept as another number of lines`;
    for (let i = from; i < to; i++) {
      if (!matches(base[i], written[at + i - from])) return `line ${i} of the base is said to be kept, and is not`;
    }
  }
  if (action === 'removed' && by.length === 0) return 'base lines are removed by nobody';
  if (action === 'added' && by.length === 0 && !decided) return 'result lines are added by nobody';
  if (action === 'dropped') {
    const favoured = options.favor !== undefined && by[0] !== options.favor;
    if (by.length !== 1) return 'a dropped entry must name one side';
    if (!decided && !favoured) return `lines of ${by[0]} are dropped without an option or a decision that says so`;
  }
  return undefined;
}

/** Makes a side again out of the ledger and compares it with what it was. */
function replayProblem(
  side: 'current' | 'proposed',
  lines: readonly Line[],
  entries: readonly ReceiptEntry[],
  base: readonly Line[],
  written: readonly Line[],
): string | undefined {
  let at = 0;
  for (const { action, by, base: inBase, result: inResult, from: inSide } of entries) {
    const mine = by.includes(side);
    if (action === 'dropped') {
      if (!mine) continue;
      if (inSide?.[0] !== at || inSide[1] < at) return `${side}’s lines from ${at} on are not those said to be dropped`;
      at = inSide[1];
      continue;
    }
    if (action === 'added' && !mine) continue;
    if (action === 'removed' && mine) continue;
    const source = action === 'removed' ? base : written;
    const [from = 0, to = 0] = (action === 'removed' ? inBase : inResult) ?? [];
    for (let i = from; i < to; i++, at++) {
      if (!matches(lines[at], source[i])) return `${side}’s line ${at} is not in the result as the receipt says`;
    }
  }
  return at === lines.length ? undefined : `${side}’s lines from ${at} on are not in the receipt`;
}

/** Which lines are missing, by counting: more than one side removed or nobody did, and the result has too few. */
function findDropped(input: MergeInput, { content }: CleanMerge): readonly DroppedLine[] {
  const options = input.options ?? {};
  const base = readLines(input.base, options);
  const sides = { current: readLines(input.current, options), proposed: readLines(input.proposed, options) };
  const inResult = tally(readLines(content, options));
  const inBase = tally(base);
  const dropped: DroppedLine[] = [];
  for (const side of ['current', 'proposed'] as const) {
    const left = new Map(inBase);
    const found = new Map(inResult);
    for (const [line, { text, bytes }] of sides[side].entries()) {
      if (take(left, text)) continue;
      if (!take(found, text)) dropped.push({ side, line, text: bytes });
    }
  }
  const counts = { current: tally(sides.current), proposed: tally(sides.proposed) };
  for (const [line, { text, bytes }] of base.entries()) {
    const everywhere = take(counts.current, text) && take(counts.proposed, text);
    if (everywhere && !take(inResult, text)) dropped.push({ side: 'base', line, text: bytes });
  }
  return dropped;
}

function tally(lines: readonly Line[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of lines) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function take(counts: Map<string, number>, text: string): boolean {
  const left = counts.get(text) ?? 0;
  if (left > 0) counts.set(text, left - 1);
  return left > 0;
}
