// One stream for each browser: the tabs of a key and a space elect one that reads the feed (a lock that ends with its tab)
// and tells the others. Every tab knows how far the feed was told, so that the next leader goes on without a gap.
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { faultOf, isFault } from '../api/fault.ts';
import { send } from '../api/request.ts';
import { principalId, session } from '../api/session.ts';
import type { FeedCommit } from '../api/types.ts';
import { eventsOf } from './events.ts';

export type LiveState = 'connecting' | 'live' | 'offline' | 'refused';

export interface Live {
  readonly state: LiveState;
  /** When the feed was last alive: milliseconds since 1970. */
  readonly at?: number;
  /** Since when the server answers and its store does not. */
  readonly storeAway?: number;
}

/** How the feed stands. */
export const live: Signal<Live> = signal({ state: 'connecting' });

/** Whether this tab may offer actions: not while nobody would answer them. */
export const canAct: ReadonlySignal<boolean> = computed(() => live.value.state !== 'offline');

/** `reset`: something was missed; whoever shows a state reads it anew. */
export type LiveEvent = { readonly type: 'commit'; readonly item: FeedCommit } | { readonly type: 'reset' };

type Message =
  | { readonly type: 'hello' }
  | { readonly type: 'state'; readonly live: typeof live.value; readonly cursor?: string | undefined }
  | { readonly type: 'event'; readonly event: LiveEvent; readonly cursor?: string | undefined };

const listeners = new Set<(event: LiveEvent) => void>();

/** Hears of the feed until the answer is called. */
export function onFeed(listener: (event: LiveEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** The server sends a sign of life every 15 s: after twice that the connection is dead, whatever it says. */
const SILENCE_MS = 35_000;

/** Waits, but not longer than until the browser says that it is online again. */
function wait(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener('online', done);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
    stop.addEventListener('abort', done);
  });
}

/** Since when the server's store is away, where the server itself answers. */
async function storeAway(stop: AbortSignal): Promise<number | undefined> {
  try {
    const response = await send({ path: '//readyz', key: '', signal: stop });
    if (response.status !== 503) return undefined;
    const { since } = (await response.json()) as { readonly since?: unknown };
    const at = Date.parse(String(since));
    return Number.isNaN(at) ? undefined : at;
  } catch {
    return undefined;
  }
}

function follow(stop: AbortSignal): void {
  const name = `entente.${principalId.peek()}.${session.peek()?.space ?? ''}`;
  const channel = new BroadcastChannel(name);
  let cursor: string | undefined;
  let leading = false;

  const take = (message: Message): void => {
    if (message.type === 'hello') {
      if (leading) channel.postMessage({ type: 'state', live: live.peek(), cursor } satisfies Message);
      return;
    }
    cursor = message.cursor ?? cursor;
    if (message.type === 'state') live.value = message.live;
    else for (const listener of [...listeners]) listener(message.event);
  };
  const tell = (message: Message): void => {
    take(message);
    channel.postMessage(message);
  };
  const tellState = (state: LiveState, away?: number): void => {
    const at = state === 'live' ? Date.now() : live.peek().at;
    const more = { ...(at === undefined ? {} : { at }), ...(away === undefined ? {} : { storeAway: away }) };
    tell({ type: 'state', live: { state, ...more }, cursor });
  };

  /** Reads one stream to its end. */
  async function readOnce(): Promise<void> {
    const dead = new AbortController();
    let timer = setTimeout(() => dead.abort(), SILENCE_MS);
    const alive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => dead.abort(), SILENCE_MS);
      // Said once in a while: other tabs show when it was.
      if (live.peek().state !== 'live' || Date.now() - (live.peek().at ?? 0) > 5000) tellState('live');
    };
    const signal = AbortSignal.any([stop, dead.signal]);
    // A connection that is open may hang on for long after the network is gone.
    const cut = (): void => dead.abort();
    addEventListener('offline', cut);
    try {
      const response = await send({
        ...{ path: '/events', query: { since: cursor ?? 'now' }, headers: { accept: 'text/event-stream' }, signal },
      });
      if (!response.ok || response.body === null)
        throw faultOf(response.status, await response.json().catch(() => undefined));
      for await (const { type, id, data } of eventsOf(response.body, alive)) {
        if (type === 'commit')
          tell({ type: 'event', event: { type, item: JSON.parse(data) as FeedCommit }, cursor: id });
        else if (type === 'reset') {
          cursor = undefined;
          tell({ type: 'event', event: { type: 'reset' } });
          return;
        } else cursor = id ?? cursor;
      }
    } finally {
      clearTimeout(timer);
      removeEventListener('offline', cut);
    }
  }

  /** One stream, whatever becomes of it; true where there is no use in another one. */
  async function readUntilItEnds(): Promise<boolean> {
    try {
      await readOnce();
    } catch (error) {
      if (stop.aborted) return true;
      if (isFault(error, 'unauthenticated', 'forbidden', 'not-found')) {
        tellState('refused');
        return true;
      }
      if (isFault(error, 'gone', 'epoch-changed')) {
        cursor = undefined;
        tell({ type: 'event', event: { type: 'reset' } });
      }
    }
    return stop.aborted;
  }

  async function lead(): Promise<void> {
    leading = true;
    for (let tries = 0; ; tries += 1) {
      const before = live.peek().at;
      if (await readUntilItEnds()) return;
      if (live.peek().at !== before) tries = 0;
      // A stream that ended by itself is opened again at once; only then is it an outage.
      if (tries > 0) tellState('offline', await storeAway(stop));
      await wait(tries === 0 ? 50 : Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries), stop);
      if (stop.aborted) return;
    }
  }

  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => take(data));
  channel.postMessage({ type: 'hello' } satisfies Message);
  stop.addEventListener('abort', () => channel.close());
  navigator.locks.request(name, { signal: stop }, lead).catch(() => undefined);
}

/** Follows the feed of whatever session there is. */
export function startLive(): void {
  let stop: AbortController | undefined;
  effect(() => {
    const key = session.value === undefined ? '' : `${session.value.key} ${session.value.space}`;
    stop?.abort();
    stop = undefined;
    if (key === '') return;
    stop = new AbortController();
    live.value = { state: 'connecting' };
    follow(stop.signal);
  });
}
