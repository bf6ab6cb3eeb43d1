// The SQLite store against a raw compare-and-swap on the same driver and the same settings, on the same disk. The two
// take turns, so that both meet the same weather; ratios are of rates, and the median of the rounds counts. The raw one
// compares, hashes and keeps the content, and syncs, as the store does; it keeps the newest version alone: no log, no
// history, no commitIds.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf } from '../src/core/hash.ts';
import type { Head } from '../src/core/version.ts';
import { AGENT, guardOf, id, makeRequest, SPACE } from '../src/stores/conformance/client.ts';
import { loadDriver, type SqliteDatabase } from '../src/stores/sqlite/driver.ts';
import { createSqliteStore } from '../src/stores/sqlite.ts';
import type { CommitRequest, EntryMeta, Store } from '../src/stores/store.ts';
import { median, type Row } from './rows.ts';
import type { LoopReport } from './sqlite-loop.ts';

const ROUNDS = 9;
/** Rounds before those that count: until the write-ahead log goes round. */
const WARM_UP = 6;
/**
 * The same for a lone client, of 400 commits each. Without a sync a commit of the store takes 27 µs at first, 19 after 2,000
 * of them, and 12 from 5,000 on, when all of it is compiled; the raw one is too short for that to show.
 */
const COMPILED = 20;
const RESOURCES = 1000;
/** Bytes of a content that stands in its row on the raw side. */
const SMALL = 1024;
const root = mkdtempSync(join(tmpdir(), 'entente-bench-sqlite-'));
const open = await loadDriver();
let files = 0;

/** Databases stay referenced: the driver closes one that nobody holds, although its statements are in use. */
const held: SqliteDatabase[] = [];

const newPath = (): string => {
  files += 1;
  return join(root, `bench-${files}.db`);
};

/** Ids as the controller makes them: twelve characters, random ones for each maker, then a counter. */
const maker = crypto.randomUUID().slice(0, 7);
let made = 0;
function newId(): string {
  made += 1;
  return maker + made.toString(36).padStart(5, '0');
}

type Step = () => void | Promise<void>;

interface Pair {
  /** Rates in steps a second, and the median of their ratios by round. */
  readonly ours: number;
  readonly baseline: number;
  readonly ratio: number;
}

async function timed(step: Step): Promise<number> {
  const start = performance.now();
  await step();
  return performance.now() - start;
}

/** How many commits one step of a side is, and the rounds before those that count. */
interface Turns {
  readonly weight?: number;
  readonly baseWeight?: number;
  readonly warmUp?: number;
}

/** Both sides step by step in turn. */
async function inTurn(ours: Step, baseline: Step, steps: number, turns: Turns = {}): Promise<Pair> {
  const { weight = 1, baseWeight = 1, warmUp = WARM_UP } = turns;
  const rounds: Pair[] = [];
  for (let round = 0; round < warmUp + ROUNDS; round += 1) {
    let mine = 0;
    let theirs = 0;
    for (let step = 0; step < steps; step += 1) {
      mine += await timed(ours);
      theirs += await timed(baseline);
    }
    const pair = { ours: (steps * weight * 1000) / mine, baseline: (steps * baseWeight * 1000) / theirs };
    if (round >= warmUp) rounds.push({ ...pair, ratio: pair.ours / pair.baseline });
  }
  return {
    ours: median(rounds.map((pair) => pair.ours)),
    baseline: median(rounds.map((pair) => pair.baseline)),
    ratio: median(rounds.map((pair) => pair.ratio)),
  };
}

/**
 * A raw compare-and-swap of one row. Contents stand in it while they are small; a large one is a row of its own, as
 * for anybody who keeps the versions of large contents.
 */
function rawSwap(size: number): Step {
  const db = open(newPath(), { readOnly: false });
  held.push(db);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0; PRAGMA foreign_keys = OFF;');
  db.exec('CREATE TABLE heads (id TEXT PRIMARY KEY, version INTEGER, hash TEXT, content BLOB)');
  db.exec('CREATE TABLE contents (id INTEGER PRIMARY KEY, content BLOB)');
  const insert = db.prepare('INSERT INTO heads VALUES (?, 1, ?, NULL)');
  db.exec('BEGIN');
  for (let index = 0; index < RESOURCES; index += 1) insert.run(`r/${index}`, 'first');
  db.exec('COMMIT');
  const begin = db.prepare('BEGIN IMMEDIATE');
  const swap = db.prepare('UPDATE heads SET version = version + 1, hash = ?, content = ? WHERE id = ? AND version = ?');
  const keep = db.prepare('INSERT INTO contents (content) VALUES (?)');
  const commit = db.prepare('COMMIT');
  const versions = new Array<number>(RESOURCES).fill(1);
  const large = size > SMALL;
  let count = 0;
  return () => {
    const index = count % RESOURCES;
    count += 1;
    const content = contentOf(size, count);
    const hash = hashOf(content);
    begin.run();
    const { changes } = swap.run(hash, large ? null : content, `r/${index}`, versions[index] ?? 0);
    if (large) keep.run(content);
    commit.run();
    if (Number(changes) !== 1) throw new Error('the swap did not hold');
    versions[index] = (versions[index] ?? 0) + 1;
  };
}

