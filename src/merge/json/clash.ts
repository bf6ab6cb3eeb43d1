// Where changes meet: the clash is told, or decided for one side by a decision or an option. A merge runs the same way
// whatever was decided, so that a decision finds its clash again by the id that it had when it was open.
import { EntenteError } from '../../core/errors.ts';
import { bytesOf } from '../../core/hash.ts';
import type { RegionKind } from '../../core/region.ts';
import type { RegionDecision } from '../types.ts';
import type { Changer, Clash, Context } from './context.ts';
import { isParseFailure, parseJson } from './parse.ts';
import { type Place, pointerOf } from './pointer.ts';
import * as T from './tape.ts';

/** The nodes of a clash; a side that has nothing there is left out or T.ABSENT. */
export interface Sides {
  readonly base?: number;
  readonly current?: number;
  readonly proposed?: number;
}

/** How a clash was decided: for a side, or with a value of its own. */
export type Verdict = { readonly use: 'base' | 'current' | 'proposed' | 'both' } | { readonly value: T.Doc };

export interface ClashOptions {
  readonly reason?: string;
  /** `both`: the clash is two insertions; `sides`: no value can take its place. @default 'values' */
  readonly allows?: 'values' | 'both' | 'sides';
  /** Nothing of proposed can be put there. */
  readonly isFixed?: boolean;
}

/** Records the clash as open, or gives how it was decided. Throws `misuse` for a decision that does not fit. */
export function clash(
  context: Context,
  place: Place | undefined,
  kind: RegionKind,
  nodes: Sides,
  options: ClashOptions = {},
): Verdict | undefined {
  const told = describe(context, place, kind, nodes, options.reason);
  const decision = context.settled.decisions.get(told.id);
  if (decision !== undefined) {
    context.settled.taken.add(told.id);
    context.decided.push(told);
    return verdictOf(context, told, decision, options);
  }
  const { favor } = context;
  if (favor === undefined || (favor === 'proposed' && options.isFixed === true)) {
    context.clashes.push(told);
    return undefined;
  }
  context.decided.push(told);
  return { use: favor };
}

function describe(
  context: Context,
  place: Place | undefined,
  kind: RegionKind,
  { base = T.ABSENT, current = T.ABSENT, proposed = T.ABSENT }: Sides,
  reason: string | undefined,
): Clash {
  const sides = {
    ...(base < 0 ? {} : { base: T.valueBytes(context.base, base) }),
    ...(current < 0 ? {} : { current: T.valueBytes(context.current, current) }),
    ...(proposed < 0 ? {} : { proposed: T.valueBytes(context.proposed, proposed) }),
  };
  const id = context.dealId(sides.base ?? null, sides.current ?? null, sides.proposed ?? null);
  return { id, pointer: pointerOf(place, 'base'), kind, ...(reason === undefined ? {} : { reason }), ...sides };
}

function verdictOf(context: Context, { pointer, id }: Clash, decision: RegionDecision, options: ClashOptions): Verdict {
  const { allows = 'values', isFixed = false } = options;
  const refuse = (what: string, next: string): never => {
    throw new EntenteError('misuse', `Conflict ${id} at ${JSON.stringify(pointer.slice(0, 200))}: ${what}.`, { next });
  };
  if ('content' in decision) {
    if (allows === 'sides') refuse('a comment has no value of its own', 'Use `current` or `proposed`.');
    const { jsonc } = context.current;
    const value = parseJson(bytesOf(decision.content), { jsonc, ...context.depth });
    if (!isParseFailure(value)) return { value };
    return refuse(`the content is no JSON: ${value.message}`, 'Give the JSON text of the value at that place.');
  }
  const { use } = decision;
  if (use === 'both' && allows !== 'both')
    refuse('`both` has a meaning only where both sides inserted elements', 'Use a side, or give the content.');
  if (use === 'base' && allows === 'sides')
    refuse('comments can be decided for a side only', 'Use `current` or `proposed`.');
  if (use === 'proposed' && isFixed)
    refuse('proposed’s comment has no place here', 'Use `current`, then write the comment into the merged document.');
  return { use };
}

/** Whose the value in the place of a decided clash is: nobody's, if a side did not put it there. */
export function choosersOf(verdict: Verdict): readonly Changer[] {
  return 'use' in verdict && (verdict.use === 'current' || verdict.use === 'proposed') ? [verdict.use] : [];
}
