// The newest of the feed, for who has just come; what comes later is told by live/.
import { isFault } from './fault.ts';
import { ask } from './request.ts';
import type { FeedCommit } from './types.ts';

async function itemsSince(since: string | undefined, limit: number): Promise<readonly FeedCommit[]> {
  const { items } = await ask<{ readonly items: readonly FeedCommit[] }>({
    path: '/events',
    query: { since, limit },
    headers: { accept: 'application/json' },
  });
  return items;
}

/** Up to `limit` items, the newest first. */
export async function readFeed(limit: number): Promise<readonly FeedCommit[]> {
  const { epoch, revision } = await ask<{ readonly epoch: string; readonly revision: number }>({ path: '/position' });
  const since = `${epoch}:${Math.max(0, revision - limit)}`;
  const items = await itemsSince(since, limit).catch((error: unknown) => {
    // So much was trimmed that less than this is left: then from the oldest.
    if (isFault(error, 'gone')) return itemsSince(undefined, limit);
    throw error;
  });
  return [...items].reverse();
}
