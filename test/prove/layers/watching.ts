// L8: readers of the feed that are cut off and go on, from where they were or from somewhere before, while others write
// and wake-ups get lost. Nothing is missed, nothing comes out of order.
import { createController } from '../../../src/controller/controller.ts';
import type { Controller } from '../../../src/controller/types.ts';
import { DEFAULT_SPACE } from '../../../src/core/resource.ts';
import type { Store } from '../../../src/stores/store.ts';
import { createRecorder, type HistoryOperation } from '../../../src/verify/index.ts';
import { createFaultStore } from '../../support/fault-store.ts';
import { createRandom } from '../../support/random.ts';
import { type Ack, audit } from '../audit.ts';
import { demand, type Layer, type Tally } from '../frame.ts';
import { storeNames } from '../places.ts';

const WRITERS = 4;
const CONSUMERS = 4;

export interface Watching {
  readonly seed: number;
  /** Commits that are made while they read. */
  readonly events: number;
  readonly around?: (store: Store) => Store;
  /** Takes what writers are told. @default nothing does */
  readonly told?: HistoryOperation[];
}

interface Written {
  readonly times: number;
  readonly acks: Ack[];
  readonly told: HistoryOperation[];
}

async function write(controller: Controller, agent: string, { times, acks, told }: Written): Promise<void> {
  const recorder = createRecorder({ process: agent, write: (operation) => void told.push(operation) });
  let { token } = await recorder.begin(() => controller.begin(`own/${agent}`, { agent }));
  for (let time = 0; time < times; time += 1) {
    const content = `${agent} ${time}`;
    const outcome = await recorder.commit(token, () => controller.commit(token, { content }));
    if (outcome.status !== 'committed') throw new Error(outcome.status);
    acks.push({ agent, commitId: outcome.commitId, revision: outcome.revision });
    token = outcome.token;
    // Readers have their turn too.
    if (time % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Reader {
  readonly seed: number;
  readonly epoch: string;
  /** The revision that all ends with. */
  readonly end: number;
  readonly tally: Tally;
}

/** Events come in order, so that the last one and as many as there are before it are all. */
const hasAll = (seen: ReadonlySet<number>, end: number): boolean => seen.has(end) && seen.size >= end;

/** Reads until it has seen the end, and is cut off on the way: about once in 200 events. */
async function consume(controller: Controller, { seed, epoch, end, tally }: Reader): Promise<void> {
  const random = createRandom(seed);
  const seen = new Set<number>();
  for (let last = 0; !hasAll(seen, end); ) {
    const stop = new AbortController();
    for await (const item of controller.feed(`${epoch}:${last}`, { signal: stop.signal })) {
      if (item.type !== 'commit') continue;
      tally.operations += 1;
      if (item.revision !== last + 1) tally.gaps += 1;
      demand(item.revision === last + 1, `revision ${item.revision} came after ${last}`);
      demand(item.cursor === `${epoch}:${item.revision}`, `the cursor of revision ${item.revision} is another one`);
      last = item.revision;
      seen.add(last);
      if (last >= end || random.chance(0.005)) break;
    }
    stop.abort();
    if (!hasAll(seen, end)) tally.faults += 1;
    // Goes on where it was, or where it was a while ago: then events come again, and none is left out.
    if (random.chance(0.5)) last = Math.max(0, last - random.below(50));
  }
}

export async function watchRun(
  store: Store,
  { seed, events, around = (one) => one, told = [] }: Watching,
  tally: Tally,
): Promise<void> {
  const seen = around(store);
  const controller = createController({ store: seen });
  const epoch = await store.epoch();
  const times = Math.ceil(events / WRITERS);
  const acks: Ack[] = [];
  const writing = Array.from({ length: WRITERS }, (_, index) =>
    write(controller, `writer-${index}`, { times, acks, told }),
  );
  const reading = Array.from({ length: CONSUMERS }, (_, index) => {
    const deaf = createFaultStore(seen, { seed: seed + index, wakeDrop: 0.3, wakeDelay: 0.3 });
    return consume(createController({ store: deaf }), { seed: seed + index, epoch, end: times * WRITERS, tally });
  });
  let isRead = false;
  // A reader whose last wake-up was lost hears of the next commit: there is always one more, until all have read to the end.
  const ticking = Promise.all(writing).then(async () => {
    for (let tick = 0; !isRead; tick += 1) {
      await write(controller, `ticker-${tick}`, { times: 1, acks, told });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  try {
    await Promise.all([...writing, ...reading]);
  } finally {
    isRead = true;
    await ticking;
  }
  await audit(store, DEFAULT_SPACE, acks, tally);
}

/** A cursor from before the trim point is told so, with the oldest one that is good, and goes on from there. */
async function trimmedUnder(store: Store, tally: Tally): Promise<void> {
  const controller = createController({ store });
  const { revision, epoch } = await store.read(DEFAULT_SPACE, []);
  const point = Math.floor(revision / 2);
  await store.trim(DEFAULT_SPACE, point);
  const stop = new AbortController();
  let oldest = '';
  for await (const item of controller.feed(`${epoch}:0`, { signal: stop.signal })) {
    demand(item.type === 'gone', `a cursor from before the trim point gave ${item.type}`);
    oldest = item.oldest;
    break;
  }
  demand(oldest === `${epoch}:${point}`, `the oldest cursor is told as ${oldest}`);
  let last = point;
  for await (const item of controller.feed(oldest, { signal: stop.signal })) {
    if (item.type !== 'commit') continue;
    demand(item.revision === last + 1, `revision ${item.revision} came after ${last}`);
    last = item.revision;
    tally.operations += 1;
    if (last === revision) break;
  }
  stop.abort();
}

export const watching: Layer = {
  id: 'L8',
  title: 'readers of the feed, cut off and resumed, with lost wake-ups, trims and cursors that are gone',
  async run({ stores, size, seed, tally, note, told }) {
    // Each commit is read by four: an event is one that was delivered.
    const events = size(200, 50_000, 2_000_000) / CONSUMERS / 3;
    for (const name of storeNames) {
      // Its revisions have holes, so that a reader cannot see by itself that one is missing: L7 compares with the log.
      if (name === 'etcd') continue;
      if (!stores.has(name)) {
        note(`${name}: not here`);
        continue;
      }
      const before = tally.operations;
      const store = await stores.open(name);
      await watchRun(store, { seed, events, told: told.begin(name) }, tally);
      told.judge();
      await trimmedUnder(store, tally);
      note(`${name}: ${tally.operations - before} events`);
    }
  },
};
