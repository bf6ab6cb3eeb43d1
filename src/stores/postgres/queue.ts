// Group commit: the calls that wait together go to the database together, two batches of a space one behind the other,
// since its row lets no two of them work at once. Each request has its own reply; one that fails is taken out (rule D2).
// Longer than most: who waits, what is under way and what comes back for another round are steps on one list.

import { isEntenteError } from '../../core/errors.ts';
import type { Space } from '../../core/resource.ts';
import { checkLimits } from '../check.ts';
import type { ContentCache } from '../content-cache.ts';
import type { Capabilities, CommitReply, CommitRequest, LogEntry } from '../store.ts';
import { type Called, type Placed, place, type Result, readAnswer } from './batch.ts';
import { call } from './call.ts';
import type { Connection, Writer } from './connection.ts';
import { type Encoded, encode } from './encode.ts';
import { isOfRequest, leavesNothing } from './errors.ts';
import { readEntry } from './reads.ts';

/** Requests and bytes in one batch: more would only make the others wait longer. */
const MAX_REQUESTS = 512;
const MAX_BYTES = 16 * 1024 * 1024;
/** Guards and writes in one batch: they are sent as text, and a text has a longest length. */
const MAX_ROWS = 50_000;
/** Batches of a space under way: PostgreSQL works at one, and while it does the next one is made and sent. */
const FLIGHTS = 2;
/** Fewer than these are not parted into two batches: each has its price. */
const LEAST_REQUESTS = 16;

export interface QueueOptions {
  readonly capabilities: Capabilities;
  readonly random: () => number;
  /** Hears of a space that a batch has changed. */
  readonly onCommit: (space: Space) => void;
  /** Is given what was committed. */
  readonly cache: ContentCache;
}

