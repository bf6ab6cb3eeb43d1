// Rules of lists, history, counts, spaces and snapshots.
import assert from 'node:assert/strict';
import type { Space } from '../../core/resource.ts';
import type { Store } from '../store.ts';
import { AGENT, guardOf, id, SPACE, writeOf } from './client.ts';
import type { Chapter } from './harness.ts';

async function listAll(store: Store, prefix: string, limit: number): Promise<string[]> {
  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.list(SPACE, prefix, { limit, ...(after === undefined ? {} : { after }) });
    assert.ok(page.items.length <= limit);
    found.push(...page.items.map(({ resource }) => resource));
    after = page.next;
  } while (after !== undefined);
  return found;
}

export const lists: Chapter = (rule) => {
  rule('[ST33] a list has live and deleted heads by id in the order of their UTF-8 bytes, in pages', async (t) => {
    const names = ['b/2', 'a', 'b/10', 'b', 'B', 'é', '\uffee', '😀', 'c', 'b/1/x'];
    for (const name of names) await t.write(name, name);
    await t.write('b/10', 'twice');
    await t.write('c', { delete: true });
    const sorted = [...names].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    for (const limit of [1, 3, names.length, 100]) {
      assert.deepEqual(await listAll(t.store, '', limit), sorted);
      assert.deepEqual(await listAll(t.store, 'b/', limit), ['b/1/x', 'b/10', 'b/2']);
      assert.deepEqual(await listAll(t.store, 'b', limit), ['b', 'b/1/x', 'b/10', 'b/2']);
    }
    const { items } = await t.store.list(SPACE, 'c', {});
    assert.deepEqual(items, [await t.head('c')]);
    assert.equal(items[0]?.deleted, true);
    assert.deepEqual(await t.store.list(SPACE, 'nothing', {}), { items: [] });
  });

  rule('[ST34] a list goes on after a cursor although resources come and change in between', async (t) => {
    for (const name of ['a', 'c', 'e']) await t.write(name, '1');
    const first = await t.store.list(SPACE, '', { limit: 2 });
    assert.deepEqual(
      first.items.map(({ resource }) => resource),
      ['a', 'c'],
    );
    await t.write('b', '1');
    await t.write('d', '1');
    await t.write('c', { delete: true });
    const rest = await t.store.list(SPACE, '', { limit: 10, after: first.next ?? '' });
    assert.deepEqual(
      rest.items.map(({ resource }) => resource),
      ['d', 'e'],
    );
  });

  rule('[G04] ids and prefixes with the wildcards and quotes of query languages match only themselves', async (t) => {
    const names = [
      '100%_done',
      '100xydone',
      '100%',
      'a[b]c',
      'abc',
      "a'); DROP--",
      'a*',
      'a?',
      'ab',
      'q"x',
      'q-x',
      '_',
      '%',
    ];
    for (const name of names) await t.write(name, name);
    for (const name of names) {
      const wanted = names.filter((other) => other.startsWith(name)).sort();
      assert.deepEqual(await listAll(t.store, name, 100), wanted, name);
      assert.equal((await t.head(name))?.resource, name);
    }
    for (const prefix of ['*', '[a]', '\\', "'", '100__', 'a[a-z]', '\u0000', 'a\u0000']) {
      assert.deepEqual(await listAll(t.store, prefix, 100), [], JSON.stringify(prefix));
    }
  });

  rule(
    '[ST35] history has the versions of a resource newest first with what their commits said, in pages',
    async (t) => {
      for (const [index, body] of ['1', '2', { delete: true }, '3', { hash: 'h' }].entries()) {
        const meta = {
          outcome: index === 1 ? 'merged' : 'committed',
          note: `note ${index}`,
          strategy: 'text',
        } as const;
        await t.write('a', body as string, { commitId: `c${index}`, meta });
        await t.write('b', `${index}`);
      }
      const { items } = await t.store.history(SPACE, id('a'), {});
      assert.deepEqual(
        items.map(({ head }) => head.version),
        [5, 4, 3, 2, 1],
      );
      assert.deepEqual(items[0]?.head, await t.head('a'));
      const { head: _head, ...said } = items[3] ?? {};
      assert.deepEqual(said, { commitId: 'c1', outcome: 'merged', note: 'note 1', strategy: 'text' });
      const plain = (await t.store.history(SPACE, id('b'), { limit: 1 })).items[0];
      assert.equal(plain !== undefined && ('note' in plain || 'strategy' in plain), false);
      const paged: number[] = [];
      let after: string | undefined;
      do {
        const page = await t.store.history(SPACE, id('a'), { limit: 2, ...(after === undefined ? {} : { after }) });
        paged.push(...page.items.map(({ head }) => head.version));
        after = page.next;
      } while (after !== undefined);
      assert.deepEqual(paged, [5, 4, 3, 2, 1]);
      assert.deepEqual(
        (await t.store.history(SPACE, id('a'), { after: '4' })).items.map(({ head }) => head.version),
        [3, 2, 1],
      );
      assert.deepEqual(await t.store.history(SPACE, id('none'), {}), { items: [] });
    },
  );

  rule('[ST36] counts tell live resources, entries, merges, escalations and open conflicts', async (t) => {
    const none = { revision: 0, resources: 0, commits: 0, merged: 0, escalated: 0, open: 0 };
    assert.deepEqual(await t.store.counts(SPACE), none);
    await t.write('a', '1');
    await t.write('b', '1', { meta: { outcome: 'merged' } });
    await t.write('b', '2', { meta: { outcome: 'merged' } });
    await t.write('c', '1');
    await t.write('c', { delete: true });
    await t.write('c', { delete: true });
    const open = { kind: 'conflict', state: 'open', value: {}, expected: 0 };
    const first = await t.applied({
      records: [
        { ...open, id: 'x' },
        { ...open, id: 'y' },
      ],
      meta: { outcome: 'escalated' },
    });
    await t.applied({ records: [{ ...open, id: 'other', kind: 'note' }] });
    const shut = await t.applied({ records: [{ ...open, id: 'x', state: 'resolved', expected: first.revision }] });
    const { revision, ...counts } = await t.store.counts(SPACE);
    assert.equal(revision, shut.revision);
    assert.deepEqual(counts, { resources: 2, commits: 9, merged: 2, escalated: 1, open: 1 });
    await t.applied({ records: [{ ...open, id: 'y', value: null, expected: first.revision }] });
    await t.write('c', 'again');
    assert.deepEqual(
      { ...(await t.store.counts(SPACE)), revision: 0 },
      {
        ...none,
        resources: 3,
        commits: 11,
        merged: 2,
        escalated: 1,
      },
    );
  });

  rule('[ST37] spaces know nothing of each other: heads, revisions, commitIds, records, logs', async (t) => {
    const other = 'other' as Space;
    assert.deepEqual(await t.store.spaces(), []);
    const head = await t.write('a', 'here');
    await t.applied({ records: [{ kind: 'k', id: 'r', value: 1, expected: 0 }], commitId: 'same' });
    assert.equal(await t.head('a', 'other'), undefined);
    assert.equal((await t.store.counts(other)).revision, 0);
    assert.deepEqual(await t.store.spaces(), [SPACE]);
    const reply = await t.applied({
      space: other,
      guards: [guardOf('a')],
      writes: [writeOf('a', 'there')],
      commitId: 'same',
    });
    if (t.store.capabilities.gapless) assert.equal(reply.revision, 1);
    assert.deepEqual(await t.head('a'), head);
    assert.equal(await t.store.record(other, 'k', 'r'), undefined);
    assert.deepEqual((await t.store.list(other, '', {})).items, reply.heads);
    const log = await t.store.log(other, 0, 10);
    assert.ok(log.status === 'ok');
    assert.equal(log.entries.length, 1);
    assert.equal((await t.store.commitStatus('third' as Space, AGENT, 'same')).status, 'absent');
    assert.deepEqual([...(await t.store.spaces())].sort(), [SPACE, other].sort());
  });

  rule('[ST38] a read and a list show one moment: never half of a commit (T28)', async (t) => {
    const total = 100;
    await t.applied({
      guards: [guardOf('p/a'), guardOf('p/b')],
      writes: [writeOf('p/a', { hash: '50' }), writeOf('p/b', { hash: '50' })],
    });
    let running = true;
    const writer = async (): Promise<void> => {
      for (let round = 0; round < 60; round += 1) {
        const { heads } = await t.store.read(SPACE, [id('p/a'), id('p/b')]);
        const move = (round % 7) - 3;
        await t.applied({
          guards: [guardOf('p/a', heads[0]), guardOf('p/b', heads[1])],
          writes: [
            writeOf('p/a', { hash: String(Number(heads[0]?.hash) + move) }),
            writeOf('p/b', { hash: String(Number(heads[1]?.hash) - move) }),
          ],
        });
      }
      running = false;
    };
    const reader = async (): Promise<void> => {
      while (running) {
        const read = await t.store.read(SPACE, [id('p/a'), id('p/b')]);
        const list = await t.store.list(SPACE, 'p/', {});
        for (const heads of [read.heads, list.items]) {
          assert.equal(
            heads.reduce((sum, head) => sum + Number(head?.hash), 0),
            total,
          );
          assert.equal(heads[0]?.revision, heads[1]?.revision);
          assert.ok((heads[0]?.revision ?? 0) <= (await t.store.counts(SPACE)).revision);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all([writer(), reader(), reader()]);
  });
};
