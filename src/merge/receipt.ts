// The ledger that a text merge keeps while it writes: who kept, added, removed what. Replayed, it gives each of the
// four texts again, which is what the checker (check-receipt.ts, separate code) does.
import type { Receipt, ReceiptEntry, WovenSpan } from '../core/receipt.ts';
import { equalBackward, equalForward, splitLines } from './lines.ts';
import type { MergeSide } from './types.ts';

export type Changer = 'current' | 'proposed';

/** An entry of a merge that was made with its sides exchanged. */
export function turnedEntry(entry: ReceiptEntry): ReceiptEntry {
  const by = entry.by.map((side) => (side === 'current' ? 'proposed' : 'current'));
  return { ...entry, by: by.reverse() };
}

export const both: readonly Changer[] = ['current', 'proposed'];

/** Counts through the base and the result while entries are written. */
export interface Ledger {
  readonly kept: (lines: number) => void;
  readonly removed: (lines: number, by: readonly Changer[]) => void;
  readonly added: (lines: number, by: readonly Changer[]) => void;
  /** Lines of the base that became as many lines as are said, by what both sides put in. */
  readonly woven: (baseLines: number, lines: number, spans: readonly WovenSpan[]) => void;
  /** Lines `[from, to)` of a side that the result does not have. */
  readonly dropped: (side: Changer, from: number, to: number) => void;
  readonly receipt: (engine: string) => Receipt;
}

export function createLedger(): Ledger {
  const entries: ReceiptEntry[] = [];
  let base = 0;
  let result = 0;
  return {
    kept(lines) {
      if (lines === 0) return;
      entries.push({ action: 'kept', by: [], base: [base, base + lines], result: [result, result + lines] });
      base += lines;
      result += lines;
    },
    removed(lines, by) {
      if (lines === 0) return;
      entries.push({ action: 'removed', by, base: [base, base + lines] });
      base += lines;
    },
    added(lines, by) {
      if (lines === 0) return;
      entries.push({ action: 'added', by, result: [result, result + lines] });
      result += lines;
    },
    woven(baseLines, lines, spans) {
      const ranges = { base: [base, base + baseLines], result: [result, result + lines] } as const;
      entries.push({ action: 'woven', by: both, ...ranges, spans });
      base += baseLines;
      result += lines;
    },
    dropped(side, from, to) {
      if (from < to) entries.push({ action: 'dropped', by: [side], from: [from, to] });
    },
    receipt: (engine) => ({ engine, entries }),
  };
}

/** The engine named in the receipts of merges that needed none. */
export const TRIVIAL = 'trivial';

/** The receipt of a whole value taken from the named sides: equal ends are kept, what lies between is exchanged. */
export function wholeReceipt(base: MergeSide, result: MergeSide, by: readonly Changer[]): Receipt {
  const before = splitLines(base ?? new Uint8Array());
  const after = splitLines(result ?? new Uint8Array());
  const head = equalForward(before, 0, after, 0);
  const tail = equalBackward(before, after, Math.min(before.count, after.count) - head);
  const ledger = createLedger();
  ledger.kept(head);
  ledger.removed(before.count - head - tail, by);
  ledger.added(after.count - head - tail, by);
  ledger.kept(tail);
  return ledger.receipt(TRIVIAL);
}
