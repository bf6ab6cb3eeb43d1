// The queue as it is shown: which conflict first, and which at all.
import type { QueueItem } from '../../api/types.ts';

/** How many wait for it: those that are about to change the resource, and its other open conflicts. */
export function blockingOf(item: QueueItem, items: readonly QueueItem[]): number {
  const others = items.filter(({ resource, id }) => resource === item.resource && id !== item.id).length;
  return (item.inFlight ?? 0) + others;
}

/** Most blocking first, then the oldest. */
export function ordered(items: readonly QueueItem[]): readonly QueueItem[] {
  const counts = new Map<string, number>();
  for (const { resource } of items) counts.set(resource, (counts.get(resource) ?? 0) + 1);
  const blocking = (item: QueueItem): number => (item.inFlight ?? 0) + (counts.get(item.resource) ?? 1) - 1;
  return [...items].sort((a, b) => blocking(b) - blocking(a) || a.openedAt - b.openedAt || a.number - b.number);
}

/** Those that have the words somewhere: in the resource, the agents, the reason, the note. */
export function filtered(items: readonly QueueItem[], words: string): readonly QueueItem[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (wanted.length === 0) return items;
  return items.filter(({ resource, current, proposed, reason, note = '' }) => {
    const text = [resource, current.agent, proposed.agent, reason, note].join('\n').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
