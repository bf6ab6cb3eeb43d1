// A store moved into another one: the same in everything but the epoch, whatever its past, and whenever the move is cut off.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import { DEFAULT_SPACE } from '../../src/core/resource.ts';
import { createClient } from '../../src/stores/conformance/client.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { revisionsOf } from '../../src/stores/migrate/before-trim.ts';
import { RECORD_KINDS } from '../../src/stores/migrate/kinds.ts';
import { migrateStore } from '../../src/stores/migrate.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import type { Store } from '../../src/stores/store.ts';
import { verifyStore } from '../../src/verify/index.ts';
import { filesBelow, readText } from '../house/tree.ts';
import { ended, openDesk } from '../support/command-line.ts';
import { textOf } from '../support/documents.ts';
import { createRandom } from '../support/random.ts';
import { createSparseStore } from '../support/sparse-store.ts';
import { withMethods } from '../support/wrap.ts';
import { makeHistory, openConflict, SPACES } from './history.ts';

const SEED = 20261128;
const OPTIONS = { at: 1_700_000_000_000 };

function sqlite(): Store {
  const folder = mkdtempSync(join(tmpdir(), 'entente-migrate-'));
  const store = createSqliteStore({ path: join(folder, 'store.db'), onWarning: () => {} });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return store;
}

/** What a store says of its spaces, without its epoch. */
async function told(store: Store): Promise<unknown> {
  const all = [];
  for (const space of SPACES) {
    const { items } = await store.list(space, '', { limit: 1000 });
    const { trimmed, revision } = await store.read(space, []);
    const histories = [];
    for (const { resource } of items) histories.push((await store.history(space, resource, { limit: 1000 })).items);
    const log = await store.log(space, trimmed, 1000);
    all.push({ space, items, trimmed, revision, histories, log, counts: await store.counts(space) });
  }
  return all;
}

/** A source whose log has been cut somewhere in its middle. */
async function trimmedSource(seed: number): Promise<Store> {
  const source = createMemoryStore();
  await makeHistory(source, seed, 60);
  await openConflict(source, 'open.md');
  const { revision } = await source.counts(DEFAULT_SPACE);
  await source.trim(DEFAULT_SPACE, createRandom(seed).below(revision + 1));
  return source;
}