export interface CommitQueue {
  /** One reply each, in order. */
  commit(requests: readonly CommitRequest[]): Promise<readonly CommitReply[]>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

interface Waiting extends Called {
  readonly answer: (reply: CommitReply) => void;
}

interface Flight {
  readonly batch: readonly Waiting[];
  readonly calls: ReadonlySet<number>;
}

interface Lane {
  readonly waiting: Waiting[];
  readonly flights: Set<Flight>;
  /** Over which what is under way goes. */
  writer?: Writer;
  /** The next look at what waits is planned. */
  due: boolean;
  readonly idle: (() => void)[];
}

export function createQueue(connection: Connection, options: QueueOptions): CommitQueue {
  const lanes = new Map<Space, Lane>();
  let calls = 0;

  /** Callers that are woken together reach us in one turn of the event loop: lets them all in. */
  function plan(space: Space, lane: Lane): void {
    if (lane.due) return;
    lane.due = true;
    setImmediate(() => {
      lane.due = false;
      pump(space, lane);
    });
  }

  function pump(space: Space, lane: Lane): void {
    while (lane.flights.size < FLIGHTS) {
      if (lane.flights.size === 0 || lane.writer === undefined) lane.writer = connection.writer();
      const batch = takeBatch(lane, lane.writer.isOrdered);
      if (batch.length === 0) break;
      const flight: Flight = { batch, calls: new Set(batch.map(({ call }) => call)) };
      lane.flights.add(flight);
      void flush({ connection, writer: lane.writer, space }, batch, options).then((again) => {
        lane.flights.delete(flight);
        lane.waiting.unshift(...again);
        plan(space, lane);
      });
    }
    if (lane.flights.size > 0 || lane.waiting.length > 0) return;
    lanes.delete(space);
    for (const resolve of lane.idle) resolve();
  }

  function enter(space: Space, item: Waiting): void {
    const lane: Lane = lanes.get(space) ?? { waiting: [], flights: new Set(), due: false, idle: [] };
    lanes.set(space, lane);
    lane.waiting.push(item);
    plan(space, lane);
  }

  function submit(request: CommitRequest, call: number): Promise<CommitReply> {
    const error = checkLimits(request, options.capabilities);
    if (error !== undefined) return Promise.resolve({ status: 'unavailable', error });
    let encoded: Encoded;
    try {
      encoded = encode(request);
    } catch (cause) {
      return Promise.resolve({ status: 'unavailable', error: connection.faultOf(cause) });
    }
    return new Promise((answer) => enter(request.space, { encoded, call, answer }));
  }

  return {
    commit(requests) {
      calls += 1;
      const call = calls;
      return Promise.all(requests.map((request) => submit(request, call)));
    },
    async idle() {
      await Promise.all([...lanes.values()].map(({ idle }) => new Promise<void>((resolve) => idle.push(resolve))));
    },
  };
}

/** The next batch: its share of all that is under way, so that while one is in the database another one is made. */
function takeBatch(lane: Lane, isOrdered: boolean): Waiting[] {
  const { waiting, flights } = lane;
  let under = waiting.length;
  for (const { batch } of flights) under += batch.length;
  const share = Math.max(LEAST_REQUESTS, Math.ceil(under / FLIGHTS));
  const taken = { batch: [] as Waiting[], calls: new Set<number>() };
  let [bytes, rows] = [0, 0];
  for (const item of waiting) {
    const { batch, calls } = taken;
    bytes += item.encoded.bytes;
    rows += item.encoded.guards.length + item.encoded.writes.length;
    if (batch.length === MAX_REQUESTS || (batch.length > 0 && (bytes > MAX_BYTES || rows > MAX_ROWS))) break;
    if ([...flights].some((flight) => mustWait(item, flight, isOrdered))) break;
    // What would have to wait for this batch goes along with it.
    if (batch.length >= share && !mustWait(item, taken, isOrdered)) break;
    batch.push(item);
    calls.add(item.call);
  }
  waiting.splice(0, taken.batch.length);
  return taken.batch;
}

/**
 * What has to come behind one that is under way is not sent beside it. Batches over one connection are done in turn, but one
 * that is tried again comes later than it was sent: a call stays in its order, and a version that is named and not there
 * yet is told as stale, which costs its committer another look.
 */
function mustWait({ encoded, call }: Waiting, { batch, calls }: Flight, isOrdered: boolean): boolean {
  if (calls.has(call)) return true;
  const { named, guards } = encoded;
  if (named === undefined || isOrdered) return false;
  const id = guards[named.place]?.[0];
  return batch.some((item) => item.encoded.writes.some((write) => write.id === id));
}

/** Where a batch goes. */
interface Way {
  readonly connection: Connection;
  readonly writer: Writer;
  readonly space: Space;
}

/** One call for the batch; answers those that must wait for the next one. Never throws. */
async function flush(way: Way, batch: readonly Waiting[], options: QueueOptions): Promise<Waiting[]> {
  const { connection, space } = way;
  let told: readonly Told[];
  try {
    told = await send(way, batch, options.random);
  } catch (error) {
    if (isOfRequest(error) && batch.length > 1) return oneByOne(way, batch, options);
    const reply = failure(connection, error);
    for (const { answer } of batch) answer(reply);
    return [];
  }
  if (told.some(({ result }) => result.status === 'committed')) options.onCommit(space);
  const again: Waiting[] = [];
  for (const [index, item] of batch.entries()) {
    const { result, placed } = told[index] as Told;
    // What is behind one that waits may depend on it: it was looked at too early.
    if (result.status === 'again' || (again.length > 0 && isLate(placed, result))) again.push(item);
    else if (result.status === 'landed') item.answer(await replay(connection, space, item.encoded, result.revision));
    else item.answer(keptReply(item.encoded, result, options.cache));
  }
  return again;
}

function isLate(placed: Placed | undefined, { status }: Result): boolean {
  return placed?.apart === true || (placed?.link !== undefined && status !== 'committed');
}

/** Made at once: a promise for each would be waited for by all behind it in the batch. */
function keptReply({ contents }: Encoded, reply: CommitReply, cache: ContentCache): CommitReply {
  if (reply.status === 'committed') for (const [hash, bytes] of contents) cache.put(hash, bytes);
  return reply;
}

/** One of them is at fault: alone it shows which, and the others go on. */
async function oneByOne(way: Way, batch: readonly Waiting[], options: QueueOptions): Promise<Waiting[]> {
  for (const item of batch) await flush(way, [item], options);
  return [];
}

/** What became of a request, and where in the batch it was; it was in none where its epoch is another one. */
interface Told {
  readonly result: Result;
  readonly placed?: Placed;
}

/** Requests of another epoch are refused one by one: what waits together may be of both. */
async function send(way: Way, waiting: readonly Waiting[], random: () => number): Promise<readonly Told[]> {
  const { connection, writer, space } = way;
  const epoch = await connection.epoch();
  const changed: Told = { result: { status: 'epoch-changed', epoch } };
  const open = waiting.filter(({ encoded }) => encoded.request.epoch === epoch);
  if (open.length === 0) return waiting.map(() => changed);
  const sid = await connection.sidFor(space);
  const batch = place(open);
  const answer = readAnswer(await call(writer, { sid, batch, epoch }, random), batch, epoch);
  if ('epoch' in answer) {
    connection.forgetEpoch(answer.epoch);
    return send(way, waiting, random);
  }
  const told = new Map(
    open.map((item, n): [Waiting, Told] => [item, { result: answer[n] as Result, placed: batch[n] as Placed }]),
  );
  return waiting.map((item) => told.get(item) ?? changed);
}

async function replay(connection: Connection, space: Space, encoded: Encoded, revision: number): Promise<CommitReply> {
  let entry: LogEntry | undefined;
  try {
    entry = await readEntry(connection, space, revision);
  } catch (error) {
    return { status: 'unknown', error: connection.faultOf(error) };
  }
  // Trimmed in between: it had landed, so the request is from before the trim point.
  if (entry === undefined) return { status: 'expired', trimmed: revision };
  return entry.fingerprint === encoded.request.fingerprint ? { status: 'replayed', entry } : { status: 'mismatch' };
}

function failure(connection: Connection, error: unknown): CommitReply {
  const isSure = leavesNothing(error) || isEntenteError(error);
  return { status: isSure ? 'unavailable' : 'unknown', error: connection.faultOf(error) };
}