/** Contents that all differ. */
function contentOf(size: number, count: number): Uint8Array {
  const content = new Uint8Array(size);
  new DataView(content.buffer).setUint32(0, count);
  return content;
}

const NONE: readonly never[] = [];
const META: EntryMeta = { outcome: 'committed' };

interface Writer {
  readonly store: Store;
  /** One guarded write of one resource, by resource number. */
  write(index: number): Promise<void>;
}

async function newWriter(path: string, size: number, prefix = 'r'): Promise<Writer> {
  const store = createSqliteStore({ path, onWarning: () => undefined });
  const epoch = await store.epoch();
  const heads = new Map<number, Head>();
  let count = 0;
  return {
    store,
    async write(index) {
      count += 1;
      const content = contentOf(size, count);
      const hash = hashOf(content);
      const resource = id(`${prefix}/${index}`);
      // As the controller makes it for a plain commit (controller/plain.ts).
      const request: CommitRequest = {
        space: SPACE,
        agent: AGENT,
        commitId: newId(),
        fingerprint: `content ${hash} `,
        epoch,
        asOf: 0,
        at: Date.now(),
        tokenBound: true,
        guards: [guardOf(resource, heads.get(index))],
        writes: [{ resource, kind: 'content', hash, content, mediaType: undefined }],
        records: NONE,
        keeps: NONE,
        meta: META,
      };
      const [reply] = await store.commit([request]);
      const head = reply?.status === 'committed' ? reply.heads[0] : undefined;
      if (head === undefined) throw new Error(`the commit failed: ${JSON.stringify(reply)}`);
      heads.set(index, head);
    },
  };
}

const perSecond = (rate: number): string => `${Math.round(rate)}/s`;

function row(what: string, pair: Pair, bar: number): Row {
  const { ours, baseline, ratio } = pair;
  return { what, ours: perSecond(ours), baseline: perSecond(baseline), ratio, bar: `≥ ${bar} ×`, ok: ratio >= bar };
}

async function oneClient(size: number, bar: number): Promise<Row> {
  const writer = await newWriter(newPath(), size);
  let count = 0;
  // Large contents are another way through both, and thousands of them would fill the disk.
  const warmUp = size > SMALL ? WARM_UP : COMPILED;
  const pair = await inTurn(() => writer.write(count++ % RESOURCES), rawSwap(size), 400, { warmUp });
  await writer.store.close();
  return row(`SQLite FULL, one client, ${size} B, against a raw compare-and-swap`, pair, bar);
}

async function manyCallers(callers: number, bar: number): Promise<Row> {
  const writer = await newWriter(newPath(), 100);
  const raw = rawSwap(100);
  const all = async (): Promise<void> => {
    const caller = async (index: number): Promise<void> => {
      for (let round = 0; round < 10; round += 1) await writer.write(index);
    };
    await Promise.all(Array.from({ length: callers }, (_, index) => caller(index)));
  };
  // As many swaps on the other side: a single one after so much of ours would be timed with cold caches.
  const swaps = callers * 10;
  const oneByOne = async (): Promise<void> => {
    for (let count = 0; count < swaps; count += 1) await raw();
  };
  const pair = await inTurn(all, oneByOne, 10, { weight: swaps, baseWeight: swaps });
  await writer.store.close();
  return row(`SQLite FULL, ${callers} callers in one process, against raw one at a time`, pair, bar);
}

