// The checker of ledgers of lines: base and result must be covered from end to end, and each side must come out again
// when the ledger is replayed for it.
import type { ReceiptEntry } from '../core/receipt.ts';
import { mismatch, readLines } from './check-lines.ts';
import { replayProblem, stretchOf, type Texts } from './check-replay.ts';
import { wovenProblem } from './check-woven.ts';
import type { CleanMerge, MergeInput, MergeOptions } from './types.ts';

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
  const problems: string[] = [];
  const add = (problem: string | undefined): void => {
    if (problem !== undefined) problems.push(problem);
  };
  for (const entry of entries) add(claimProblem(entry, options, decided) ?? keptProblem(entry, texts));
  add(replayProblem('current', readLines(input.current, options), entries, texts));
  add(replayProblem('proposed', readLines(input.proposed, options), entries, texts));
  return problems;
}

/** An absent side beside a base is a deletion; without a base it has nothing to say. */
function shouldBeAbsent({ base, current, proposed }: MergeInput): boolean {
  if (base === null) return current === null && proposed === null;
  return current === null || proposed === null;
}

const IN_BASE: ReadonlySet<string> = new Set(['kept', 'removed', 'woven']);
const IN_RESULT: ReadonlySet<string> = new Set(['kept', 'added', 'woven']);

function shapeProblem(entries: readonly ReceiptEntry[], { base, written }: Texts): string | undefined {
  return (
    coverProblem('base', entries, IN_BASE, base.length) ?? coverProblem('result', entries, IN_RESULT, written.length)
  );
}

/** Ranges must follow one another from the first line to the last, each line once. */
function coverProblem(
  what: 'base' | 'result',
  entries: readonly ReceiptEntry[],
  actions: ReadonlySet<string>,
  count: number,
): string | undefined {
  let at = 0;
  for (const entry of entries) {
    if (!actions.has(entry.action)) continue;
    const range = entry[what];
    if (!Array.isArray(range) || range[0] !== at || range[1] < at || !Number.isSafeInteger(range[1]))
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
  if (action !== 'kept' && action !== 'woven') return undefined;
  const own = stretchOf(base, entry.base);
  const kept = stretchOf(written, entry.result);
  if (action === 'woven') return wovenProblem(entry, own, kept);
  const [before, after] = [own.to - own.from, kept.to - kept.from];
  if (before !== after) return `${before} lines of the base are kept as ${after}`;
  const wrong = mismatch(base, own.from, kept);
  return wrong === undefined ? undefined : `line ${own.from + wrong} of the base is said to be kept, and is not`;
}
