// A list of many rows of one height: those in sight are in the page, the others are room. The focus stays with its row, and
// a screen reader hears which of how many it is.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

export interface RowsProps<Item> {
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  /** Pixels. */
  readonly height: number;
  readonly label: string;
  /** The row that j and k are at; it is kept in the page and brought into sight. */
  readonly active?: number;
  readonly render: (item: Item, index: number) => JSX.Element;
}

/** Rows beyond the edges of the window. */
const SPARE = 12;
/** Below this a list is simply there. */
const FEW = 60;

function rangeIn(list: HTMLElement | null, height: number, count: number): readonly [from: number, to: number] {
  if (count <= FEW) return [0, count];
  const top = list === null ? 0 : -list.getBoundingClientRect().top;
  const from = Math.max(0, Math.floor(top / height) - SPARE);
  return [Math.min(from, count), Math.min(count, Math.ceil((top + innerHeight) / height) + SPARE)];
}

export function Rows<Item>({ items, keyOf, height, label, active, render }: RowsProps<Item>): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const [[from, to], setRange] = useState<readonly [number, number]>([0, Math.min(items.length, FEW)]);
  useEffect(() => {
    let asked = 0;
    const look = (): void => {
      asked = 0;
      const next = rangeIn(list.current, height, items.length);
      setRange((before) => (before[0] === next[0] && before[1] === next[1] ? before : next));
    };
    const soon = (): void => {
      if (asked === 0) asked = requestAnimationFrame(look);
    };
    look();
    addEventListener('scroll', soon, { passive: true });
    addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(asked);
      removeEventListener('scroll', soon);
      removeEventListener('resize', soon);
    };
  }, [items.length, height]);
  useEffect(() => {
    if (active === undefined || list.current === null) return;
    const { top } = list.current.getBoundingClientRect();
    const at = top + active * height;
    if (at < 80) scrollBy(0, at - 80);
    else if (at + height > innerHeight - 40) scrollBy(0, at + height - innerHeight + 40);
  }, [active, height]);
  const indices = items.map((_, index) => index).slice(from, to);
  if (active !== undefined && active < items.length && (active < from || active >= to)) indices.push(active);
  return (
    <ul ref={list} class="rows" aria-label={label} style={{ height: `${items.length * height}px` }}>
      {indices.map((index) => {
        const item = items[index] as Item;
        return (
          <li
            key={keyOf(item)}
            class="row-place"
            aria-setsize={items.length}
            aria-posinset={index + 1}
            style={{ top: `${index * height}px`, height: `${height}px` }}
          >
            {render(item, index)}
          </li>
        );
      })}
    </ul>
  );
}
