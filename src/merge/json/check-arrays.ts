// The part of the proof that deals with arrays. The receipt serves as the witness of what became of which element; this
// code shows that the witness is right: each side is the base without what it removed and with what it added, in order.
// Longer than most files: the policies share the lists and the witness.
import type { ArrayPolicy } from '../types.ts';
import { addersOf, drop, type Proof, type Quad, removersOf } from './check.ts';
import { isOrderDecided } from './check-decided.ts';
import { canonicalText, isSameValue, scalarText } from './check-values.ts';
import { compilePatterns, matchesSegments } from './pointer.ts';
import * as T from './tape.ts';

export function checkArray(proof: Proof, quad: Quad): void {
  const lists: Lists = {
    base: quad.base < 0 ? [] : T.childrenOf(proof.base, quad.base),
    current: T.childrenOf(proof.current, quad.current),
    proposed: T.childrenOf(proof.proposed, quad.proposed),
    result: T.childrenOf(proof.result, quad.result),
  };
  const policy = policyAt(proof, quad.at);
  if (policy === 'set') {
    checkSet(proof, quad, lists);
    return;
  }
  const key = typeof policy === 'object' ? policy.key : policy === undefined ? 'id' : undefined;
  if (key !== undefined && checkKeyed(proof, quad, lists, key)) return;
  checkSequence(proof, quad, lists);
}

interface Lists {
  readonly base: readonly number[];
  readonly current: readonly number[];
  readonly proposed: readonly number[];
  readonly result: readonly number[];
}

function policyAt(proof: Proof, pointer: string): ArrayPolicy | undefined {
  const path = pointer === '' ? [] : pointer.slice(1).split('/');
  const patterns = compilePatterns(Object.entries(proof.input.options?.arrays ?? {}));
  return patterns.find(({ segments }) => matchesSegments(segments, path))?.value;
}

/** Presence counts: what both kept is there, what one added is there, what one removed is not. */
function checkSet(proof: Proof, { at, to }: Quad, lists: Lists): void {
  const texts = (doc: T.Doc, nodes: readonly number[]): string[] => nodes.map((node) => canonicalText(doc, node));
  const before = texts(proof.base, lists.base);
  const after = texts(proof.result, lists.result);
  const [base, ours, theirs, result] = [
    new Set(before),
    new Set(texts(proof.current, lists.current)),
    new Set(texts(proof.proposed, lists.proposed)),
    new Set(after),
  ];
  for (const text of new Set([...base, ...ours, ...theirs, ...result])) {
    const isDue = base.has(text) ? ours.has(text) && theirs.has(text) : ours.has(text) || theirs.has(text);
    if (result.has(text) !== isDue) drop(proof, to, 'an element of a set is missing, or came back');
  }
  const expect = (named: readonly string[] | undefined, by: readonly string[], pointer: string): void => {
    if (String(named ?? []) !== String(by)) drop(proof, pointer, 'the receipt does not name the sides that changed it');
  };
  const sides = (isOurs: boolean, isTheirs: boolean): string[] => [
    ...(isOurs ? ['current'] : []),
    ...(isTheirs ? ['proposed'] : []),
  ];
  before.forEach((text, i) => {
    expect(removersOf(proof, `${at}/${i}`), sides(!ours.has(text), !theirs.has(text)), `${at}/${i}`);
  });
  after.forEach((text, i) => {
    const by = base.has(text) ? [] : sides(ours.has(text), theirs.has(text));
    expect(addersOf(proof, `${to}/${i}`), by, `${to}/${i}`);
  });
}

function identities(
  doc: T.Doc,
  nodes: readonly number[],
  key: string,
  isLeftOut: readonly boolean[] = [],
): Map<string, number> | undefined {
  const found = new Map<string, number>();
  for (let i = 0; i < nodes.length; i++) {
    if (isLeftOut[i] === true) continue;
    const node = nodes[i] as number;
    const member = T.kindOf(doc, node) === T.OBJECT ? T.membersOf(doc, node).get(key) : undefined;
    if (member === undefined || T.isContainer(doc, member) || T.kindOf(doc, member) === T.NULL) return undefined;
    const identity = scalarText(doc, member);
    if (found.has(identity)) return undefined;
    found.set(identity, i);
  }
  return found;
}

