// The order of children after a merge: one side's children as the skeleton, and behind each the ones that the other side
// put after it.

/** In front of the first child. */
export const FRONT = -1;

/** New items by the child of the skeleton that they follow. */
export type Insertions = Map<number, number[]>;

export function insertAfter(insertions: Insertions, anchor: number, item: number): void {
  const items = insertions.get(anchor);
  if (items === undefined) insertions.set(anchor, [item]);
  else items.push(item);
}

/**
 * The skeleton with the insertions. `stays` says which of its items remain; `isNew` marks those that the skeleton's own
 * side has added: insertions at the same place come after them.
 */
export function weave(
  skeleton: readonly number[],
  insertions: Insertions,
  stays: (item: number) => boolean,
  isNew: (item: number) => boolean,
): number[] {
  const items: number[] = [];
  let waiting = insertions.get(FRONT);
  for (const item of skeleton) {
    if (waiting !== undefined && !isNew(item)) {
      for (const each of waiting) items.push(each);
      waiting = undefined;
    }
    const next = insertions.get(item);
    if (!stays(item)) {
      // What follows an item that goes stands where that one stood.
      if (next !== undefined) waiting = waiting === undefined ? next : waiting.concat(next);
      continue;
    }
    items.push(item);
    if (next === undefined) continue;
    for (const each of waiting ?? []) items.push(each);
    waiting = next;
  }
  for (const each of waiting ?? []) items.push(each);
  return items;
}
