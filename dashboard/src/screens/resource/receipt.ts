// The receipt of a merge in words: at each place what was done, and whose it was. "What was there" is the version that
// others had written meanwhile; who made this version is named.
import type { Making } from '../../api/versions.ts';

type Entry = NonNullable<Making['receipt']>['entries'][number];

const DONE: { readonly [action in Entry['action']]: string } = {
  kept: 'kept',
  added: 'added',
  removed: 'removed',
  dropped: 'left out by a decision',
  woven: 'woven from both',
};

export interface ReceiptLine {
  /** `lines 4-6`, or a pointer. */
  readonly where: string;
  readonly done: string;
  readonly by: string;
}

function linesOf([start, end]: readonly [number, number]): string {
  return end - start === 1 ? `line ${start + 1}` : `lines ${start + 1}-${end}`;
}

function whereOf({ pointer, result, base }: Entry): string {
  if (pointer !== undefined) return pointer === '' ? 'the whole' : pointer;
  if (result !== undefined && result[1] > result[0]) return linesOf(result);
  return base !== undefined && base[1] > base[0] ? `${linesOf(base)} of the base` : '';
}

/** What the merge changed, place by place; what it only kept is a number. */
export function receiptLines(
  receipt: NonNullable<Making['receipt']>,
  agent: string,
): { readonly lines: readonly ReceiptLine[]; readonly kept: number } {
  const whose = (side: 'current' | 'proposed'): string => (side === 'current' ? 'what was there' : agent);
  const lines = receipt.entries
    .filter(({ action }) => action !== 'kept')
    .map((entry) => ({ where: whereOf(entry), done: DONE[entry.action], by: entry.by.map(whose).join(' and ') }));
  return { lines, kept: receipt.entries.length - lines.length };
}
