// The layout behind the log: what is not in the tables yet, when it gets there, and what trimming leaves of a row.
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/core/hash.ts';
import type { Client } from '../../src/stores/conformance/client.ts';
import { AGENT, createClient, guardOf, id, SPACE, textOf, writeOf } from '../../src/stores/conformance/client.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import type { SqliteDatabase } from '../../src/stores/sqlite/driver.ts';
import { checkSqlite, createSqliteStore, renewEpoch } from '../../src/stores/sqlite.ts';
import type { CommitRequest, Snapshot, Store } from '../../src/stores/store.ts';
import { newPath, openRaw, openStore, watched } from './testing.ts';

/** Commits that make, change and delete a few resources, with keeps, in one call. */
async function mixed(client: Client, count: number): Promise<CommitRequest[]> {
  const requests: CommitRequest[] = [];
  const state = createMemoryStore();
  const shadow = await createClient(state);
  for (let index = 0; index < count; index += 1) {
    const name = `r/${index % 7}`;
    const body = index % 11 === 10 ? ({ delete: true } as const) : `text ${index % 23}`;
    const input = {
      commitId: `mixed-${index}`,
      at: index,
      guards: [await shadow.guard(name)],
      writes: [writeOf(name, body)],
      keeps: index % 5 === 0 ? [`keep ${index % 13}`] : [],
    };
    await shadow.applied(input);
    requests.push(client.request(input));
  }
  return requests;
}

/** All that a store answers about the mixed commits. */
async function answers(store: Store, count: number): Promise<unknown> {
  const names = Array.from({ length: 8 }, (_, index) => `r/${index}`);
  const histories = [];
  for (const name of names) histories.push(await store.history(SPACE, id(name), { limit: 50 }));
  const contents = [];
  for (let index = 0; index < 23; index += 1) contents.push(await store.content(hashOf(`text ${index}`)));
  for (let index = 0; index < 13; index += 1) contents.push(await store.content(hashOf(`keep ${index}`)));
  const statuses = [];
  for (let index = 0; index < count; index += 9)
    statuses.push(await store.commitStatus(SPACE, AGENT, `mixed-${index}`));
  const { heads, revision, trimmed } = await store.read(SPACE, names.map(id));
  const list = [await store.list(SPACE, '', {}), await store.list(SPACE, 'r/', { limit: 3, after: 'r/2' })];
  const { trimmed: point } = await store.read(SPACE, []);
  const log = await store.log(SPACE, point, 1000);
  return { histories, contents, statuses, heads, revision, trimmed, list, log, counts: await store.counts(SPACE) };
}

function settledOf(db: SqliteDatabase): number {
  return (db.prepare('SELECT settled FROM store').get() as { readonly settled: number }).settled;
}

