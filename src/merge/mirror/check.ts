// The checker of merges by way of mirrors: the checker of JSON on the mirrors of the three sides and of the result, and
// the comments counted anew. It shares the readers with the merger, and nothing else.
import { checkJsonReceipt, type JsonReceiptCheck } from '../json/check.ts';
import type { CleanMerge, MergeInput, MergeSide } from '../types.ts';
import { type Format, readMirror } from './engine.ts';
import type { Mirror } from './mirror.ts';

/** Checks a clean merge whose receipt names places of a structure; `decided`: its conflicts were settled by decisions. */
export function checkMirrored(
  format: Format,
  input: MergeInput,
  merged: CleanMerge,
  decided = false,
): JsonReceiptCheck {
  const sides = [input.base, input.current, input.proposed, merged.content];
  const mirrors = sides.map((side) => mirrorOf(format, side));
  const unread = mirrors.find((mirror) => typeof mirror === 'string');
  if (typeof unread === 'string') return { ok: false, dropped: [{ pointer: '', problem: unread }] };
  const [base, current, proposed, result] = mirrors as (Mirror | null)[];
  const check = checkJsonReceipt(
    { ...input, base: jsonOf(base, 0), current: jsonOf(current, 1), proposed: jsonOf(proposed, 2) },
    { ...merged, content: jsonOf(result, 3) },
    decided,
  );
  const isOpen = decided || input.options?.favor !== undefined || result === null;
  const lost = isOpen ? undefined : lostComment(base, current, proposed, result);
  if (!check.ok || lost === undefined) return check;
  return {
    ok: false,
    dropped: [{ pointer: '', problem: `a comment is not as often there as the sides say: ${lost}` }],
  };
}

function mirrorOf(format: Format, side: MergeSide): Mirror | string | null {
  return side === null ? null : readMirror(format, side, { depth: Number.POSITIVE_INFINITY, places: false });
}

/** Blanks behind it keep apart sides that say the same in other words: they are no equal bytes. */
function jsonOf(mirror: Mirror | null | undefined, blanks: number): MergeSide {
  return mirror === null || mirror === undefined ? null : Buffer.concat([mirror.doc.bytes, Buffer.alloc(blanks, ' ')]);
}

type Side = Mirror | null | undefined;

/** Each comment is there as often more or less than in the base as both sides say; equal changes may be one. */
function lostComment(...sides: readonly Side[]): string | undefined {
  const counts = new Map<string, number[]>();
  sides.forEach((side, i) => {
    for (const text of side?.comments ?? []) {
      const found = counts.get(text) ?? [0, 0, 0, 0];
      found[i] = (found[i] ?? 0) + 1;
      counts.set(text, found);
    }
  });
  for (const [text, [b = 0, c = 0, p = 0, r = 0]] of counts) {
    const isOneChange = c === p && r === c;
    if (r - b !== c - b + (p - b) && !isOneChange) return text.slice(0, 200);
  }
  return undefined;
}
