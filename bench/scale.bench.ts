// Cost against growth, on PostgreSQL and on three etcd nodes: more in a space, a longer log, more spaces, more servers, and
// how late the feed is. docs/scale.md says what follows from it. `npm run bench -- scale --long` goes to a million (on etcd to
// 100,000: it is filled by commits); without it the steps are those that a few minutes allow.
import type { Space } from '../src/core/resource.ts';
import { guardOf, makeRequest, writeOf } from '../src/stores/conformance/client.ts';
import { median, type Row } from './rows.ts';
import { type Bed, etcdBed, openAt, postgresBed } from './scale-beds.ts';
import { lane, workIn } from './scale-clients.ts';

const LONG = process.env['ENTENTE_LONG'] !== undefined;
const COMMITTERS = 64;
const ROUNDS = 5;

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

/** Rates, each against the first of them. */
function toldRows(found: readonly { readonly what: string; readonly rate: number; readonly beside?: string }[]): Row[] {
  const first = found[0]?.rate ?? Number.NaN;
  return found.map(({ what, rate, beside = '' }) => ({
    what,
    ours: `${Math.round(rate)}/s${beside}`,
    baseline: `${Math.round(first)}/s`,
    ...{ ratio: rate / first, bar: 'told', ok: true },
  }));
}

const shown = (ms: number): string => (ms < 1 ? `${Math.round(ms * 1000)} µs` : `${ms.toFixed(1)} ms`);

interface Cost {
  /** Milliseconds of a commit where 64 commit at once, and of one alone. */
  readonly shared: number;
  readonly alone: number;
  /** Of a page of the log from near its end. */
  readonly log: number;
}

/** Costs in each of several places, by rounds in turn. */
async function costs(bed: Bed, places: readonly string[]): Promise<Cost[]> {
  const stores = places.map((place) => openAt(bed, place));
  const found: { shared: number[]; alone: number[]; log: number[] }[] = places.map(() => ({
    shared: [],
    alone: [],
    log: [],
  }));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, store] of stores.entries()) {
      const epoch = await store.epoch();
      const committers = async (count: number, each: number): Promise<number[]> => {
        const lanes = Array.from({ length: count }, (_, at) => {
          let left = each;
          const name = `m/${round}/${count}/${at}`;
          return lane({ store, epoch, space: 'one', name }, () => left-- > 0);
        });
        return (await Promise.all(lanes)).flat();
      };
      const start = performance.now();
      await committers(COMMITTERS, 8);
      const shared = (performance.now() - start) / (COMMITTERS * 8);
      const alone = median(await committers(1, 40));
      const { revision } = await store.counts('one' as Space);
      const reading = performance.now();
      const page = await store.log('one' as Space, revision - 1, 100);
      if (page.status !== 'ok') throw new Error('the log is gone');
      const log = performance.now() - reading;
      if (round === 0) continue;
      const of = found[index];
      of?.shared.push(shared);
      of?.alone.push(alone);
      of?.log.push(log);
    }
  }
  await Promise.all(stores.map((store) => store.close()));
  return found.map(({ shared, alone, log }) => ({ shared: median(shared), alone: median(alone), log: median(log) }));
}

async function growth(bed: Bed, what: 'resources' | 'versions', sizes: readonly number[]): Promise<Row[]> {
  const places = sizes.map((size) => `${what.slice(0, 1)}${size}`);
  for (const [index, size] of sizes.entries()) {
    const place = places[index] as string;
    const store = openAt(bed, place);
    await store.epoch();
    await store.close();
    await bed.fill(place, { space: 'one', [what]: size });
  }
  const found = await costs(bed, places);
  const least = found[0] as Cost;
  const words = what === 'resources' ? 'resources in the space' : 'versions in the log';
  return sizes.slice(1).map((size, index) => {
    const cost = found[index + 1] as Cost;
    const ratio = Math.max(cost.shared / least.shared, cost.alone / least.alone);
    return {
      what: `${bed.name}: a commit (of 64 at once, alone; a page of the log) with ${size} ${words}, against ${sizes[0]}`,
      ours: `${shown(cost.shared)}, ${shown(cost.alone)}; ${shown(cost.log)}`,
      baseline: `${shown(least.shared)}, ${shown(least.alone)}; ${shown(least.log)}`,
      ...{ ratio, bar: '≤ 2 ×', ok: ratio <= 2 },
    };
  });
}

