// Rules of one commit: guards, atomicity, and the heads that come of it.
import assert from 'node:assert/strict';
import { hashOf } from '../../core/hash.ts';
import { AGENT, guardOf, id, SPACE, writeOf } from './client.ts';
import type { Chapter } from './harness.ts';

export const commits: Chapter = (rule) => {
  rule(
    '[ST1] a write whose guard holds makes a new head, seen by every read that starts after the reply',
    async (t) => {
      const reply = await t.applied({
        guards: [guardOf('a.md')],
        writes: [writeOf('a.md', 'one', 'text/markdown')],
        at: 5,
      });
      const head = {
        resource: 'a.md',
        version: 1,
        revision: reply.revision,
        born: reply.revision,
        hash: hashOf('one'),
        size: 3,
        mediaType: 'text/markdown',
        agent: AGENT,
        at: 5,
        deleted: false,
      };
      assert.deepEqual(reply.heads, [head]);
      assert.deepEqual(await t.head('a.md'), head);
      const snapshot = await t.store.read(SPACE, [id('a.md'), id('none'), id('a.md')]);
      assert.deepEqual(snapshot, {
        epoch: t.epoch,
        revision: reply.revision,
        trimmed: 0,
        heads: [head, undefined, head],
      });
      assert.deepEqual(await t.store.content(hashOf('one')), new TextEncoder().encode('one'));
    },
  );

  rule('[ST2] a guard on another revision is stale although the hash is equal, and nothing is written', async (t) => {
    const first = await t.write('a', 'same');
    await t.write('a', 'other');
    const third = await t.write('a', 'same');
    const reply = await t.commit({ guards: [guardOf('a', first)], writes: [writeOf('a', 'lost?')] });
    assert.deepEqual(reply, { status: 'stale', revision: third.revision, heads: [third], staleRecords: [] });
    assert.deepEqual(await t.head('a'), third);
    assert.equal(await t.store.content(hashOf('lost?')), undefined);
  });

  rule('[ST3] a guard on another hash is stale although the revision is equal', async (t) => {
    const head = await t.write('a', 'one');
    const guard = { ...guardOf('a', head), hash: hashOf('two') };
    const reply = await t.commit({ guards: [guard], writes: [writeOf('a', 'three')] });
    assert.equal(reply.status, 'stale');
    assert.deepEqual(await t.head('a'), head);
  });

  rule('[ST4] what never was has revision 0 and an empty hash, and only that guard holds on it', async (t) => {
    const head = await t.write('there', 'x');
    for (const guard of [
      { resource: id('none'), revision: head.revision, hash: '' },
      { resource: id('none'), revision: 0, hash: head.hash },
      { resource: id('there'), revision: 0, hash: '' },
      { resource: id('there'), revision: 0, hash: head.hash },
    ]) {
      const reply = await t.commit({ guards: [guard], writes: [writeOf(guard.resource, 'y')] });
      assert.equal(reply.status, 'stale', JSON.stringify(guard));
    }
    await t.applied({ guards: [guardOf('none')], writes: [writeOf('none', 'y')] });
  });

  rule('[ST5] one stale guard of several stops the whole commit', async (t) => {
    const a = await t.write('a', '1');
    const b = await t.write('b', '1');
    await t.write('b', '2');
    const reply = await t.commit({
      guards: [guardOf('a', a), guardOf('b', b), guardOf('c')],
      writes: [writeOf('a', 'x'), writeOf('b', 'y'), writeOf('c', 'z')],
      records: [{ kind: 'note', id: 'n', value: 1, expected: 0 }],
      keeps: ['kept'],
    });
    assert.equal(reply.status, 'stale');
    assert.deepEqual(await t.head('a'), a);
    assert.equal(await t.head('c'), undefined);
    assert.equal(await t.store.record(SPACE, 'note', 'n'), undefined);
    assert.equal(await t.store.content(hashOf('kept')), undefined);
    assert.equal((await t.store.counts(SPACE)).commits, 3);
  });

  rule(
    '[ST6] several writes of a commit have one revision, and their heads come in the order of the writes',
    async (t) => {
      const old = await t.write('m', '1');
      const reply = await t.applied({
        guards: [guardOf('a'), guardOf('m', old), guardOf('z')],
        writes: [writeOf('z', '1'), writeOf('m', { delete: true }), writeOf('a', { hash: 'v1' })],
      });
      assert.deepEqual(
        reply.heads.map(({ resource, version, revision, deleted }) => [resource, version, revision, deleted]),
        [
          ['z', 1, reply.revision, false],
          ['m', 2, reply.revision, true],
          ['a', 1, reply.revision, false],
        ],
      );
    },
  );

  rule('[ST7] a stale answer has the current head of every guarded resource once, at one revision', async (t) => {
    const a = await t.write('a', '1');
    const b = await t.write('b', '1');
    const b2 = await t.write('b', { delete: true });
    const reply = await t.commit({
      guards: [guardOf('a', a), guardOf('b', b), guardOf('none'), guardOf('a', a), guardOf('b', b2)],
      writes: [],
    });
    assert.equal(reply.status, 'stale');
    assert.ok(reply.status === 'stale');
    assert.equal(reply.revision, b2.revision);
    assert.equal(reply.heads.length, 2);
    assert.deepEqual(
      reply.heads.find(({ resource }) => resource === 'a'),
      a,
    );
    assert.deepEqual(
      reply.heads.find(({ resource }) => resource === 'b'),
      b2,
    );
  });

  rule('[ST8] a guard without a write is compared all the same (a read premise)', async (t) => {
    const premise = await t.write('premise', '1');
    await t.applied({ guards: [guardOf('premise', premise), guardOf('a')], writes: [writeOf('a', '1')] });
    await t.write('premise', '2');
    const reply = await t.commit({
      guards: [guardOf('premise', premise), await t.guard('a')],
      writes: [writeOf('a', '2')],
    });
    assert.equal(reply.status, 'stale');
    assert.equal((await t.head('a'))?.version, 1);
  });

  rule('[ST9] revisions strictly increase within a space, without a hole where the store says so', async (t) => {
    let last = 0;
    for (let round = 0; round < 5; round += 1) {
      const { revision } = await t.write(`r${round % 2}`, `text ${round}`);
      if (t.store.capabilities.gapless) assert.equal(revision, last + 1);
      assert.ok(revision > last);
      last = revision;
      await t.commit({ guards: [{ resource: id('r0'), revision: 99, hash: 'no' }], writes: [writeOf('r0', 'stale')] });
    }
  });

  rule('[ST10] a version is one more than the last, deletes and re-creations included', async (t) => {
    const versions = [];
    for (const body of ['1', '2', { delete: true }, { delete: true }, '3', { hash: 'h' }] as const) {
      versions.push((await t.write('a', body)).version);
    }
    assert.deepEqual(versions, [1, 2, 3, 4, 5, 6]);
  });

  rule(
    '[ST11] a delete leaves a tombstone: a head with an empty hash and no size, guarded like any other',
    async (t) => {
      const live = await t.write('a', 'text');
      const tombstone = await t.write('a', { delete: true });
      assert.deepEqual(tombstone, {
        resource: 'a',
        version: 2,
        revision: tombstone.revision,
        born: live.born,
        hash: '',
        agent: AGENT,
        at: tombstone.at,
        deleted: true,
      });
      assert.deepEqual(await t.head('a'), tombstone);
      const absent = await t.commit({ guards: [guardOf('a')], writes: [writeOf('a', 'new')] });
      assert.equal(absent.status, 'stale');
      await t.applied({ guards: [guardOf('a', tombstone)], writes: [writeOf('a', 'new')] });
    },
  );

  rule(
    '[ST12] born is the revision that created this life, through edits and the delete, and new in the next life',
    async (t) => {
      const first = await t.write('a', '1');
      assert.equal(first.born, first.revision);
      assert.equal((await t.write('a', '2')).born, first.revision);
      assert.equal((await t.write('a', { delete: true })).born, first.revision);
      const again = await t.write('a', '2');
      assert.equal(again.born, again.revision);
      assert.equal((await t.write('a', '3')).born, again.revision);
    },
  );

  rule('[ST13] deleted and re-created with equal bytes is not what was read before', async (t) => {
    const before = await t.write('a', 'text');
    await t.write('a', { delete: true });
    const again = await t.write('a', 'text');
    assert.equal(again.hash, before.hash);
    for (const body of ['mine', { delete: true }] as const) {
      const reply = await t.commit({ guards: [guardOf('a', before)], writes: [writeOf('a', body)] });
      assert.equal(reply.status, 'stale');
    }
  });

  rule('[ST14] a hash-only version has no size, although its bytes may be here', async (t) => {
    const known = await t.write('known', 'bytes');
    for (const hash of ['sha1:abc', known.hash]) {
      const head = await t.write('a', { hash });
      assert.equal(head.hash, hash);
      assert.equal('size' in head, false);
      assert.equal('mediaType' in head, false);
      assert.deepEqual(await t.head('a'), head);
    }
  });

  rule('[ST15] a write without a guard, and two writes on one resource, are misuse and change nothing', async (t) => {
    const good = t.request({ guards: [guardOf('good')], writes: [writeOf('good', '1')] });
    const cases = [
      t.request({ writes: [writeOf('a', '1')] }),
      t.request({ guards: [guardOf('b')], writes: [writeOf('a', '1')] }),
      t.request({
        guards: [guardOf('a'), guardOf('b')],
        writes: [writeOf('a', '1'), writeOf('a', '2'), writeOf('b', '1')],
      }),
    ];
    for (const bad of cases) await assert.rejects(async () => t.store.commit([good, bad]), { code: 'misuse' });
    assert.equal((await t.store.counts(SPACE)).commits, 0);
  });

  rule('[ST16] a commit without writes leaves a log entry and a revision of its own', async (t) => {
    const head = await t.write('a', '1');
    const reply = await t.applied({ guards: [guardOf('a', head)], meta: { outcome: 'aborted', reason: 'both' } });
    assert.deepEqual(reply.heads, []);
    assert.ok(reply.revision > head.revision);
    assert.deepEqual(await t.head('a'), head);
    const page = await t.store.log(SPACE, head.revision, 10);
    assert.ok(page.status === 'ok');
    assert.deepEqual(
      page.entries.map(({ meta }) => meta.outcome),
      ['aborted'],
    );
  });
};