/** Element by element; order from the side that changed it. False if the elements have no identities. */
function checkKeyed(proof: Proof, quad: Quad, lists: Lists, key: string): boolean {
  const base = identities(proof.base, lists.base, key);
  const current = identities(proof.current, lists.current, key);
  const proposed = identities(proof.proposed, lists.proposed, key);
  if (base === undefined || current === undefined || proposed === undefined) return false;
  // What a decision put in place of an element is nobody's, and need not have its identity.
  const own = lists.result.map((_, i) => proof.added.get(`${quad.to}/${i}`)?.length === 0 && proof.drops.isFree);
  const result = identities(proof.result, lists.result, key, own);
  if (result === undefined) {
    drop(proof, quad.to, 'an element without an identity of its own');
    return true;
  }
  for (const identity of new Set([...base.keys(), ...current.keys(), ...proposed.keys(), ...result.keys()])) {
    const node = (list: readonly number[], index: number | undefined): number => list[index ?? -1] ?? T.ABSENT;
    const [b, c, p, r] = [base, current, proposed, result].map((index) => index.get(identity));
    proof.stack.push({
      base: node(lists.base, b),
      current: node(lists.current, c),
      proposed: node(lists.proposed, p),
      result: node(lists.result, r),
      at: `${quad.at}/${b ?? `+${c ?? p}`}`,
      to: `${quad.to}/${r ?? `-${b}`}`,
      own: { array: quad.at, current: c, proposed: p },
    });
  }
  own.forEach((isOwn, i) => {
    if (isOwn) addersOf(proof, `${quad.to}/${i}`);
  });
  const common = [...base.keys()].filter((each) => current.has(each) && proposed.has(each) && result.has(each));
  const kept = new Set(common);
  const [ours, theirs, after] = [current, proposed, result].map((index) =>
    String([...index.keys()].filter((each) => kept.has(each))),
  );
  const orders = { base: String(common), current: ours ?? '', proposed: theirs ?? '' };
  const isFine =
    after === (theirs === orders.base ? ours : ours === orders.base || ours === theirs ? theirs : undefined);
  if (!isFine && !isOrderDecided(proof, quad.at, after ?? '', orders))
    drop(proof, quad.to, 'the order is not that of the side that changed it');
  return true;
}

interface Witness {
  readonly lists: Lists;
  /** Who removed each element of the base, who added each one of the result; undefined = kept. */
  readonly removers: readonly (readonly string[] | undefined)[];
  readonly adders: readonly (readonly string[] | undefined)[];
}

/** A sequence: the kept elements pair up in order, and each side is explained by them and the receipt. */
function checkSequence(proof: Proof, { at, to }: Quad, all: Lists): void {
  const left = (side: 'current' | 'proposed'): readonly number[] =>
    proof.drops.count === 0 ? all[side] : all[side].filter((_, i) => !proof.drops.element(side, at, i));
  const lists: Lists = { ...all, current: left('current'), proposed: left('proposed') };
  const removers = lists.base.map((_, i) => proof.removed.get(`${at}/${i}`));
  const adders = lists.result.map((_, i) => proof.added.get(`${to}/${i}`));
  if (hasMixing(proof)) keepMixedPairs(proof, lists, removers, adders);
  const witness: Witness = { lists, removers, adders };
  const keptBase = lists.base.filter((_, i) => removers[i] === undefined);
  const keptResult = lists.result.filter((_, i) => adders[i] === undefined);
  const ours = explain(proof, witness, 'current');
  const theirs = explain(proof, witness, 'proposed');
  if (keptBase.length !== keptResult.length || ours === undefined || theirs === undefined) {
    drop(proof, to, 'elements came or went that the receipt does not explain');
    return;
  }
  removers.forEach((by, i) => {
    if (by !== undefined) removersOf(proof, `${at}/${i}`);
  });
  adders.forEach((by, i) => {
    if (by !== undefined) addersOf(proof, `${to}/${i}`);
  });
  const places = lists.result.flatMap((_, i) => (adders[i] === undefined ? [i] : []));
  let pair = 0;
  lists.base.forEach((base, i) => {
    if (removers[i] !== undefined) return;
    const r = places[pair] as number;
    proof.stack.push({
      base,
      current: ours[pair] as number,
      proposed: theirs[pair] as number,
      result: lists.result[r] as number,
      at: `${at}/${i}`,
      to: `${to}/${r}`,
    });
    pair++;
  });
}

