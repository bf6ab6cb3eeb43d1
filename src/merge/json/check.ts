// Proves a clean JSON merge from its three inputs, the result and the receipt alone: every member of the base is kept or
// was removed by a side that the receipt names and that really lacks it; every change of a side is in the result; and
// the receipt claims nothing else. Apart from the parser it shares no code with the merger.
// Longer than most files: one walk with one proof in its hands.
import type { ReceiptEntry } from '../../core/receipt.ts';
import type { CleanMerge, MergeInput, MergeResult, MergeSide } from '../types.ts';
import { checkArray } from './check-arrays.ts';
import { checkComments } from './check-comments.ts';
import { type Drops, isDecided, isWholeDecided, readDrops } from './check-decided.ts';
import { isSameValue } from './check-values.ts';
import { addDeltas } from './number.ts';
import { isParseFailure, parseJson } from './parse.ts';
import { appendSegment, compilePatterns, matchesSegments } from './pointer.ts';
import * as T from './tape.ts';

/** Something that the proof does not account for. */
export interface JsonDrop {
  /** RFC 6901, in the base or (for what was added) in the result. */
  readonly pointer: string;
  readonly problem: string;
}

export interface JsonReceiptCheck {
  readonly ok: boolean;
  readonly dropped: readonly JsonDrop[];
}

/** Four nodes at one place; T.ABSENT where a side has nothing there. */
export interface Quad {
  readonly base: number;
  readonly current: number;
  readonly proposed: number;
  readonly result: number;
  /** Pointers of the place in the base (or where it would be) and in the result. */
  readonly at: string;
  readonly to: string;
  /** Elements of arrays: the array's pointer in the base, and their indices on the sides. */
  readonly own?: {
    readonly array: string;
    readonly current: number | undefined;
    readonly proposed: number | undefined;
  };
}

export interface Proof {
  readonly base: T.Doc;
  readonly current: T.Doc;
  readonly proposed: T.Doc;
  readonly result: T.Doc;
  readonly input: MergeInput;
  readonly stack: Quad[];
  readonly removed: ReadonlyMap<string, readonly string[]>;
  readonly added: ReadonlyMap<string, readonly string[]>;
  readonly drops: Drops;
  readonly used: Set<string>;
  readonly problems: JsonDrop[];
}

/** More than this is not told one by one. */
const MAX_DROPS = 100;

/**
 * Checks a merge of `mergeJson`; `decided`: its conflicts were settled by decisions. Results that are not clean claim
 * nothing and pass.
 */
export function checkJsonReceipt(input: MergeInput, result: MergeResult, decided = false): JsonReceiptCheck {
  if (result.status !== 'clean') return { ok: true, dropped: [] };
  const dropped = checkWhole(input, result) ?? checkMerged(input, result, decided);
  return { ok: dropped.length === 0, dropped: dropped.slice(0, MAX_DROPS) };
}

function sameBytes(a: MergeSide, b: MergeSide): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

/** Merges that follow from the bytes alone; undefined if this is none. */
function checkWhole({ base, current, proposed }: MergeInput, { content, receipt }: CleanMerge): JsonDrop[] | undefined {
  const isCurrentSame = sameBytes(base, current);
  const isProposedSame = sameBytes(base, proposed);
  if (!isCurrentSame && !isProposedSame && !sameBytes(current, proposed)) return undefined;
  const by = [...(isCurrentSame ? [] : ['current']), ...(isProposedSame ? [] : ['proposed'])];
  if (!sameBytes(content, isCurrentSame ? proposed : current))
    return [{ pointer: '', problem: 'not the side that changed' }];
  const { entries } = receipt;
  // A merge that was decided before the engine was asked has a receipt by lines.
  const isByLines = entries.some((each) => each.pointer === undefined);
  const told = entries.map((each) => `${each.action}:${each.by}`).filter((each) => !isByLines || each !== 'kept:');
  const due = changesDue(by, base, content);
  const isTold = isByLines
    ? told.every((each) => due.includes(each)) && told.length <= due.length
    : String(told) === String(due.length === 0 ? ['kept:'] : due);
  return isTold ? [] : [{ pointer: '', problem: 'the receipt does not say who changed the document' }];
}

function changesDue(by: readonly string[], base: MergeSide, content: MergeSide): string[] {
  if (by.length === 0) return [];
  return [...(base === null ? [] : [`removed:${by}`]), ...(content === null ? [] : [`added:${by}`])];
}

