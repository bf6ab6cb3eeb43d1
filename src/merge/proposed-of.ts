// What was sent, worked out from what came of it: the receipt of a merge by lines says of every line of the base and of
// the result whose it is. Whoever uses it merges again and compares, so that a guess is never taken for what was.
import type { Receipt, ReceiptEntry } from '../core/receipt.ts';
import { concatBytes } from './bytes.ts';
import { bytesOfLines, type Lines, splitLines } from './lines.ts';

/** Undefined where the receipt does not tell: of structures, of woven lines, and where something was left out. */
export function proposedOf({ entries }: Receipt, base: Uint8Array, result: Uint8Array): Uint8Array | undefined {
  const texts = { base: splitLines(base), result: splitLines(result) };
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const part = partOf(entry, texts);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return concatBytes(parts);
}

const NOTHING = new Uint8Array();

/** The lines of an entry that the proposed side had. */
function partOf(entry: ReceiptEntry, texts: { readonly base: Lines; readonly result: Lines }): Uint8Array | undefined {
  const { action, by, base, result, pointer } = entry;
  if (pointer !== undefined) return undefined;
  const isProposed = by.includes('proposed');
  const linesOf = (side: keyof typeof texts, range: readonly [number, number] | undefined): Uint8Array | undefined =>
    range === undefined ? undefined : bytesOfLines(texts[side], range[0], range[1]);
  if (action === 'kept') return linesOf('base', base);
  if (action === 'removed') return isProposed ? NOTHING : linesOf('base', base);
  if (action === 'added') return isProposed ? linesOf('result', result) : NOTHING;
  return undefined;
}
