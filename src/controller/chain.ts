// Merges that go on from one another before the store has answered. A writer of a contended resource says what its commit
// is about to make of it, and the next in the lane merges with that at once; the commits that come together so go to the
// store in one call, in their order. What is said here is a guess and nothing more: the next one's guard names that very
// version and hash, and the store alone decides. Where a guess fails, the commit is refused like every stale one and goes
// round again.
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { invariant } from '../core/errors.ts';
import type { Head } from '../core/version.ts';
import type { Awaitable, CommitReply, CommitRequest, Store } from '../stores/store.ts';
import type { Context } from './context.ts';

/** The version that a commit under way is about to write. */
export interface Ahead {
  /** As it will be when the commit lands; its revision is not known yet, and 0. */
  readonly head: Head;
  /** Its bytes; nobody else has this array. */
  readonly content: Uint8Array;
  /** Commits of its chain up to here, and the bytes of what they write. */
  readonly length: number;
  readonly bytes: number;
  /** The head as the store wrote it; undefined where the store's first answer was anything else. Never rejects. */
  readonly fate: Promise<Head | undefined>;
  readonly chain: Chain;
}

/** Commits of which each goes on from the one before it: when one did not land, none behind it can. */
interface Chain {
  broken: boolean;
}

interface Waiting {
  readonly request: CommitRequest;
  /** Undefined for a commit that goes on from nothing, and only keeps its place behind a chain. */
  readonly link: Ahead | undefined;
  readonly tell: (head: Head | undefined) => void;
  /** Undefined: it was not sent, since what it goes on from came to nothing. */
  readonly answer: (reply: CommitReply | undefined) => void;
  readonly fail: (error: unknown) => void;
}

/** What is under way on one resource. */
interface Place {
  last: Ahead | undefined;
  waiting: Waiting[];
  /** Commits that go on from nothing: they come after those that wait. */
  behind: Waiting[];
  running: Promise<void> | undefined;
  /** How many that lost are about to send what they come to. */
  settling: number;
  timer: NodeJS.Timeout | undefined;
}

/** Commits in one chain. Then its end is waited for, and looked at, so that another process gets its turn. */
const MAX_LENGTH = 64;
const MAX_BYTES = 4 * 1024 * 1024;
/** How long a call to the store keeps the next one on its resource waiting. */
const PATIENCE_MS = 1000;
/** How long a first try gives those who lost before it. */
const COURTESY_MS = 25;
/** How long links may follow one another before other work of this process gets its turn. */
const BREATH_MS = 5;

export class Chains {
  readonly #store: Store;
  readonly #places = new Map<string, Place>();
  #started: number | undefined;
  #off = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What the last commit under way is about to make of the resource, as long as that may still come true. */
  ahead(resource: string): Ahead | undefined {
    return this.#places.get(resource)?.last;
  }

  /** Whether a commit of a chain is worth its while with this store. */
  get isOn(): boolean {
    return !this.#off;
  }

  /** Whether another commit may go on from it. */
  isOpen({ length, bytes }: Ahead): boolean {
    return length < MAX_LENGTH && bytes < MAX_BYTES;
  }

  /** The store does not know guards that name a version: from now on every answer is waited for. */
  stop(): void {
    this.#off = true;
  }

