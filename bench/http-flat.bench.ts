// Memory of a server over time: requests, feeds that come and go, and probes of /readyz, for 20 seconds, or for ten minutes with
// ENTENTE_BENCH_LONG=1. Heap (after a collection) and resident memory at the end, against those after a warm-up.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from '../src/stores/memory.ts';
import { createSqliteStore } from '../src/stores/sqlite.ts';
import type { Store } from '../src/stores/store.ts';
import { load, ours, type Target } from './http-target.ts';
import type { Row } from './rows.ts';

const WATCH_MS = process.env['ENTENTE_BENCH_LONG'] === undefined ? 20_000 : 600_000;
/** Until a log in memory has as many entries as it keeps, and all code is compiled. */
const WARM_MS = 10_000;
const ROUND_MS = 10_000;
const MIB = 2 ** 20;

interface Size {
  readonly heap: number;
  readonly rss: number;
}

function size(): Size {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / MIB, rss: rss / MIB };
}

/** One round of everything: its connections and feeds are new ones, and end with it. */
async function round({ url, key }: Target, ms: number): Promise<number> {
  const probing = setInterval(() => void fetch(`${url}/readyz`).then((answer) => answer.text()), 500);
  const [put, get] = await Promise.all([
    load({ kind: 'put', url, key, connections: 8, ms }),
    load({ kind: 'get', url, key, connections: 4, ms }),
    load({ kind: 'feed', url, key, connections: 20, ms: Math.max(1000, ms - 3000) }),
  ]);
  clearInterval(probing);
  return ((put.rate + get.rate) * ms) / 1000;
}

async function flat(what: string, store: Store): Promise<Row[]> {
  const target = await ours(store);
  // What is read has to be there first.
  await load({ kind: 'put', url: target.url, key: target.key, connections: 8, ms: 1000 });
  await round(target, WARM_MS);
  const before = size();
  let requests = 0;
  for (let left = WATCH_MS; left > 0; left -= ROUND_MS) requests += await round(target, Math.min(left, ROUND_MS));
  const after = size();
  await target.close();
  return (['heap', 'rss'] as const).map((kind) => {
    const ratio = after[kind] / before[kind];
    return {
      ...{ what: `${kind} after ${WATCH_MS / 1000} s and ${Math.round(requests / 1000)},000 requests, ${what}`, ratio },
      ...{ ours: `${after[kind].toFixed(0)} MiB`, baseline: `${before[kind].toFixed(0)} MiB before` },
      ...{ bar: '≤ 1.25 ×', ok: ratio <= 1.25 },
    };
  });
}

export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'entente-bench-flat-'));
  const disk = createSqliteStore({ path: join(folder, 'entente.db'), onWarning: () => undefined });
  const rows = [...(await flat('memory', createMemoryStore({ log: { max: 2000 } }))), ...(await flat('SQLite', disk))];
  rmSync(folder, { recursive: true, force: true });
  return rows;
}