function checkMerged(input: MergeInput, merged: CleanMerge, decided: boolean): JsonDrop[] {
  const drops = readDrops(merged.receipt.entries, input, decided);
  if (drops === undefined) return [{ pointer: '', problem: 'something is dropped that no option or decision dropped' }];
  return isWholeDecided(input, merged, drops) ? [] : checkParsed(input, merged, drops);
}

function checkParsed(input: MergeInput, merged: CleanMerge, drops: Drops): JsonDrop[] {
  const options = { jsonc: input.options?.format === 'jsonc', depth: Number.POSITIVE_INFINITY };
  const sides = [input.base ?? Buffer.from('0'), input.current, input.proposed, merged.content];
  const docs: T.Doc[] = [];
  for (const side of sides) {
    const doc = side === null ? undefined : parseJson(side, options);
    if (doc === undefined || isParseFailure(doc))
      return [{ pointer: '', problem: 'a side or the result is no document' }];
    docs.push(doc);
  }
  const [base, current, proposed, result] = docs as [T.Doc, T.Doc, T.Doc, T.Doc];
  const { entries } = merged.receipt;
  const proof: Proof = {
    base,
    current,
    proposed,
    result,
    input,
    stack: [],
    removed: pointersOf(entries, 'removed'),
    added: pointersOf(entries, 'added'),
    drops,
    used: new Set(),
    problems: [],
  };
  const root = input.base === null ? T.ABSENT : T.ROOT;
  proof.stack.push({ base: root, current: T.ROOT, proposed: T.ROOT, result: T.ROOT, at: '', to: '' });
  for (let quad = proof.stack.pop(); quad !== undefined; quad = proof.stack.pop()) checkQuad(proof, quad);
  const claimed = proof.removed.size + proof.added.size;
  if (proof.used.size !== claimed || entries.length !== claimed + drops.count + 1 || entries[0]?.action !== 'kept') {
    drop(proof, '', 'the receipt names a change that did not happen, or one twice');
  }
  // Comments are counted, not placed: those that a decision left out cannot be told from lost ones.
  if (drops.unused() > 0 && !result.jsonc) drop(proof, '', 'the receipt tells a loss where there is none');
  if (!drops.mayWin('current') && !drops.mayWin('proposed')) checkComments(proof);
  return proof.problems;
}

function pointersOf(entries: readonly ReceiptEntry[], action: string): Map<string, readonly string[]> {
  return new Map(entries.filter((each) => each.action === action).map((each) => [each.pointer ?? '', each.by]));
}

export function drop(proof: Proof, pointer: string, problem: string): void {
  proof.problems.push({ pointer, problem });
}

/** The sides that the receipt names for a place in the base that was removed; the entry counts as used. */
export function removersOf(proof: Proof, pointer: string): readonly string[] | undefined {
  const by = proof.removed.get(pointer);
  if (by !== undefined) proof.used.add(`-${pointer}`);
  return by;
}

export function addersOf(proof: Proof, pointer: string): readonly string[] | undefined {
  const by = proof.added.get(pointer);
  if (by !== undefined) proof.used.add(`+${pointer}`);
  return by;
}

function checkQuad(proof: Proof, quad: Quad): void {
  const { base, current, proposed, result, at, to } = quad;
  const isCurrentSame = isSameValue(proof.base, base, proof.current, current);
  const isProposedSame = isSameValue(proof.base, base, proof.proposed, proposed);
  const removers = removersOf(proof, at);
  const adders = addersOf(proof, to);
  if (isDecided(proof, quad, removers, adders)) return;
  if (removers !== undefined || adders !== undefined) {
    checkExchange(proof, quad, { isCurrentSame, isProposedSame, removers, adders });
  } else if (isCurrentSame && isProposedSame) {
    if (!isSameValue(proof.base, base, proof.result, result))
      drop(proof, to, 'nobody changed it, but the result has another value');
  } else if (current >= 0 && proposed >= 0 && result >= 0) {
    openQuad(proof, quad);
  } else {
    drop(proof, to, 'a change without an entry in the receipt');
  }
}

interface Exchange {
  readonly isCurrentSame: boolean;
  readonly isProposedSame: boolean;
  readonly removers: readonly string[] | undefined;
  readonly adders: readonly string[] | undefined;
}

