// Proves from the three inputs and the result that a merge dropped nothing, sharing no code with the engines. The
// ledger is replayed: kept and added lines must give the result, and each side must come out again from what was kept,
// what it added and what only the other side removed. A line that was lost, or a receipt that was changed, breaks that.
import { checkAppended } from './check-append.ts';
import { checkLedger } from './check-ledger.ts';
import { type Reading, readLines } from './check-lines.ts';
import { inputOf, type MergeContents } from './contents.ts';
import { checkJsonReceipt } from './json/check.ts';
import { checkFronted, isFronted } from './markdown/check-front.ts';
import { structureNamed } from './mirror/formats.ts';
import { checkProfiled } from './profiles/check-profile.ts';
import { profileNamed } from './profiles/index.ts';
import { profiledInput } from './profiles/profile.ts';
import type { CleanMerge, MergeInput, MergeResult } from './types.ts';

/** A line that the result lacks although nobody removed it. */
export interface DroppedLine {
  readonly side: 'base' | 'current' | 'proposed';
  /** 0-based, in that side. */
  readonly line: number;
  readonly text: Uint8Array;
}

/** A member of a structure that does not add up. */
export interface DroppedMember {
  /** RFC 6901. */
  readonly pointer: string;
  readonly problem: string;
}

export interface ReceiptCheck {
  readonly ok: boolean;
  readonly dropped: readonly (DroppedLine | DroppedMember)[];
  /** What does not add up, in words; empty when `ok`. */
  readonly problems: readonly string[];
}

export interface CheckOptions {
  /** The result was settled by a decision, so lines declared as dropped, or added by nobody, are in order. */
  readonly decided?: boolean;
}

/** Checks the receipt of a clean merge against what `mergeContents` was given; any other result is not ok. */
export function checkReceipt(contents: MergeContents, result: MergeResult, options: CheckOptions = {}): ReceiptCheck {
  if (result.status !== 'clean')
    return { ok: false, dropped: [], problems: [`the result is ${result.status}, not clean`] };
  const input = inputOf(contents);
  if (result.receipt.engine === 'json') return checkMembers(input, result, options);
  const profile = profileNamed(result.receipt.engine);
  if (profile !== undefined) {
    return told(checkProfiled(profiledInput(input, profile), result, options.decided === true));
  }
  const structure = structureNamed(result.receipt.engine);
  // What was decided as a whole has a ledger of lines.
  if (structure !== undefined && result.receipt.entries[0]?.pointer !== undefined) {
    return told(structure.check(input, result, options.decided === true).dropped);
  }
  const problems = problemsOf(input, result, options);
  if (problems.length === 0) return { ok: true, dropped: [], problems };
  return { ok: false, dropped: findDropped(input, result), problems };
}

function checkMembers(input: MergeInput, result: CleanMerge, { decided }: CheckOptions): ReceiptCheck {
  return told(checkJsonReceipt(input, result, decided).dropped);
}

function told(dropped: readonly DroppedMember[]): ReceiptCheck {
  const problems = dropped.map(({ pointer, problem }) => `${pointer}: ${problem}`);
  return { ok: dropped.length === 0, dropped, problems };
}

function problemsOf(input: MergeInput, result: CleanMerge, { decided = false }: CheckOptions): readonly string[] {
  if (isFronted(result)) return checkFronted(input, result, decided);
  if (result.receipt.engine !== 'append') return checkLedger(input, result, decided);
  const problems = checkAppended(input, result);
  // What was decided need not be appended any more: then its ledger has to hold.
  return problems.length > 0 && decided ? checkLedger(input, result, decided) : problems;
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
    for (const [line, { text, bytes }] of sides[side].lines().entries()) {
      if (take(left, text)) continue;
      if (!take(found, text)) dropped.push({ side, line, text: bytes });
    }
  }
  const counts = { current: tally(sides.current), proposed: tally(sides.proposed) };
  for (const [line, { text, bytes }] of base.lines().entries()) {
    const everywhere = take(counts.current, text) && take(counts.proposed, text);
    if (everywhere && !take(inResult, text)) dropped.push({ side: 'base', line, text: bytes });
  }
  return dropped;
}

function tally(lines: Reading): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of lines.lines()) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function take(counts: Map<string, number>, text: string): boolean {
  const left = counts.get(text) ?? 0;
  if (left > 0) counts.set(text, left - 1);
  return left > 0;
}
