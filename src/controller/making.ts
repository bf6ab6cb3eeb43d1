// How a version was made, as far as the log and what it keeps still tell: for whoever explains it.
import type { Receipt } from '../core/receipt.ts';
import type { Space } from '../core/resource.ts';
import type { Head } from '../core/version.ts';
import type { EntryMeta, LogEntry, Store } from '../stores/store.ts';
import { parseReceipt } from './kept-receipt.ts';

export interface Making {
  readonly commitId: string;
  readonly outcome: EntryMeta['outcome'];
  readonly strategy?: string;
  readonly note?: string;
  /** The version that both sides started from; 0: nothing. Absent where the log does not say. */
  readonly base?: number;
  /** True for a merge, also where its receipt is no longer kept. */
  readonly merged: boolean;
  readonly receipt?: Receipt;
  /** What was sent, where that is kept beside what came of it. */
  readonly sent?: Uint8Array;
}

/** Undefined where the entry that made the version is no longer kept. */
export async function makingOf(store: Store, space: Space, head: Head): Promise<Making | undefined> {
  const page = await store.log(space, head.revision - 1, 1);
  const entry = page.status === 'ok' ? page.entries[0] : undefined;
  if (entry?.revision !== head.revision) return undefined;
  const { commitId, meta } = entry;
  const hash = receiptHash(entry, head.resource);
  const bytes = hash === undefined ? undefined : await store.content(hash);
  const sent = await sentContent(store, entry, head.resource);
  const base = baseOf(entry, head.resource);
  return {
    ...{ commitId, outcome: meta.outcome, merged: hash !== undefined },
    ...(meta.strategy === undefined ? {} : { strategy: meta.strategy }),
    ...(meta.note === undefined ? {} : { note: meta.note }),
    ...(base === undefined ? {} : { base }),
    ...(bytes === undefined ? {} : { receipt: parseReceipt(bytes) }),
    ...(sent === undefined ? {} : { sent }),
  };
}

/** A set that was committed together has a receipt for each of its merges. */
function receiptHash({ meta }: LogEntry, resource: string): string | undefined {
  const each = meta.extra?.['receipts'] as { readonly [id: string]: string } | undefined;
  if (each === undefined) return meta.receipt;
  return Object.hasOwn(each, resource) ? each[resource] : undefined;
}

function baseOf({ meta }: LogEntry, resource: string): number | undefined {
  const each = meta.extra?.['bases'] as { readonly [id: string]: number } | undefined;
  const found = each === undefined ? meta.extra?.['base'] : Object.hasOwn(each, resource) ? each[resource] : undefined;
  return typeof found === 'number' ? found : undefined;
}

async function sentContent(store: Store, { meta }: LogEntry, resource: string): Promise<Uint8Array | undefined> {
  const sent = (meta.extra?.['sent'] ?? {}) as { readonly [id: string]: string };
  const hash = Object.hasOwn(sent, resource) ? sent[resource] : undefined;
  return hash === undefined ? undefined : store.content(hash);
}