  /**
   * Sends a commit that writes a content on `base`, together with those of others on the same resource: with all that
   * come while a call is under way, or until the next turn of the event loop where `more` are to be expected. Answers the
   * store's reply; undefined where nothing was sent.
   */
  send(request: CommitRequest, base: Head, before: Ahead | undefined, more: boolean): Promise<CommitReply | undefined> {
    const { resource } = base;
    const place = this.#placeOf(resource);
    const { promise: fate, resolve: tell } = open<Head | undefined>();
    const { promise, resolve: answer, reject: fail } = open<CommitReply | undefined>();
    const link = linkOf(request, base, before, fate);
    if (!link.chain.broken) place.last = link;
    place.waiting.push({ request, link, tell, answer, fail });
    if (place.running === undefined) {
      if (more) setImmediate(() => this.#pump(resource, place));
      else this.#pump(resource, place);
    }
    return promise;
  }

  /**
   * Somebody lost here, and settles it: first tries of others stand back for a moment, or each would take the ground from
   * under all who settle. Call the result when it is sent, or comes to something else.
   */
  settling(resource: string): () => void {
    if (this.#off) return () => undefined;
    const place = this.#placeOf(resource);
    place.settling += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      place.settling -= 1;
      if (place.settling === 0 && place.last === undefined) this.#pump(resource, place);
    };
  }

  /** Nobody is under way there: a commit under its own guard goes to the store at once. */
  isFree(resource: string): boolean {
    const place = this.#places.size === 0 ? undefined : this.#places.get(resource);
    return place === undefined || (place.last === undefined && place.settling === 0);
  }

  /** A commit under its own guard. Where others settle what they lost, it goes behind them: most likely it has lost too. */
  commit(request: CommitRequest, resource: string): Awaitable<readonly CommitReply[]> {
    if (this.isFree(resource)) return this.#store.commit([request]);
    const place = this.#placeOf(resource);
    const { promise, resolve, reject } = open<readonly CommitReply[]>();
    const answer = (reply: CommitReply | undefined): void => resolve([reply as CommitReply]);
    place.behind.push({ request, link: undefined, tell: () => undefined, answer, fail: reject });
    if (place.running === undefined) place.timer ??= setTimeout(() => this.#pump(resource, place), COURTESY_MS);
    return promise;
  }

  #placeOf(resource: string): Place {
    const known = this.#places.get(resource);
    if (known !== undefined) return known;
    const timer = undefined;
    const place: Place = { last: undefined, waiting: [], behind: [], running: undefined, settling: 0, timer };
    this.#places.set(resource, place);
    return place;
  }

  /** One call at a time, so that what goes on from another never gets there first; but none is waited for for ever. */
  #pump(resource: string, place: Place): void {
    if (place.running !== undefined) return;
    const isDoomed = ({ link }: Waiting): boolean => link?.chain.broken === true;
    const batch = [...place.waiting.filter((one) => !isDoomed(one)), ...place.behind];
    for (const one of place.waiting) if (isDoomed(one)) this.#end(place, one, undefined);
    place.waiting = [];
    place.behind = [];
    clearTimeout(place.timer);
    place.timer = undefined;
    if (batch.length === 0) {
      const isIdle = place.last === undefined && place.settling === 0;
      if (isIdle && this.#places.get(resource) === place) this.#places.delete(resource);
      return;
    }
    const call = this.#call(place, batch);
    place.running = call;
    const next = (): void => {
      clearTimeout(timer);
      if (place.running !== call) return;
      place.running = undefined;
      this.#pump(resource, place);
    };
    const timer = setTimeout(next, PATIENCE_MS);
    timer.unref();
    void call.then(next);
  }

  /** Answers every one of them; never rejects. */
  async #call(place: Place, batch: readonly Waiting[]): Promise<void> {
    let replies: readonly CommitReply[];
    try {
      const answer = this.#store.commit(batch.map(({ request }) => request));
      // A store that answers at once, in this process's memory, leaves nothing to wait for.
      if (!(answer instanceof Promise)) this.#off = true;
      replies = await answer;
    } catch (error) {
      // What is thrown was not applied. One of them may be at fault for all: alone it shows which.
      if (batch.length > 1) for (const one of batch) await this.#call(place, [one]);
      else for (const one of batch) this.#end(place, one, undefined, error);
      return;
    }
    for (const [index, one] of batch.entries()) this.#end(place, one, replies[index]);
  }

  #end(place: Place, { link, tell, answer, fail }: Waiting, reply: CommitReply | undefined, error?: unknown): void {
    if (link !== undefined) {
      const { chain } = link;
      const landed = reply?.status === 'committed' ? reply.heads[0] : undefined;
      if (landed === undefined) chain.broken = true;
      if (place.last === link || (chain.broken && place.last?.chain === chain)) place.last = undefined;
      tell(landed);
    }
    if (error === undefined) answer(reply);
    else fail(error);
  }

  /** Lets the event loop go on where link after link was made in one turn of it (rule C8). */
  async breathe(): Promise<void> {
    if (this.#started === undefined) {
      this.#started = performance.now();
      setImmediate(() => {
        this.#started = undefined;
      });
    } else if (performance.now() - this.#started > BREATH_MS) await nextTurn();
  }
}

function open<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

function linkOf(request: CommitRequest, base: Head, before: Ahead | undefined, fate: Ahead['fate']): Ahead {
  const { agent, at, writes } = request;
  const write = writes[0];
  invariant(write?.kind === 'content', 'a link of a chain that writes no content');
  const { resource, hash, content, mediaType } = write;
  const size = content.length;
  const media = mediaType === undefined ? {} : { mediaType };
  const { version, born } = base;
  return {
    head: { resource, version: version + 1, revision: 0, born, hash, size, ...media, agent, at, deleted: false },
    content: new Uint8Array(content),
    length: (before?.length ?? 0) + 1,
    bytes: (before?.bytes ?? 0) + size,
    fate,
    chain: before?.chain ?? { broken: false },
  };
}

/** Waits until it is told what became of it, but no longer than patience. Rejects when the signal aborts. */
export async function fateOf(
  context: Pick<Context, 'sleep'>,
  { fate }: Ahead,
  signal?: AbortSignal,
): Promise<Head | undefined> {
  const told = new AbortController();
  const ends = signal === undefined ? told.signal : AbortSignal.any([signal, told.signal]);
  try {
    return await Promise.race([fate, context.sleep(PATIENCE_MS, ends).then(() => undefined)]);
  } finally {
    told.abort();
  }
}
