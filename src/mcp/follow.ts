// Who wants to hear of changes: addresses that a client subscribed to, told of as the log of the space goes on. Rights are
// looked at for each change, and a follower with a key ends with that key.
import { type Call, perform } from '../service/operation.ts';
import { position } from '../service/operations/position.ts';
import { may } from '../service/rights.ts';
import { urisOf } from './resources.ts';
import type { Session } from './session.ts';

/** Of an item of the feed: its parts that are used here. */
interface Item {
  readonly type: string;
  readonly changes?: readonly { readonly resource: string }[];
  readonly conflictId?: string;
}

/** The items that a key may see, until the signal, or until the key or the server ends. */
async function* byKey(call: Call, signal: AbortSignal): AsyncGenerator<Item> {
  const session = await call.service.feeds.open(call, { since: 'now' });
  const close = (): void => session.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    if (signal.aborted) return;
    for await (const { items } of session.batches()) for (const { text } of items) yield JSON.parse(text) as Item;
  } finally {
    signal.removeEventListener('abort', close);
    session.close();
  }
}

/** The same for who works on the store itself and holds no key. */
async function* byStore(call: Call, signal: AbortSignal): AsyncGenerator<Item> {
  const { cursor } = await perform(position, call, {});
  for await (const item of call.controller.feed(cursor, { signal })) {
    if (item.type !== 'commit') continue;
    const changes = item.changes.filter(({ resource }) => may(call.principal, 'read', call.space, resource));
    if (changes.length > 0) yield { ...item, changes };
  }
}

/** Tells of each address that changed, until the signal. Ends early where a key is no longer good. */
export async function follow(session: Session, signal: AbortSignal, tell: (uri: string) => void): Promise<void> {
  const call = session.call({ signal });
  const items = session.local ? byStore(call, signal) : byKey(call, signal);
  for await (const { changes = [], conflictId } of items) {
    const ids = changes.map(({ resource }) => resource);
    for (const uri of urisOf(call.space, ids, conflictId)) tell(uri);
  }
}

/** The addresses that a client of the time of sessions asked to hear of. */
export interface Subscriptions {
  add(uri: string): void;
  remove(uri: string): void;
  /** Tells of every address: whoever passes it on chooses. */
  all(): void;
  close(): void;
}

/** Follows from the first subscription on, and not before. */
export function createSubscriptions(session: Session, tell: (uri: string) => void): Subscriptions {
  const wanted = new Set<string>();
  const stop = new AbortController();
  let every = false;
  let following = false;
  const start = (): void => {
    if (following || stop.signal.aborted) return;
    following = true;
    follow(session, stop.signal, (uri) => {
      if (every || wanted.has(uri)) tell(uri);
    })
      .catch((error: unknown) => {
        if (!stop.signal.aborted) session.fault(error);
      })
      .finally(() => {
        following = false;
      });
  };
  return {
    add(uri) {
      wanted.add(uri);
      start();
    },
    remove(uri) {
      wanted.delete(uri);
    },
    all() {
      every = true;
      start();
    },
    close: () => stop.abort(),
  };
}
