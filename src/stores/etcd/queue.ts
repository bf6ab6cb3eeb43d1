// Commits that wait together go to etcd together: one transaction with one inside it for each commit, which compares and
// writes for itself. One transaction of a space is under way at a time, and what waits meanwhile is the next one: two or three
// at once, smaller ones, were measured to be slower. Nothing here is sent twice but what etcd says it did not do.
import { isEntenteError } from '../../core/errors.ts';
import { checkLimits } from '../check.ts';
import type { ContentCache } from '../content-cache.ts';
import type { Capabilities, CommitReply, CommitRequest } from '../store.ts';
import { sendContents } from './contents.ts';
import { type Encoded, encode } from './encode.ts';
import { isFull, leavesNothing } from './errors.ts';
import { gatherFacts } from './facts.ts';
import { PLACES } from './numbers.ts';
import type { Opened } from './opened.ts';
import { type Planned, planCommit, touchedBy } from './plan.ts';
import { fateOf, replayOf } from './replies.ts';
import { trimFrom } from './values.ts';
import { type Answered, base64, getOp, hasValue, nested, putOp, ranged, txnOp } from './wire.ts';

/** Bytes of one transaction: etcd takes 1.5 MiB. */
const MAX_BYTES = 900 * 1024;
/** Operations that the depths of one transaction may have together. */
const MAX_DEPTH = 124;
/** How often a transaction is formed anew because the segment was closed or a content was taken away meanwhile. */
const TRIES = 8;

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

interface Waiting {
  readonly encoded: Encoded;
  readonly call: number;
  tries: number;
  readonly answer: (reply: CommitReply) => void;
}

interface Lane {
  waiting: Waiting[];
  /** The transaction that is under way. */
  running: Promise<void> | undefined;
}

