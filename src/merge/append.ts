// The append engine, for logs and notes: both sides may only have added at the end. The stored side's records come
// first; a newline is put between two records that would be glued together.

import { isBinary } from './binary.ts';
import { concatBytes } from './bytes.ts';
import { splitLines } from './lines.ts';
import { createLedger } from './receipt.ts';
import type { Engine, MergeResult, MergeSide } from './types.ts';
import { mergeTrivially, missingSideConflict, wholeConflict } from './whole.ts';

const ENGINE = 'append';

/** Base, then what current added, then what proposed added; anything else than adding is `not-append-only`. */
export const mergeAppend: Engine = (input): MergeResult => {
  const settled = mergeTrivially(input, ENGINE) ?? missingSideConflict(input, ENGINE);
  if (settled !== undefined) return settled;
  const { base, current, proposed, options = {} } = input;
  const start = base ?? new Uint8Array();
  if (current === null || proposed === null) return wholeConflict(input, ENGINE, 'modified-deleted');
  const limit = options.budget?.bytes ?? Infinity;
  if ([start, current, proposed].some((side) => side.length > limit)) {
    return wholeConflict(input, ENGINE, 'too-large', `a side has more than ${limit} bytes`);
  }
  if ([base, current, proposed].some(isBinary)) {
    return wholeConflict(input, ENGINE, 'binary', 'a side holds a NUL byte');
  }
  if (!isPrefix(start, current)) return notAppendOnly('current');
  if (!isPrefix(start, proposed)) return notAppendOnly('proposed');
  const tail = proposed.subarray(start.length);
  const content = concatBytes([current, separator(current, tail), tail]);
  const ledger = createLedger();
  const baseLines = splitLines(start).count;
  const lines = splitLines(content).count;
  const currentLines = splitLines(current).count;
  // The base's last record, where current went on in its line: what stands there now is current's.
  const continued = continues(start, current, currentLines > baseLines) ? 1 : 0;
  ledger.kept(baseLines - continued);
  ledger.removed(continued, ['current']);
  ledger.added(currentLines - baseLines + continued, ['current']);
  ledger.added(lines - currentLines, ['proposed']);
  return {
    status: 'clean',
    content,
    receipt: ledger.receipt(ENGINE),
    stats: { engine: ENGINE, clean: 2, conflicts: 0 },
    notes: [],
  };

  function notAppendOnly(side: 'current' | 'proposed'): MergeResult {
    return wholeConflict(input, ENGINE, 'not-append-only', `${side} changed what was there before`);
  }
};

function isPrefix(start: Uint8Array, side: NonNullable<MergeSide>): boolean {
  return side.length >= start.length && Buffer.compare(start, side.subarray(0, start.length)) === 0;
}

/** Whether current's tail changes the last line of the base; where it adds no line, its newline alone does. */
function continues(start: Uint8Array, current: Uint8Array, addsLines: boolean): boolean {
  if (start.length === 0 || start.at(-1) === LF) return false;
  return !addsLines || !startsWithNewline(current.subarray(start.length));
}

const CR = 13;
const LF = 10;

/** The newline that is missing between two stretches, in the ending that the first one uses. */
function separator(before: Uint8Array, after: Uint8Array): Uint8Array {
  if (before.length === 0 || before.at(-1) === LF || startsWithNewline(after)) return new Uint8Array();
  const last = before.lastIndexOf(LF);
  return last > 0 && before[last - 1] === CR ? Uint8Array.of(CR, LF) : Uint8Array.of(LF);
}

function startsWithNewline(tail: Uint8Array): boolean {
  return tail[0] === LF || (tail[0] === CR && tail[1] === LF);
}
