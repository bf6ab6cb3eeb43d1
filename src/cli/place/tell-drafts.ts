// A home's own store, with a line for its hooks of each draft that is announced or taken back: they open no store to hear
// of it. A line that cannot be written is a hint that nobody gets; the commit is done.
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import type { OpenDraft } from '../../controller/types.ts';
import { appendDrafts, type DraftsLine } from '../../guard/spool/drafts.ts';
import { placesIn } from '../../guard/spool/places.ts';
import { passThrough } from '../../service/pass-through.ts';
import type { CommitRequest, Store } from '../../stores/store.ts';
import { HOME_NAME } from './home.ts';

/** As the controller keeps announced drafts (`controller/presence.ts`). */
const KIND = 'intent';

function linesOf({ records }: CommitRequest): readonly DraftsLine[] {
  return records
    .filter(({ kind }) => kind === KIND)
    .map(({ id, value }): DraftsLine => {
      if (value === null) return { t: 'over', k: id };
      const { resource, agent, until } = value as Omit<OpenDraft, 'id'>;
      return { t: 'draft', k: id, p: resource, a: agent, until };
    });
}

function tell(home: string, request: CommitRequest): void {
  const lines = linesOf(request);
  if (lines.length === 0) return;
  const { books, drafts } = placesIn(path.join(home, 'guard'), request.space);
  // Without a book there are no hooks that anybody could tell.
  if (existsSync(books)) appendDrafts(drafts, lines);
}

/** The store as it is, where the database is not that of a home. */
export function tellingDrafts(store: Store, database: string): Store {
  const home = path.dirname(database);
  if (path.basename(home) !== HOME_NAME) return store;
  return {
    ...passThrough(store),
    commit: async (requests) => {
      const replies = await store.commit(requests);
      for (const [at, request] of requests.entries()) {
        if (replies[at]?.status !== 'committed') continue;
        try {
          tell(home, request);
        } catch {
          // The commit is done, whoever hears of it.
        }
      }
      return replies;
    },
  };
}
