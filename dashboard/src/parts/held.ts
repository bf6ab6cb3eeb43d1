// Lists that do not jump under the cursor: what is shown stays where it is, whatever comes. New items wait behind a pill;
// those that went are greyed where they stood; both are settled when somebody says so.
import { useRef, useState } from 'preact/hooks';

export interface HeldItem<Item> {
  readonly item: Item;
  /** It is no longer in the list: somebody else was faster. */
  readonly gone: boolean;
}

export interface Held<Item> {
  readonly items: readonly HeldItem<Item>[];
  /** How many wait to be shown. */
  readonly waiting: number;
  /** Shows the list as it is now. */
  readonly settle: () => void;
}

/** What is shown of `next`, where the keys of `order` are on the screen already. */
export function hold<Item>(
  order: readonly string[],
  seen: ReadonlyMap<string, Item>,
  next: readonly Item[],
  keyOf: (item: Item) => string,
): { readonly items: readonly HeldItem<Item>[]; readonly waiting: number } {
  const there = new Map(next.map((item) => [keyOf(item), item]));
  const items = order.flatMap((key) => {
    const item = there.get(key) ?? seen.get(key);
    return item === undefined ? [] : [{ item, gone: !there.has(key) }];
  });
  const shown = new Set(order);
  return { items, waiting: next.filter((item) => !shown.has(keyOf(item))).length };
}

/** Holds a list. `next` undefined: it is not there yet. An empty screen has nothing to hold. */
export function useHeld<Item>(next: readonly Item[] | undefined, keyOf: (item: Item) => string): Held<Item> {
  const order = useRef<readonly string[]>([]);
  const seen = useRef(new Map<string, Item>());
  const [, setTurn] = useState(0);
  if (order.current.length === 0 && next !== undefined) order.current = next.map(keyOf);
  for (const item of next ?? []) seen.current.set(keyOf(item), item);
  const held = next === undefined ? { items: [], waiting: 0 } : hold(order.current, seen.current, next, keyOf);
  return {
    ...held,
    settle: () => {
      order.current = (next ?? []).map(keyOf);
      seen.current = new Map((next ?? []).map((item) => [keyOf(item), item]));
      setTurn((turn) => turn + 1);
    },
  };
}
