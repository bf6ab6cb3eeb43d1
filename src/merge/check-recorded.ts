// The checker of merges that kept decisions settled. A change may be left out of them where a decision says so and
// nowhere else: each place is found again from the three texts, its id is made anew from what stands there, and what the
// result has in it must be what was decided.

import type { Range } from '../core/region.ts';
import { readLines } from './check-lines.ts';
import { isFor, lossProblems, memberProblems } from './check-recorded-members.ts';
import { conflictId } from './conflict-id.ts';
import { splitLines } from './lines.ts';
import { frontMatterLines } from './markdown/front-matter.ts';
import type { Evidence } from './recorded.ts';
import type { CleanMerge, MergeInput, MergeSide } from './types.ts';

/**
 * What does not add up, in words, in a merge whose receipt holds as one of a decided merge. `strict`: also what only its
 * engine can know counts as not proved.
 */
export function recordedProblems(
  input: MergeInput,
  result: CleanMerge,
  evidence: readonly Evidence[],
  strict: boolean,
): readonly string[] {
  const unnamed = unnamedPlace(result, evidence);
  if (unnamed !== undefined) return [unnamed];
  const byLines = evidence.filter(({ use }) => 'lines' in use.at).length;
  if (!strict) return byLines === 0 ? lossProblems(result, evidence) : [];
  if (byLines === evidence.length) return lineProblems(input, result, evidence);
  return byLines === 0 ? memberProblems(input, result, evidence) : ['lines and members were decided in one merge'];
}

/** The receipt names the decisions that there are, each once. */
function unnamedPlace({ receipt }: CleanMerge, evidence: readonly Evidence[]): string | undefined {
  const named = (receipt.recorded ?? []).map(({ id, region }) => `${id} ${region}`).sort();
  const given = evidence.map(({ use }) => `${use.id} ${use.region}`).sort();
  return String(named) === String(given) ? undefined : 'the receipt does not name the decisions that were gone by';
}

const SIDES = ['base', 'current', 'proposed'] as const;
type Side = (typeof SIDES)[number];

interface Cursor {
  readonly base: number;
  readonly current: number;
  readonly proposed: number;
  readonly result: number;
}

/** Walks the ledger with a place in each text: what is dropped, or nobody's, must lie within a decided place. */
function lineProblems(input: MergeInput, result: CleanMerge, evidence: readonly Evidence[]): readonly string[] {
  const { engine, entries } = result.receipt;
  const { eol = 'bytes', finalNewline = 'bytes', ignoreWhitespace = 'none' } = input.options ?? {};
  if (eol !== 'bytes' || finalNewline !== 'bytes' || ignoreWhitespace !== 'none')
    return ['lines that an option holds equal cannot be told apart again'];
  const { texts, written, ahead } = textsOf(input, result);
  const places = evidence
    .map((each) => moved(each, ahead))
    .sort((a, b) => startOf(a, 'current') - startOf(b, 'current') || order(a, b));
  const problems: string[] = [];
  let at: Cursor = { base: 0, current: 0, proposed: 0, result: 0 };
  let next = 0;
  let from: number | undefined;
  const look = (): void => {
    for (let place = places[next]; place !== undefined; place = places[next]) {
      if (from === undefined && isAt(place, at, 'start')) from = at.result;
      if (from === undefined || !isAt(place, at, 'end')) return;
      if (!isDecided(place, engine, texts, written.slice(from, at.result), at.result < written.length))
        problems.push(`${place.use.region}: what stands there is not what was decided on these texts`);
      from = undefined;
      next += 1;
    }
  };
  look();
  for (const entry of entries.filter(({ pointer }) => pointer === undefined)) {
    const { action, by } = entry;
    const isLoss = action === 'dropped' || (action === 'added' && by.length === 0);
    if (isLoss && from === undefined) problems.push('something is left out that no recorded decision leaves out');
    at = {
      base: at.base + (action === 'kept' || action === 'removed' ? count(entry.base) : 0),
      current: at.current + linesOf(entry, 'current'),
      proposed: at.proposed + linesOf(entry, 'proposed'),
      result: at.result + (action === 'kept' || action === 'added' ? count(entry.result) : 0),
    };
    if (action === 'woven') problems.push('additions were woven beside recorded decisions');
    look();
  }
  if (next < places.length) problems.push('a place that was decided is not in the receipt');
  return problems;
}

