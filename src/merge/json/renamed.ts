// Members that both sides gave another name, each its own. By names alone that is a removal and two additions, and what
// was one value would stand in the object twice.
import type { Context } from './context.ts';
import { equalValues } from './equal.ts';
import * as T from './tape.ts';

type Members = ReadonlyMap<string, number>;

/**
 * Whether a value of the base that neither side has under its name any more stands under a new name on each side, and not
 * under the same one.
 */
export function isRenamedTwice(
  context: Context,
  { base, current, proposed }: { readonly base: Members; readonly current: Members; readonly proposed: Members },
): boolean {
  const gone = [...base].filter(
    ([name, node]) => !current.has(name) && !proposed.has(name) && isTelling(context, node),
  );
  if (gone.length === 0) return false;
  const ours = added(context, 'current', base, current, proposed);
  if (ours.size === 0) return false;
  const theirs = added(context, 'proposed', base, proposed, current);
  const isAmong = (nodes: readonly number[] | undefined, side: 'current' | 'proposed', node: number): boolean =>
    (nodes ?? []).some((other) => {
      context.watch(1);
      return equalValues(context.base, node, context[side], other);
    });
  return gone.some(([, node]) => {
    const hash = T.hashAt(context.base, node);
    return isAmong(ours.get(hash), 'current', node) && isAmong(theirs.get(hash), 'proposed', node);
  });
}

/** Members that one side alone has, by the hashes of their values: a few each. */
function added(
  context: Context,
  side: 'current' | 'proposed',
  base: Members,
  own: Members,
  other: Members,
): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (const [name, node] of own) {
    if (base.has(name) || other.has(name)) continue;
    const hash = T.hashAt(context[side], node);
    const nodes = found.get(hash);
    if (nodes === undefined) found.set(hash, [node]);
    else if (nodes.length < MOST_ALIKE) nodes.push(node);
  }
  return found;
}

/** Of one hash: all of them are equal but for made-up documents. */
const MOST_ALIKE = 8;

/** Not `true`, `null`, `0`, `""`, `[]` and the like, which two members have by chance. */
export function isTelling(context: Context, node: number): boolean {
  const { base } = context;
  if (T.isContainer(base, node)) return T.countOf(base, node) > 0;
  const kind = T.kindOf(base, node);
  return (kind === T.STRING || kind === T.NUMBER) && T.endOf(base, node) - T.startOf(base, node) > SHORT;
}

/** Bytes of a number, or of a text with its quotes. */
const SHORT = 4;
