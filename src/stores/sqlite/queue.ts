// Group commit: the calls that wait together share one transaction and one fsync, which is the only thing that beats
// the disk. Each has its own reply; a request that fails is taken out and the rest goes on without it (rule D2).
import type { EntenteError } from '../../core/errors.ts';
import { isEntenteError } from '../../core/errors.ts';
import type { Space } from '../../core/resource.ts';
import type { CommitReply, CommitRequest } from '../store.ts';
import { applyCommit } from './apply.ts';
import type { Connection } from './connection.ts';
import { UnknownCommit } from './connection.ts';
import { faultOf, isBusy, isOfStatement, lockedFault } from './errors.ts';
import { pause } from './lock.ts';

/** Requests and bytes in one transaction: more would only make the others wait longer. */
const MAX_REQUESTS = 512;
const MAX_BYTES = 32 * 1024 * 1024;

export interface QueueOptions {
  readonly random: () => number;
  readonly timeoutMs: number;
  /** Hears of the spaces that a transaction has changed. */
  readonly onCommit: (space: Space) => void;
}

export interface CommitQueue {
  commit(request: CommitRequest): Promise<CommitReply>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly request: CommitRequest;
  readonly since: number;
  readonly bytes: number;
  readonly reply: (reply: CommitReply) => void;
}

export function createQueue(connection: Connection, options: QueueOptions): CommitQueue {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // Callers that are woken together reach us in one turn of the event loop: let them all in.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchSize(waiting));
      if (flush(connection, batch, options)) waiting = waiting.slice(batch.length);
      else {
        waiting = dropLate(waiting, connection.place, options.timeoutMs);
        await pause(options.random);
        continue;
      }
      if (waiting.length === 0) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    running = undefined;
  }

  return {
    commit(request) {
      return new Promise((reply) => {
        waiting.push({ request, since: performance.now(), bytes: bytesOf(request), reply });
        running ??= run();
      });
    },
    async idle() {
      while (running !== undefined) await running;
    },
  };
}

function bytesOf(request: CommitRequest): number {
  let bytes = 0;
  for (const write of request.writes) if (write.kind === 'content') bytes += write.content.length;
  for (const keep of request.keeps) bytes += keep.content.length;
  return bytes;
}

/** How many of the waiting requests go into the next transaction: at least one. */
function batchSize(waiting: readonly Waiting[]): number {
  let bytes = 0;
  for (const [index, { bytes: size }] of waiting.entries()) {
    bytes += size;
    if (index === MAX_REQUESTS || (index > 0 && bytes > MAX_BYTES)) return index;
  }
  return waiting.length;
}

function dropLate(waiting: readonly Waiting[], place: string, timeoutMs: number): Waiting[] {
  const limit = performance.now() - timeoutMs;
  return waiting.filter((item) => {
    if (item.since > limit) return true;
    item.reply({ status: 'unavailable', error: lockedFault(place, timeoutMs) });
    return false;
  });
}

/** One transaction for the batch, and the replies; false when the lock is not to be had yet. */
function flush(connection: Connection, batch: readonly Waiting[], { onCommit }: QueueOptions): boolean {
  const replies = new Map<Waiting, CommitReply>();
  const failed = new Set<Waiting>();
  let certain = false;
  for (;;) {
    const open = batch.filter((item) => !failed.has(item));
    const trouble = tryBatch(connection, open, certain, replies);
    if (trouble === undefined) break;
    const { error, item } = trouble;
    if (item === undefined && isBusy(error)) return false;
    if (item === undefined || !isOwnFault(error)) {
      const reply = failure(error, connection.place);
      for (const other of open) replies.set(other, reply);
      break;
    }
    // A request that claimed too much, or that SQLite cannot take, must not take the others with it.
    if (certain || isEntenteError(error)) {
      failed.add(item);
      replies.set(item, failure(error, connection.place));
    }
    certain = true;
  }
  for (const [item, reply] of replies) {
    if (reply.status === 'committed') onCommit(item.request.space);
    item.reply(reply);
  }
  return true;
}

interface Trouble {
  readonly error: unknown;
  /** The request at which it happened; undefined at the beginning or the end of the transaction. */
  readonly item: Waiting | undefined;
}

function tryBatch(
  connection: Connection,
  batch: readonly Waiting[],
  certain: boolean,
  replies: Map<Waiting, CommitReply>,
): Trouble | undefined {
  let current: Waiting | undefined;
  try {
    connection.write(() => {
      for (current of batch) replies.set(current, applyCommit(connection, current.request, certain));
      current = undefined;
    });
    return undefined;
  } catch (error) {
    return { error, item: current };
  }
}

function isOwnFault(error: unknown): boolean {
  return isOfStatement(error) || (isEntenteError(error) && ownCodes.has(error.code));
}

const ownCodes: ReadonlySet<EntenteError['code']> = new Set(['too-large', 'revision-overflow', 'misuse']);

function failure(error: unknown, place: string): CommitReply {
  if (error instanceof UnknownCommit) return { status: 'unknown', error: error.cause as EntenteError };
  return { status: 'unavailable', error: faultOf(error, place) };
}
