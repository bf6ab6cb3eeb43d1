// Comments, counted. They are no values, so the decision does not see them: a written document counts only if it has each
// comment as often as the three sides together say.

type Tally = ReadonlyMap<string, number>;
type Comments = readonly string[];

/** True if no comment that a side wrote is lost, and none comes back that a side took away. */
export function keepsComments(base: Comments, current: Comments, proposed: Comments, result: Comments): boolean {
  return strayComment(base, current, proposed, result) === undefined;
}

/** The first comment that is not as often in the result as it should be. */
export function strayComment(...sides: readonly [Comments, Comments, Comments, Comments]): string | undefined {
  const [before, ours, theirs, after] = sides.map(tally) as [Tally, Tally, Tally, Tally];
  for (const text of new Set([...before.keys(), ...ours.keys(), ...theirs.keys(), ...after.keys()])) {
    const [b, c, p] = [before, ours, theirs].map((each) => each.get(text) ?? 0) as [number, number, number];
    if (!isDue(b, c, p, after.get(text) ?? 0)) return text;
  }
  return undefined;
}

/** As the changes of both sides add up; two equal changes may be one and the same. */
function isDue(base: number, current: number, proposed: number, result: number): boolean {
  return result === current + proposed - base || (current === proposed && result === current);
}

function tally(comments: Comments): Tally {
  const counts = new Map<string, number>();
  for (const text of comments) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
