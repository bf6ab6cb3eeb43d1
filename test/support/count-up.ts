// Writers that count up one number, and go on through unknown answers and stores that are away: what is lost or doubled
// shows in the number.
import { isEntenteError } from '../../src/core/errors.ts';
import { guardOf, makeRequest, writeOf } from '../../src/stores/conformance/index.ts';
import type { CommitReply, CommitRequest, Store } from '../../src/stores/store.ts';

/** Asks again while nobody answers. */
export async function persist<T>(ask: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isEntenteError(error) || error.code !== 'store-unavailable') throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** How often an answer was not certain at first. */
export interface Doubts {
  unknown: number;
  unavailable: number;
  replayed: number;
}

/** Sends the same again until the answer is certain. */
export async function settle(store: Store, request: CommitRequest, doubts?: Doubts): Promise<CommitReply> {
  for (;;) {
    const [reply] = await persist(() => store.commit([request]));
    if (reply === undefined) throw new Error('no reply');
    if (reply.status === 'replayed') {
      if (doubts !== undefined) doubts.replayed += 1;
      const { revision, heads } = reply.entry;
      return { status: 'committed', revision, heads };
    }
    if (reply.status !== 'unknown' && reply.status !== 'unavailable') return reply;
    if (reply.error.code !== 'store-unavailable') throw reply.error;
    if (doubts !== undefined) doubts[reply.status] += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface CountOptions {
  readonly agent: string;
  readonly times: number;
  /** @default 'counter' */
  readonly resource?: string;
  readonly doubts?: Doubts;
}

/** Counts up a number until so many commits of this agent are acknowledged. */
export async function countUp(
  store: Store,
  { agent, times, resource = 'counter', doubts }: CountOptions,
): Promise<void> {
  const epoch = await persist(() => store.epoch());
  for (let done = 0; done < times; ) {
    const guard = guardOf(resource);
    const { space } = makeRequest(epoch);
    const [head] = (await persist(() => store.read(space, [guard.resource]))).heads;
    const bytes = head === undefined ? undefined : await persist(() => store.content(head.hash));
    const text = String(Number(new TextDecoder().decode(bytes)) + 1);
    const guards = [guardOf(resource, head)];
    const request = makeRequest(epoch, { agent, guards, writes: [writeOf(resource, text)] });
    if ((await settle(store, request, doubts)).status === 'committed') done += 1;
  }
}

/** The number that was counted to. */
export async function countOf(store: Store, resource: string = 'counter'): Promise<string> {
  const [head] = (await store.read(makeRequest('').space, [guardOf(resource).resource])).heads;
  return new TextDecoder().decode(await store.content(head?.hash ?? ''));
}
