// Version ranges as people write them for dependencies, as far as two bumps of one can be told apart safely.

interface Bump {
  readonly operator: string;
  readonly parts: readonly [number, number, number];
}

/** One version with an optional `^`, `~`, `>=` or `=` in front. Pre-releases, tags, urls and unions are none. */
const PLAIN = /^(\^|~|>=|=|)(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/;

function readBump(range: string): Bump | undefined {
  const match = PLAIN.exec(range);
  if (match === null) return undefined;
  return { operator: match[1] ?? '', parts: [Number(match[2]), Number(match[3]), Number(match[4])] };
}

function compare(a: Bump, b: Bump): number {
  const at = a.parts.findIndex((part, i) => part !== b.parts[i]);
  return at < 0 ? 0 : (a.parts[at] ?? 0) - (b.parts[at] ?? 0);
}

/** The part that a breaking change raises: the major, below 1.0.0 the minor, below 0.1.0 the patch. */
function isCompatible(a: Bump, b: Bump): boolean {
  const breaking = a.parts.findIndex((part) => part !== 0);
  const last = breaking < 0 ? 2 : breaking;
  return a.parts.slice(0, last + 1).every((part, i) => part === b.parts[i]);
}

/**
 * The side with the higher version, where both raised the same dependency within one major: the same operator on both
 * sides, both above the base. Undefined where that cannot be told for sure.
 */
export function higherBump(base: string, current: string, proposed: string): 'current' | 'proposed' | undefined {
  const [before, ours, theirs] = [base, current, proposed].map(readBump);
  if (before === undefined || ours === undefined || theirs === undefined) return undefined;
  if (ours.operator !== theirs.operator || !isCompatible(ours, theirs)) return undefined;
  if (compare(ours, before) <= 0 || compare(theirs, before) <= 0) return undefined;
  const order = compare(ours, theirs);
  if (order === 0) return undefined;
  return order > 0 ? 'current' : 'proposed';
}
