// Rules of records, keeps and contents.
import assert from 'node:assert/strict';
import { isEntenteError } from '../../core/errors.ts';
import { hashOf } from '../../core/hash.ts';
import { guardOf, SPACE, textOf, writeOf } from './client.ts';
import type { Chapter } from './harness.ts';

export const records: Chapter = (rule) => {
  rule(
    '[ST27] a record is written when `expected` is its revision, 0 where it is absent; else the commit is stale',
    async (t) => {
      const record = { kind: 'policy', id: 'p', value: { rules: [1, 2] }, expected: 0 };
      const first = await t.applied({ records: [record] });
      const stored = {
        kind: 'policy',
        id: 'p',
        value: { rules: [1, 2] },
        revision: first.revision,
        created: first.revision,
      };
      assert.deepEqual(await t.store.record(SPACE, 'policy', 'p'), stored);
      const stale = await t.commit({
        guards: [guardOf('a')],
        writes: [writeOf('a', '1')],
        records: [
          { ...record, id: 'fresh' },
          { ...record, value: 2 },
        ],
      });
      assert.deepEqual(stale, { status: 'stale', revision: first.revision, heads: [], staleRecords: ['p'] });
      assert.equal(await t.head('a'), undefined);
      assert.equal(await t.store.record(SPACE, 'policy', 'fresh'), undefined);
      const second = await t.applied({ records: [{ ...record, value: 2, state: 'on', expected: first.revision }] });
      assert.deepEqual(await t.store.record(SPACE, 'policy', 'p'), {
        ...stored,
        value: 2,
        state: 'on',
        revision: second.revision,
      });
      assert.equal(await t.store.record(SPACE, 'other', 'p'), undefined);
    },
  );

  rule('[ST28] a null value removes a record; it can then be made again, as a new one', async (t) => {
    const first = await t.applied({ records: [{ kind: 'k', id: 'r', state: 's', value: 1, expected: 0 }] });
    await t.applied({ records: [{ kind: 'k', id: 'r', value: null, expected: first.revision }] });
    assert.equal(await t.store.record(SPACE, 'k', 'r'), undefined);
    assert.deepEqual((await t.store.records(SPACE, 'k', {}, {})).items, []);
    assert.deepEqual((await t.store.records(SPACE, 'k', { state: 's' }, {})).items, []);
    const stale = await t.commit({ records: [{ kind: 'k', id: 'r', value: 2, expected: first.revision }] });
    assert.ok(stale.status === 'stale');
    assert.deepEqual(stale.staleRecords, ['r']);
    const again = await t.applied({ records: [{ kind: 'k', id: 'r', value: 2, expected: 0 }] });
    assert.equal((await t.store.record(SPACE, 'k', 'r'))?.created, again.revision);
  });

  rule('[ST29] records are listed oldest first, by kind and state, in pages', async (t) => {
    const names = ['m', 'b', 'z', 'a', 'q', 'c', 'y'];
    for (const [index, name] of names.entries()) {
      const state = index % 2 === 0 ? 'open' : 'resolved';
      await t.applied({ records: [{ kind: 'item', id: name, state, value: index, expected: 0 }] });
    }
    await t.applied({
      records: ['2', '1'].map((name) => ({ kind: 'item', id: name, state: 'open', value: 0, expected: 0 })),
    });
    await t.applied({ records: [{ kind: 'other', id: 'b', state: 'open', value: 0, expected: 0 }] });
    const b = await t.store.record(SPACE, 'item', 'b');
    await t.applied({ records: [{ kind: 'item', id: 'b', state: 'open', value: 9, expected: b?.revision ?? 0 }] });
    const all = async (filter: { state?: string }, limit: number): Promise<string[]> => {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await t.store.records(SPACE, 'item', filter, { limit, ...(after === undefined ? {} : { after }) });
        assert.ok(page.items.length <= limit);
        found.push(...page.items.map((record) => record.id));
        after = page.next;
      } while (after !== undefined);
      return found;
    };
    for (const limit of [1, 2, 3, 9, 100]) {
      assert.deepEqual(await all({}, limit), [...names, '1', '2']);
      assert.deepEqual(await all({ state: 'open' }, limit), ['m', 'b', 'z', 'q', 'y', '1', '2']);
      assert.deepEqual(await all({ state: 'resolved' }, limit), ['a', 'c']);
      assert.deepEqual(await all({ state: 'none' }, limit), []);
    }
  });

  rule('[ST52] a list of records goes on from a place that a page named, and from nothing else', async (t) => {
    for (const name of ['a', 'b'])
      await t.applied({ records: [{ kind: 'item', id: name, state: 'open', value: 0, expected: 0 }] });
    for (const kind of ['item', 'none'])
      for (const after of ['', ':', 'x', 'x:a', '-1:a', '1.5:a', '1e1:a', '1', ':a', '99999999999999999999:a'])
        await assert.rejects(
          async () => t.store.records(SPACE, kind, {}, { after }),
          (error) => isEntenteError(error) && error.code === 'misuse',
          `${kind} after ${after}`,
        );
  });

  rule('[ST30] records are no resources: lists, reads and counts of resources do not see them', async (t) => {
    await t.applied({
      guards: [guardOf('a')],
      writes: [writeOf('a', '1')],
      records: [{ kind: 'note', id: 'b', value: {}, expected: 0 }],
    });
    assert.deepEqual(
      (await t.store.list(SPACE, '', {})).items.map(({ resource }) => resource),
      ['a'],
    );
    assert.equal(await t.head('b'), undefined);
    assert.equal((await t.store.counts(SPACE)).resources, 1);
    assert.equal((await t.store.history(SPACE, guardOf('b').resource, {})).items.length, 0);
  });

  rule('[ST31] keeps are readable by hash although no head names them', async (t) => {
    await t.applied({ keeps: ['kept', ''] });
    assert.equal(await textOf(t.store, hashOf('kept')), 'kept');
    assert.deepEqual(await t.store.content(hashOf('')), new Uint8Array(0));
    assert.equal(await t.store.content(hashOf('never')), undefined);
  });

  rule(
    '[ST32] what is given and what is answered are copies: changing them changes nothing in the store',
    async (t) => {
      const content = new TextEncoder().encode('abc');
      const hash = hashOf('abc');
      const value = { list: [1] };
      const guards = [guardOf('a')];
      const meta = { outcome: 'committed' as const, extra: { list: [1] } };
      const write = { resource: guards[0]?.resource ?? guardOf('a').resource, kind: 'content' as const, hash, content };
      await t.applied({
        guards,
        writes: [write],
        records: [{ kind: 'k', id: 'r', value, expected: 0 }],
        keeps: [content],
        meta,
      });
      content.fill(0);
      value.list.push(2);
      assert.equal(await textOf(t.store, hash), 'abc');
      (await t.store.content(hash))?.fill(0);
      assert.equal(await textOf(t.store, hash), 'abc');
      const record = await t.store.record(SPACE, 'k', 'r');
      assert.deepEqual(record?.value, { list: [1] });
      const { list } = (record?.value ?? { list: [] }) as { list: number[] };
      list.push(3);
      assert.deepEqual((await t.store.record(SPACE, 'k', 'r'))?.value, { list: [1] });
    },
  );

  rule('[S01] NUL, lone surrogates, emoji, every byte and 1 MiB come back as they went in', async (t) => {
    const odd = 'a\u0000b \ud800 \udc00 😀 \u0001 \uffff e\u0301';
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const large = Uint8Array.from({ length: 1024 * 1024 }, (_, index) => (index * 31) % 251);
    const empty = new Uint8Array(0);
    for (const [index, content] of [bytes, large, empty, Uint8Array.of(0xff, 0xfe, 0)].entries()) {
      const head = await t.write(`bytes/${index}`, content);
      assert.equal(head.size, content.length);
      assert.deepEqual(await t.store.content(head.hash), content);
    }
    const request = t.request({
      commitId: `id ${odd}`,
      fingerprint: odd,
      guards: [guardOf('odd')],
      writes: [writeOf('odd', 'x', `type/${odd}`)],
      records: [
        { kind: `kind ${odd}`, id: odd, state: odd, value: { [odd]: odd, big: 'x'.repeat(1_000_000) }, expected: 0 },
      ],
      meta: { outcome: 'committed', note: odd },
    });
    const [reply] = await t.store.commit([request]);
    assert.ok(reply?.status === 'committed');
    assert.equal((await t.head('odd'))?.mediaType, `type/${odd}`);
    const status = await t.store.commitStatus(SPACE, request.agent, request.commitId);
    assert.ok(status.status === 'committed');
    assert.equal(status.entry.commitId, request.commitId);
    assert.equal(status.entry.fingerprint, odd);
    assert.equal(status.entry.meta.note, odd);
    assert.equal((await t.store.commitStatus(SPACE, request.agent, 'id a')).status, 'absent');
    const page = await t.store.records(SPACE, `kind ${odd}`, { state: odd }, {});
    assert.deepEqual(page.items, [await t.store.record(SPACE, `kind ${odd}`, odd)]);
    assert.deepEqual(page.items[0]?.value, { [odd]: odd, big: 'x'.repeat(1_000_000) });
    assert.equal(page.items[0]?.id, odd);
    assert.equal(page.items[0]?.state, odd);
  });
};
