// Commits that wait together go to etcd together, in one transaction (transaction.ts). Three of a space may be under way at a
// time, and what waits meanwhile is the next one.
import { checkLimits } from '../check.ts';
import type { ContentCache } from '../content-cache.ts';
import type { Capabilities, CommitReply, CommitRequest } from '../store.ts';
import { sendContents } from './contents.ts';
import { type Encoded, encode } from './encode.ts';
import { type Doubts, flush, type Waiting } from './flush.ts';
import { PLACES } from './numbers.ts';
import type { Opened } from './opened.ts';
import { touchedBy } from './plan.ts';
import { FLAT_ROOM } from './transaction.ts';

/** Bytes of one transaction: etcd takes 1.5 MiB. */
const MAX_BYTES = 900 * 1024;
/** Transactions of a space under way at a time: etcd’s gateway reads one while another is applied, or made here. */
const FLIGHTS = 3;
/** Operations that the depths of one transaction may have together. */
const MAX_DEPTH = 124;

export interface QueueOptions {
  readonly capabilities: Capabilities;
  readonly cache: ContentCache;
  /** Hears of a space that this process has changed. */
  readonly onCommit: (space: string) => void;
}

export interface CommitQueue {
  commit(requests: readonly CommitRequest[]): Promise<readonly CommitReply[]>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

/** A transaction that is under way. */
interface Flight {
  readonly group: readonly Waiting[];
  readonly done: Promise<void>;
}

interface Lane {
  waiting: Waiting[];
  readonly flights: Set<Flight>;
  readonly doubts: Doubts;
}

export function createQueue(opened: Opened, { capabilities, cache, onCommit }: QueueOptions): CommitQueue {
  const lanes = new Map<string, Lane>();
  const sending = new Set<Promise<unknown>>();
  let calls = 0;

  /** Starts what can be started; called again whenever a transaction is done. */
  function pump(space: string, lane: Lane): void {
    while (lane.flights.size < (lane.doubts.left > 0 ? 1 : FLIGHTS)) {
      const group = takeGroup(lane);
      if (group.length === 0) break;
      const done = flush(opened, space, group, { cache, onCommit, doubts: lane.doubts }).then((again) => {
        lane.waiting.unshift(...again);
        lane.flights.delete(flight);
        pump(space, lane);
      });
      const flight: Flight = { group, done };
      lane.flights.add(flight);
    }
    if (lane.flights.size === 0 && lane.waiting.length === 0 && lanes.get(space) === lane) lanes.delete(space);
  }

  function enter(item: Waiting): void {
    const { space } = item.encoded;
    const lane = lanes.get(space) ?? { waiting: [], flights: new Set(), doubts: { left: 0 } };
    if (!lanes.has(space)) lanes.set(space, lane);
    lane.waiting.push(item);
    // Callers that are woken together reach us in one turn of the event loop: let them all in.
    if (lane.waiting.length === 1) setImmediate(() => pump(space, lane));
  }

  function accept(request: CommitRequest): Encoded | CommitReply {
    const error = checkLimits(request, capabilities);
    if (error !== undefined) return { status: 'unavailable', error };
    try {
      return encode(request);
    } catch (cause) {
      return { status: 'unavailable', error: opened.faultOf(cause) };
    }
  }

  /** One after another where contents have to be sent first, so that a call enters in its order. */
  async function submit(accepted: readonly (Encoded | CommitReply)[], call: number): Promise<readonly CommitReply[]> {
    const replies: (CommitReply | Promise<CommitReply>)[] = [];
    for (const item of accepted) {
      if ('status' in item) {
        replies.push(item);
        continue;
      }
      try {
        if (item.large.size > 0) await sendContents(opened, item.large);
        replies.push(
          new Promise((answer) => enter({ encoded: item, touched: touchedBy(item), call, tries: 0, answer })),
        );
      } catch (error) {
        // What was sent so far is named by nothing.
        replies.push({ status: 'unavailable', error: opened.faultOf(error) });
      }
    }
    return Promise.all(replies);
  }

  return {
    commit(requests) {
      calls += 1;
      const work = submit(requests.map(accept), calls);
      sending.add(work);
      return work.finally(() => sending.delete(work));
    },
    async idle() {
      while (sending.size > 0) await Promise.allSettled(sending);
      while (lanes.size > 0) {
        await Promise.all([...lanes.values()].flatMap(({ flights }) => [...flights].map(({ done }) => done)));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

/**
 * Commits that touch one another, or come behind such a one in their call, wait for the next transaction (rule D2); so do
 * those that touch what is under way. Behind one that is under way only a full one goes: the others gain by gathering.
 */
function takeGroup(lane: Lane): Waiting[] {
  const { written, compared, late } = underWay(lane);
  const group: Waiting[] = [];
  const rest: Waiting[] = [];
  let bytes = 0;
  let depth = 0;
  let flat = 0;
  let wasFull = false;
  for (const item of lane.waiting) {
    const { touched } = item;
    const own = depthOf(item.encoded);
    const isApart =
      late.has(item.call) ||
      touched.compared.some((key) => written.has(key)) ||
      touched.written.some((key) => written.has(key) || compared.has(key));
    const isFull =
      group.length === PLACES ||
      (group.length > 0 &&
        (bytes + item.encoded.bytes > MAX_BYTES ||
          (lane.doubts.left === 0 && flat + flatOf(item.encoded) > FLAT_ROOM) ||
          group.length + 3 + Math.max(depth, own) > MAX_DEPTH));
    // What waits is not overtaken by what goes on from it.
    for (const key of touched.written) written.add(key);
    if (isApart || isFull) {
      if (!isApart) wasFull = true;
      late.add(item.call);
      rest.push(item);
      continue;
    }
    bytes += item.encoded.bytes;
    depth = Math.max(depth, own);
    flat += flatOf(item.encoded);
    group.push(item);
  }
  if (lane.flights.size > 0 && !wasFull) return [];
  lane.waiting = rest;
  return group;
}

/** What the transactions under way touch, and the calls that their commits are of. */
function underWay({ flights }: Lane): { written: Set<string>; compared: Set<string>; late: Set<number> } {
  const items = [...flights].flatMap(({ group }) => group);
  const touched = items.map((item) => item.touched);
  return {
    written: new Set(touched.flatMap((one) => one.written)),
    compared: new Set(touched.flatMap((one) => one.compared)),
    late: new Set(items.map(({ call }) => call)),
  };
}

/** An upper bound of what planCommit comes to. */
function depthOf({ guards, records, large, writes, keeps, inline }: Encoded): number {
  const compared = guards.length + records.length + large.size + 4;
  const operations = 4 + writes.length * 4 + records.length * 8 + keeps.length + inline.size;
  return Math.max(compared, Math.min(operations, 24)) + 12;
}

/** Operations that it adds to a flat transaction, more or less. */
function flatOf({ records, writes, keeps, inline }: Encoded): number {
  return 3 + writes.length * 3 + records.length * 4 + keeps.length + inline.size;
}
