// Reads all of what the contract gives in pages.
import type { Page, PageRequest } from '../../core/page.ts';
import type { Space } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { LogEntry, Store, StoredRecord } from '../store.ts';
import { trimmedMeanwhile } from './faults.ts';
import { RECORD_KINDS } from './kinds.ts';

const PAGE = 500;

async function* itemsOf<T>(ask: (page: PageRequest) => Promise<Page<T>>): AsyncGenerator<T> {
  let after: string | undefined;
  do {
    const page = await ask(after === undefined ? { limit: PAGE } : { limit: PAGE, after });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}

/** Every head of a space, tombstones too. */
export function headsOf(store: Store, space: Space): AsyncGenerator<Head> {
  return itemsOf((page) => store.list(space, '', page));
}

/** Every record of the kinds that entente knows. */
export async function recordsOf(store: Store, space: Space): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  for (const kind of RECORD_KINDS) {
    for await (const record of itemsOf((page) => store.records(space, kind, {}, page))) all.push(record);
  }
  return all;
}

/** The entries after one revision and up to another. Throws `gone` where they are trimmed. */
export async function* entriesOf(store: Store, space: Space, after: number, upTo: number): AsyncGenerator<LogEntry> {
  for (let at = after; at < upTo; ) {
    const page = await store.log(space, at, PAGE);
    if (page.status === 'gone') throw trimmedMeanwhile(space);
    if (page.entries.length === 0) return;
    for (const entry of page.entries) {
      if (entry.revision > upTo) return;
      at = entry.revision;
      yield entry;
    }
  }
}

/** The newest version of a resource that is no younger than a revision; undefined where it was not there yet. */
export async function versionAt(store: Store, space: Space, head: Head, revision: number): Promise<Head | undefined> {
  if (head.revision <= revision) return head;
  const versions = itemsOf((page) => store.history(space, head.resource, page));
  for await (const version of versions) if (version.head.revision <= revision) return version.head;
  return undefined;
}