function loop(path: string, name: string, ms: number): Promise<LoopReport> {
  const child = fork(new URL('./sqlite-loop.ts', import.meta.url), [path, name, String(ms)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the loop ended with ${code}`)));
    child.on('message', (message) => {
      if (message === 'ready') setTimeout(() => child.send('go'), 300);
      else resolve(message as LoopReport);
    });
  });
}

async function processes(count: number, fair: number, p99: number): Promise<Row[]> {
  const rounds = [];
  for (let round = 0; round < 5; round += 1) {
    const path = newPath();
    const store = createSqliteStore({ path, onWarning: () => undefined });
    await store.epoch();
    await store.close();
    const reports = await Promise.all(Array.from({ length: count }, (_, index) => loop(path, `p${index}`, 2000)));
    const done = reports.map((report) => report.commits);
    rounds.push({
      fairness: Math.min(...done) / Math.max(...done),
      p99: Math.max(...reports.map((report) => report.p99)),
      total: done.reduce((sum, commits) => sum + commits, 0) / 2,
    });
  }
  const fairness = median(rounds.map((round) => round.fairness));
  const latency = median(rounds.map((round) => round.p99));
  const what = `SQLite, ${count} processes in tight loops`;
  const ours = perSecond(median(rounds.map((round) => round.total)));
  return [
    {
      what: `${what}, fairness (least / most)`,
      ours,
      baseline: '',
      ratio: fairness,
      bar: `≥ ${fair}`,
      ok: fairness >= fair,
    },
    {
      what: `${what}, p99`,
      ours: `${latency.toFixed(1)} ms`,
      baseline: '',
      ratio: latency / p99,
      bar: `≤ ${p99} ms`,
      ok: latency <= p99,
    },
  ];
}

/** Resources and log entries straight into the tables: a million commits would take minutes. */
function fill(path: string, resources: number): void {
  const db: SqliteDatabase = open(path, { readOnly: false });
  db.exec('PRAGMA synchronous = OFF; BEGIN IMMEDIATE;');
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${resources})`;
  db.exec(`
    INSERT INTO spaces (sid, name, revision, resources) VALUES (1, 'default', ${resources}, ${resources});
    ${numbers} INSERT INTO heads SELECT 1, 'full/' || i, 1, i, i, hex(randomblob(32)), NULL, NULL, 'filler', 0, 0 FROM n;
    ${numbers} INSERT INTO log SELECT i, 1, i, i, i, 0, 0, 0,
      '["filler","' || i || '",0,"f",0,"committed",0,"full/' || i || '",1,' || i || ',"h",null,null,0,0,0,0,"",null,null,"",0,0]',
      NULL FROM n;
    ${numbers} INSERT INTO segments SELECT 1, i, i FROM n;
    ${numbers} INSERT INTO commits SELECT hex(randomblob(16)), 'filler', 1, i FROM n;
    ${numbers} INSERT INTO places SELECT abs(random()) >> 16, i, 0 FROM n;
    UPDATE store SET settled = ${resources};
    COMMIT;
  `);
  db.close();
}

async function flatInResources(): Promise<Row> {
  const sizes = [1000, 1_000_000];
  const writers: Writer[] = [];
  for (const size of sizes) {
    const path = newPath();
    const first = createSqliteStore({ path, onWarning: () => undefined });
    await first.epoch();
    fill(path, size);
    await first.close();
    writers.push(await newWriter(path, 100, 'own'));
  }
  const [few, many] = writers;
  if (few === undefined || many === undefined) throw new Error('no writers');
  let count = 0;
  const pair = await inTurn(
    () => many.write(count % RESOURCES),
    () => few.write(count++ % RESOURCES),
    300,
  );
  for (const { store } of writers) await store.close();
  return row('SQLite, one client, 1,000,000 resources against 1,000', pair, 0.5);
}

async function conflictWriter(records: number): Promise<{ readonly store: Store; readonly step: Step }> {
  const store = createSqliteStore({ path: newPath(), onWarning: () => undefined });
  const epoch = await store.epoch();
  let count = 0;
  const request = (): CommitRequest => {
    count += 1;
    const value = { resource: `r/${count}`, reason: 'conflict', base: { hash: 'a'.repeat(64) } };
    const record = { kind: 'conflict', id: newId(), state: 'open', value, expected: 0 };
    return makeRequest(epoch, { commitId: newId(), records: [record], meta: { outcome: 'escalated' } });
  };
  for (let done = 0; done < records; done += 500) {
    await store.commit(Array.from({ length: Math.min(500, records - done) }, request));
  }
  const step = async (): Promise<void> => {
    const [reply] = await store.commit([request()]);
    if (reply?.status !== 'committed') throw new Error('the commit failed');
    await store.counts(request().space);
  };
  return { store, step };
}

async function flatInConflicts(): Promise<Row> {
  const few = await conflictWriter(100);
  const many = await conflictWriter(100_000);
  const pair = await inTurn(many.step, few.step, 200);
  await few.store.close();
  await many.store.close();
  return row('SQLite, a conflict opened and counted, 100,000 conflicts against 100', pair, 0.5);
}

export async function run(): Promise<Row[]> {
  try {
    return [
      await oneClient(100, 0.8),
      await oneClient(1024, 0.8),
      await oneClient(100 * 1024, 0.8),
      await manyCallers(64, 8),
      ...(await processes(2, 0.5, 50)),
      ...(await processes(4, 0.4, 100)),
      await flatInResources(),
      await flatInConflicts(),
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
