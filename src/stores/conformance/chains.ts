// Rules of guards that name a version which an earlier commit is only about to write.
import assert from 'node:assert/strict';
import { hashOf } from '../../core/hash.ts';
import type { Head } from '../../core/version.ts';
import type { CommitReply, Guard } from '../store.ts';
import { guardOf, id, SPACE, textOf, writeOf } from './client.ts';
import type { Chapter } from './harness.ts';

/** The guard of a version that is not there yet. */
function named(resource: string, version: number, text: string): Guard {
  return { resource: id(resource), revision: 0, hash: hashOf(text), version };
}

const statuses = (replies: readonly CommitReply[]): string[] => replies.map(({ status }) => status);

/** Some guard does not hold on the heads that a stale reply tells. */
function isHonest(guards: readonly Guard[], heads: readonly Head[]): boolean {
  return guards.some(({ resource, hash, version = 0 }) => {
    const head = heads.find((one) => one.resource === resource);
    return head === undefined ? hash !== '' : head.hash !== hash || head.version !== version;
  });
}

export const chains: Chapter = (rule) => {
  rule('[ST53] a guard may name its head by version and hash, and the log tells the revision', async (t) => {
    const first = await t.write('a', 'one', { at: 7 });
    const second = await t.write('a', 'two');
    const stale = [
      named('a', 1, 'one'),
      named('a', 1, 'two'),
      named('a', 2, 'one'),
      named('a', 3, 'two'),
      named('none', 1, 'two'),
      named('none', 0, 'two'),
    ];
    for (const guard of stale) {
      const reply = await t.commit({ guards: [guard], writes: [writeOf(guard.resource, 'lost?')] });
      const heads = guard.resource === 'a' ? [second] : [];
      const told = { status: 'stale', revision: second.revision, heads, staleRecords: [] };
      assert.deepEqual(reply, told, JSON.stringify(guard));
    }
    const premise = await t.write('b', 'premise');
    const guards = [guardOf('b', premise), named('a', 2, 'two')];
    const { revision, heads } = await t.applied({ guards, writes: [writeOf('a', 'three')], keeps: ['kept'] });
    assert.equal(heads[0]?.version, 3);
    assert.equal(heads[0]?.born, first.born);
    const log = await t.store.log(SPACE, premise.revision, 10);
    assert.ok(log.status === 'ok');
    assert.deepEqual(
      log.entries.map((entry) => [entry.revision, entry.guards]),
      [[revision, [guardOf('b', premise), guardOf('a', second)]]],
    );
    assert.equal(await textOf(t.store, hashOf('three')), 'three');
  });

  rule('[ST53] a tombstone is named by no version, and what is misnamed is misuse', async (t) => {
    await t.write('a', 'one');
    const gone = await t.write('a', { delete: true });
    const none: Guard = { resource: id('a'), revision: 0, hash: '', version: gone.version };
    const full: Guard = { ...guardOf('a', gone), hash: hashOf('one'), version: gone.version };
    const both = [named('a', 1, 'one'), named('b', 1, 'one')];
    for (const guards of [[none], [full], both]) {
      const request = t.request({ guards, keeps: ['kept'], writes: [writeOf('a', 'lost?')] });
      await assert.rejects(async () => t.store.commit([request]), { code: 'misuse' });
    }
    assert.deepEqual(await t.head('a'), gone);
  });

  rule('[ST54] in a batch each may go on from the version that the one before it is to write', async (t) => {
    const base = await t.write('a', 'v1');
    const request = (from: Guard, text: string): ReturnType<typeof t.request> =>
      t.request({
        guards: [from],
        writes: [writeOf('a', text)],
        keeps: [`receipt of ${text}`],
        agent: `agent of ${text}`,
      });
    const batch = [
      request(guardOf('a', base), 'v2'),
      request(named('a', 2, 'v2'), 'v3'),
      request(named('a', 3, 'v3'), 'v4'),
      request(named('a', 4, 'another'), 'v5'),
      request(named('a', 5, 'v5'), 'v6'),
    ];
    const replies = await t.store.commit(batch);
    assert.deepEqual(statuses(replies), ['committed', 'committed', 'committed', 'stale', 'stale']);
    const landed = replies.flatMap((reply) => (reply.status === 'committed' ? reply.heads : []));
    const last = landed.at(-1);
    assert.deepEqual(
      landed.map(({ version, born }) => [version, born]),
      [2, 3, 4].map((version) => [version, base.born]),
    );
    for (const reply of replies.slice(3)) assert.deepEqual(reply.status === 'stale' ? reply.heads : [], [last]);
    assert.deepEqual(await t.head('a'), last);
    const log = await t.store.log(SPACE, base.revision, 10);
    assert.ok(log.status === 'ok');
    assert.deepEqual(
      log.entries.map(({ guards, heads }) => [guards, heads]),
      landed.map((head, index) => [[guardOf('a', index === 0 ? base : landed[index - 1])], [head]]),
    );
    const { items } = await t.store.history(SPACE, id('a'), {});
    assert.deepEqual(
      items.map(({ head }) => head),
      [...landed, base].sort((x, y) => y.version - x.version),
    );
    assert.equal((await t.store.counts(SPACE)).resources, 1);
  });

  rule('[ST54] calls at once chain too, from what never was, and end with a delete', async (t) => {
    const calls = [
      t.request({ guards: [guardOf('a')], writes: [writeOf('a', 'v1')] }),
      t.request({ guards: [named('a', 1, 'v1')], writes: [writeOf('a', 'v2', 'text/plain')] }),
      t.request({
        guards: [named('a', 2, 'v2'), guardOf('b')],
        writes: [writeOf('a', { delete: true }), writeOf('b', 'v1')],
      }),
      t.request({ guards: [named('b', 1, 'v1')], writes: [writeOf('b', 'v2')] }),
    ];
    // On a slow way a later link may be there first: it is stale then, has written nothing, and is sent again.
    const landed = new Map<string, Extract<CommitReply, { status: 'committed' }>>();
    for (let round = 0; round < calls.length && landed.size < calls.length; round += 1) {
      const open = calls.filter(({ commitId }) => !landed.has(commitId));
      const replies = (await Promise.all(open.map((request) => t.store.commit([request])))).flat();
      for (const [index, reply] of replies.entries()) {
        const commitId = open[index]?.commitId ?? '';
        if (reply.status === 'committed') landed.set(commitId, reply);
        else
          assert.ok(
            reply.status === 'stale' && isHonest(open[index]?.guards ?? [], reply.heads),
            'stale for no reason',
          );
      }
    }
    const first = landed.get(calls[0]?.commitId ?? '');
    assert.ok(first !== undefined && landed.size === calls.length);
    const head = await t.head('a');
    assert.equal(head?.deleted, true);
    assert.equal(head?.version, 3);
    assert.equal(head?.born, first.revision);
    assert.equal((await t.head('b'))?.version, 2);
    assert.equal((await t.store.counts(SPACE)).resources, 1);
  });

  rule('[ST54] behind one that landed before, and behind one that does not land', async (t) => {
    const base = await t.write('a', 'v1');
    const first = t.request({ guards: [guardOf('a', base)], writes: [writeOf('a', 'v2')] });
    const [landed] = await t.store.commit([first]);
    assert.equal(landed?.status, 'committed');
    const again = await t.store.commit([
      first,
      t.request({ guards: [named('a', 2, 'v2')], writes: [writeOf('a', 'v3')] }),
      t.request({ guards: [guardOf('a', base)], writes: [writeOf('a', 'w2')] }),
      t.request({ guards: [named('a', 2, 'w2')], writes: [writeOf('a', 'w3')] }),
      t.request({ guards: [named('a', 3, 'v3')], writes: [writeOf('a', 'v4')] }),
    ]);
    assert.deepEqual(statuses(again), ['replayed', 'committed', 'stale', 'stale', 'committed']);
    assert.equal((await t.head('a'))?.version, 4);
  });

  rule('[ST54] what it names may be a premise alone, which stays as the one before it wrote it', async (t) => {
    const replies = await t.store.commit([
      t.request({ guards: [guardOf('a')], writes: [writeOf('a', 'v1')] }),
      t.request({ guards: [named('a', 1, 'v1'), guardOf('b')], writes: [writeOf('b', 'w1')] }),
      t.request({ guards: [named('b', 2, 'w1'), guardOf('c')], writes: [writeOf('c', 'lost?')] }),
      t.request({ guards: [named('b', 1, 'w1')], writes: [writeOf('b', 'w2')] }),
    ]);
    assert.deepEqual(statuses(replies), ['committed', 'committed', 'stale', 'committed']);
    const written = replies.flatMap((reply) => (reply.status === 'committed' ? reply.heads : []));
    const [a, first, second] = written;
    assert.deepEqual([await t.head('a'), await t.head('b')], [a, second]);
    assert.deepEqual([a?.version, first?.version, second?.version, second?.born], [1, 1, 2, first?.revision]);
    assert.equal((await t.store.counts(SPACE)).resources, 2);
  });

  rule('[ST24] also where one goes on from what landed before, revisions are in the order of the batch', async (t) => {
    const first = t.request({ guards: [guardOf('a')], writes: [writeOf('a', 'v1')] });
    await t.store.commit([first]);
    const replies = await t.store.commit([
      first,
      t.request({ guards: [named('a', 1, 'v1')], writes: [writeOf('a', 'v2')] }),
      t.request({ guards: [guardOf('b')], writes: [writeOf('b', 'w1')] }),
    ]);
    assert.deepEqual(statuses(replies), ['replayed', 'committed', 'committed']);
    const [a, b] = [await t.head('a'), await t.head('b')];
    assert.ok(a !== undefined && b !== undefined && a.revision < b.revision, `${a?.revision} and ${b?.revision}`);
  });
};