export function createQueue(opened: Opened, { capabilities, cache, onCommit }: QueueOptions): CommitQueue {
  const lanes = new Map<string, Lane>();
  const sending = new Set<Promise<unknown>>();
  let calls = 0;

  /** Starts the next transaction; called again whenever one is done. */
  function pump(space: string, lane: Lane): void {
    if (lane.running !== undefined) return;
    if (lane.waiting.length === 0) {
      if (lanes.get(space) === lane) lanes.delete(space);
      return;
    }
    lane.running = flush(opened, space, takeGroup(lane), { cache, onCommit }).then((again) => {
      lane.waiting.unshift(...again);
      lane.running = undefined;
      pump(space, lane);
    });
  }

  function enter(item: Waiting): void {
    const { space } = item.encoded;
    const lane = lanes.get(space) ?? { waiting: [], running: undefined };
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
        replies.push(new Promise((answer) => enter({ encoded: item, call, tries: 0, answer })));
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
        await Promise.all([...lanes.values()].map(({ running }) => running));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

/** Commits that touch one another, or come behind such a one in their call, wait for the next transaction (rule D2). */
function takeGroup(lane: Lane): Waiting[] {
  const written = new Set<string>();
  const late = new Set<number>();
  const group: Waiting[] = [];
  const rest: Waiting[] = [];
  let bytes = 0;
  let depth = 0;
  for (const item of lane.waiting) {
    const touched = touchedBy(item.encoded);
    const own = depthOf(item.encoded);
    const isApart =
      late.has(item.call) ||
      touched.compared.some((key) => written.has(key)) ||
      touched.written.some((key) => written.has(key));
    const isFull =
      group.length === PLACES ||
      (group.length > 0 &&
        (bytes + item.encoded.bytes > MAX_BYTES || group.length + 3 + Math.max(depth, own) > MAX_DEPTH));
    if (isApart || isFull) {
      late.add(item.call);
      rest.push(item);
      continue;
    }
    for (const key of touched.written) written.add(key);
    bytes += item.encoded.bytes;
    depth = Math.max(depth, own);
    group.push(item);
  }
  lane.waiting = rest;
  return group;
}

/** An upper bound of what planCommit comes to. */
function depthOf({ guards, records, large, writes, keeps, inline }: Encoded): number {
  const compared = guards.length + records.length + large.size + 4;
  const operations = 4 + writes.length * 4 + records.length * 8 + keeps.length + inline.size;
  return Math.max(compared, Math.min(operations, 24)) + 12;
}

interface Told {
  readonly cache: ContentCache;
  readonly onCommit: (space: string) => void;
}

/** One transaction for the group; answers those that have to go again. Never throws. */
async function flush(opened: Opened, space: string, group: readonly Waiting[], told: Told): Promise<Waiting[]> {
  let open = group;
  let sent = false;
  try {
    open = await ofThisEpoch(opened, group);
    if (open.length === 0) return [];
    const segment = await opened.segments.open(space);
    const facts = await gatherFacts(
      opened,
      open.map(({ encoded }) => encoded),
    );
    const { keys } = opened;
    const planned = open.map(({ encoded }, place) => planCommit(encoded, facts, { keys, segment, place }));
    sent = true;
    const answer = await send(opened, space, segment, planned);
    if (!answer.succeeded) return formAnew(opened, space, open, answer);
    return await tell(opened, space, open, planned, answer, told);
  } catch (error) {
    if (sent && isFull(error)) return settleFull(opened, open, error, () => told.onCommit(space));
    // What is thrown by the reading of an answer says nothing of what was done.
    const isSure = !sent || (!isEntenteError(error) && leavesNothing(error));
    const reply: CommitReply = { status: isSure ? 'unavailable' : 'unknown', error: opened.faultOf(error) };
    for (const item of open) item.answer(reply);
    return [];
  }
}

/** A full etcd has done the transaction or has not; whichever it is, it is over, so that a look tells. */
async function settleFull(
  opened: Opened,
  group: readonly Waiting[],
  error: unknown,
  onLanded: () => void,
): Promise<Waiting[]> {
  const { client, keys, faultOf } = opened;
  let found: readonly (string | undefined)[];
  try {
    const { responses } = await client.read(group.map(({ encoded }) => getOp(keys.landed(encoded.space, encoded.key))));
    found = responses.map((response) => ranged(response).kvs[0]?.value.toString('utf8'));
  } catch (doubt) {
    for (const { answer } of group) answer({ status: 'unknown', error: faultOf(doubt) });
    return [];
  }
  for (const [place, { encoded, answer }] of group.entries()) {
    const segment = found[place];
    if (segment === undefined) answer({ status: 'unavailable', error: faultOf(error) });
    else answer(await replayOf(opened, encoded, Number(segment)));
  }
  if (found.some((segment) => segment !== undefined)) onLanded();
  return [];
}

/** Those of another epoch are refused, after a look whether it is this process that has an old one. */
async function ofThisEpoch(opened: Opened, group: readonly Waiting[]): Promise<readonly Waiting[]> {
  if (group.some(({ encoded }) => encoded.epoch !== opened.epoch())) {
    const { kvs } = await opened.client.range({ key: base64(opened.keys.epoch) });
    opened.changeEpoch(kvs[0]?.value.toString('utf8') ?? '');
  }
  const epoch = opened.epoch();
  return group.filter(({ encoded, answer }) => {
    if (encoded.epoch !== epoch) answer({ status: 'epoch-changed', epoch });
    return encoded.epoch === epoch;
  });
}

function send(opened: Opened, space: string, segment: number, planned: readonly Planned[]): Promise<Answered> {
  const { keys, segments, lasts } = opened;
  return opened.client.write({
    compare: [hasValue(keys.epoch, opened.epoch()), ...segments.compares(space, segment)],
    // What refusals have to tell comes once for all of them.
    success: [...planned.map(({ txn }) => txnOp(txn)), lasts.op(space), getOp(keys.trimmed(space))],
    // etcd's quota counts the puts of the outermost branches alone: without one of them it would let all of this pass.
    failure: [getOp(keys.epoch), segments.sealsOp(space), putOp(keys.quota, '')],
  });
}

/** The history is another one, or the segment is closed: nothing was done, and all of it may go again. */
function formAnew(opened: Opened, space: string, group: readonly Waiting[], answer: Answered): Waiting[] {
  const [epoch, seals] = answer.responses.map((response) => ranged(response).kvs);
  opened.changeEpoch(epoch?.[0]?.value.toString('utf8') ?? '');
  if (seals === undefined || seals.length === 0) opened.segments.forget(space);
  else opened.segments.learn(space, seals);
  return again(opened, group);
}

function again(opened: Opened, group: readonly Waiting[]): Waiting[] {
  return group.filter((item) => {
    item.tries += 1;
    if (item.tries <= TRIES) return true;
    const error = opened.faultOf(new Error('the log was closed under this commit again and again'));
    item.answer({ status: 'unavailable', error });
    return false;
  });
}

async function tell(
  opened: Opened,
  space: string,
  group: readonly Waiting[],
  planned: readonly Planned[],
  answer: Answered,
  { cache, onCommit }: Told,
): Promise<Waiting[]> {
  const [lasts, trim] = answer.responses.slice(group.length).map((response) => ranged(response).kvs);
  const revision = opened.lasts.learn(space, lasts ?? []);
  const { trimmed } = trimFrom(trim?.[0]);
  let landed = 0;
  const retry: Waiting[] = [];
  for (const [place, item] of group.entries()) {
    const own = nested(answer.responses[place]);
    const outcome = { place, mod: answer.revision, own, revision, trimmed };
    const fate = fateOf(item.encoded, planned[place] as Planned, outcome);
    if (fate.status === 'again') retry.push(item);
    else if (fate.status === 'landed') item.answer(await replayOf(opened, item.encoded, fate.segment));
    else {
      if (fate.status === 'committed') {
        landed += 1;
        for (const head of fate.heads) opened.known.put(space, head);
        for (const [hash, bytes] of item.encoded.inline) cache.put(hash, bytes);
      }
      item.answer(fate);
    }
  }
  if (landed > 0) {
    onCommit(space);
    // A segment that stays open too long only makes reading slower.
    await opened.segments.added(space, landed).catch(() => undefined);
  }
  for (const { encoded } of retry) await sendContents(opened, encoded.large);
  return again(opened, retry);
}