describe('a store moved into another', () => {
  it('[MG1] is the same there: versions, lives, log, histories, conflicts, policy, keys, counts; only the epoch is new', async () => {
    const source = sqlite();
    await makeHistory(source, SEED, 60);
    const conflictId = await openConflict(source, 'open.md');
    const target = createMemoryStore();
    const { epoch, spaces, moved } = await migrateStore(source, target, OPTIONS);
    expect(moved).toBe(0);
    expect(spaces.map(({ space }) => space)).toEqual(SPACES);
    expect(await told(target)).toEqual(await told(source));
    expect(epoch).toBe(await target.epoch());
    expect(epoch).not.toBe(await source.epoch());
    for (const space of await target.spaces()) expect((await verifyStore(target, space)).first).toBeUndefined();
    const controller = createController({ store: target });
    expect(textOf(await controller.conflictContent(conflictId, 'proposed'))).toBe('only in the conflict');
    const settled = await controller.resolve(conflictId, { use: 'proposed' }, { agent: 'judge' });
    expect(settled.status).toBe('committed');
  });

  it('[MG2] a log that was trimmed is trimmed at the same revision there, and what stood then is what stands', async () => {
    for (let seed = SEED; seed < SEED + 12; seed += 1) {
      const source = await trimmedSource(seed);
      const target = createMemoryStore();
      await migrateStore(source, target, OPTIONS);
      expect(await told(target), `seed ${seed}`).toEqual(await told(source));
      for (const space of SPACES) expect((await verifyStore(target, space)).first).toBeUndefined();
    }
  });

  it('[MG2] earlier versions find a place before the trim point, whatever the numbers of a head are', () => {
    const head = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(40)).chain(([born, later]) => {
      const revision = born + later;
      const most = revision === born ? born : revision;
      const least = revision === born ? 1 : 2;
      return fc.record({
        born: fc.constant(born),
        revision: fc.constant(revision),
        version: fc.integer({ min: least, max: Math.max(least, most) }),
      });
    });
    fc.assert(
      fc.property(head, ({ version, revision, born }) => {
        const { before, life } = revisionsOf({ version, revision, born });
        const all = [...before, ...life, revision];
        expect(all).toHaveLength(version);
        expect(all).toEqual([...new Set(all)].sort((a, b) => a - b));
        expect([...life, revision][0]).toBe(born);
        for (const one of before) expect(one).toBeLessThan(born);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('[MG3] a copy that is cut off at any commit goes on, and comes out the same', async () => {
    const source = await trimmedSource(SEED);
    const whole = await told(source);
    for (let calls = 1; calls < 8; calls += 1) {
      const inner = createMemoryStore();
      const random = createRandom(SEED + calls);
      let left = calls;
      // The batch is cut somewhere inside, as a kill of a server would: what came before is there.
      const cut = withMethods(inner, {
        async commit(requests) {
          left -= 1;
          if (left > 0) return inner.commit(requests);
          await inner.commit(requests.slice(0, random.below(requests.length + 1)));
          throw new Error('killed');
        },
      });
      await expect(migrateStore(source, cut, OPTIONS)).rejects.toThrow('killed');
      // Two go on at once: neither adds what the other has.
      await Promise.allSettled([migrateStore(source, inner, OPTIONS), migrateStore(source, inner, OPTIONS)]);
      expect(await told(inner), `cut at call ${calls}`).toEqual(whole);
    }
  });

  it('[MG4] nothing is moved into what holds anything else, and a finished copy is left alone', async () => {
    const [source, other] = [createMemoryStore(), createMemoryStore()];
    for (const store of [source, other]) await openConflict(store, 'a.md');
    await expect(migrateStore(source, other, OPTIONS)).rejects.toMatchObject({ code: 'misuse' });
    await expect(migrateStore(source, source, OPTIONS)).rejects.toMatchObject({ code: 'misuse' });
    const target = createMemoryStore();
    const stop = new AbortController();
    const half = migrateStore(source, target, { ...OPTIONS, signal: stop.signal, onProgress: () => stop.abort() });
    stop.abort();
    await expect(half).rejects.toMatchObject({ name: 'AbortError' });
    await expect(migrateStore(other, target, OPTIONS)).rejects.toMatchObject({ code: 'misuse' });
    await migrateStore(source, target, OPTIONS);
    await expect(migrateStore(source, target, OPTIONS)).rejects.toMatchObject({ code: 'misuse' });
    // Revisions with holes are not those of the source.
    const holes = createSparseStore(createMemoryStore());
    await expect(migrateStore(source, holes, OPTIONS)).rejects.toMatchObject({ code: 'misuse' });
    await expect(migrateStore(holes, createMemoryStore(), OPTIONS)).rejects.toMatchObject({ code: 'misuse' });
    expect(await holes.spaces()).toEqual([]);
  });

  it('[MG5] what the source is given during the copy is caught up, and what comes later is told', async () => {
    const inner = createMemoryStore();
    await makeHistory(inner, SEED, 30);
    const conflictId = await openConflict(inner, 'open.md');
    const writer = createController({ store: inner });
    let writes = 0;
    let most = 30;
    const source = withMethods(inner, {
      async log(space, after, limit) {
        const page = await inner.log(space, after, limit);
        if (writes < most && space === DEFAULT_SPACE) {
          writes += 1;
          const { token } = await writer.begin('busy.md', { agent: 'busy' });
          await writer.commit(token, { content: `${writes}` });
          if (writes === 2) await writer.resolve(conflictId, { use: 'proposed' }, { agent: 'judge' });
        }
        return page;
      },
    });
    const target = createMemoryStore();
    most = 5;
    const { moved } = await migrateStore(source, target, OPTIONS);
    expect(moved).toBe(0);
    expect(await told(target)).toEqual(await told(inner));
    const endless = createMemoryStore();
    most = 10_000;
    expect((await migrateStore(source, endless, OPTIONS)).moved).toBeGreaterThan(0);
    most = 0;
    expect((await migrateStore(source, endless, OPTIONS)).moved).toBe(0);
    expect(await told(endless)).toEqual(await told(inner));
  });

  it('[MG6] a copy that differs, a source that loses its log and a target that others write to are told', async () => {
    const source = createMemoryStore();
    await makeHistory(source, SEED, 10);
    const lying = createMemoryStore();
    const wrong = withMethods(lying, {
      commit: (requests) =>
        lying.commit(requests.map((one) => (one.agent === 'anna' ? { ...one, at: one.at + 1 } : one))),
    });
    await expect(migrateStore(source, wrong, OPTIONS)).rejects.toMatchObject({ code: 'store-corrupt' });
    const shared = createMemoryStore();
    const written = withMethods(shared, {
      async commit(requests) {
        if (requests[0]?.space === DEFAULT_SPACE) await (await createClient(shared)).applied();
        return shared.commit(requests);
      },
    });
    await expect(migrateStore(source, written, OPTIONS)).rejects.toMatchObject({ code: 'precondition-failed' });
    const stop = new AbortController();
    const half = createMemoryStore();
    const begun = migrateStore(source, half, { ...OPTIONS, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(begun).rejects.toMatchObject({ name: 'AbortError' });
    await source.trim(DEFAULT_SPACE, (await source.counts(DEFAULT_SPACE)).revision);
    const other = (await source.counts('other' as never)).revision;
    await source.trim('other' as never, other);
    await expect(migrateStore(source, half, OPTIONS)).rejects.toMatchObject({ code: 'gone' });
  });

  it('[MG7] every kind of record that the sources write is known to a copy', () => {
    const written = filesBelow('src')
      .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|src\/stores\//.test(path))
      .flatMap((path) => {
        const text = readText(path);
        if (!/\.records?\(/.test(text) && !/expected:/.test(text)) return [];
        return [...text.matchAll(/\bconst [A-Z_]*(?:KIND|[A-Z]{5,})(?:: \w+)? = '([a-z-]+)';/g)].map(
          ([, kind]) => kind,
        );
      });
    const known = new Set<string | undefined>([...RECORD_KINDS, 'trial']);
    expect(RECORD_KINDS.filter((kind) => !written.includes(kind))).toEqual([]);
    expect(written.filter((kind) => !known.has(kind))).toEqual([]);
  });
});

/** Bytes of a database and of what is written before it. */
function sizeOf(file: string): number {
  const parts = [file, `${file}-wal`].map((part) => statSync(part, { throwIfNoEntry: false })?.size ?? 0);
  return parts.reduce((sum, one) => sum + one, 0);
}

describe('entente migrate', () => {
  it('[MG8] is killed again and again, goes on each time, and says at the end what it moved', async () => {
    const desk = await openDesk();
    onTestFinished(desk.close);
    const source = createSqliteStore({ path: desk.path('.entente/entente.db'), onWarning: () => {} });
    await makeHistory(source, SEED, 150);
    const whole = await told(source);
    await source.close();
    const argv = ['migrate', 'sqlite:.entente/entente.db', 'sqlite:new.db', '--json'];
    let kills = 0;
    for (let size = 4096; size < 2 ** 24; size *= 3) {
      const child = desk.shell(argv);
      // As soon as the copy has grown to so many bytes.
      const timer = setInterval(() => void (sizeOf(desk.path('new.db')) >= size && child.kill('SIGKILL')), 1);
      const { code } = await ended(child);
      clearInterval(timer);
      if (code === 0) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(2);
    const last = await desk.run(argv);
    // A run that had come to its end before the signal did has finished the copy: it is left alone then.
    expect([0, 2]).toContain(last.code);
    if (last.code === 0) expect(last.json()).toMatchObject({ status: 'migrated', moved: 0 });
    const target = createSqliteStore({ path: desk.path('new.db'), onWarning: () => {} });
    expect(await told(target)).toEqual(whole);
    await target.close();
    expect((await desk.run(['verify', '--store', 'sqlite:new.db'])).code).toBe(0);
  });

  it('[MG9] refuses a memory store, a server, a password, one store twice and a full target, with exit code 2', async () => {
    const desk = await openDesk();
    onTestFinished(desk.close);
    await desk.run(['commit', 'a.md', '-q'], { stdin: 'one\n' });
    const own = 'sqlite:.entente/entente.db';
    for (const [from, to] of [
      ['memory:', 'sqlite:new.db'],
      [own, 'memory:'],
      [own, 'http://127.0.0.1:9'],
      [own, own],
      [own, 'postgres://me:hunter2@127.0.0.1/db'],
    ] as const) {
      const ran = await desk.run(['migrate', from, to]);
      expect([from, to, ran.code]).toEqual([from, to, 2]);
      expect(ran.err).toContain('next:');
      expect(ran.err).not.toContain('hunter2');
    }
    expect((await desk.run(['migrate', 'sqlite:none.db', 'sqlite:new.db'])).code).toBe(3);
    const first = await desk.run(['migrate', own, 'sqlite:new.db']);
    expect([first.code, first.out]).toEqual([0, expect.stringContaining('default at revision 1')]);
    expect((await desk.run(['migrate', own, 'sqlite:new.db'])).code).toBe(2);
  });

  it('[MG9] tokens of the source are refused in the target', async () => {
    const desk = await openDesk();
    onTestFinished(desk.close);
    await desk.run(['commit', 'a.md', '-q'], { stdin: 'one\n' });
    const begun = await desk.run(['begin', 'a.md', '--json']);
    await desk.run(['migrate', 'sqlite:.entente/entente.db', 'sqlite:new.db', '-q']);
    const late = await desk.run(
      ['commit', 'a.md', '--token', String(begun.json()['token']), '--store', 'sqlite:new.db'],
      {
        stdin: 'two\n',
      },
    );
    expect(late.code).toBe(6);
  });
});
