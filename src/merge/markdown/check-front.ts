// The checker of Markdown merges whose front matter was merged by structure: the members of the front matter are proven
// by the checker of YAML, and the lines of the body by their ledger, in which the merged front matter counts as kept.
import { checkLedger } from '../check-ledger.ts';
import { type Lines, splitLines, subLines } from '../lines.ts';
import { structureNamed } from '../mirror/formats.ts';
import type { CleanMerge, MergeInput, MergeOptions, MergeSide } from '../types.ts';
import { frontMatterLines } from './front-matter.ts';
import { insideOf } from './merge-front.ts';

/** Has the receipt of a Markdown merge members of a front matter in it? */
export function isFronted({ receipt }: CleanMerge): boolean {
  const isMarkdown = receipt.engine === 'markdown' || receipt.engine === 'changelog';
  return isMarkdown && receipt.entries.some(({ pointer }) => pointer !== undefined);
}

/** What does not add up, in words. */
export function checkFronted(input: MergeInput, result: CleanMerge, decided: boolean): readonly string[] {
  const { options = {} } = input;
  const sides = [input.base, input.current, input.proposed, result.content].map((side) => cutText(side, options));
  const [base, current, proposed, written] = sides;
  if (base === undefined || current === undefined || proposed === undefined || written === undefined) {
    return ['a side or the result has no front matter'];
  }
  const { entries } = result.receipt;
  const yaml = { base: base.front, current: current.front, proposed: proposed.front };
  const front: CleanMerge = {
    ...result,
    content: insideOf({ ...yaml, current: written.front }, {}).current,
    receipt: { engine: 'yaml', entries: entries.filter(({ pointer }) => pointer !== undefined) },
  };
  const told = structureNamed('yaml')?.check(insideOf(yaml, options), front, false).dropped ?? [];
  const body: CleanMerge = {
    ...result,
    receipt: { ...result.receipt, entries: entries.filter(({ pointer }) => pointer === undefined) },
  };
  const primed = (side: Cut): Uint8Array => Buffer.concat([bytesOf(written.front), bytesOf(side.body)]);
  const bodies = { ...input, base: primed(base), current: primed(current), proposed: primed(proposed) };
  return [...told.map(({ pointer, problem }) => `${pointer}: ${problem}`), ...checkLedger(bodies, body, decided)];
}

interface Cut {
  readonly front: Lines;
  readonly body: Lines;
}

function cutText(side: MergeSide, { bom }: MergeOptions): Cut | undefined {
  if (side === null) return undefined;
  const isMarked = bom !== 'bytes' && Buffer.from(side.subarray(0, 3)).toString('hex') === 'efbbbf';
  const lines = splitLines(isMarked ? side.subarray(3) : side);
  const count = frontMatterLines(lines);
  return count === 0 ? undefined : { front: subLines(lines, 0, count), body: subLines(lines, count, lines.count) };
}

function bytesOf({ bytes, starts, count }: Lines): Uint8Array {
  return bytes.subarray(starts[0], starts[count]);
}
