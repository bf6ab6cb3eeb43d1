// Comments of formats that are merged by way of mirrors. They are no values, so the decision does not see them: a written
// document counts only if it has each comment as often as the three sides together say.

type Tally = ReadonlyMap<string, number>;

/** True if no comment that a side wrote is lost, and none comes back that a side took away. */
export function keepsComments(
  base: readonly string[],
  current: readonly string[],
  proposed: readonly string[],
  result: readonly string[],
): boolean {
  const [before, ours, theirs, after] = [base, current, proposed, result].map(tally) as [Tally, Tally, Tally, Tally];
  for (const text of new Set([...before.keys(), ...ours.keys(), ...theirs.keys(), ...after.keys()])) {
    const [b, c, p] = [before, ours, theirs].map((each) => each.get(text) ?? 0) as [number, number, number];
    if (!isDue(b, c, p, after.get(text) ?? 0)) return false;
  }
  return true;
}

/** As the changes of both sides add up; two equal changes may be one and the same. */
function isDue(base: number, current: number, proposed: number, result: number): boolean {
  return result === current + proposed - base || (current === proposed && result === current);
}

function tally(comments: readonly string[]): Tally {
  const counts = new Map<string, number>();
  for (const text of comments) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
