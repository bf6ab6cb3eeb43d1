// The server over HTTP, with the load in a process of its own, against a bare fastify with a Map in this process. The two
// take turns; ratios are of rates, and the median of the rounds counts. What the feed costs is told in milliseconds.
// On disk the bare one swaps in place, one row and one page: INSERT OR REPLACE, which it had before, compared nothing in its
// transaction and wrote 20 KB of pages for each request instead of 4.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import type { Service } from '../src/service/service.ts';
import { createMemoryStore } from '../src/stores/memory.ts';
import { loadDriver, type SqliteDatabase } from '../src/stores/sqlite/driver.ts';
import { createSqliteStore } from '../src/stores/sqlite.ts';
import type { Load } from './http-load.ts';
import { load, ours, READERS, type Target } from './http-target.ts';
import { median, type Row } from './rows.ts';

const ROUNDS = 5;
const ROUND_MS = 1500;
const COMMITS = 1000;
const FEED_MS = 10_000;
/** Databases stay referenced: the driver closes one that nobody holds. */
const held: SqliteDatabase[] = [];

/** Stores a content where the one with the ETag `known` stands; undefined: where none is. False: it does not. */
type Swap = (id: string, known: string | undefined, etag: string, content: Buffer) => boolean;

/** A write by hand: a compare-and-swap in one transaction of SQLite for each, synced before it is answered. */
async function rawSwap(path: string): Promise<Swap> {
  const db = (await loadDriver())(path, { readOnly: false });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  db.exec('CREATE TABLE heads (id TEXT PRIMARY KEY, etag TEXT, content BLOB)');
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  const add = db.prepare('INSERT OR IGNORE INTO heads VALUES (?, ?, ?)');
  const swap = db.prepare('UPDATE heads SET etag = ?, content = ? WHERE id = ? AND etag = ?');
  held.push(db);
  return (id, known, etag, content) => {
    begin.run();
    const { changes } = known === undefined ? add.run(id, etag, content) : swap.run(etag, content, id, known);
    commit.run();
    return Number(changes) === 1;
  };
}

/** The same conditional requests by hand: a Map, a hash, no rights, no log. */
async function bare(swap: Swap = () => true): Promise<Target> {
  const app = fastify({ logger: false });
  const kept = new Map<string, { readonly content: Buffer; readonly etag: string }>();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const path = '/v1/spaces/:space/resource';
  app.get(path, async (request, reply) => {
    const found = kept.get((request.query as { id: string }).id);
    if (found === undefined) return reply.code(404).send('');
    reply.header('etag', found.etag);
    if (request.headers['if-none-match'] === found.etag) return reply.code(304).send();
    return reply.header('content-type', 'text/plain').send(found.content);
  });
  app.put(path, async (request, reply) => {
    const { id } = request.query as { id: string };
    const known = kept.get(id)?.etag;
    if (known === undefined ? request.headers['if-none-match'] !== '*' : request.headers['if-match'] !== known)
      return reply.code(412).send('');
    const content = request.body as Buffer;
    const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
    if (!swap(id, known, etag, content)) return reply.code(412).send('');
    kept.set(id, { content, etag });
    return reply.header('etag', etag).send({ id, etag });
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, key: 'none', close: () => app.close() };
}

const perSecond = (rate: number): string => `${Math.round(rate)}/s`;

async function compare(
  what: string,
  mine: [Target, Load['kind'], number],
  theirs: typeof mine,
  bar: number,
): Promise<Row> {
  const rounds: { readonly ours: number; readonly baseline: number }[] = [];
  const measure = async ([target, kind, connections]: typeof mine): Promise<number> =>
    (await load({ kind, url: target.url, key: target.key, connections, ms: ROUND_MS })).rate;
  for (let round = 0; round <= ROUNDS; round += 1) {
    const pair = { ours: await measure(mine), baseline: await measure(theirs) };
    if (round > 0) rounds.push(pair);
  }
  const ratio = median(rounds.map((pair) => pair.ours / pair.baseline));
  const [own, base] = [median(rounds.map((pair) => pair.ours)), median(rounds.map(({ baseline }) => baseline))];
  return { what, ours: perSecond(own), baseline: perSecond(base), ratio, bar: `≥ ${bar} ×`, ok: ratio >= bar };
}

/** Commits at a steady rate through the service, as requests would, until it is stopped. */
function writer({ service }: { readonly service: Service }, rate: number): () => Promise<void> {
  const controller = service.controller('default' as never);
  let [going, done] = [true, 0];
  const working = (async () => {
    let { token } = await controller.begin('feed/one', { agent: 'bench' });
    const start = performance.now();
    while (going) {
      if (done >= ((performance.now() - start) * rate) / 1000) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      const outcome = await controller.commit(token, { hash: `h${done}` });
      if (outcome.status !== 'committed') throw new Error(outcome.status);
      token = outcome.token;
      done += 1;
    }
  })();
  return () => {
    going = false;
    return working;
  };
}

async function feedRow(): Promise<Row> {
  const target = await ours(createMemoryStore());
  const stop = writer(target, COMMITS);
  const found = await load({ kind: 'feed', url: target.url, key: target.key, connections: READERS, ms: FEED_MS });
  await stop();
  await target.close();
  const { p50 = Number.NaN, p99 = Number.NaN, rate } = found;
  return {
    ...{ what: `feed: ${READERS} readers, ${COMMITS} commits/s`, ours: `p50 ${p50} ms, p99 ${p99} ms` },
    ...{ baseline: `${perSecond(rate)} told`, ratio: p99 / 100, bar: 'p99 < 100 ms', ok: p99 < 100 },
  };
}

export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'entente-bench-http-'));
  const [plain, memory] = [await bare(), await ours(createMemoryStore())];
  const disk = await ours(createSqliteStore({ path: join(folder, 'entente.db'), onWarning: () => undefined }));
  const single = await bare(await rawSwap(join(folder, 'bare.db')));
  const rows = [
    await compare('HTTP GET, memory', [memory, 'get', 16], [plain, 'get', 16], 0.5),
    await compare('HTTP PUT If-Match, memory', [memory, 'put', 16], [plain, 'put', 16], 0.5),
    await compare('HTTP GET If-None-Match, memory', [memory, 'known', 16], [plain, 'known', 16], 0.7),
    await compare('HTTP PUT, SQLite FULL, 32 connections', [disk, 'put', 32], [single, 'put', 32], 3),
  ];
  for (const target of [plain, memory, disk, single]) await target.close();
  rows.push(await feedRow());
  rmSync(folder, { recursive: true, force: true });
  return rows;
}
