// The checker of woven lines: what both sides put into the base's. Taken out again span by span, one side's part leaves
// the other side's lines, and both leave the base's; so each side put in just what stands there, and took nothing out.
import type { ReceiptEntry } from '../core/receipt.ts';
import { mismatch, readLines, type Stretch } from './check-lines.ts';

/** What does not add up between the base's lines and the woven ones. */
export function wovenProblem(entry: ReceiptEntry, base: Stretch, written: Stretch): string | undefined {
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
  const isAll = rest.length === base.to - base.from;
  const same = isAll && mismatch(base.text, base.from, { text: rest, from: 0, to: rest.length }) === undefined;
  return same ? undefined : 'the woven lines without what was put in are not those of the base';
}

/** The lines that a side must have had: the woven ones without what the other put in. */
export function unweave(entry: ReceiptEntry, written: Stretch, side: 'current' | 'proposed'): Stretch {
  const text = readLines(without(written, entry, side), { bom: 'bytes' });
  return { text, from: 0, to: text.length };
}

/** The bytes without the spans of everybody but `side`. */
function without(written: Stretch, entry: ReceiptEntry, side: string | undefined): Buffer {
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

function bytesOf({ text, from, to }: Stretch): Buffer {
  return Buffer.concat(text.lines(from, to).map(({ bytes }) => bytes));
}