/** A value that was exchanged, added or removed as a whole: exactly the sides that changed it are named. */
function checkExchange(proof: Proof, quad: Quad, exchange: Exchange): void {
  const { base, current, proposed, result, at, to } = quad;
  const { isCurrentSame, isProposedSame, removers, adders } = exchange;
  const by = [...(isCurrentSame ? [] : ['current']), ...(isProposedSame ? [] : ['proposed'])];
  const isNamed = (named: readonly string[] | undefined, isDue: boolean): boolean =>
    isDue ? named !== undefined && String(named) === String(by) : named === undefined;
  if (by.length === 0 || !isNamed(removers, base >= 0) || !isNamed(adders, result >= 0)) {
    drop(proof, result >= 0 ? to : at, 'the receipt does not name the sides that changed it');
  }
  const isCurrents = isSameValue(proof.current, current, proof.result, result);
  const isProposeds = isSameValue(proof.proposed, proposed, proof.result, result);
  const isFine = isCurrentSame
    ? isProposeds
    : isProposedSame
      ? isCurrents
      : (isCurrents && isProposeds) || isMixed(proof, quad);
  if (!isFine) drop(proof, to, 'the result does not hold what was put there');
}

/** Values that both sides changed and that an option lets go together: counters, and strings merged as text. */
function isMixed(proof: Proof, { base, current, proposed, result, at }: Quad): boolean {
  if (current < 0 || proposed < 0 || result < 0) return false;
  const { counters = [], strings = {} } = proof.input.options ?? {};
  const kind = T.kindOf(proof.result, result);
  if (kind === T.NUMBER && isListed(counters, at)) {
    const before = base < 0 ? '0' : T.valueText(proof.base, base);
    const sum = addDeltas(before, T.valueText(proof.current, current), T.valueText(proof.proposed, proposed));
    const total = sum === undefined ? undefined : addDeltas('0', sum, '0');
    return total !== undefined && total === addDeltas('0', T.valueText(proof.result, result), '0');
  }
  if (kind !== T.STRING || base < 0 || !isListed(Object.keys(strings), at)) return false;
  return hasAllLines(
    T.stringOf(proof.base, base),
    T.stringOf(proof.current, current),
    T.stringOf(proof.proposed, proposed),
    T.stringOf(proof.result, result),
  );
}

function isListed(patterns: readonly string[], pointer: string): boolean {
  const path = pointer === '' ? [] : pointer.slice(1).split('/');
  return compilePatterns(patterns.map((each) => [each, true] as const)).some(({ segments }) =>
    matchesSegments(segments, path),
  );
}

/** Each line that a side added is in the result, and no line is there that no side has. */
function hasAllLines(base: string, current: string, proposed: string, result: string): boolean {
  const [before, ours, theirs, after] = [base, current, proposed, result].map((text) => new Set(text.split('\n'))) as [
    Set<string>,
    Set<string>,
    Set<string>,
    Set<string>,
  ];
  for (const line of [...ours, ...theirs]) if (!before.has(line) && !after.has(line)) return false;
  for (const line of before) if (ours.has(line) && theirs.has(line) && !after.has(line)) return false;
  for (const line of after) if (!ours.has(line) && !theirs.has(line)) return false;
  return true;
}

function openQuad(proof: Proof, quad: Quad): void {
  const { base, current, proposed, result, to } = quad;
  const kind = T.kindOf(proof.result, result);
  const isOpen =
    kind <= T.ARRAY &&
    kind === T.kindOf(proof.current, current) &&
    kind === T.kindOf(proof.proposed, proposed) &&
    (base < 0 || kind === T.kindOf(proof.base, base));
  // Nothing inside could tell of an empty one that both sides added.
  const isUntold = base < 0 && T.countOf(proof.current, current) + T.countOf(proof.proposed, proposed) === 0;
  if (!isOpen || isUntold) drop(proof, to, 'a change without an entry in the receipt');
  else if (kind === T.ARRAY) checkArray(proof, quad);
  else openObject(proof, quad);
}

function openObject(proof: Proof, { base, current, proposed, result, at, to }: Quad): void {
  const before = base < 0 ? new Map<string, number>() : T.membersOf(proof.base, base);
  const ours = T.membersOf(proof.current, current);
  const theirs = T.membersOf(proof.proposed, proposed);
  const after = T.membersOf(proof.result, result);
  for (const name of new Set([...before.keys(), ...ours.keys(), ...theirs.keys(), ...after.keys()])) {
    proof.stack.push({
      base: before.get(name) ?? T.ABSENT,
      current: ours.get(name) ?? T.ABSENT,
      proposed: theirs.get(name) ?? T.ABSENT,
      result: after.get(name) ?? T.ABSENT,
      at: appendSegment(at, name),
      to: appendSegment(to, name),
    });
  }
}
