// Merges that go on from one another before the store has answered. A writer of a contended resource says what its commit
// is about to make of it, and the next in the lane merges with that at once; the commits that come together so go to the
// store in one call, in their order. What is said here is a guess and nothing more: the next one's guard names that very
// version and hash, and the store alone decides. Where a guess fails, the commit is refused like every stale one and goes
// round again.
// Longer than most: what is under way on a resource is one small machine, whose steps change each other's fields.
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Token } from '../core/token.ts';
import type { Head } from '../core/version.ts';
import type { Awaitable, CommitReply, CommitRequest, Store } from '../stores/store.ts';
import { type Ahead, linkOf, open, PATIENCE_MS } from './ahead.ts';

interface Waiting {
  readonly request: CommitRequest;
  /** Undefined for a commit that goes on from nothing, and only keeps its place behind a chain. */
  readonly link: Ahead | undefined;
  readonly tell: (head: Head | undefined) => void;
  /** Undefined: it was not sent, since what it goes on from came to nothing. */
  readonly answer: (reply: CommitReply | undefined) => void;
  readonly fail: (error: unknown) => void;
}

/** A first try on its way that nobody goes on from yet: most commits meet nobody, and need no more than this. */
interface Lead {
  readonly request: CommitRequest;
  readonly token: Token;
  /** What was made of it for those who go on from it. */
  link: Ahead | undefined;
  tell: (head: Head | undefined) => void;
}

/** What is under way on one resource. */
interface Place {
  lead: Lead | undefined;
  last: Ahead | undefined;
  waiting: Waiting[];
  /** Commits that go on from nothing: they come after those that wait. */
  behind: Waiting[];
  running: Promise<void> | undefined;
  /** How many that lost are about to send what they come to. */
  settling: number;
  /** The newest head that the store has told of, and in which epoch. */
  newest: Head | undefined;
  epoch: string;
  timer: NodeJS.Timeout | undefined;
  /** Milliseconds that the last call took. */
  took: number;
  /** The next call waits for those who are about to send. */
  held: NodeJS.Timeout | undefined;
}

