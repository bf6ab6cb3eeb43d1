// The checker's replay: a side made again out of the ledger, and compared with what that side was. Where whole stretches
// show it byte for byte, no line of them is looked at.
import type { ReceiptEntry } from '../core/receipt.ts';
import { mismatch, type Reading, type Stretch } from './check-lines.ts';
import { unweave } from './check-woven.ts';

/** What the ranges of a ledger count in. */
export interface Texts {
  readonly base: Reading;
  readonly written: Reading;
}

type Range = readonly [number, number];

export function stretchOf(text: Reading, [from, to]: Range = [0, 0]): Stretch {
  return { text, from, to };
}

/** In words. The ledger is known to cover base and result, and what it says is kept is kept, or is told elsewhere. */
export function replayProblem(
  side: 'current' | 'proposed',
  lines: Reading,
  entries: readonly ReceiptEntry[],
  texts: Texts,
): string | undefined {
  return isSeenAtOnce(side, lines, entries, texts) ? undefined : entryProblem(side, lines, entries, texts);
}

function isSeenAtOnce(
  side: 'current' | 'proposed',
  lines: Reading,
  entries: readonly ReceiptEntry[],
  texts: Texts,
): boolean {
  const stretch = new Stretching(lines, texts);
  for (const { action, by, base, result } of entries) {
    const isMine = by.includes(side);
    if (action === 'kept') stretch.add(base, result);
    else if (action === 'added' && isMine) stretch.add(undefined, result);
    else if (action === 'removed' && !isMine) stretch.add(base, undefined);
    else if (action !== 'added' && action !== 'removed') return false;
    if (!stretch.isSame) return false;
  }
  return stretch.end() === lines.length;
}

/** Lines of one text that follow one another there and on a side. Kept lines are of both texts, and go on either. */
class Stretching {
  readonly #lines: Reading;
  readonly #texts: Texts;
  #at = 0;
  #count = 0;
  /** Where the stretch begins in each text, if it is of that one. */
  #base: number | undefined;
  #written: number | undefined;
  /** Whether all stretches before this one were as the side has them. */
  isSame = true;

  constructor(lines: Reading, texts: Texts) {
    this.#lines = lines;
    this.#texts = texts;
  }

  add(base: Range | undefined, written: Range | undefined): void {
    const [from, to] = base ?? written ?? [0, 0];
    const count = to - from;
    const inBase = base !== undefined && this.#base !== undefined && this.#base + this.#count === base[0];
    const inWritten =
      written !== undefined && this.#written !== undefined && this.#written + this.#count === written[0];
    if (inBase || inWritten) {
      if (!inBase) this.#base = undefined;
      if (!inWritten) this.#written = undefined;
      this.#count += count;
      return;
    }
    this.end();
    this.#base = base?.[0];
    this.#written = written?.[0];
    this.#count = count;
  }

  /** How many lines the side has as far as this; -1 where they are others. */
  end(): number {
    const from = this.#written ?? this.#base ?? 0;
    const text = this.#written === undefined ? this.#texts.base : this.#texts.written;
    this.isSame &&= this.#count === 0 || this.#lines.isSame(this.#at, text, from, from + this.#count);
    this.#at += this.#count;
    this.#count = 0;
    return this.isSame ? this.#at : -1;
  }
}

/** Each entry by itself: for what is held equal though it is not the same, and to say where it is not. */
function entryProblem(
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
