// The queue of open conflicts: most blocking first. New ones wait behind a pill, and what others decide stays where it is,
// greyed, so that nothing moves under the cursor.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { listConflicts } from '../../api/conflicts.ts';
import { readStats } from '../../api/resources.ts';
import { readSeries } from '../../api/series.ts';
import type { QueueItem } from '../../api/types.ts';
import type { LiveEvent } from '../../live/live.ts';
import { type Held, useHeld } from '../../parts/held.ts';
import { useLoaded } from '../../parts/loaded.ts';
import { narrow } from '../../parts/narrow.ts';
import { Rows } from '../../parts/rows.tsx';
import { Trouble } from '../../parts/states.tsx';
import { announceSoon } from '../../shell/announce.ts';
import { useKeys } from '../../shell/keys.ts';
import { go } from '../../shell/routes.ts';
import { singleKeys } from '../../shell/settings.ts';
import { EmptyQueue, KeptBoth, type Today } from './empty.tsx';
import { blockingOf, filtered, ordered } from './order.ts';
import { QueueRow } from './row.tsx';

/** Conflicts that are fetched: with more than these waiting, the first ones matter. */
const MOST = 2000;

/** What happened since midnight; undefined where the key may not see the numbers of everything. */
async function readToday(signal: AbortSignal): Promise<Today | undefined> {
  try {
    const [stats, { totals }] = await Promise.all([
      readStats(signal),
      readSeries(new Date().setHours(0, 0, 0, 0), Date.now() + 1, 1, signal),
    ]);
    return { everything: stats.commits, commits: totals.commits, merged: totals.merged, split: totals.split };
  } catch {
    return undefined;
  }
}

/** Everything about a conflict: opened, taken, proposed on, decided. */
function isOfQueue(event: LiveEvent): boolean {
  return event.type === 'commit' && (event.item.conflictId !== undefined || event.item.changes.length === 0);
}

/** What the numbers of the day are of, as far as the queue tells them. */
function isOfToday(event: LiveEvent): boolean {
  return isOfQueue(event) || (event.type === 'commit' && event.item.outcome === 'split');
}

/** Says what is new to who does not see it. */
function useNews(waiting: number): void {
  const before = useRef(waiting);
  useEffect(() => {
    if (waiting > before.current) announceSoon(waiting === 1 ? '1 new conflict' : `${waiting} new conflicts`);
    before.current = waiting;
  }, [waiting]);
}

/** j and k move the focus from row to row. */
function useCursor(count: number): {
  readonly active: number | undefined;
  readonly set: (index: number) => void;
  readonly move: (by: number) => void;
} {
  const [active, setActive] = useState<number | undefined>(undefined);
  const wanted = useRef(false);
  useEffect(() => {
    if (!wanted.current || active === undefined) return;
    wanted.current = false;
    document.querySelector<HTMLElement>(`li[aria-posinset="${active + 1}"] a`)?.focus({ preventScroll: true });
  }, [active]);
  return {
    active,
    set: setActive,
    move: (by) => {
      if (count === 0) return;
      wanted.current = true;
      setActive((at) => (at === undefined ? 0 : Math.max(0, Math.min(count - 1, at + by))));
    },
  };
}

function List({
  held,
  all,
  words,
}: {
  readonly held: Held<QueueItem>;
  readonly all: readonly QueueItem[];
  readonly words: string;
}): JSX.Element {
  const wanted = useMemo(
    () =>
      new Set(
        filtered(
          held.items.map(({ item }) => item),
          words,
        ),
      ),
    [held.items, words],
  );
  const shown = held.items.filter(({ item }) => wanted.has(item));
  const { active, set, move } = useCursor(shown.length);
  const open = (): void => {
    const id = shown[active ?? 0]?.item.id;
    if (id !== undefined) go('conflicts', id);
  };
  // Where a decision leads back to: the next one is a key away.
  const next = (): void => {
    const id = shown.find(({ gone }) => !gone)?.item.id;
    if (id !== undefined) go('conflicts', id);
  };
  useKeys('Queue', [
    { key: 'j', does: 'Next conflict', run: () => move(1) },
    { key: 'k', does: 'Conflict before', run: () => move(-1) },
    { key: 'Enter', does: 'Open it', run: open },
    { key: 'n', does: 'Open the first one', run: next },
    { key: '.', does: 'Show what is new', run: held.settle },
  ]);
  if (shown.length === 0) return <p class="quiet">No conflict has these words. {held.items.length} are open.</p>;
  return (
    <Rows
      items={shown}
      keyOf={({ item }) => item.id}
      height={narrow.value ? 132 : 66}
      label="Open conflicts"
      {...(active === undefined ? {} : { active })}
      render={({ item, gone }, index) => (
        <QueueRow
          item={item}
          gone={gone}
          blocking={blockingOf(item, all)}
          active={index === active}
          onFocus={() => set(index)}
        />
      )}
    />
  );
}

interface SummaryProps {
  readonly open: number;
  readonly more: boolean;
  readonly split: number;
}

function Summary({ open, more, split }: SummaryProps): JSX.Element {
  return (
    <p class="quiet number" data-open={open}>
      {more ? `more than ${open}` : open} open, most blocking first
      {singleKeys.value === 'on' && (
        <>
          {' · '}
          <kbd>n</kbd> opens the first
        </>
      )}
      <KeptBoth count={split} />
    </p>
  );
}

export function QueueScreen(): JSX.Element {
  const { value, fault, reload } = useLoaded('queue', (signal) => listConflicts('open', MOST, signal), isOfQueue);
  const { value: today } = useLoaded('queue-today', readToday, isOfToday);
  const [words, setWords] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const items = useMemo(() => (value === undefined ? undefined : ordered(value.items)), [value]);
  const held = useHeld(items, ({ id }) => id);
  useNews(held.waiting);
  useKeys('Queue', [{ key: '/', does: 'Filter', run: () => field.current?.focus() }]);
  const isEmpty = items !== undefined && held.items.length === 0;
  return (
    <div class="screen">
      <div class="screen-head">
        <h1>Queue</h1>
        {items !== undefined && !isEmpty && (
          <Summary open={items.length} more={value?.more === true} split={today?.split ?? 0} />
        )}
        <span class="grow" />
        {!isEmpty && (
          <label class="filter-field">
            <span class="unseen">Filter</span>
            <input
              ref={field}
              type="search"
              placeholder="Filter: resource, agent, reason"
              value={words}
              onInput={({ currentTarget }) => setWords(currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === 'Escape') field.current?.blur();
              }}
            />
          </label>
        )}
      </div>
      {held.waiting > 0 && (
        <button type="button" class="pill" onClick={held.settle}>
          {held.waiting} new
        </button>
      )}
      {fault !== undefined && <Trouble fault={fault} retry={reload} />}
      {items === undefined && fault === undefined && <p class="quiet">Loading …</p>}
      {isEmpty && <EmptyQueue today={today} />}
      {items !== undefined && !isEmpty && <List held={held} all={items} words={words} />}
    </div>
  );
}
