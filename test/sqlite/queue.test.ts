// Group commit, the lock, and what happens when the disk or SQLite says no.
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hashOf } from '../../src/core/hash.ts';
import type { Client } from '../../src/stores/conformance/client.ts';
import { createClient, guardOf, writeOf } from '../../src/stores/conformance/client.ts';
import { faultOf, isBusy } from '../../src/stores/sqlite/errors.ts';
import { checkSqlite, createSqliteStore } from '../../src/stores/sqlite.ts';
import { newFolder, newPath, openRaw, openStore, sqliteError, type Watcher, watched } from './testing.ts';

const SPACE = 'default' as never;

/** A store on a driver that tells each statement and can be made to fail. */
async function openWatched(watch: Watcher): Promise<{ client: Client; path: string }> {
  const path = newPath();
  const store = openStore({ database: watched(await openRaw(path), watch), random: () => 0, timeoutMs: 200 });
  return { client: await createClient(store), path };
}

const create = (client: Client, name: string) =>
  client.commit({ guards: [guardOf(name)], writes: [writeOf(name, name)] });

describe('the commit queue', () => {
  it('[SQ8] puts the commits that wait together into one transaction, each with its own reply', async () => {
    const run: string[] = [];
    const { client } = await openWatched((sql) => run.push(sql));
    await create(client, 'first');
    run.length = 0;
    const names = Array.from({ length: 64 }, (_, index) => `r${index % 60}`);
    const replies = await Promise.all(names.map((name) => create(client, name)));
    expect(run.filter((sql) => sql === 'BEGIN IMMEDIATE')).toHaveLength(1);
    expect(run.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 'committed')).toHaveLength(60);
    expect(replies.filter(({ status }) => status === 'stale')).toHaveLength(4);
  });

  it('[SQ8] serves a caller that has been alone inside its call, and who calls in the same go after it together', async () => {
    const run: string[] = [];
    const { client } = await openWatched((sql) => run.push(sql));
    for (let index = 0; index < 6; index += 1) await create(client, `alone-${index}`);
    run.length = 0;
    const replies = await Promise.all(Array.from({ length: 64 }, (_, index) => create(client, `r/${index}`)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set(['committed']));
    expect(run.filter((sql) => sql.includes('SELECT ? FROM store'))).toHaveLength(1);
    expect(run.filter((sql) => sql === 'BEGIN IMMEDIATE')).toHaveLength(1);
    for (let index = 0; index < 3; index += 1) await create(client, `again-${index}`);
    run.length = 0;
    const content = new Uint8Array([7]);
    const late = client.commit({ guards: [guardOf('late')], writes: [writeOf('late', content)] });
    expect(run.filter((sql) => sql.includes('SELECT ? FROM store'))).toHaveLength(1);
    content.fill(0);
    expect(await late).toMatchObject({ status: 'committed' });
    expect(await client.store.content(hashOf(new Uint8Array([7])))).toEqual(new Uint8Array([7]));
  });

  it('[SQ8] waits as long as each turn brings a commit, for sixteen turns, and for four once there are many', async () => {
    const run: string[] = [];
    const { client } = await openWatched((sql) => run.push(sql));
    /** One commit in each of so many turns, `first` of them in the first one. */
    const feed = async (turns: number, first: number): Promise<number> => {
      run.length = 0;
      const sent: Promise<unknown>[] = [];
      const send = (turn: number): void => {
        // Before the commit, so that it comes before what that one waits for.
        if (turn < turns) setImmediate(send, turn + 1);
        const name = `${first}-${turns}-${turn}`;
        for (let index = 0; index < (turn === 1 ? first : 1); index += 1) sent.push(create(client, `${name}-${index}`));
      };
      send(1);
      while (sent.length < first + turns - 1) await new Promise((resolve) => setImmediate(resolve));
      await Promise.all(sent);
      return run.filter((sql) => sql === 'BEGIN IMMEDIATE').length;
    };
    expect(await feed(12, 1)).toBe(1);
    expect(await feed(30, 1)).toBe(2);
    expect(await feed(8, 64)).toBe(2);
  });

  it('[SQ8] takes bytes and values at the call: they may be changed while the commit waits', async () => {
    const { client } = await openWatched(() => undefined);
    for (const size of [10, 10_000]) {
      const content = new Uint8Array(size).fill(7);
      const kept = new Uint8Array(size).fill(8);
      const write = writeOf(`r${size}`, content);
      const request = client.request({ guards: [guardOf(`r${size}`)], writes: [write], keeps: [kept] });
      const value = { list: [1] };
      const record = { kind: 'k', id: `r${size}`, value, expected: 0 };
      const reply = client.store.commit([{ ...request, records: [record] }]);
      content.fill(0);
      kept.fill(0);
      value.list.push(2);
      await reply;
      expect((await client.store.record(SPACE, 'k', `r${size}`))?.value).toEqual({ list: [1] });
      expect(await client.store.content(hashOf(new Uint8Array(size).fill(7)))).toEqual(new Uint8Array(size).fill(7));
      expect(await client.store.content(hashOf(new Uint8Array(size).fill(8)))).toEqual(new Uint8Array(size).fill(8));
    }
  });

  it('[SQ9] takes a request that SQLite refuses out of the transaction, and the others go on without it', async () => {
    let refuses = false;
    let inserts = 0;
    const { client } = await openWatched((sql) => {
      if (sql === 'BEGIN IMMEDIATE') refuses = false;
      if (!sql.startsWith('INSERT INTO log')) return;
      inserts += 1;
      if (refuses) throw sqliteError(18, 'string or blob too big');
    });
    const { store } = client;
    const requests = ['a', 'b', 'c'].map((name) =>
      client.request({ guards: [guardOf(name)], writes: [writeOf(name, { hash: name })] }),
    );
    // A row of the log with the second one is refused: its meta tells when it is packed into one.
    const watchedRequests = requests.map((request, index) => ({
      ...request,
      get meta() {
        refuses ||= index === 1;
        return request.meta;
      },
    }));
    const replies = await store.commit(watchedRequests);
    expect(replies.map(({ status }) => status)).toEqual(['committed', 'unavailable', 'committed']);
    expect(replies[1]).toMatchObject({ error: { code: 'too-large' } });
    expect(await store.counts(SPACE)).toMatchObject({ revision: 2, resources: 2 });
    // All in one row; a row for each, up to the one at fault; the other two.
    expect(inserts).toBe(1 + 2 + 2);
  });

  it('[SQ9] takes out a request that cannot be written down, with what is wrong with it', async () => {
    const { client } = await openWatched(() => undefined);
    const loop: { [name: string]: unknown } = {};
    loop['self'] = loop;
    const good = ['a', 'b'].map((name) => client.request({ guards: [guardOf(name)], writes: [writeOf(name, name)] }));
    const bad = [client.request({ meta: { outcome: 'committed', extra: loop } }), client.request({ at: Number.NaN })];
    const replies = await client.store.commit([...good.slice(0, 1), ...bad, ...good.slice(1)]);
    expect(replies.map(({ status }) => status)).toEqual(['committed', 'unavailable', 'unavailable', 'committed']);
    expect(replies[2]).toMatchObject({ error: { code: 'misuse' } });
    expect(await client.commit({ at: Number.NaN })).toMatchObject({ status: 'unavailable', error: { code: 'misuse' } });
    expect(await client.store.counts(SPACE)).toMatchObject({ revision: 2, resources: 2 });
  });

  it('[SQ9] finds out when a request claims to be bound to its token and is not', async () => {
    const { client } = await openWatched(() => undefined);
    const bound = client.request({ tokenBound: true, guards: [guardOf('a')], writes: [writeOf('a', '1')] });
    const again = { ...bound, guards: [guardOf('b')], writes: [writeOf('b', '1')] };
    const other = client.request({ guards: [guardOf('c')], writes: [writeOf('c', '1')] });
    const replies = await client.store.commit([bound, again, other]);
    expect(replies.map(({ status }) => status)).toEqual(['committed', 'replayed', 'committed']);
  });

  it('[SQ10] waits for the lock of another process no longer than the timeout: store-locked, nothing stored', async () => {
    const path = newPath();
    const store = openStore({ path, timeoutMs: 50 });
    const client = await createClient(store);
    await create(client, 'before');
    const other = await openRaw(path);
    other.exec('BEGIN IMMEDIATE');
    const reply = await create(client, 'a');
    expect(reply).toMatchObject({
      status: 'unavailable',
      error: { code: 'store-locked', details: { next: expect.any(String) } },
    });
    await expect(store.trim(SPACE, 1)).rejects.toMatchObject({ code: 'store-locked' });
    // Reading needs no lock.
    expect((await client.head('before'))?.version).toBe(1);
    const waiting = openStore({ path });
    const patient = await createClient(waiting);
    const late = create(patient, 'a');
    setTimeout(() => other.exec('ROLLBACK'), 30);
    expect(await late).toMatchObject({ status: 'committed', revision: 2 });
  });

  it('[SQ11] answers store-full when the disk is full, with nothing stored, and goes on when there is space again', async (context) => {
    const mount = join(newFolder(), 'small');
    mkdirSync(mount);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount]).status === 0;
    if (!mounted) {
      if (process.env['CI'] !== undefined) throw new Error('CI must be able to mount a small tmpfs for [SQ11]');
      process.stderr.write('skipped: [SQ11] needs the right to mount a tmpfs\n');
      return context.skip();
    }
    onTestFinished(() => {
      spawnSync('umount', ['-l', mount]);
    });
    const path = join(mount, 'store.db');
    const store = createSqliteStore({ path });
    const client = await createClient(store);
    const heads = new Map<string, string>();
    let full = 0;
    for (let index = 0; index < 60 && full < 5; index += 1) {
      const content = new Uint8Array(120_000).fill(index);
      const reply = await client.commit({ guards: [guardOf(`r${index}`)], writes: [writeOf(`r${index}`, content)] });
      if (reply.status === 'committed') heads.set(`r${index}`, reply.heads[0]?.hash ?? '');
      else {
        expect(reply).toMatchObject({ status: 'unavailable', error: { code: 'store-full' } });
        full += 1;
      }
    }
    expect(full).toBe(5);
    expect(heads.size).toBeGreaterThan(2);
    const { items } = await store.list(SPACE, '', {});
    expect(new Map(items.map(({ resource, hash }) => [String(resource), hash]))).toEqual(heads);
    spawnSync('mount', ['-o', 'remount,size=16m', mount]);
    expect(await create(client, 'again')).toMatchObject({ status: 'committed' });
    await store.close();
    const db = await openRaw(path);
    expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    db.close();
    expect(statSync(path).size).toBeGreaterThan(0);
  });

  it('[S02] a COMMIT that fails is unavailable where nothing can be stored, else unknown; the same sent again settles it', async () => {
    for (const [code, applied, status] of [
      [13, false, 'unavailable'],
      [10 | (4 << 8), false, 'unknown'],
      [10 | (4 << 8), true, 'unknown'],
    ] as const) {
      let armed = false;
      const path = newPath();
      const db = await openRaw(path);
      const store = openStore({
        database: watched(db, (sql) => {
          if (!armed || sql !== 'COMMIT') return;
          armed = false;
          if (applied) db.exec('COMMIT');
          throw sqliteError(code, 'planted');
        }),
      });
      const client = await createClient(store);
      const request = client.request({ guards: [guardOf('a')], writes: [writeOf('a', '1')] });
      armed = true;
      const [first] = await store.commit([request]);
      expect(first?.status).toBe(status);
      expect((await client.head('a'))?.version).toBe(applied ? 1 : undefined);
      const [second] = await store.commit([request]);
      expect(second?.status).toBe(applied ? 'replayed' : 'committed');
      expect((await client.head('a'))?.version).toBe(1);
      expect(await store.counts(SPACE)).toMatchObject({ revision: 1, resources: 1 });
    }
  });

  it('[S02] an error in the middle of a transaction leaves nothing of it, and no counter moves', async () => {
    let failAt = '';
    const { client } = await openWatched((sql) => {
      if (failAt !== '' && sql.includes(failAt)) throw sqliteError(10, 'disk I/O error');
    });
    await create(client, 'first');
    for (const part of ['INTO contents', 'INTO blobs', 'INTO log', 'INTO records']) {
      failAt = part;
      const reply = await client.commit({
        guards: [guardOf('a')],
        writes: [writeOf('a', 'large '.repeat(1000))],
        records: [{ kind: 'conflict', id: 'c', state: 'open', value: {}, expected: 0 }],
      });
      expect(reply, part).toMatchObject({ status: 'unavailable', error: { code: 'store-unavailable' } });
      failAt = '';
      expect(await client.store.counts(SPACE)).toMatchObject({ revision: 1, resources: 1, open: 0 });
      expect(await client.head('a')).toBeUndefined();
    }
    expect(await create(client, 'a')).toMatchObject({ status: 'committed', revision: 2 });
  });

  it('[S02] a lone statement that fails is unknown where it may be stored; the same sent again settles it', async () => {
    for (const applied of [false, true]) {
      let armed = false;
      const db = await openRaw(newPath());
      const store = openStore({
        database: {
          ...db,
          prepare(sql) {
            const statement = db.prepare(sql);
            if (!sql.includes('SELECT ? FROM store')) return statement;
            return {
              get: statement.get.bind(statement),
              all: statement.all.bind(statement),
              run(...values) {
                if (!armed) return statement.run(...values);
                armed = false;
                if (applied) statement.run(...values);
                throw sqliteError(10 | (4 << 8), 'planted');
              },
            };
          },
        },
      });
      const client = await createClient(store);
      for (let index = 0; index < 3; index += 1) await client.write('b', `${index}`);
      const request = client.request({ guards: [guardOf('a')], writes: [writeOf('a', '1')] });
      armed = true;
      const [first] = await store.commit([request]);
      expect([armed, first?.status]).toEqual([false, 'unknown']);
      expect((await client.head('a'))?.version).toBe(applied ? 1 : undefined);
      const [second] = await store.commit([request]);
      expect(second?.status).toBe(applied ? 'replayed' : 'committed');
      expect(await store.counts(SPACE)).toMatchObject({ revision: 4, resources: 2 });
    }
  });

  it('[S02] an error while the tables are settled leaves nothing of the commit, and the next one settles them', async () => {
    let failAt = '';
    const { client, path } = await openWatched((sql) => {
      if (failAt !== '' && sql.includes(failAt)) throw sqliteError(10, 'disk I/O error');
    });
    const names = Array.from({ length: 511 }, (_, index) => `r/${index}`);
    await Promise.all(names.map((name) => create(client, name)));
    for (const part of ['INTO heads', 'INTO commits', 'INTO segments', 'INTO young_places', 'SET settled']) {
      failAt = part;
      const reply = await client.commit({ guards: [guardOf('a')], writes: [writeOf('a', 'text')], keeps: ['kept'] });
      expect(reply, part).toMatchObject({ status: 'unavailable', error: { code: 'store-unavailable' } });
      failAt = '';
      expect(await client.store.counts(SPACE)).toMatchObject({ revision: 511, resources: 511 });
      expect(await client.head('a')).toBeUndefined();
    }
    const db = await openRaw(path);
    expect(db.prepare('SELECT settled FROM store').get()).toEqual({ settled: 0 });
    expect(await create(client, 'a')).toMatchObject({ status: 'committed', revision: 512 });
    expect(db.prepare('SELECT settled FROM store').get()).not.toEqual({ settled: 0 });
    expect((await checkSqlite(path)).problems).toEqual([]);
  });

  it('[SQ12] errors of every driver are told by number or by name', () => {
    for (const error of [sqliteError(5, 'database is locked'), sqliteError(5 | (2 << 8), 'snapshot')]) {
      expect(isBusy(error)).toBe(true);
    }
    expect(isBusy(Object.assign(new Error('x'), { code: 'SQLITE_BUSY_SNAPSHOT' }))).toBe(true);
    const codes = [
      [{ code: 'SQLITE_FULL' }, 'store-full'],
      [{ code: 'SQLITE_CORRUPT_VTAB' }, 'store-corrupt'],
      [{ errcode: 26 }, 'store-corrupt'],
      [{ errcode: 8 | (3 << 8) }, 'read-only'],
      [{ errcode: 10, systemErrno: 28 }, 'store-full'],
      [{ errcode: 10 }, 'store-unavailable'],
      [{ code: 'ENOSPC' }, 'store-full'],
      [{ code: 'ERR_SQLITE_ERROR', message: 'database disk image is malformed' }, 'store-corrupt'],
      [{ code: 'ERR_SQLITE_ERROR', message: 'Failed: database or disk is full' }, 'store-full'],
      [new Error('anything'), 'store-unavailable'],
    ] as const;
    for (const [error, code] of codes) expect(faultOf(error, 'here').code).toBe(code);
  });
});
