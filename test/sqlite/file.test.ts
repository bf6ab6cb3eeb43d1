// The file: made safely, checked to be ours, brought forward, and refused with a reason.
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/core/hash.ts';
import { createClient, guardOf, writeOf } from '../../src/stores/conformance/client.ts';
import { loadDriver } from '../../src/stores/sqlite/driver.ts';
import { versionWarning } from '../../src/stores/sqlite/open.ts';
import type { Migration } from '../../src/stores/sqlite/schema.ts';
import { migrations, pragma } from '../../src/stores/sqlite/schema.ts';
import { checkSqlite, createSqliteStore } from '../../src/stores/sqlite.ts';
import { asNobody, newFolder, newPath, openRaw, openStore, watched } from './testing.ts';

async function made(path: string): Promise<void> {
  const store = createSqliteStore({ path });
  const client = await createClient(store);
  await client.write('a', 'one', { commitId: 'made' });
  await store.close();
}

describe('the database file', () => {
  it('[SQ1] runs with write-ahead log, full sync and no busy handler, and only its owner may read it', async () => {
    const path = newPath();
    const seen = new Map<string, unknown>();
    const db = await openRaw(path);
    const store = openStore({ database: watched(db, () => undefined) });
    await store.epoch();
    for (const name of ['journal_mode', 'synchronous', 'busy_timeout', 'foreign_keys'])
      seen.set(name, pragma(db, name));
    expect(Object.fromEntries(seen)).toEqual({ journal_mode: 'wal', synchronous: 2, busy_timeout: 0, foreign_keys: 0 });
    const own = newPath();
    const second = openStore({ path: own });
    await second.epoch();
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(own + suffix).mode & 0o777).toBe(0o600);
  });

  it('[SQ1] is refused where SQLite does not take a setting that the promises rest on', async () => {
    const db = await openRaw(newPath());
    const stubborn = watched(db, () => undefined);
    const store = openStore({
      database: { ...stubborn, exec: (sql) => stubborn.exec(sql.replace('synchronous = FULL', 'synchronous = OFF')) },
    });
    await expect(store.epoch()).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('[SQ2] of a newer schema is refused with what to do, and left as it is', async () => {
    const path = newPath();
    await made(path);
    const db = await openRaw(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const store = openStore({ path });
    const error = await store.epoch().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'store-newer', details: { schema: 99, known: migrations.length } });
    expect(pragma(await openRaw(path), 'user_version')).toBe(99);
  });

  it('[SQ2] that a newer entente brings forward while it is open is not written to any more', async () => {
    const path = newPath();
    const store = openStore({ path });
    const client = await createClient(store);
    const db = await openRaw(path);
    db.exec('PRAGMA user_version = 99');
    const reply = await client.commit({});
    expect(reply).toMatchObject({ status: 'unavailable', error: { code: 'store-newer' } });
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    for (let index = 0; index < 3; index += 1) await client.write('a', `${index}`);
    // Now the store writes in single statements, which look at the schema in the store's own row.
    db.exec('UPDATE store SET schema = 99');
    expect(await client.commit({})).toMatchObject({ status: 'unavailable', error: { code: 'store-newer' } });
    const again = await client.commit({});
    expect(again).toMatchObject({ status: 'unavailable', error: { code: 'store-newer' } });
    await expect(store.read('default' as never, [])).rejects.toMatchObject({ code: 'store-newer' });
  });

  it('[SQ3] that is damaged, is no database, or is not ours is refused and left as it is', async () => {
    const folder = newFolder();
    const text = join(folder, 'text');
    writeFileSync(text, 'this is no database, but it is long enough to be taken for one '.repeat(100));
    const foreign = join(folder, 'foreign.db');
    const other = await openRaw(foreign);
    other.exec('CREATE TABLE theirs (id INTEGER); PRAGMA user_version = 1;');
    other.close();
    const broken = join(folder, 'broken.db');
    await made(broken);
    const bytes = readFileSync(broken);
    bytes.fill(0x5a, 0, 100);
    writeFileSync(broken, bytes);
    for (const path of [text, foreign, broken]) {
      const before = readFileSync(path);
      const store = openStore({ path });
      await expect(store.epoch()).rejects.toMatchObject({
        code: 'store-corrupt',
        details: { next: expect.any(String) },
      });
      // Every time, not only the first.
      await expect(store.commit([])).rejects.toMatchObject({ code: 'store-corrupt' });
      expect(readFileSync(path)).toEqual(before);
    }
  });

  it('[SQ3] of a layout from before the first release is refused by that name, and left as it is', async () => {
    const path = newPath();
    const old = await openRaw(path);
    old.exec('CREATE TABLE log (id INTEGER PRIMARY KEY); PRAGMA application_id = 0x656e7431; PRAGMA user_version = 1;');
    old.close();
    const before = readFileSync(path);
    await expect(openStore({ path }).epoch()).rejects.toMatchObject({
      code: 'store-corrupt',
      message: expect.stringContaining('before the first release'),
    });
    expect(readFileSync(path)).toEqual(before);
  });

  it('[SQ3] whose pages are damaged answers store-corrupt, and an empty file becomes a store', async () => {
    const path = newPath();
    await made(path);
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 4096);
    writeFileSync(path, bytes);
    await expect(openStore({ path }).read('default' as never, ['a' as never])).rejects.toMatchObject({
      code: 'store-corrupt',
    });
    const empty = newPath();
    writeFileSync(empty, '');
    expect(await openStore({ path: empty }).epoch()).toMatch(/^[0-9a-f]{32}$/);
  });

  it('[SQ4] that cannot be written can still be read; a write answers read-only', async () => {
    const path = newPath();
    await made(path);
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o777);
    expect(asNobody(path)).toEqual({ read: 'version 1', write: 'read-only' });
    chmodSync(dirname(path), 0o555);
    const { read, write } = asNobody(path);
    expect([`${read} ${write}`, read]).toContain(read === 'version 1' ? 'version 1 read-only' : 'read-only');
    const closed = join(newFolder(), 'store.db');
    chmodSync(dirname(closed), 0o555);
    expect(asNobody(closed).read).toBe('read-only');
  });

  it('[SQ4] of an older schema that cannot be written is read-only in all, until somebody has brought it forward', async () => {
    const path = newPath();
    await made(path);
    const db = await openRaw(path);
    db.exec(`
      DROP TABLE young_places;
      CREATE TABLE young_places (key INTEGER, seq INTEGER, line INTEGER, PRIMARY KEY (key, seq, line)) WITHOUT ROWID;
      PRAGMA user_version = 1;
      UPDATE store SET schema = 1;
      PRAGMA wal_checkpoint(TRUNCATE);
    `);
    db.close();
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o777);
    expect(asNobody(path).read).toBe('read-only');
    chmodSync(path, 0o600);
    const forward = createSqliteStore({ path });
    await forward.epoch();
    await forward.close();
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    chmodSync(path, 0o444);
    expect(asNobody(path).read).toBe('version 1');
  });

  it('[SQ5] needs a folder that is there and a name that is a file', async () => {
    const folder = newFolder();
    const missing = openStore({ path: join(folder, 'no', 'such', 'store.db') });
    await expect(missing.epoch()).rejects.toMatchObject({
      code: 'not-found',
      details: { next: expect.stringContaining('mkdir') },
    });
    mkdirSync(join(folder, 'no', 'such'), { recursive: true });
    expect(await missing.epoch()).toMatch(/./);
    await expect(openStore({ path: folder }).epoch()).rejects.toMatchObject({ code: 'misuse' });
    for (const path of ['', ':memory:', 'a\0b']) {
      expect(() => createSqliteStore({ path })).toThrow(expect.objectContaining({ code: 'misuse' }));
    }
    expect(() => createSqliteStore({})).toThrow(expect.objectContaining({ code: 'misuse' }));
  });

  it('[SQ5] may have a name that SQLite would take for something else', async () => {
    const folder = newFolder();
    for (const name of ['file:x?mode=memory', '-wal', "it's", 'ünï 😀', 'a#b', '%41']) {
      const path = join(folder, name);
      const store = createSqliteStore({ path });
      await store.epoch();
      expect(statSync(path).size).toBeGreaterThanOrEqual(0);
      await store.close();
      expect(statSync(path).size).toBeGreaterThan(0);
      rmSync(path);
    }
  });

  it('[SQ6] is brought from any older schema to the newest in one transaction, or stays as it was', async () => {
    const path = newPath();
    await made(path);
    const second: Migration = (db) => db.exec('ALTER TABLE store ADD COLUMN colour TEXT');
    const third: Migration = (db) => db.exec("UPDATE store SET colour = 'blue'");
    const failing: Migration = (db) => {
      db.exec('DROP TABLE log');
      throw new Error('half way');
    };
    const broken = createSqliteStore({ path, migrations: [...migrations, second, failing] });
    await expect(broken.epoch()).rejects.toThrow(/half way/);
    await broken.close();
    const newer = [...migrations, second, third];
    const stores = [openStore({ path, migrations: newer }), openStore({ path, migrations: newer })];
    const epochs = await Promise.all(stores.map((store) => store.epoch()));
    expect(new Set(epochs).size).toBe(1);
    const db = await openRaw(path);
    expect(db.prepare('SELECT colour FROM store').get()).toMatchObject({ colour: 'blue' });
    expect(pragma(db, 'user_version')).toBe(newer.length);
    const [store] = stores;
    const client = await createClient(store ?? openStore({ path }));
    expect(await client.head('a')).toMatchObject({ version: 1 });
    await expect(openStore({ path }).epoch()).rejects.toMatchObject({ code: 'store-newer' });
  });

  it('[SQ6] of the first schema keeps the places of its contents', async () => {
    const path = newPath();
    const store = createSqliteStore({ path });
    const client = await createClient(store);
    const names = Array.from({ length: 520 }, (_, index) => `r/${index}`);
    await store.commit(
      names.map((name) => client.request({ guards: [guardOf(name)], writes: [writeOf(name, `text of ${name}`)] })),
    );
    await store.close();
    const db = await openRaw(path);
    const lumps = db.prepare('SELECT first, places FROM young_places').all() as { first: number; places: Uint8Array }[];
    db.exec(`
      DROP TABLE young_places;
      CREATE TABLE young_places (key INTEGER, seq INTEGER, line INTEGER, PRIMARY KEY (key, seq, line)) WITHOUT ROWID;
      PRAGMA user_version = 1;
      UPDATE store SET schema = 1;
    `);
    const add = db.prepare('INSERT INTO young_places VALUES (?, ?, ?)');
    for (const { first, places } of lumps) {
      const bytes = Buffer.from(places);
      for (let at = 0; at < bytes.length; at += 12)
        add.run(bytes.readUIntBE(at, 6), first + bytes.readUInt32BE(at + 6), bytes.readUInt16BE(at + 10));
    }
    db.close();
    const forward = openStore({ path });
    for (const name of ['r/0', 'r/300', 'r/519'])
      expect(await forward.content(hashOf(`text of ${name}`))).toEqual(new Uint8Array(Buffer.from(`text of ${name}`)));
    expect(await checkSqlite(path)).toMatchObject({ schema: migrations.length, problems: [] });
  });

  it('[SQ7] is served with a warning below SQLite 3.51.3, and without a driver with what to install', async () => {
    expect(versionWarning('3.51.2')).toMatch(/3\.51\.3/);
    expect(versionWarning('3.40.1')).toMatch(/3\.51\.3/);
    for (const version of ['3.51.3', '3.51.10', '3.52.0', '4.0.0']) expect(versionWarning(version)).toBeUndefined();
    const db = await openRaw(newPath());
    const warnings: string[] = [];
    const old = watched(db, () => undefined);
    const store = openStore({
      database: { ...old, prepare: (sql) => old.prepare(sql.replace('sqlite_version()', "'3.46.0'")) },
      onWarning: (message) => warnings.push(message),
    });
    await store.epoch();
    expect(warnings).toEqual([expect.stringContaining('3.46.0')]);
    const absent = (): Promise<never> => Promise.reject(new Error('not found'));
    await expect(loadDriver(absent, false)).rejects.toMatchObject({
      code: 'missing-driver',
      details: { next: expect.stringContaining('npm install @photostructure/sqlite') },
    });
  });

  it('[S03] keeps its log: an entry cannot be changed, and goes only from the beginning, behind the trim point', async () => {
    const path = newPath();
    const store = openStore({ path });
    const client = await createClient(store);
    for (let index = 0; index < 5; index += 1) await client.write('a', `${index}`);
    await store.trim('default' as never, 2);
    const db = await openRaw(path);
    expect(() => db.exec("UPDATE log SET body = 'something else'")).toThrow(/cannot be changed/);
    expect(() => db.exec('DELETE FROM log WHERE last = 4')).toThrow(/only by trim/);
    expect(() => db.exec('DELETE FROM log')).toThrow(/only by trim/);
    const page = await store.log('default' as never, 2, 10);
    expect(page).toMatchObject({ status: 'ok', entries: [{ revision: 3 }, { revision: 4 }, { revision: 5 }] });
  });
});
