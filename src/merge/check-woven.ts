// The checker of woven lines: what both sides put into the base's. Taken out again span by span, one side's part leaves
// the other side's lines, and both leave the base's; so each side put in just what stands there, and took nothing out.
import type { ReceiptEntry } from '../core/receipt.ts';
import { type Line, matches, readLines } from './check-lines.ts';

/** What does not add up between the base's lines and the woven ones. */
export function wovenProblem(entry: ReceiptEntry, base: readonly Line[], written: readonly Line[]): string | undefined {
  const spans = entry.spans ?? [];
  const length = bytesOf(written).length;
  let at = 0;
  for (const { from, to } of spans) {
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < at || to <= from || to > length) {
      return `what was put in from byte ${from} to ${to} of the woven lines is out of place`;
    }
    at = to;
  }
  const rest = readLines(without(written, entry, undefined), { bom: 'bytes' });
  const same = rest.length === base.length && rest.every((line, i) => matches(base[i], line));
  return same ? undefined : 'the woven lines without what was put in are not those of the base';
}

/** The lines that a side must have had: the woven ones without what the other put in. */
export function unweave(entry: ReceiptEntry, written: readonly Line[], side: 'current' | 'proposed'): readonly Line[] {
  return readLines(without(written, entry, side), { bom: 'bytes' });
}

/** The bytes without the spans of everybody but `side`. */
function without(written: readonly Line[], entry: ReceiptEntry, side: string | undefined): Buffer {
  const bytes = bytesOf(written);
  const parts: Buffer[] = [];
  let at = 0;
  for (const { by, from, to } of entry.spans ?? []) {
    if (by === side) continue;
    parts.push(bytes.subarray(at, from));
    at = to;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}

function bytesOf(lines: readonly Line[]): Buffer {
  return Buffer.concat(lines.map(({ bytes }) => bytes));
}
