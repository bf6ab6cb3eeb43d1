import { describe, expect, it } from 'vitest';
import { agentOf, contentWrite, guardOf, id, put, requestOf, space } from '../../test/support/requests.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { hashOf } from '../core/hash.ts';
import type { Head } from '../core/version.ts';
import { createMemoryStore } from '../stores/memory.ts';
import type { LogEntry, LogPage, Store } from '../stores/store.ts';
import { verifyStore } from './verify-store.ts';

/** A store with several versions, a delete and a new life, a hash-only version, a pinned premise and a conflict. */
async function filled(inner: Store = createMemoryStore()): Promise<Store> {
  await put(inner, { 'a.md': 'one', 'b.md': 'uno' });
  await put(inner, { 'a.md': 'two' });
  await put(inner, { 'a.md': 'three' });
  const remove = { resource: id('b.md'), kind: 'delete' } as const;
  const premise = await guardOf(inner, 'a.md');
  await inner.commit([await requestOf(inner, { guards: [await guardOf(inner, 'b.md'), premise], writes: [remove] })]);
  await put(inner, { 'b.md': 'again' });
  const opaque = { resource: id('c.bin'), kind: 'hash', hash: 'etag-1' } as const;
  await inner.commit([await requestOf(inner, { guards: [await guardOf(inner, 'c.bin')], writes: [opaque] })]);
  await openConflict(inner);
  return inner;
}

async function openConflict(store: Store): Promise<void> {
  const [current, proposed] = ['three', 'clash'];
  const side = (text: string): object => ({ hash: hashOf(text), size: text.length, deleted: false });
  const value = {
    id: 'k1',
    number: 7,
    resource: 'a.md',
    state: 'open',
    current: side(current),
    proposed: side(proposed),
  };
  const keeps = [{ hash: hashOf(proposed), content: new TextEncoder().encode(proposed) }];
  const records = [{ kind: 'conflict', id: 'k1', state: 'open', value, expected: 0 }];
  await store.commit([await requestOf(store, { records, keeps, meta: { outcome: 'escalated', conflictId: 'k1' } })]);
}

/** The log with one entry changed (or dropped, or repeated). */
function withLog(store: Store, change: (entry: LogEntry) => readonly LogEntry[]): Store {
  return withMethods(store, {
    async log(of, after, limit): Promise<LogPage> {
      const page = await store.log(of, after, limit);
      return page.status === 'gone' ? page : { ...page, entries: page.entries.flatMap(change) };
    },
  });
}
const at =
  (revision: number, change: (entry: LogEntry) => LogEntry) =>
  (entry: LogEntry): readonly LogEntry[] => [entry.revision === revision ? change(entry) : entry];
const headOf =
  (change: Partial<Head>) =>
  (entry: LogEntry): LogEntry => ({ ...entry, heads: entry.heads.map((head) => ({ ...head, ...change })) });

