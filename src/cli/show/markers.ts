// A conflict as a text with markers, for an editor. Structures get no markers: there the sides are shown one by one.
import { mergeContents, renderConflicts } from '../../merge/index.ts';
import { isBinary } from '../shell/text.ts';

export interface Sides {
  readonly path: string;
  readonly base: Uint8Array | null;
  readonly current: Uint8Array | null;
  readonly proposed: Uint8Array | null;
  readonly labels: { readonly base: string; readonly current: string; readonly proposed: string };
}

/** The merge as text: clean parts merged, clashes between markers. Undefined where a side is no text. */
export function renderSides(sides: Sides): { readonly text: Uint8Array; readonly clashes: number } | undefined {
  const { base, current, proposed, labels } = sides;
  // A NUL is well-formed UTF-8, and no text for all that.
  if ([base, current, proposed].some((side) => side !== null && isBinary(side))) return undefined;
  const result = mergeContents({ base, current, proposed, options: { engine: 'text' } });
  if (result.status === 'error') return undefined;
  if (result.status === 'clean') return { text: result.content ?? new Uint8Array(), clashes: 0 };
  const text = renderConflicts(result, 'zdiff3', labels);
  return { text, clashes: result.stats.conflicts };
}