/** Committers spread over so many spaces. */
async function spaces(bed: Bed, counts: readonly number[]): Promise<Row[]> {
  const store = openAt(bed, 'spaces');
  const epoch = await store.epoch();
  const found: { what: string; rate: number }[] = [];
  for (const count of counts) {
    let [next, failed] = [0, 0];
    const commits = Math.max(count * 2, 1500);
    const start = performance.now();
    const committers = Array.from({ length: COMMITTERS }, async () => {
      while (next < commits) {
        next += 1;
        const name = `n/${count}/${next}`;
        const space = `s${next % count}`;
        const [reply] = await store.commit([
          makeRequest(epoch, { space, guards: [guardOf(name)], writes: [writeOf(name, `content of ${name}`)] }),
        ]);
        if (reply?.status !== 'committed') failed += 1;
      }
    });
    await Promise.all(committers);
    if (failed > 0) throw new Error(`${failed} commits failed`);
    const rate = (commits * 1000) / (performance.now() - start);
    found.push({ what: `${bed.name}: ${COMMITTERS} committers of one server, spaces: ${count}`, rate });
  }
  await store.close();
  return toldRows(found);
}

/** Servers in processes of their own: the load of one is 8 committers. */
async function servers(bed: Bed, counts: readonly number[]): Promise<Row[]> {
  const found: { what: string; rate: number; beside: string }[] = [];
  for (const stores of counts) {
    for (const apart of [false, true]) {
      const place = `servers${stores}${apart ? 'a' : 'o'}`;
      const first = openAt(bed, place);
      await first.epoch();
      await first.close();
      const clients = { address: { kind: bed.kind, url: bed.url }, place, stores, lanes: 8, ms: 3000, apart };
      const { commits, times } = await workIn(Math.min(2, stores), clients);
      found.push({
        what: `${bed.name}: ${apart ? 'each in a space of its own' : 'all in one space'}, servers: ${stores}`,
        rate: commits / 3,
        beside: `, p50 ${shown(percentile(times, 0.5))}, p99 ${shown(percentile(times, 0.99))}`,
      });
    }
  }
  return toldRows(found);
}

/** From a commit's reply at one server to the sight of it at another one. */
async function feed(bed: Bed): Promise<Row> {
  const [writer, reader] = [openAt(bed, 'feed'), openAt(bed, 'feed')];
  const epoch = await writer.epoch();
  const space = 'one' as Space;
  const replied = new Map<string, number>();
  const lags: number[] = [];
  const stop = new AbortController();
  const following = (async () => {
    let after = 0;
    for await (const _ of reader.wake(space, stop.signal)) {
      const page = await reader.log(space, after, 1000);
      if (page.status !== 'ok') throw new Error('the log is gone');
      for (const { commitId } of page.entries)
        lags.push(performance.now() - (replied.get(commitId) ?? performance.now()));
      after = page.entries.at(-1)?.revision ?? after;
    }
  })();
  const count = 1500;
  const sending: Promise<void>[] = [];
  for (let made = 0; made < count; made += 1) {
    const name = `f/${made}`;
    const request = makeRequest(epoch, { space, guards: [guardOf(name)], writes: [writeOf(name, `content ${made}`)] });
    sending.push(
      (async () => {
        const [reply] = await writer.commit([request]);
        if (reply?.status !== 'committed') throw new Error(`a commit came to ${reply?.status}`);
        replied.set(request.commitId, performance.now());
      })(),
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(sending);
  for (let waited = 0; lags.length < count && waited < 100; waited += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  stop.abort();
  await following;
  await Promise.all([writer.close(), reader.close()]);
  const [p50, p99] = [percentile(lags, 0.5), percentile(lags, 0.99)];
  return {
    what: `${bed.name}: feed of another server, some 180 commits/s, ${lags.length} of ${count} seen`,
    ...{ ours: `p50 ${shown(p50)}, p99 ${shown(p99)}`, baseline: '250 ms', ratio: p99 / 250, bar: 'p99 < 250 ms' },
    ok: p99 < 250 && lags.length === count,
  };
}

async function measure(bed: Bed): Promise<Row[]> {
  const isEtcd = bed.kind === 'etcd';
  const most = isEtcd ? 100_000 : 1_000_000;
  const resources = LONG ? [1000, 10_000, 100_000, most].slice(0, isEtcd ? 3 : 4) : [1000, isEtcd ? 10_000 : 100_000];
  const versions = LONG ? [100, 10_000, 100_000, most].slice(0, isEtcd ? 3 : 4) : [100, isEtcd ? 5000 : 100_000];
  try {
    return [
      ...(await growth(bed, 'resources', resources)),
      ...(await growth(bed, 'versions', versions)),
      ...(await spaces(bed, LONG ? [1, 10, 64, 1000] : [1, 64, 1000])),
      ...(await servers(bed, LONG ? [1, 2, 8, 32, 64] : [1, 8, 64])),
      await feed(bed),
    ];
  } finally {
    await bed.remove();
  }
}

export async function run(): Promise<Row[]> {
  return [...(await measure(await postgresBed())), ...(await measure(await etcdBed()))];
}