describe('verifyStore', () => {
  it('[V11] finds nothing wrong with a store that only saw commits', async () => {
    const report = await verifyStore(await filled(), space);
    expect(report).toEqual({
      ok: true,
      space,
      revision: 7,
      trimmed: 0,
      entries: 7,
      resources: 3,
      contents: 7,
      conflicts: 1,
    });
  });

  it('[V11] finds nothing wrong with an empty store', async () => {
    expect((await verifyStore(createMemoryStore())).ok).toBe(true);
    await expect(verifyStore(createMemoryStore(), 'a/b')).rejects.toMatchObject({ code: 'bad-id' });
  });

  it.each([1, 2, 3, 4, 5, 6, 7])('[V11] finds nothing wrong when the log is trimmed up to revision %i', async (to) => {
    const store = await filled();
    await store.trim(space, to);
    await put(store, { 'a.md': 'four', 'd.md': 'new' });
    const report = await verifyStore(store, space);
    expect(report).toMatchObject({ ok: true, trimmed: to, entries: 8 - to, resources: 4 });
  });

  it('[V11] checks while others write, and what they write too', async () => {
    const inner = await filled();
    let more = 0;
    const busy = withMethods(inner, {
      async read(of, ids) {
        const snapshot = await inner.read(of, ids);
        if (more < 20) {
          more += 1;
          await put(inner, { 'a.md': `more ${more}`, [`new-${more}.md`]: 'x' });
        }
        return snapshot;
      },
    });
    const report = await verifyStore(busy, space);
    expect(report.first).toBeUndefined();
    expect(report.revision).toBeGreaterThan(7);
  });

  it('[V11] starts again when the log is trimmed meanwhile, and gives up with `gone`', async () => {
    const inner = await filled();
    const trimming = withMethods(inner, {
      async log(of, after, limit) {
        await inner.trim(of, (await inner.counts(of)).revision);
        await put(inner, { 'a.md': `again ${after}` });
        return inner.log(of, after, limit);
      },
    });
    await expect(verifyStore(trimming, space)).rejects.toMatchObject({ code: 'gone' });
    let once = true;
    const trimmedOnce = withMethods(inner, {
      content(hash) {
        if (!once) return inner.content(hash);
        once = false;
        return inner.trim(space, 1e6).then(() => undefined);
      },
    });
    await put(inner, { 'a.md': 'last' });
    expect((await verifyStore(trimmedOnce, space)).ok).toBe(true);
  });

  /** Contents come late, those that are named here last or not at all; `most`: so many were asked for at one time. */
  function slowContents(store: Store, late: string, lost: ReadonlySet<string>): { store: Store; most(): number } {
    let [waiting, most] = [0, 0];
    const slow = withMethods(store, {
      async content(hash) {
        waiting += 1;
        most = Math.max(most, waiting);
        for (let turn = hash === late ? 20 : 1; turn > 0; turn -= 1) await new Promise(setImmediate);
        waiting -= 1;
        if (hash === hashOf('again')) throw new Error('the disk is broken');
        return lost.has(hash) ? undefined : store.content(hash);
      },
    });
    return { store: slow, most: () => most };
  }

  it('[V19] asks several things at once, and tells what is first in the log, as if they had been asked one by one', async () => {
    const lost = new Set([hashOf('two'), hashOf('three')]);
    const slow = slowContents(await filled(), hashOf('two'), lost);
    const first = { rule: 'content', revision: 2, resource: 'a.md' };
    expect(await verifyStore(slow.store, space)).toMatchObject({ revision: 2, entries: 2, contents: 3, first });
    expect([slow.most() > 3, slow.most() <= 16]).toEqual([true, true]);
    const forged = withLog(slow.store, at(4, headOf({ version: 9 })));
    lost.delete(hashOf('two'));
    expect((await verifyStore(forged, space)).first).toMatchObject({ rule: 'content', revision: 3 });
    lost.clear();
    expect(await verifyStore(forged, space)).toMatchObject({ revision: 3, first: { rule: 'version', revision: 4 } });
    await expect(verifyStore(slow.store, space)).rejects.toThrow('the disk is broken');
  });

  it('[V19] asks for large contents one by one, also where one commit wrote them', async () => {
    const store = createMemoryStore();
    const large = Object.fromEntries([1, 2, 3].map((name) => [`${name}.md`, `${name}`.repeat(3 * 1024 * 1024)]));
    await put(store, large);
    const slow = slowContents(store, '', new Set());
    expect(await verifyStore(slow.store, space)).toMatchObject({ ok: true, contents: 3 });
    expect(slow.most()).toBe(1);
  });

  it('[V12] catches a gap, a repeated and a missing revision', async () => {
    const store = await filled();
    const gap = withLog(store, (entry) => (entry.revision === 3 ? [] : [entry]));
    expect((await verifyStore(gap, space)).first).toMatchObject({ rule: 'revision', revision: 4 });
    const doubled = withLog(store, (entry) => (entry.revision === 3 ? [entry, entry] : [entry]));
    expect((await verifyStore(doubled, space)).first).toMatchObject({ rule: 'revision', revision: 3 });
    const short = withLog(store, (entry) => (entry.revision > 5 ? [] : [entry]));
    expect((await verifyStore(short, space)).first).toMatchObject({ rule: 'revision', revision: 6 });
  });

  it('[V12] allows gaps where the store does not promise none', async () => {
    const inner = await filled();
    const gappy = withLog(inner, (entry) => (entry.revision === 6 ? [] : [entry]));
    const store = { ...gappy, capabilities: { ...inner.capabilities, gapless: false } };
    // c.bin, which revision 6 made, is then in the list and not in the log.
    expect((await verifyStore(store, space)).first).toMatchObject({ rule: 'head', resource: 'c.bin' });
  });

  it('[V13] catches a forged guard: a write over a version that its author had not seen', async () => {
    const store = await filled();
    const guard = { resource: id('a.md'), revision: 1, hash: hashOf('one') };
    const forged = withLog(
      store,
      at(3, (entry) => ({ ...entry, guards: [guard] })),
    );
    const { first } = await verifyStore(forged, space);
    expect(first).toMatchObject({ rule: 'guard', revision: 3, resource: 'a.md' });
    expect(first?.message).toContain('expected a.md at revision 1');
    const hash = withLog(
      store,
      at(3, (entry) => ({ ...entry, guards: [{ ...guard, revision: 2 }] })),
    );
    expect((await verifyStore(hash, space)).first).toMatchObject({ rule: 'guard', revision: 3 });
  });

  it('[V13] catches a premise that did not hold, and a write without a guard', async () => {
    const store = await filled();
    const premise = withLog(
      store,
      at(4, (entry) => ({
        ...entry,
        guards: [entry.guards[0], { resource: id('a.md'), revision: 2, hash: hashOf('two') }].flatMap(
          (guard) => guard ?? [],
        ),
      })),
    );
    expect((await verifyStore(premise, space)).first).toMatchObject({ rule: 'guard', revision: 4, resource: 'a.md' });
    const bare = withLog(
      store,
      at(2, (entry) => ({ ...entry, guards: [] })),
    );
    expect((await verifyStore(bare, space)).first).toMatchObject({ rule: 'guard', revision: 2, resource: 'a.md' });
  });

  it('[V13] catches a forged guard on the first commit after the trim point', async () => {
    const store = await filled();
    await store.trim(space, 2);
    const guard = { resource: id('a.md'), revision: 1, hash: hashOf('one') };
    const forged = withLog(
      store,
      at(3, (entry) => ({ ...entry, guards: [guard] })),
    );
    expect((await verifyStore(forged, space)).first).toMatchObject({ rule: 'guard', revision: 3 });
  });

  const heads: readonly (readonly [string, string, Partial<Head>])[] = [
    ['a skipped version', 'version', { version: 4 }],
    ['a version that stood still', 'version', { version: 2 }],
    ['a life that began at another revision', 'born', { born: 3 }],
    ['a head of another revision', 'head', { revision: 2 }],
    ['a head of another author', 'head', { agent: agentOf('somebody') }],
    ['a tombstone with a hash', 'head', { deleted: true }],
  ];
  it.each(heads)('[V14] catches %s', async (_, rule, change) => {
    const store = withLog(await filled(), at(3, headOf(change)));
    expect((await verifyStore(store, space)).first).toMatchObject({ rule, revision: 3, resource: 'a.md' });
  });

  it('[V14] catches a new life that claims to be the old one', async () => {
    const store = withLog(await filled(), at(5, headOf({ born: 1 })));
    expect((await verifyStore(store, space)).first).toMatchObject({ rule: 'born', revision: 5, resource: 'b.md' });
  });

  it('[V15] catches a head that is not what the log led to', async () => {
    const store = await filled();
    const changed = (change: Partial<Head>): Store =>
      withMethods(store, {
        async read(of, ids) {
          const snapshot = await store.read(of, ids);
          return {
            ...snapshot,
            heads: snapshot.heads.map((head) => (head?.resource === 'a.md' ? { ...head, ...change } : head)),
          };
        },
      });
    for (const change of [{ hash: hashOf('two') }, { version: 2 }, { revision: 2 }, { born: 2 }, { deleted: true }]) {
      expect((await verifyStore(changed(change), space)).first).toMatchObject({ rule: 'head', resource: 'a.md' });
    }
  });

  it('[V15] catches a resource that the list hides, or that only the list shows', async () => {
    const store = await filled();
    const hiding = withMethods(store, {
      async list(of, prefix, page) {
        const { items } = await store.list(of, prefix, page);
        return { items: items.filter((head) => head.resource !== 'b.md') };
      },
    });
    expect((await verifyStore(hiding, space)).first).toMatchObject({ rule: 'list', resource: 'b.md' });
    const inventing = withMethods(store, {
      async list(of, prefix, page) {
        const { items } = await store.list(of, prefix, page);
        return { items: [...items, ...items.slice(0, 1).map((head) => ({ ...head, resource: id('z.md') }))] };
      },
    });
    expect((await verifyStore(inventing, space)).first).toMatchObject({ rule: 'list', resource: 'z.md' });
  });

  it('[V16] catches a missing content, other bytes, and another size', async () => {
    const store = await filled();
    const two = hashOf('two');
    const serving = (bytes: Uint8Array | undefined): Store =>
      withMethods(store, { content: async (hash) => (hash === two ? bytes : store.content(hash)) });
    const missing = (await verifyStore(serving(undefined), space)).first;
    expect(missing).toMatchObject({ rule: 'content', revision: 2, resource: 'a.md' });
    expect(missing?.message).toContain('missing');
    const other = (await verifyStore(serving(new TextEncoder().encode('2')), space)).first;
    expect(other).toMatchObject({ rule: 'content', revision: 2 });
    const size = withLog(store, at(2, headOf({ size: 9 })));
    expect((await verifyStore(size, space)).first).toMatchObject({ rule: 'content', revision: 2 });
  });

  it('[V16] catches a missing content of a resource whose commits are trimmed, and a missing receipt', async () => {
    const store = await filled();
    await store.trim(space, 6);
    const again = hashOf('again');
    const losing = withMethods(store, { content: async (hash) => (hash === again ? undefined : store.content(hash)) });
    expect((await verifyStore(losing, space)).first).toMatchObject({ rule: 'content', resource: 'b.md' });
    const meta = { outcome: 'merged', receipt: hashOf('a receipt') } as const;
    await put(store, { 'a.md': 'merged' }, { meta });
    expect((await verifyStore(store, space)).first).toMatchObject({ rule: 'content', revision: 8 });
    const set = await filled();
    const extra = { receipts: { 'a.md': hashOf('a receipt') } };
    await put(set, { 'a.md': 'merged' }, { meta: { outcome: 'merged', extra } });
    expect((await verifyStore(set, space)).first).toMatchObject({ rule: 'content', revision: 8 });
  });

  it('[V17] catches a commit that was applied twice, and one that its id does not find', async () => {
    const store = await filled();
    const first = await store.log(space, 1, 1);
    const entry = first.status === 'ok' ? first.entries[0] : undefined;
    const twice = withMethods(store, { commitStatus: async () => ({ status: 'committed', entry: entry as LogEntry }) });
    expect((await verifyStore(twice, space)).first).toMatchObject({ rule: 'commit', revision: 1 });
    const lost = withMethods(store, { commitStatus: async () => ({ status: 'absent', trimmed: 0 }) });
    expect((await verifyStore(lost, space)).first).toMatchObject({ rule: 'commit', revision: 1 });
  });

  it('[V18] catches an open conflict without its bytes, and wrong counts', async () => {
    const store = await filled();
    const clash = hashOf('clash');
    const losing = withMethods(store, { content: async (hash) => (hash === clash ? undefined : store.content(hash)) });
    expect((await verifyStore(losing, space)).first).toMatchObject({ rule: 'conflict', resource: 'a.md' });
    for (const wrong of [{ open: 0 }, { resources: 4 }, { commits: 6 }]) {
      const counting = withMethods(store, { counts: async (of) => ({ ...(await store.counts(of)), ...wrong }) });
      expect((await verifyStore(counting, space)).first).toMatchObject({ rule: 'counts' });
    }
  });

  it('[V11] reads large logs page by page', async () => {
    const store = createMemoryStore();
    for (let round = 0; round < 1200; round += 1) {
      const resource = `r${round % 600}.md`;
      const guards = [await guardOf(store, resource)];
      await store.commit([await requestOf(store, { guards, writes: [contentWrite(resource, `v${round}`)] })]);
    }
    expect(await verifyStore(store, space)).toMatchObject({ ok: true, entries: 1200, resources: 600, contents: 1200 });
  });
});