describe('the tail of the log', () => {
  it('[SQ23] is seen by every connection before the tables know it, also by one that opens the file anew', async () => {
    const path = newPath();
    const memory = await createClient(createMemoryStore());
    const writer = await createClient(openStore({ path }));
    const reader = openStore({ path });
    await reader.epoch();
    await memory.store.commit(await mixed(memory, 100));
    await writer.store.commit(await mixed(writer, 100));
    const db = await openRaw(path);
    expect(settledOf(db)).toBe(0);
    expect(db.prepare('SELECT count(*) AS n FROM heads').get()).toEqual({ n: 0 });
    const expected = await answers(memory.store, 100);
    for (const store of [writer.store, reader, openStore({ path })])
      expect(await answers(store, 100)).toEqual(expected);
    await writer.store.close();
    expect(await answers(openStore({ path }), 100)).toEqual(expected);
    expect((await checkSqlite(path)).problems).toEqual([]);
  });

  it('[SQ23] is replayed and compared like the rest, whoever wrote it', async () => {
    const path = newPath();
    const clients = await Promise.all([createClient(openStore({ path })), createClient(openStore({ path }))]);
    const [one, other] = clients as [Client, Client];
    const request = one.request({ guards: [guardOf('a')], writes: [writeOf('a', '1')] });
    expect(await one.store.commit([request])).toMatchObject([{ status: 'committed', revision: 1 }]);
    expect(await other.store.commit([request])).toMatchObject([{ status: 'replayed', entry: { revision: 1 } }]);
    expect(await other.store.commit([{ ...request, fingerprint: 'another' }])).toEqual([{ status: 'mismatch' }]);
    const stale = await other.commit({ guards: [guardOf('a')], writes: [writeOf('a', '2')] });
    expect(stale).toMatchObject({ status: 'stale', revision: 1, heads: [{ resource: 'a', version: 1 }] });
  });

  it('[SQ23] gives a fingerprint back to the letter, also where hashes stand in it', async () => {
    const store = openStore({ path: newPath() });
    const client = await createClient(store);
    const hash = hashOf('text');
    const told = [`content ${hash} `, hash, `${hash}${hash}`, ` ${hash},${hash}`, hash.slice(1), hashOf('other'), ''];
    for (const [index, fingerprint] of told.entries()) {
      const request = client.request({
        fingerprint,
        guards: [guardOf(`r/${index}`)],
        writes: [writeOf(`r/${index}`, 'text')],
      });
      const bare = client.request({ fingerprint });
      await store.commit([request, bare]);
      expect(await store.commit([request, bare])).toMatchObject([{ status: 'replayed' }, { status: 'replayed' }]);
    }
    const short = { fingerprint: 'content a', guards: [guardOf('a')], writes: [writeOf('a', { hash: 'a' })] };
    await client.applied(short);
    const log = await store.log(SPACE, 0, 100);
    const kept = log.status === 'ok' ? log.entries.map(({ fingerprint }) => fingerprint) : [];
    expect(kept).toEqual([...told.flatMap((one) => [one, one]), 'content a']);
  });

  it('[SQ24] goes into the tables every 512 commits, whoever makes the last one, and no answer changes', async () => {
    const path = newPath();
    const memory = await createClient(createMemoryStore());
    const stores = [openStore({ path }), openStore({ path })];
    const clients = await Promise.all(stores.map(createClient));
    const db = await openRaw(path);
    const [first] = clients as [Client];
    const requests = await mixed(first, 600);
    const settled = new Set<number>();
    for (let from = 0; from < requests.length; from += 37) {
      const batch = requests.slice(from, from + 37);
      await memory.store.commit(batch.map((request) => ({ ...request, epoch: memory.epoch })));
      await stores[(from / 37) % 2]?.commit(batch);
      settled.add(settledOf(db));
    }
    // 0, then once: after 14 calls of 37.
    expect(settled.size).toBe(2);
    const expected = await answers(memory.store, 600);
    for (const store of [...stores, openStore({ path })]) expect(await answers(store, 600)).toEqual(expected);
    expect((await checkSqlite(path)).problems).toEqual([]);
  });

  it('[SQ24] goes into the tables early where its entries are long', async () => {
    const path = newPath();
    const client = await createClient(openStore({ path }));
    const db = await openRaw(path);
    for (let index = 0; index < 12; index += 1) {
      await client.applied({ meta: { outcome: 'committed', note: 'x'.repeat(100_000) } });
    }
    // A mebibyte is full with the eleventh; the next transaction settles at the latest.
    expect(settledOf(db)).toBeGreaterThanOrEqual(11);
    expect((await checkSqlite(path)).problems).toEqual([]);
  });

  it('[SQ25] a row is trimmed when all of it is; until then what is below the trim point is gone all the same', async () => {
    const path = newPath();
    const memory = await createClient(createMemoryStore());
    const sqlite = await createClient(openStore({ path }));
    const db = await openRaw(path);
    await memory.store.commit(await mixed(memory, 150));
    await sqlite.store.commit(await mixed(sqlite, 150));
    const rows = (): unknown => db.prepare('SELECT first, last FROM log ORDER BY seq').all();
    expect(rows()).toEqual([
      { first: 1, last: 64 },
      { first: 65, last: 128 },
      { first: 129, last: 150 },
    ]);
    for (const point of [1, 10, 11, 40, 63, 64, 65, 100, 127, 140, 150]) {
      expect(await sqlite.store.trim(SPACE, point)).toBe(point);
      await memory.store.trim(SPACE, point);
      expect(await answers(sqlite.store, 150), `trimmed to ${point}`).toEqual(await answers(memory.store, 150));
      expect(await sqlite.store.log(SPACE, point - 1, 1)).toEqual({ status: 'gone', oldest: point });
      expect((await checkSqlite(path)).problems, `trimmed to ${point}`).toEqual([]);
      if (point === 63) expect(rows()).toHaveLength(3);
      if (point === 64) expect(rows()).toHaveLength(2);
    }
    expect(rows()).toEqual([]);
    // What the heads need has a place of its own; a revision and a row number are never given twice.
    expect(await textOf(sqlite.store, (await sqlite.head('r/0'))?.hash ?? '')).toMatch(/^text/);
    expect((await sqlite.write('r/0', 'on')).revision).toBe(151);
    expect(db.prepare('SELECT seq FROM log').get()).toEqual({ seq: 4 });
    expect(await answers(openStore({ path }), 150)).toMatchObject({ revision: 151 });
    expect((await checkSqlite(path)).problems).toEqual([]);
  });

  it('[SQ25] a content that is put again while its first holder is trimmed stays', async () => {
    const path = newPath();
    const stores = [openStore({ path }), openStore({ path })];
    const clients = await Promise.all(stores.map(createClient));
    const [one, other] = clients as [Client, Client];
    for (const text of ['small', 'large '.repeat(2000)]) {
      await one.write('a', text);
      const { revision } = await one.write('a', 'next');
      await other.write('b', text);
      await one.store.trim(SPACE, revision);
      expect(await textOf(stores[0] as Store, hashOf(text))).toBe(text);
      const last = await other.write('b', 'next');
      await other.store.trim(SPACE, last.revision);
      expect(await one.store.content(hashOf(text))).toBeUndefined();
    }
    expect((await checkSqlite(path)).problems).toEqual([]);
  });
});

