// Records that a merge by lines put where neither side would have them. Each change of lines is in order; only together they
// are not: what both sides moved stands twice, and what the one side moved and the other deleted is back.
import { DEFAULT_KEY, identityAt } from './json/keyed.ts';
import { isParseFailure, parseJson } from './json/parse.ts';
import * as T from './json/tape.ts';
import { readArray } from './record-array.ts';
import type { MergeInput, MergeSide } from './types.ts';

/** Whether a record stands in the merged log more often than both sides together say. */
export function hasStray({ base, current, proposed }: MergeInput, content: MergeSide): boolean {
  const [before, ours, theirs, written] = [base, current, proposed, content].map(countsOf) as Four<Counts>;
  let isRewritten = false;
  for (const [line, count] of before) {
    const [c, p] = [ours.get(line) ?? 0, theirs.get(line) ?? 0];
    if ((written.get(line) ?? 0) > Math.max(c + p - count, Math.min(c, p))) return true;
    isRewritten ||= c < count && p < count;
  }
  // A record that was moved and changed is another line, and known by nothing but its identity.
  return isRewritten && hasStrayIdentity([base, current, proposed, content]);
}

type Four<T> = [T, T, T, T];
type Counts = ReadonlyMap<string, number>;

/** How often each record stands in a log. */
function countsOf(side: MergeSide): Counts {
  const counts = new Map<string, number>();
  for (const line of Buffer.from(side ?? [])
    .toString('latin1')
    .split('\n')) {
    const record = line.trimEnd();
    if (record !== '') counts.set(record, (counts.get(record) ?? 0) + 1);
  }
  return counts;
}

/**
 * The same by `id`, where each record of each side has one of its own: elsewhere it is no identity (events of one thing,
 * say), and equal ones mean nothing. What both sides put in is two records, as it is where both append.
 */
function hasStrayIdentity(sides: Four<MergeSide>): boolean {
  const [before, ours, theirs, written] = sides.map(identitiesOf) as Four<readonly (string | undefined)[]>;
  const [old, mine, other] = [new Set(before), new Set(ours), new Set(theirs)];
  const isIdentity = [before, ours, theirs].every((ids, i) => ids.length === [old, mine, other][i]?.size);
  if (!isIdentity || [old, mine, other].some((ids) => ids.has(undefined))) return false;
  const seen = new Set<string | undefined>();
  return written.some((id) => {
    if (!old.has(id)) return false;
    const isTooMany = seen.has(id) || !mine.has(id) || !other.has(id);
    seen.add(id);
    return isTooMany;
  });
}

/** The identity of each record of a log; undefined for one that has none, and for a log that is no records. */
function identitiesOf(side: MergeSide): readonly (string | undefined)[] {
  const array = readArray(side ?? new Uint8Array());
  const doc = array === undefined ? undefined : parseJson(array);
  if (doc === undefined || isParseFailure(doc)) return [undefined];
  return T.childrenOf(doc, T.ROOT).map((record) => identityAt(doc, record, DEFAULT_KEY));
}
