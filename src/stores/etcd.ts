// The etcd store: a cluster of machines that agree on every commit before it is answered. Spoken through the JSON gateway,
// without a package. Commits that wait together are one transaction with a part for each. Opened on first use.
import type { Space } from '../core/resource.ts';
import { assertGuarded } from './check.ts';
import { ContentCache } from './content-cache.ts';
import { createClient } from './etcd/client.ts';
import { readContent } from './etcd/contents.ts';
import { createElsewhere } from './etcd/elsewhere.ts';
import { MAX_GUARDS } from './etcd/encode.ts';
import { type Opened, open } from './etcd/opened.ts';
import { parseAddress, tlsOf, userOf } from './etcd/place.ts';
import { type CommitQueue, createQueue } from './etcd/queue.ts';
import {
  listHeads,
  readCounts,
  readHistory,
  readLog,
  readRecord,
  readRecords,
  readSnapshot,
  readSpaces,
  readStatus,
} from './etcd/reads.ts';
import { trim } from './etcd/trim.ts';
import { createWatch, type Watch } from './etcd/wake.ts';
import { createOpening } from './opening.ts';
import type { Capabilities, Store } from './store.ts';

export interface EtcdStoreOptions {
  /** `etcd://HOST:PORT,HOST:PORT?prefix=NAME`; `etcds://` over TLS, with files in `&cacert=`, `&cert=` and `&key=`. */
  readonly url: string;
  /** Who asks. @default ETCDCTL_USER and ETCDCTL_PASSWORD */
  readonly user?: { readonly name: string; readonly password: string };
  /** PEM texts. @default the files that the address names, or ETCDCTL_CACERT, ETCDCTL_CERT and ETCDCTL_KEY */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Milliseconds to wait for one answer. @default 5,000 */
  readonly timeoutMs?: number;
  /** Another store for the contents that are larger than 128 KiB; this store closes it. */
  readonly contents?: Store;
  /** Bytes of one content. @default 16 MiB */
  readonly maxContentBytes?: number;
  /** Hears what is wrong with the set-up but does not stop it. @default process.emitWarning */
  readonly onWarning?: (message: string) => void;
}

interface Parts {
  readonly opened: Opened;
  readonly queue: CommitQueue;
  readonly watch: Watch;
}

/**
 * A store in etcd. Answers at once; the first use makes the connection, and what is wrong with it (`store-unavailable`,
 * `store-newer`) is thrown then, every time.
 */
export function createEtcdStore(options: EtcdStoreOptions): Store {
  const { timeoutMs = 5000, onWarning = warn, user = userOf(process.env) } = options;
  const { endpoints, prefix, shown, files } = parseAddress(options.url);
  const tls = options.tls ?? tlsOf(process.env, files);
  const capabilities: Capabilities = {
    name: 'etcd',
    durability: 'quorum',
    gapless: false,
    maxGuards: MAX_GUARDS,
    maxWrites: MAX_GUARDS,
    maxContentBytes: options.maxContentBytes ?? 16 * 1024 * 1024,
  };
  const client = createClient({ endpoints, tls, user, timeoutMs });
  const cache = new ContentCache();
  const opening = createOpening(async (): Promise<Parts> => {
    const elsewhere = options.contents === undefined ? undefined : createElsewhere(options.contents);
    const opened = await open(client, { prefix, place: shown, onWarning, elsewhere });
    const watch = createWatch(opened);
    return { opened, watch, queue: createQueue(opened, { capabilities, cache, onCommit: watch.notify }) };
  });

  async function ask<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    const { opened } = await opening.use();
    try {
      return await work(opened);
    } catch (error) {
      throw opened.faultOf(error);
    }
  }

  return {
    capabilities,
    async commit(requests) {
      for (const request of requests) assertGuarded(request);
      return (await opening.use()).queue.commit(requests);
    },
    commitStatus: (space, agent, commitId) => ask((opened) => readStatus(opened, space, agent, commitId)),
    read: (space, ids) => ask((opened) => readSnapshot(opened, space, ids)),
    content: (hash) =>
      ask(async (opened) => {
        const known = cache.get(hash);
        if (known !== undefined) return known;
        const bytes = await readContent(opened, hash);
        if (bytes !== undefined) cache.put(hash, new Uint8Array(bytes));
        return bytes;
      }),
    list: (space, prefix, page) => ask((opened) => listHeads(opened, space, prefix, page)),
    history: (space, id, page) => ask((opened) => readHistory(opened, space, id, page)),
    record: (space, kind, id) => ask((opened) => readRecord(opened, space, kind, id)),
    records: (space, kind, filter, page) => ask((opened) => readRecords(opened, space, kind, filter.state, page)),
    counts: (space) => ask((opened) => readCounts(opened, space)),
    log: (space, after, limit) => ask((opened) => readLog(opened, space, after, limit)),
    async *wake(space: Space, signal: AbortSignal) {
      yield* (await opening.use()).watch.wake(space, signal);
    },
    trim: (space, before) =>
      ask(async (opened) => {
        try {
          return await trim(opened, space, before);
        } finally {
          cache.clear();
        }
      }),
    epoch: () => ask(async (opened) => opened.epoch()),
    spaces: () => ask(readSpaces),
    close: () =>
      opening.close(async (made) => {
        await made?.queue.idle();
        made?.watch.close();
        client.close();
        await options.contents?.close();
      }),
  };
}

function warn(message: string): void {
  process.emitWarning(message, { type: 'EntenteWarning', code: 'ENTENTE_ETCD' });
}