describe('a lone commit', () => {
  it('[SQ26] is one statement, and a transaction where it has to be', async () => {
    const run: string[] = [];
    const db = await openRaw(newPath());
    const store = openStore({ database: watched(db, (sql) => run.push(sql.trim().slice(0, 22))) });
    const client = await createClient(store);
    await client.write('a', '1');
    const head = await client.write('a', '2');
    const commit = async (input: object): Promise<string[]> => {
      run.length = 0;
      await client.commit(input);
      return [...run];
    };
    const write = { guards: [guardOf('a', head)], writes: [writeOf('a', '3')], tokenBound: true };
    expect(await commit(write)).toEqual(['INSERT INTO log VALUES']);
    // Stale, with a record, with a large content.
    expect(await commit(write)).toContain('BEGIN IMMEDIATE');
    expect(await commit({ records: [{ kind: 'k', id: 'r', value: 1, expected: 0 }] })).toContain('BEGIN IMMEDIATE');
    const large = writeOf('large', 'x'.repeat(5000));
    expect(await commit({ guards: [guardOf('large')], writes: [large] })).toContain('BEGIN IMMEDIATE');
    expect(await store.counts(SPACE)).toMatchObject({ revision: 5, resources: 2 });
  });

  it('[SQ26] that another connection overtook is tried again in a transaction, and compared with what is there', async () => {
    const path = newPath();
    const clients = await Promise.all([createClient(openStore({ path })), createClient(openStore({ path }))]);
    const [one, other] = clients as [Client, Client];
    for (let round = 0; round < 20; round += 1) {
      // Both are alone on the file as far as they know.
      let mine = await one.write('mine', `${round}`);
      for (let index = 0; index < 70; index += 1) mine = (await moved(one, mine, index)) ?? mine;
      const before = await one.head('shared');
      await other.write('shared', `${round}`);
      const stale = await one.commit({ guards: [guardOf('shared', before)], writes: [writeOf('shared', 'lost')] });
      expect(stale).toMatchObject({ status: 'stale', heads: [{ resource: 'shared', version: round + 1 }] });
      await other.write('more', `${round}`);
      expect(await moved(one, mine, -1)).toMatchObject({ version: mine.version + 1 });
    }
    expect(await one.store.counts(SPACE)).toEqual(await other.store.counts(SPACE));
    expect((await checkSqlite(path)).problems).toEqual([]);
  });

  it('[SQ26] is refused after a restore or a new epoch, as every other', async () => {
    const path = newPath();
    const client = await createClient(openStore({ path }));
    for (let index = 0; index < 4; index += 1) await client.write('a', `${index}`);
    const db = await openRaw(path);
    db.exec("UPDATE store SET epoch = 'another'");
    const request = { guards: [guardOf('b')], writes: [writeOf('b', '1')] };
    expect(await client.commit(request)).toEqual({ status: 'epoch-changed', epoch: 'another' });
    expect(await client.head('b')).toBeUndefined();
  });
});

async function moved(client: Client, head: { readonly resource: string }, index: number) {
  const reply = await client.commit({
    guards: [guardOf(head.resource, head as never)],
    writes: [writeOf(head.resource, `moved ${index}`)],
  });
  return reply.status === 'committed' ? reply.heads[0] : undefined;
}