type Entry = CleanMerge['receipt']['entries'][number];

interface LineTexts {
  readonly texts: Texts;
  readonly written: readonly Uint8Array[];
  /** By how much a line lies further down than it does in the side itself. */
  readonly ahead: { readonly [side in Side]: number };
}

/** The texts as the ledger counts them: a front matter that was merged by structure stands as merged before all. */
function textsOf(input: MergeInput, { content, receipt }: CleanMerge): LineTexts {
  const lines = (side: MergeSide): readonly Uint8Array[] =>
    readLines(side, input.options ?? {})
      .lines()
      .map(({ bytes }) => bytes);
  const written = lines(content);
  const isFronted = receipt.entries.some(({ pointer }) => pointer !== undefined);
  const front = (own: readonly Uint8Array[]): number =>
    isFronted ? frontMatterLines(splitLines(Buffer.concat(own))) : 0;
  const merged = front(written);
  const [base, current, proposed] = [input.base, input.current, input.proposed].map(lines) as [
    readonly Uint8Array[],
    readonly Uint8Array[],
    readonly Uint8Array[],
  ];
  const primed = (own: readonly Uint8Array[]): readonly Uint8Array[] => [
    ...written.slice(0, merged),
    ...own.slice(front(own)),
  ];
  return {
    texts: { base: primed(base), current: primed(current), proposed: primed(proposed) },
    written,
    ahead: { base: merged - front(base), current: merged - front(current), proposed: merged - front(proposed) },
  };
}

function moved(each: Evidence, ahead: LineTexts['ahead']): Evidence {
  const { use } = each;
  if (!('lines' in use.at)) return each;
  const { lines } = use.at;
  const to = (side: Side): Range => ({ start: lines[side].start + ahead[side], end: lines[side].end + ahead[side] });
  const at = { lines: { base: to('base'), current: to('current'), proposed: to('proposed') } };
  return { ...each, use: { ...use, at } };
}

/** How many lines of a side an entry speaks of. */
function linesOf({ action, by, base, result, from }: Entry, side: 'current' | 'proposed'): number {
  if (action === 'kept') return count(base);
  if (action === 'removed') return by.includes(side) ? 0 : count(base);
  if (action === 'added') return by.includes(side) ? count(result) : 0;
  return action === 'dropped' && by.includes(side) ? count(from) : 0;
}

function count([start, end]: readonly [number, number] = [0, 0]): number {
  return end - start;
}

function startOf({ use }: Evidence, side: Side): number {
  return 'lines' in use.at ? use.at.lines[side].start : 0;
}

function order(a: Evidence, b: Evidence): number {
  return startOf(a, 'base') - startOf(b, 'base') || startOf(a, 'proposed') - startOf(b, 'proposed');
}

function isAt({ use }: Evidence, at: Cursor, end: 'start' | 'end'): boolean {
  if (!('lines' in use.at)) return false;
  const { lines } = use.at;
  return SIDES.every((side) => lines[side][end] === at[side]);
}

type Texts = { readonly [side in Side]: readonly Uint8Array[] };

function isDecided(
  evidence: Evidence,
  engine: string,
  texts: Texts,
  written: readonly Uint8Array[],
  isFollowed: boolean,
): boolean {
  const { use, choice } = evidence;
  if (!('lines' in use.at)) return false;
  const { lines } = use.at;
  const textOf = (side: Side): Buffer => Buffer.concat(texts[side].slice(lines[side].start, lines[side].end));
  if (!isFor(evidence, engine, conflictId(textOf('base'), textOf('current'), textOf('proposed')))) return false;
  const expected = 'content' in choice ? Buffer.from(choice.content) : textOf(choice.use);
  const found = Buffer.concat(written);
  if (found.equals(expected)) return true;
  // A last line without its newline gets one where something follows.
  const ends = isFollowed && expected.length > 0 && expected.at(-1) !== LF ? ['\n', '\r\n'] : [];
  return ends.some((end) => found.equals(Buffer.concat([expected, Buffer.from(end)])));
}

const LF = 10;
