// The checker of append merges: by bytes, since an unterminated record may go on in its line.
import type { CleanMerge, MergeInput } from './types.ts';

/** What is wrong with the result of an append merge; nothing, if it is current and then proposed's own tail. */
export function checkAppended(input: MergeInput, { content, receipt }: CleanMerge): readonly string[] {
  const { current, proposed } = input;
  if (content === null || current === null || proposed === null) return ['a side or the result is absent'];
  const base = Buffer.from(input.base ?? new Uint8Array());
  const result = Buffer.from(content);
  const tail = Buffer.from(proposed.subarray(base.length));
  if (!base.equals(current.subarray(0, base.length))) return ['current does not begin with the base'];
  if (!base.equals(proposed.subarray(0, base.length))) return ['proposed does not begin with the base'];
  if (!result.subarray(0, current.length).equals(current)) return ['the result does not begin with current'];
  const between = result.subarray(current.length, Math.max(current.length, result.length - tail.length));
  if (!result.subarray(current.length + between.length).equals(tail)) {
    return ['the result does not end with what proposed added'];
  }
  if (!['', '\n', '\r\n'].includes(between.toString('latin1'))) return ['the result holds what no side has'];
  const baseLines = countLines(base);
  const currentLines = countLines(current);
  const lines = countLines(result);
  const kept = keptLines(base, baseLines, Buffer.from(current), currentLines);
  const expected = [
    { action: 'kept', by: [], base: [0, kept], result: [0, kept] },
    { action: 'removed', by: ['current'], base: [kept, baseLines] },
    { action: 'added', by: ['current'], result: [kept, currentLines] },
    { action: 'added', by: ['proposed'], result: [currentLines, lines] },
  ].filter(({ base, result }) => [base, result].every(([from, to] = [0, 1]) => (from ?? 0) < (to ?? 0)));
  return JSON.stringify(receipt.entries) === JSON.stringify(expected) ? [] : ['the receipt is not that of this merge'];
}

/** How many lines of the base current left: all, or all but an unterminated last one that it went on with or ended. */
function keptLines(base: Buffer, baseLines: number, current: Buffer, currentLines: number): number {
  if (base.length === 0 || base.at(-1) === 10) return baseLines;
  const isLeft = currentLines > baseLines && /^\r?\n/.test(current.toString('latin1', base.length, base.length + 2));
  return isLeft ? baseLines : baseLines - 1;
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  let at = bytes.indexOf(10);
  let from = 0;
  for (; at >= 0; at = bytes.indexOf(10, from)) {
    lines += 1;
    from = at + 1;
  }
  return from < bytes.length ? lines + 1 : lines;
}
