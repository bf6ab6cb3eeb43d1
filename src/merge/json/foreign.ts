// Values that come into current's text from elsewhere: proposed's by their node on its tape, others (of the base, or of a
// decision) by numbers above that. So one integer names any value of a plan.
import type { Context } from './context.ts';
import type * as T from './tape.ts';

export interface Foreign {
  readonly doc: T.Doc;
  readonly node: number;
  /** The member whose name it takes; the node itself where it is left out. */
  readonly name?: { readonly doc: T.Doc; readonly node: number } | undefined;
}

/** Makes a value known; gives the number that plans name it by. */
export function addForeign(context: Context, foreign: Foreign): number {
  context.foreign.push(foreign);
  return context.proposed.length + context.foreign.length - 1;
}

/** The value of a number: a node of proposed, or one that was made known. */
export function foreignAt({ proposed, foreign }: Context, number: number): Foreign {
  return foreign[number - proposed.length] ?? { doc: proposed, node: number };
}

/** The member whose name a value has in its place. */
export function nameOf(context: Context, number: number): { readonly doc: T.Doc; readonly node: number } {
  const { doc, node, name } = foreignAt(context, number);
  return name ?? { doc, node };
}