describe('a head that is known', () => {
  it('[SQ29] shares its look with the other reads of the turn, and none is answered by an older one', async () => {
    const path = newPath();
    const seen: string[] = [];
    const own = await createClient(openStore({ database: watched(await openRaw(path), (sql) => seen.push(sql)) }));
    const raw = await openRaw(path);
    await own.write('a', 'one');
    await new Promise((resolve) => setImmediate(resolve));
    const read = (): Promise<Snapshot> => Promise.resolve(own.store.read(SPACE, [id('a')]));

    seen.length = 0;
    const told = await Promise.all(Array.from({ length: 20 }, read));
    expect(new Set(told.map(({ revision }) => revision))).toEqual(new Set([1]));
    expect(seen).toEqual(['PRAGMA data_version', 'PRAGMA data_version']);

    const before = read();
    raw.exec("UPDATE store SET epoch = 'another'");
    const after = read();
    expect((await before).epoch).toBe(own.epoch);
    expect((await after).epoch).toBe('another');

    const late = read();
    const never = read();
    await own.store.close();
    await expect(never).rejects.toMatchObject({ code: 'store-unavailable' });
    expect((await late).epoch).toBe('another');
  });

  it('[SQ28] is answered by one statement, and read anew once somebody else has changed anything', async () => {
    const path = newPath();
    const seen: string[] = [];
    const db = watched(await openRaw(path), (sql) => seen.push(sql));
    const own = await createClient(openStore({ database: db }));
    const other = await createClient(openStore({ path }));
    const first = await own.write('a', 'one');
    await own.write('b', 'two');
    const asked = async (...names: string[]): Promise<readonly string[]> => {
      seen.length = 0;
      await own.store.read(SPACE, names.map(id));
      return [...seen];
    };
    expect(await asked('a', 'b')).toEqual(['PRAGMA data_version']);
    expect((await asked('a', 'never')).length).toBeGreaterThan(1);

    const changed = await other.write('a', 'three');
    expect(await own.head('a')).toEqual(changed);
    expect(await own.head('a')).not.toEqual(first);
    await other.store.trim(SPACE, 1);
    expect((await own.store.read(SPACE, [id('a')])).trimmed).toBe(1);
    const epoch = await renewEpoch(path);
    expect((await own.store.read(SPACE, [id('a')])).epoch).toBe(epoch);
    // What it answers is the caller's: nothing that is done to it comes back.
    Object.assign((await own.head('a')) as object, { version: 99 });
    expect(await own.head('a')).toEqual(changed);

    const refused = await own.commit({ guards: [guardOf('a', first)], writes: [writeOf('a', 'late')] });
    expect(refused.status).not.toBe('committed');
  });
});

describe('the health report', () => {
  it('[SQ27] finds each table that does not say what the log says', async () => {
    const faults = [
      "UPDATE heads SET revision = revision - 1 WHERE resource = 'r/0'",
      "DELETE FROM heads WHERE resource = 'r/1'",
      "DELETE FROM commits WHERE commit_id = 'mixed-70'",
      'DELETE FROM segments WHERE last = 128',
      'DELETE FROM places WHERE key = (SELECT min(key) FROM places)',
      'DELETE FROM young_places',
      'UPDATE young_places SET places = substr(places, 1, length(places) - 12)',
      'UPDATE young_places SET places = places || zeroblob(12)',
      'UPDATE spaces SET resources = resources + 1',
      'UPDATE contents SET refs = refs + 1',
      'DELETE FROM blobs',
      'DELETE FROM contents',
      "DROP TRIGGER log_update; UPDATE log SET body = body || char(10) || '[]' WHERE seq = 2",
      "DROP TRIGGER log_update; UPDATE log SET body = 'nonsense' WHERE seq = 2",
      'DROP TRIGGER log_update; UPDATE log SET bytes = NULL WHERE seq = 2',
      'DROP TRIGGER log_delete; DELETE FROM log WHERE seq = 2',
    ];
    for (const fault of faults) {
      const path = newPath();
      const store = createSqliteStore({ path });
      const client = await createClient(store);
      await client.store.commit(await mixed(client, 200));
      await client.write('large', 'large '.repeat(1000));
      await store.trim(SPACE, 30);
      // Enough to be settled: what the trim found is in the large index by now.
      await client.store.commit(
        Array.from({ length: 520 }, (_, index) =>
          client.request({ guards: [guardOf(`late/${index}`)], writes: [writeOf(`late/${index}`, `${index}`)] }),
        ),
      );
      await store.close();
      expect((await checkSqlite(path)).problems).toEqual([]);
      const db = await openRaw(path);
      db.exec(fault);
      db.close();
      expect((await checkSqlite(path)).problems, fault).not.toEqual([]);
    }
  });
});
