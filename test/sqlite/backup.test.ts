// Backup, restore, epochs and the health report.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClient, guardOf, textOf, writeOf } from '../../src/stores/conformance/client.ts';
import { backupSqlite, checkSqlite, createSqliteStore, renewEpoch, restoreSqlite } from '../../src/stores/sqlite.ts';
import { newFolder, newPath, openRaw, openStore } from './testing.ts';

const SPACE = 'default' as never;

describe('backup and restore', () => {
  it('[SQ13] a backup is one moment of the store, taken while others write, and never replaces a file', async () => {
    const path = newPath();
    const store = openStore({ path });
    const client = await createClient(store);
    let running = true;
    const writer = async (): Promise<void> => {
      for (let round = 0; running; round += 1) {
        const guards = [await client.guard('a'), await client.guard('b')];
        await client.applied({ guards, writes: [writeOf('a', `${round}`), writeOf('b', `${round}`)] });
      }
    };
    const writing = writer();
    const folder = newFolder();
    for (let index = 0; index < 5; index += 1) {
      const file = join(folder, `${index}.backup`);
      const result = await backupSqlite(path, file);
      expect(result).toEqual({ file, bytes: statSync(file).size });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      await expect(backupSqlite(path, file)).rejects.toMatchObject({ code: 'misuse' });
    }
    running = false;
    await writing;
    expect(readdirSync(folder).sort()).toEqual(['0.backup', '1.backup', '2.backup', '3.backup', '4.backup']);
    for (const name of readdirSync(folder)) {
      const copy = createSqliteStore({ path: join(folder, name) });
      const { heads } = await copy.read(SPACE, ['a' as never, 'b' as never]);
      expect(heads[0]?.hash).toBe(heads[1]?.hash);
      expect(heads[0]?.revision).toBe(heads[1]?.revision);
      await copy.close();
    }
    await expect(backupSqlite(join(folder, 'none'), join(folder, 'x'))).rejects.toMatchObject({ code: 'not-found' });
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('[SQ14] a restore brings back all that the backup held under a new epoch, also to those who have the store open', async () => {
    const path = newPath();
    const store = openStore({ path });
    const client = await createClient(store);
    await client.write('a', 'kept');
    const large = new Uint8Array(50_000).fill(3);
    await client.write('b', large);
    await client.applied({
      records: [{ kind: 'k', id: 'r', state: 's', value: { v: 1 }, expected: 0 }],
      keeps: ['keep'],
    });
    const file = join(newFolder(), 'backup');
    await backupSqlite(path, file);
    const before = await store.log(SPACE, 0, 100);
    await client.write('a', 'lost');
    await client.write('c', 'lost too');
    const { epoch } = await restoreSqlite(file, path);
    expect(epoch).not.toBe(client.epoch);
    expect(await store.epoch()).toBe(epoch);
    const old = await client.commit({ guards: [await client.guard('a')], writes: [writeOf('a', 'x')] });
    expect(old).toEqual({ status: 'epoch-changed', epoch });
    expect(await store.log(SPACE, 0, 100)).toEqual(before);
    const again = await createClient(store);
    expect(await textOf(store, (await again.head('a'))?.hash ?? '')).toBe('kept');
    expect(await store.content((await again.head('b'))?.hash ?? '')).toEqual(large);
    expect(await again.head('c')).toBeUndefined();
    expect((await store.record(SPACE, 'k', 'r'))?.value).toEqual({ v: 1 });
    expect((await again.write('a', 'on')).version).toBe(2);
    expect(await textOf(store, (await again.head('a'))?.hash ?? '')).toBe('on');
    expect((await checkSqlite(path)).problems).toEqual([]);
    expect(readdirSync(dirname(path)).filter((name) => name.includes('.part'))).toEqual([]);
    const fresh = newPath();
    await restoreSqlite(file, fresh);
    expect(await (await createClient(openStore({ path: fresh }))).head('a')).toMatchObject({ version: 1 });
  });

  it('[SQ15] a restore from what is damaged, foreign, newer or missing changes nothing', async () => {
    const path = newPath();
    const store = openStore({ path });
    const client = await createClient(store);
    const head = await client.write('a', 'x'.repeat(20_000));
    const folder = newFolder();
    const good = join(folder, 'good');
    await backupSqlite(path, good);
    const bytes = readFileSync(good);
    const damaged = join(folder, 'damaged');
    writeFileSync(damaged, bytes.fill(0x5a, 8192, 12288));
    const cut = join(folder, 'cut');
    writeFileSync(cut, readFileSync(good).subarray(0, 20_000));
    const text = join(folder, 'text');
    writeFileSync(text, 'no database at all, whoever may have thought so');
    const foreign = join(folder, 'foreign');
    const db = await openRaw(foreign);
    db.exec('CREATE TABLE log (id INTEGER)');
    db.close();
    const newer = join(folder, 'newer');
    await backupSqlite(path, newer);
    const raw = await openRaw(newer);
    raw.exec('PRAGMA user_version = 99');
    raw.close();
    for (const [file, code] of [
      [damaged, 'store-corrupt'],
      [cut, 'store-corrupt'],
      [text, 'store-corrupt'],
      [foreign, 'store-corrupt'],
      [newer, 'store-newer'],
      [join(folder, 'missing'), 'not-found'],
      [path, 'misuse'],
    ] as const) {
      await expect(restoreSqlite(file, path), file).rejects.toMatchObject({ code });
    }
    expect(await store.epoch()).toBe(client.epoch);
    expect(await client.head('a')).toEqual(head);
    expect(readdirSync(dirname(path)).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it('[SQ16] a new epoch can be given to a file that was copied by other means; doctor reports on a file', async () => {
    const path = newPath();
    const store = openStore({ path });
    const client = await createClient(store);
    await client.write('a', '1');
    const epoch = await renewEpoch(path);
    expect(epoch).not.toBe(client.epoch);
    expect(await client.commit({ guards: [guardOf('b')] })).toEqual({ status: 'epoch-changed', epoch });
    expect(await checkSqlite(path)).toMatchObject({ file: path, epoch, schema: 2, journalMode: 'wal', problems: [] });
    await expect(renewEpoch(`${path}.none`)).rejects.toMatchObject({ code: 'not-found' });
  });
});
