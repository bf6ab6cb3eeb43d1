// The items of a list with the text between them, and how a side's items lie on the base's.
import type { Node } from '../packages.ts';
import type { List } from './lists.ts';

/** A list's text: gaps and items in turn, beginning and ending with a gap. */
export interface Items {
  readonly gaps: readonly string[];
  readonly texts: readonly string[];
  readonly nodes: readonly Node[];
}

/** An item that a side added, and where it lies in its gap. */
export interface Placed {
  readonly node: Node;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** What a side has between two neighbouring items of the base. */
export interface Gap {
  readonly gap: string;
  readonly added: readonly Placed[];
}

export function placeItems(source: string, { items, start, end }: List): Items {
  const gaps: string[] = [];
  let at = start;
  for (const { startIndex, endIndex } of items) {
    gaps.push(source.slice(at, startIndex));
    at = endIndex;
  }
  gaps.push(source.slice(at, end));
  return { gaps, texts: items.map((item) => source.slice(item.startIndex, item.endIndex)), nodes: items };
}

/** The side's text for each gap of the base; undefined where an item of the base is not there any more. */
export function alignItems(base: Items, side: Items): readonly Gap[] | undefined {
  const gaps: Gap[] = [];
  let at = 0;
  for (let i = 0; i <= base.texts.length; i++) {
    let gap = side.gaps[at] ?? '';
    const added: Placed[] = [];
    const isLast = i === base.texts.length;
    while (at < side.texts.length && (isLast || side.texts[at] !== base.texts[i])) {
      const text = side.texts[at] ?? '';
      const node = side.nodes[at];
      if (node !== undefined) added.push({ node, text, from: gap.length, to: gap.length + text.length });
      gap += text + (side.gaps[at + 1] ?? '');
      at += 1;
    }
    if (!isLast && at >= side.texts.length) return undefined;
    at += 1;
    gaps.push({ gap, added });
  }
  return gaps;
}
