// Group commit: the calls that wait together share one transaction and one fsync, which is the only thing that beats
// the disk. Each has its own reply; a request that fails is taken out and the rest goes on without it (rule D2).
// Longer than most files: who waits, who goes together and who is taken out are steps on one list.
import type { EntenteError } from '../../core/errors.ts';
import { isEntenteError } from '../../core/errors.ts';
import type { Space } from '../../core/resource.ts';
import { checkLimits } from '../check.ts';
import type { Capabilities, CommitReply, CommitRequest } from '../store.ts';
import { applyCommit, applyPlain } from './apply.ts';
import type { Connection } from './connection.ts';
import { UnknownCommit } from './connection.ts';
import { faultOf, isBusy, isOfStatement, lockedFault } from './errors.ts';
import { pause } from './lock.ts';
import { bytesOf, owned } from './request.ts';

/** Requests and bytes in one transaction: more would only make the others wait longer. */
const MAX_REQUESTS = 512;
const MAX_BYTES = 32 * 1024 * 1024;

/** A caller that is alone goes ahead at once; after so many times at most we look whether it is still alone. */
const LOOK_OUT = 64;

/** Turns of the event loop that a transaction waits at most while each brings more requests, and while these are few. */
const MAX_TURNS = 4;
const MORE_TURNS = 16;
/** So many that one more would hardly make the share of each in the sync smaller. */
const MANY = 64;

export interface QueueOptions {
  readonly random: () => number;
  readonly timeoutMs: number;
  readonly capabilities: Capabilities;
  /** Hears of the spaces that a transaction has changed. */
  readonly onCommit: (space: Space) => void;
}

