// What the activity list holds: the newest items of the feed, a bounded number, and those that wait while somebody reads.
// A list that moved under the pointer would be clicked wrongly: what comes meanwhile waits until it is asked for.
import type { FeedCommit } from '../../api/types.ts';

/** More are in the audit, which has all of them. */
export const KEPT = 5_000;

export interface Backlog {
  /** Newest first. */
  readonly shown: readonly FeedCommit[];
  /** Came since, newest first; not shown yet. */
  readonly waiting: readonly FeedCommit[];
}

export const EMPTY: Backlog = { shown: [], waiting: [] };

const bounded = (items: readonly FeedCommit[]): readonly FeedCommit[] =>
  items.length > KEPT ? items.slice(0, KEPT) : items;

/** Newer items, newest first; held back, or shown at once. What is there already is passed over. */
export function arrived({ shown, waiting }: Backlog, items: readonly FeedCommit[], held: boolean): Backlog {
  const last = waiting[0]?.revision ?? shown[0]?.revision ?? 0;
  const fresh = items.filter(({ revision }) => revision > last);
  if (fresh.length === 0) return { shown, waiting };
  if (held) return { shown, waiting: bounded([...fresh, ...waiting]) };
  return { shown: bounded([...fresh, ...waiting, ...shown]), waiting: [] };
}

export function released({ shown, waiting }: Backlog): Backlog {
  return { shown: bounded([...waiting, ...shown]), waiting: [] };
}

/** What was read beside what the feed told: each once, newest first, so that nothing between the two is missing. */
export function gathered({ shown, waiting }: Backlog, read: readonly FeedCommit[]): Backlog {
  const held = new Set(waiting.map(({ revision }) => revision));
  const all = new Map([...shown, ...read].map((item) => [item.revision, item]));
  const items = [...all.values()].filter(({ revision }) => !held.has(revision));
  return { shown: bounded(items.sort((a, b) => b.revision - a.revision)), waiting };
}

export interface Filter {
  /** Part of an agent's name. */
  readonly agent: string;
  /** Part of a resource's id. */
  readonly resource: string;
  /** Of the outcomes; '' for all. */
  readonly outcome: string;
}

export const ANY: Filter = { agent: '', resource: '', outcome: '' };

/** Whether it lets everything through. */
export function isAny({ agent, resource, outcome }: Filter): boolean {
  return agent === '' && resource === '' && outcome === '';
}

const holds = (text: string, part: string): boolean => text.toLowerCase().includes(part.trim().toLowerCase());

export function matches({ agent, outcome, changes, about = '' }: FeedCommit, filter: Filter): boolean {
  return (
    (filter.agent === '' || holds(agent, filter.agent)) &&
    (filter.outcome === '' || outcome === filter.outcome) &&
    (filter.resource === '' ||
      [about, ...changes.map(({ resource }) => resource)].some((id) => holds(id, filter.resource)))
  );
}