/** Commits in one chain. Then its end is waited for, and looked at, so that another process gets its turn. */
const MAX_LENGTH = 64;
const MAX_BYTES = 4 * 1024 * 1024;
/** How long a first try gives those who lost before it. */
const COURTESY_MS = 25;
/** How long a call is held for others at most, and how long calls take for which that is worth its while. */
const HOLD_MS = 5;
const LONG_MS = 2;
/** How long links may follow one another before other work of this process gets its turn. */
const BREATH_MS = 3;

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

  /** Whether a commit is on its way that leaves nothing of what the token read, so that its first try cannot land. */
  isOvertaking(token: Token): boolean {
    const place = this.#off ? undefined : this.#places.get(token.resource);
    if (place === undefined || token.revision === 0 || token.hash === '') return false;
    const { last, lead, settling } = place;
    const newest = this.newest(token);
    if (last !== undefined) return last.head.version > token.version && last.head.born === token.born;
    if (settling > 0 && newest !== undefined) return newest.born === token.born;
    if (lead === undefined || lead.link?.chain.broken === true) return false;
    return lead.token.version >= token.version && lead.token.born === token.born;
  }

  /** The same as `ahead`; a first try that is on its way is made something to go on from. */
  lead(resource: string): Ahead | undefined {
    const place = this.#places.get(resource);
    const lead = place?.lead;
    if (place === undefined || place.last !== undefined || lead === undefined) return place?.last;
    if (lead.link === undefined) {
      const { promise: fate, resolve: tell } = open<Head | undefined>();
      lead.link = linkOf(lead.request, lead.token, undefined, fate);
      lead.tell = tell;
      this.#hurry(resource, place);
    }
    if (!lead.link.chain.broken) place.last = lead.link;
    return place.last;
  }

  /** The newest head that the store has told of since somebody is under way there; of another epoch none is known. */
  newest({ resource, epoch }: Token): Head | undefined {
    const place = this.#places.get(resource);
    return place?.epoch === epoch ? place.newest : undefined;
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
    if (place.running !== undefined) this.#hurry(resource, place);
    else if (place.held !== undefined) return promise;
    else if (more) setImmediate(() => this.#pump(resource, place));
    else this.#pump(resource, place);
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
      if (place.settling === 0 && (place.last === undefined || place.held !== undefined)) this.#pump(resource, place);
    };
  }

  /** Nobody is under way there: a commit under its own guard goes to the store at once. */
  isFree(resource: string): boolean {
    const place = this.#places.size === 0 ? undefined : this.#places.get(resource);
    return place === undefined || (place.last === undefined && place.settling === 0);
  }

  /**
   * A commit under its own guard. Where others settle what they lost, it goes behind them: most likely it has lost too.
   * `isTurn`: it is its turn among them.
   */
  commit(request: CommitRequest, token: Token, isTurn: boolean = false): Awaitable<readonly CommitReply[]> {
    const { resource } = token;
    const place = this.#places.size === 0 ? undefined : this.#places.get(resource);
    if (place === undefined) return this.#first(request, token);
    if (place.last === undefined && (place.settling === 0 || isTurn)) {
      // One that read an older version is about to lose: it is nothing to go on from.
      const leads = place.lead === undefined ? place.running === undefined : place.lead.token.version < token.version;
      return leads ? this.#first(request, token) : this.#store.commit([request]);
    }
    const { promise, resolve, reject } = open<readonly CommitReply[]>();
    const answer = (reply: CommitReply | undefined): void => resolve([reply as CommitReply]);
    place.behind.push({ request, link: undefined, tell: () => undefined, answer, fail: reject });
    this.#hurry(resource, place);
    return promise;
  }

  /** A first try where nothing is under way: whoever comes meanwhile may go on from it. */
  #first(request: CommitRequest, token: Token): Awaitable<readonly CommitReply[]> {
    const since = performance.now();
    const answer = this.#store.commit([request]);
    if (!(answer instanceof Promise) || this.#off || !mayLead(request, token)) return answer;
    const { resource } = token;
    const place = this.#placeOf(resource);
    const end = (head: Head | undefined): void => {
      if (place.lead === lead) place.lead = undefined;
      hear(place, head, request.epoch);
      const { link } = lead;
      if (link !== undefined) {
        if (head === undefined) link.chain.broken = true;
        if (place.last === link || (link.chain.broken && place.last?.chain === link.chain)) place.last = undefined;
        lead.tell(head);
      }
      this.#ended(resource, place, running, since);
    };
    const lead: Lead = { request, token, link: undefined, tell: () => undefined };
    const running = answer.then(
      ([reply]) => end(reply?.status === 'committed' ? reply.heads[0] : undefined),
      () => end(undefined),
    );
    place.lead = lead;
    place.running = running;
    return answer;
  }

  #placeOf(resource: string): Place {
    const known = this.#places.get(resource);
    if (known !== undefined) return known;
    const place: Place = {
      lead: undefined,
      last: undefined,
      waiting: [],
      behind: [],
      running: undefined,
      settling: 0,
      newest: undefined,
      epoch: '',
      timer: undefined,
      took: 0,
      held: undefined,
    };
    this.#places.set(resource, place);
    return place;
  }

  /** Who waits here goes to the store after a moment, and behind a call that does not end after patience. */
  #hurry(resource: string, place: Place): void {
    if (place.timer !== undefined) return;
    const { running } = place;
    place.timer = setTimeout(
      () => {
        place.timer = undefined;
        if (place.running !== undefined && place.running !== running) this.#hurry(resource, place);
        else {
          place.running = undefined;
          this.#pump(resource, place);
        }
      },
      running === undefined ? COURTESY_MS : PATIENCE_MS,
    );
    if (running !== undefined) place.timer.unref();
  }

  /** A call has ended that began at `since`: the next one goes, or is held for those who are about to send. */
  #ended(resource: string, place: Place, running: Promise<void> | undefined, since: number): void {
    place.took = performance.now() - since;
    if (place.running === running) place.running = undefined;
    if (this.#isWorthWaiting(place)) {
      place.held ??= setTimeout(() => this.#pump(resource, place), Math.min(place.took / 2, HOLD_MS));
    } else this.#pump(resource, place);
  }

  /** More are about to send than wait: two calls would take longer than this one with all of them, a little later. */
  #isWorthWaiting({ running, waiting, behind, settling, took }: Place): boolean {
    return running === undefined && took >= LONG_MS && settling > waiting.length + behind.length;
  }

  /** One call at a time, so that what goes on from another never gets there first; but none is waited for for ever. */
  #pump(resource: string, place: Place): void {
    if (place.running !== undefined) return;
    clearTimeout(place.held);
    place.held = undefined;
    const isDoomed = ({ link }: Waiting): boolean => link?.chain.broken === true;
    const batch = [...place.waiting.filter((one) => !isDoomed(one)), ...place.behind];
    for (const one of place.waiting) if (isDoomed(one)) this.#end(place, one, undefined);
    place.waiting = [];
    place.behind = [];
    clearTimeout(place.timer);
    place.timer = undefined;
    if (batch.length === 0) {
      const isIdle = place.lead === undefined && place.last === undefined && place.settling === 0;
      if (isIdle && this.#places.get(resource) === place) this.#places.delete(resource);
      return;
    }
    const since = performance.now();
    const call = this.#call(place, batch);
    place.running = call;
    void call.then(() => this.#ended(resource, place, call, since));
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
      if (batch.length > 1) for (const one of batch) await patiently(this.#call(place, [one]));
      else for (const one of batch) this.#end(place, one, undefined, error);
      return;
    }
    for (const [index, one] of batch.entries()) this.#end(place, one, replies[index]);
  }

  #end(
    place: Place,
    { request, link, tell, answer, fail }: Waiting,
    reply: CommitReply | undefined,
    error?: unknown,
  ): void {
    if (reply !== undefined) hearReply(place, reply, request);
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

/** Until it has ended, but no longer than patience. */
async function patiently(call: Promise<void>): Promise<void> {
  const { promise: late, resolve: giveUp } = open<void>();
  const timer = setTimeout(giveUp, PATIENCE_MS);
  timer.unref();
  await Promise.race([call, late]);
  clearTimeout(timer);
}

function hearReply(place: Place, reply: CommitReply, { writes, epoch }: CommitRequest): void {
  // Revisions only rise until the store is restored: then what it told of before is not there any more.
  const isPast = reply.status === 'stale' && reply.revision < (place.newest?.revision ?? 0);
  if (isPast || reply.status === 'epoch-changed') place.newest = undefined;
  if (reply.status === 'committed' || reply.status === 'stale')
    hear(
      place,
      reply.heads.find((head) => head.resource === writes[0]?.resource),
      epoch,
    );
}

function hear(place: Place, head: Head | undefined, epoch: string): void {
  if (head === undefined) return;
  if (place.epoch === epoch && head.revision <= (place.newest?.revision ?? 0)) return;
  place.newest = head;
  place.epoch = epoch;
}

/** It writes a content on a version that is there, and relies on nothing else. */
function mayLead({ guards, writes }: CommitRequest, { revision, hash, repairs }: Token): boolean {
  if (revision === 0 || hash === '' || repairs !== undefined) return false;
  return guards.length === 1 && writes.length === 1 && writes[0]?.kind === 'content';
}
