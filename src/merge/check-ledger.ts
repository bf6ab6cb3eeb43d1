// The checker of ledgers of lines: base and result must be covered from end to end, and each side must come out again
// when the ledger is replayed for it.
import type { ReceiptEntry } from '../core/receipt.ts';
import { mismatch, type Reading, readLines, type Stretch } from './check-lines.ts';
import { unweave, wovenProblem } from './check-woven.ts';
import type { CleanMerge, MergeInput, MergeOptions } from './types.ts';

interface Texts {
  readonly base: Reading;
  readonly written: Reading;
}

/** What does not add up, in words. `decided`: a person decided conflicts, so lines may be dropped and be nobody's. */
export function checkLedger(input: MergeInput, result: CleanMerge, decided: boolean): readonly string[] {
  const options = input.options ?? {};
  const { entries } = result.receipt;
  const texts: Texts = { base: readLines(input.base, options), written: readLines(result.content, options) };
  const shape = shapeProblem(entries, texts);
  if (shape !== undefined) return [shape];
  if (!decided && (result.content === null) !== shouldBeAbsent(input)) {
    return ['the result is absent where it should be there, or the other way round'];
  }
  const sides = { current: readLines(input.current, options), proposed: readLines(input.proposed, options) };
  return [
    ...entries.map((entry) => claimProblem(entry, options, decided) ?? keptProblem(entry, texts)),
    replayProblem('current', sides.current, entries, texts),
    replayProblem('proposed', sides.proposed, entries, texts),
  ].filter((problem) => problem !== undefined);
}

/** An absent side beside a base is a deletion; without a base it has nothing to say. */
function shouldBeAbsent({ base, current, proposed }: MergeInput): boolean {
  if (base === null) return current === null && proposed === null;
  return current === null || proposed === null;
}

function shapeProblem(entries: readonly ReceiptEntry[], { base, written }: Texts): string | undefined {
  const among = (...actions: readonly string[]): readonly ReceiptEntry[] =>
    entries.filter(({ action }) => actions.includes(action));
  const inBase = among('kept', 'removed', 'woven').map((entry) => entry.base);
  const inResult = among('kept', 'added', 'woven').map((entry) => entry.result);
  return coverProblem('base', inBase, base.length) ?? coverProblem('result', inResult, written.length);
}

/** Ranges must follow one another from the first line to the last, each line once. */
function coverProblem(
  what: string,
  ranges: readonly (readonly [number, number] | undefined)[],
  count: number,
): string | undefined {
  let at = 0;
  for (const range of ranges) {
    if (range?.[0] !== at || range[1] < at || !Number.isSafeInteger(range[1]))
      return `${what} lines from ${at} on are not accounted for`;
    at = range[1];
  }
  return at === count ? undefined : `the receipt speaks of ${at} ${what} lines, there are ${count}`;
}

/** Whether anybody may do what an entry says. */
function claimProblem(
  { action, by }: ReceiptEntry,
  { favor, commutative }: MergeOptions,
  decided: boolean,
): string | undefined {
  const [first] = by;
  switch (action) {
    case 'kept':
      return undefined;
    case 'removed':
      return first === undefined ? 'base lines are removed by nobody' : undefined;
    case 'added':
      return first === undefined && !decided ? 'result lines are added by nobody' : undefined;
    case 'dropped':
      if (by.length !== 1) return 'a dropped entry must name one side';
      if (decided || (favor !== undefined && favor !== first)) return undefined;
      return `lines of ${first} are dropped without an option or a decision that says so`;
    case 'woven':
      return commutative === true ? undefined : 'lines are woven without the option that says so';
    default:
      return `the receipt says ${JSON.stringify(action)}, which means nothing`;
  }
}

function keptProblem(entry: ReceiptEntry, { base, written }: Texts): string | undefined {
  const { action } = entry;
  const own = stretchOf(base, entry.base);
  const kept = stretchOf(written, entry.result);
  if (action === 'woven') return wovenProblem(entry, own, kept);
  if (action !== 'kept') return undefined;
  const [before, after] = [own.to - own.from, kept.to - kept.from];
  if (before !== after) return `${before} lines of the base are kept as ${after}`;
  const wrong = mismatch(base, own.from, kept);
  return wrong === undefined ? undefined : `line ${own.from + wrong} of the base is said to be kept, and is not`;
}

function stretchOf(text: Reading, [from, to]: readonly [number, number] = [0, 0]): Stretch {
  return { text, from, to };
}

/** Makes a side again out of the ledger and compares it with what it was. */
function replayProblem(
  side: 'current' | 'proposed',
  lines: Reading,
  entries: readonly ReceiptEntry[],
  texts: Texts,
): string | undefined {
  let at = 0;
  for (const entry of entries) {
    if (entry.action === 'dropped' && entry.by.includes(side)) {
      if (entry.from?.[0] !== at || entry.from[1] < at)
        return `${side}’s lines from ${at} on are not those said to be dropped`;
      at = entry.from[1];
      continue;
    }
    const portion = portionOf(entry, side, texts);
    const wrong = mismatch(lines, at, portion);
    if (wrong !== undefined) return `${side}’s line ${at + wrong} is not in the result as the receipt says`;
    at += portion.to - portion.from;
  }
  return at === lines.length ? undefined : `${side}’s lines from ${at} on are not in the receipt`;
}

/** The lines that a side must have, if the entry is true: what is kept, what it added, what only the other removed. */
function portionOf(entry: ReceiptEntry, side: 'current' | 'proposed', { base, written }: Texts): Stretch {
  const { action, by } = entry;
  const isMine = by.includes(side);
  if (action === 'woven') return unweave(entry, stretchOf(written, entry.result), side);
  if (action === 'kept' || (action === 'added' && isMine)) return stretchOf(written, entry.result);
  return stretchOf(base, action === 'removed' && !isMine ? entry.base : undefined);
}