export interface CommitQueue {
  /** One reply each, in order. */
  commit(requests: readonly CommitRequest[]): Promise<readonly CommitReply[]>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

/** A call of `commit`: answered when its last request is. */
interface Call {
  readonly replies: CommitReply[];
  readonly resolve: (replies: readonly CommitReply[]) => void;
  missing: number;
}

interface Waiting {
  readonly request: CommitRequest;
  readonly call: Call;
  /** The request's place in its call. */
  readonly index: number;
  readonly bytes: number;
  /** When the lock was refused for the first time; 0: it was not. */
  refused: number;
  reply: CommitReply | undefined;
}

function answer({ call, index }: Waiting, reply: CommitReply): void {
  call.replies[index] = reply;
  call.missing -= 1;
  if (call.missing === 0) call.resolve(call.replies);
}

export function createQueue(connection: Connection, options: QueueOptions): CommitQueue {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  /** Transactions of a single request in a row. */
  let alone = 0;
  /** One was served inside its call, and who was called together with it has not been heard yet. */
  let hasGone = false;
  const hear = (): void => {
    hasGone = false;
  };

  /** Whether the first request waits for others. */
  function isLookOut(): boolean {
    // After 0, 1, 2, 4, 8 … transactions of one request: the longer it was alone, the rarer.
    const isDue = (alone & (alone - 1)) === 0 || alone % LOOK_OUT === 0;
    return isDue || connection.shared;
  }

  /**
   * A caller that has been alone is served inside its call: nothing of its request needs to be copied, and nothing waits.
   * Of several that call in one go the first goes ahead like this, and the others go together. Undefined, and nothing has
   * happened, where it takes a transaction.
   */
  function atOnce(request: CommitRequest): CommitReply | undefined {
    if (hasGone || running !== undefined || isLookOut()) return undefined;
    if (checkLimits(request, options.capabilities) !== undefined) return undefined;
    const reply = tryAtOnce(connection, request);
    if (reply === undefined) return undefined;
    alone += 1;
    hasGone = true;
    queueMicrotask(hear);
    if (reply.status === 'committed') options.onCommit(request.space);
    return reply;
  }

  /**
   * Callers that are woken together reach us in one turn of the event loop: let them all in. What comes over sockets
   * comes in more turns than one, since while one half is taken in the other half is still being answered.
   */
  async function gather(): Promise<void> {
    for (let turn = 0; turn < (waiting.length < MANY ? MORE_TURNS : MAX_TURNS); turn += 1) {
      if (waiting.length >= MAX_REQUESTS) return;
      const before = waiting.length;
      await new Promise((resolve) => setImmediate(resolve));
      if (waiting.length === before) return;
    }
  }

  async function run(): Promise<void> {
    if (isLookOut()) await gather();
    else await undefined;
    while (waiting.length > 0) {
      const batch = nextBatch();
      if (flush(connection, batch, options)) {
        alone = batch.length === 1 ? alone + 1 : 0;
      } else {
        waiting = dropLate([...batch, ...waiting], connection.place, options.timeoutMs);
        await pause(options.random);
        continue;
      }
      if (waiting.length === 0) break;
      await gather();
    }
    running = undefined;
  }

  function nextBatch(): Waiting[] {
    const size = batchSize(waiting);
    const batch = size === waiting.length ? waiting : waiting.slice(0, size);
    waiting = size === waiting.length ? [] : waiting.slice(size);
    return batch;
  }

  function enter(call: Call, requests: readonly CommitRequest[]): void {
    for (let index = 0; index < requests.length; index += 1) {
      const request = owned(requests[index] as CommitRequest);
      const item: Waiting = { request, call, index, bytes: bytesOf(request), refused: 0, reply: undefined };
      const error = checkLimits(request, options.capabilities);
      if (error === undefined) waiting.push(item);
      else answer(item, { status: 'unavailable', error });
    }
    if (waiting.length > 0) running ??= run();
  }

  return {
    commit(requests) {
      if (requests.length === 0) return Promise.resolve([]);
      // Inside the promise: a request that is none rejects it, whichever way it goes.
      return new Promise((resolve) => {
        const reply = requests.length === 1 ? atOnce(requests[0] as CommitRequest) : undefined;
        if (reply === undefined) enter({ replies: [], resolve, missing: requests.length }, requests);
        else resolve([reply]);
      });
    },
    async idle() {
      while (running !== undefined) await running;
    },
  };
}

/** How many of the waiting requests go into the next transaction: at least one. */
function batchSize(waiting: readonly Waiting[]): number {
  let bytes = 0;
  for (let index = 0; index < waiting.length; index += 1) {
    bytes += waiting[index]?.bytes ?? 0;
    if (index === MAX_REQUESTS || (index > 0 && bytes > MAX_BYTES)) return index;
  }
  return waiting.length;
}

function dropLate(waiting: readonly Waiting[], place: string, timeoutMs: number): Waiting[] {
  const now = performance.now();
  return waiting.filter((item) => {
    if (item.refused === 0) item.refused = now;
    if (item.refused > now - timeoutMs) return true;
    answer(item, { status: 'unavailable', error: lockedFault(place, timeoutMs) });
    return false;
  });
}

/** One transaction for the batch, and the replies; false when the lock is not to be had yet. */
function flush(connection: Connection, batch: readonly Waiting[], { onCommit }: QueueOptions): boolean {
  let open = batch;
  let apart = false;
  while (open.length > 0) {
    const trouble = tryBatch(connection, open, apart);
    if (trouble === undefined) break;
    const { error } = trouble;
    if (trouble.item === undefined && isBusy(error)) return false;
    const item = trouble.item ?? (open.length === 1 ? open[0] : undefined);
    const isOwn = isOwnFault(error);
    if (isOwn && item === undefined && !apart) {
      // Their common row was refused: with a row for each it shows whose fault it is.
      apart = true;
      continue;
    }
    // A request that SQLite cannot take must not take the others with it.
    const failed = isOwn && item !== undefined ? [item] : open;
    for (const one of failed) one.reply = failure(error, connection.place);
    open = open.filter((other) => !failed.includes(other));
  }
  answerAll(batch, onCommit);
  return true;
}

function answerAll(batch: readonly Waiting[], onCommit: QueueOptions['onCommit']): void {
  for (const item of batch) {
    const { reply } = item;
    if (reply === undefined) continue;
    if (reply.status === 'committed') onCommit(item.request.space);
    answer(item, reply);
  }
}

function tryAtOnce(connection: Connection, request: CommitRequest): CommitReply | undefined {
  try {
    return connection.writeAtOnce(() => applyPlain(connection, request));
  } catch (error) {
    return failure(error, connection.place);
  }
}

interface Trouble {
  readonly error: unknown;
  /** The request at which it happened; undefined at the beginning or the end of the transaction. */
  readonly item: Waiting | undefined;
}

function tryBatch(connection: Connection, batch: readonly Waiting[], apart: boolean): Trouble | undefined {
  let current: Waiting | undefined;
  try {
    const [first] = batch;
    if (first !== undefined && batch.length === 1) {
      first.reply = connection.writeAtOnce(() => applyPlain(connection, first.request));
      if (first.reply !== undefined) return undefined;
    }
    connection.write(() => {
      for (current of batch) {
        current.reply = applyCommit(connection, current.request);
        if (apart) connection.log.flush();
      }
      current = undefined;
    });
    return undefined;
  } catch (error) {
    return { error, item: current };
  }
}

function isOwnFault(error: unknown): boolean {
  if (error instanceof UnknownCommit) return false;
  return isOfStatement(error) || (isEntenteError(error) && ownCodes.has(error.code));
}

const ownCodes: ReadonlySet<EntenteError['code']> = new Set(['too-large', 'revision-overflow', 'misuse']);

function failure(error: unknown, place: string): CommitReply {
  if (error instanceof UnknownCommit) return { status: 'unknown', error: error.cause as EntenteError };
  return { status: 'unavailable', error: faultOf(error, place) };
}