function hasMixing(proof: Proof): boolean {
  const { counters = [], strings = {} } = proof.input.options ?? {};
  return counters.length > 0 || Object.keys(strings).length > 0;
}

/**
 * Counters and merged strings are both sides' in one value. Numbers, and strings, that the receipt says both exchanged
 * between the same kept neighbours count as kept pairs, where there are as many of them before as after.
 */
function keepMixedPairs(
  proof: Proof,
  lists: Lists,
  removers: (readonly string[] | undefined)[],
  adders: (readonly string[] | undefined)[],
): void {
  let i = 0;
  let j = 0;
  while (i < removers.length && j < adders.length) {
    const [endBase, endResult] = [runEnd(removers, i), runEnd(adders, j)];
    for (const kind of [T.NUMBER, T.STRING]) {
      const before = ofBoth(removers, i, endBase).filter(
        (at) => T.kindOf(proof.base, lists.base[at] as number) === kind,
      );
      const after = ofBoth(adders, j, endResult).filter(
        (at) => T.kindOf(proof.result, lists.result[at] as number) === kind,
      );
      if (before.length !== after.length) continue;
      for (const at of before) removers[at] = undefined;
      for (const at of after) adders[at] = undefined;
    }
    i = endBase + 1;
    j = endResult + 1;
  }
}

function runEnd(list: readonly (readonly string[] | undefined)[], from: number): number {
  let end = from;
  while (list[end] !== undefined) end++;
  return end;
}

function ofBoth(list: readonly (readonly string[] | undefined)[], from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = from; at < to; at++) if (list[at]?.length === 2) found.push(at);
  return found;
}

/**
 * The side's elements for the kept pairs, in order; undefined if the side is not the kept elements, the ones that it
 * added and the ones that only the other side removed, in order.
 */
function explain(
  proof: Proof,
  { lists, removers, adders }: Witness,
  side: 'current' | 'proposed',
): number[] | undefined {
  const nodes = lists[side];
  const pairs: number[] = [];
  let b = 0;
  let r = 0;
  let at = 0;
  for (;;) {
    const own: number[] = [];
    const left: number[] = [];
    for (; r < lists.result.length && adders[r] !== undefined; r++) {
      if (adders[r]?.includes(side) === true) own.push(lists.result[r] as number);
    }
    for (; b < lists.base.length && removers[b] !== undefined; b++) {
      if (removers[b]?.includes(side) !== true) left.push(lists.base[b] as number);
    }
    const part = nodes.slice(at, at + own.length + left.length);
    if (!isWoven(proof, side, part, own, left)) return undefined;
    at += part.length;
    const isEnd = r === lists.result.length || b === lists.base.length;
    if (isEnd) return r === lists.result.length && b === lists.base.length && at === nodes.length ? pairs : undefined;
    const pair = nodes[at++];
    if (pair === undefined) return undefined;
    pairs.push(pair);
    r++;
    b++;
  }
}

const MOST_CELLS = 4_000_000;

/** Are the elements an interleaving of what the side added (in the result) and what only the other one removed (base)? */
function isWoven(
  proof: Proof,
  side: 'current' | 'proposed',
  part: readonly number[],
  own: readonly number[],
  left: readonly number[],
): boolean {
  if (part.length !== own.length + left.length || own.length * left.length > MOST_CELLS) return false;
  const doc = proof[side];
  const isOwn = (i: number, o: number): boolean => isSameValue(doc, part[i] as number, proof.result, own[o] as number);
  const isLeft = (i: number, l: number): boolean => isSameValue(doc, part[i] as number, proof.base, left[l] as number);
  // reachable[l]: with l of the left ones used, so many of the own ones are used as the row says.
  let reachable = new Uint8Array(left.length + 1);
  for (let o = 0; o <= own.length; o++) {
    const row = new Uint8Array(left.length + 1);
    for (let l = 0; l <= left.length; l++) {
      const i = o + l - 1;
      if (i < 0 || (o > 0 && reachable[l] === 1 && isOwn(i, o - 1)) || (l > 0 && row[l - 1] === 1 && isLeft(i, l - 1)))
        row[l] = 1;
    }
    reachable = row;
  }
  return reachable[left.length] === 1;
}
