// Rules of being sent again, and of batches.
import assert from 'node:assert/strict';
import type { AgentId } from '../../core/resource.ts';
import type { CommitReply } from '../store.ts';
import { AGENT, guardOf, SPACE, writeOf } from './client.ts';
import type { Chapter } from './harness.ts';

export const replays: Chapter = (rule) => {
  rule(
    '[ST17] a commit that landed answers replayed with its first entry, before any guard is looked at',
    async (t) => {
      for (const tokenBound of [false, true]) {
        const name = `bound-${tokenBound}`;
        const request = t.request({
          tokenBound,
          guards: [guardOf(name)],
          writes: [writeOf(name, '1', 'text/plain'), ...[]],
          meta: { outcome: 'committed', note: 'why', extra: { deep: [1, { two: null }] } },
        });
        const [first] = await t.store.commit([request]);
        assert.ok(first?.status === 'committed');
        await t.write(name, '2');
        const [again] = await t.store.commit([{ ...request, at: 99 }]);
        assert.deepEqual(again, {
          status: 'replayed',
          entry: {
            revision: first.revision,
            agent: AGENT,
            commitId: request.commitId,
            fingerprint: request.fingerprint,
            at: request.at,
            heads: first.heads,
            guards: request.guards,
            meta: request.meta,
          },
        });
        assert.equal((await t.head(name))?.version, 2);
      }
    },
  );

  rule('[ST18] the same commitId with another fingerprint is a mismatch, whether its guards hold or not', async (t) => {
    const request = t.request({ guards: [guardOf('a')], writes: [writeOf('a', '1')] });
    await t.store.commit([request]);
    const stale = { ...request, fingerprint: 'another' };
    const fresh = { ...stale, guards: [await t.guard('a')] };
    assert.deepEqual(await t.store.commit([stale, fresh]), [{ status: 'mismatch' }, { status: 'mismatch' }]);
    assert.equal((await t.head('a'))?.version, 1);
  });

  rule(
    "[ST19] the same commitId of another agent is another commit, and tells nothing of the first one's",
    async (t) => {
      const request = t.request({ guards: [guardOf('a')], writes: [writeOf('a', '1')] });
      await t.store.commit([request]);
      const other = 'agent-2' as AgentId;
      assert.equal((await t.store.commitStatus(SPACE, other, request.commitId)).status, 'absent');
      const [reply] = await t.store.commit([
        { ...request, agent: other, guards: [guardOf('b')], writes: [writeOf('b', '1')] },
      ]);
      assert.equal(reply?.status, 'committed');
      // Names that would meet if they were just put together.
      await t.applied({ agent: 'x', commitId: 'y/z', guards: [guardOf('c')], writes: [writeOf('c', '1')] });
      await t.applied({ agent: 'x/y', commitId: 'z', guards: [guardOf('d')], writes: [writeOf('d', '1')] });
    },
  );

  rule(
    '[ST20] commitStatus tells the entry of a commit that landed, and absent with the trim point of all others',
    async (t) => {
      assert.deepEqual(await t.store.commitStatus(SPACE, AGENT, 'none'), { status: 'absent', trimmed: 0 });
      const request = t.request({ guards: [guardOf('a')], writes: [writeOf('a', '1')], tokenBound: true });
      const [reply] = await t.store.commit([request]);
      assert.ok(reply?.status === 'committed');
      const status = await t.store.commitStatus(SPACE, AGENT, request.commitId);
      assert.ok(status.status === 'committed');
      assert.equal(status.entry.revision, reply.revision);
      assert.deepEqual(status.entry.heads, reply.heads);
      const refused = t.request({ guards: [guardOf('a')], writes: [writeOf('a', '2')] });
      await t.store.commit([refused]);
      assert.equal((await t.store.commitStatus(SPACE, AGENT, refused.commitId)).status, 'absent');
    },
  );

  rule('[ST21] another epoch is refused before anything else', async (t) => {
    const request = t.request({ guards: [guardOf('a')], writes: [writeOf('a', '1')] });
    await t.store.commit([request]);
    const fresh = t.request({ guards: [guardOf('b')], writes: [writeOf('b', '1')] });
    const replies = await t.store.commit([
      { ...request, epoch: 'another' },
      { ...fresh, epoch: 'another' },
    ]);
    const refused = { status: 'epoch-changed', epoch: t.epoch };
    assert.deepEqual(replies, [refused, refused]);
    assert.equal(await t.head('b'), undefined);
  });

  rule('[ST22] requests of a batch act one after another: a later one sees what an earlier one did (D2)', async (t) => {
    const create = t.request({ guards: [guardOf('a')], writes: [writeOf('a', '1')] });
    const second = t.request({ guards: [guardOf('a')], writes: [writeOf('a', '2')] });
    const replies = await t.store.commit([create, second]);
    assert.deepEqual(
      replies.map(({ status }) => status),
      ['committed', 'stale'],
    );
    assert.ok(replies[0]?.status === 'committed' && replies[1]?.status === 'stale');
    assert.deepEqual(replies[1].heads, replies[0].heads);
  });

  rule('[ST23] an id that comes twice in a batch replays, or mismatches', async (t) => {
    const request = t.request({ guards: [guardOf('a')], writes: [writeOf('a', '1')] });
    const replies = await t.store.commit([request, request, { ...request, fingerprint: 'another' }]);
    assert.deepEqual(
      replies.map(({ status }) => status),
      ['committed', 'replayed', 'mismatch'],
    );
    assert.equal((await t.store.counts(SPACE)).commits, 1);
  });

  rule('[ST24] each commit of a batch has its own, larger revision and its own reply, in order', async (t) => {
    const requests = Array.from({ length: 20 }, (_, index) =>
      t.request({ guards: [guardOf(`r${index}`)], writes: [writeOf(`r${index}`, `${index}`)] }),
    );
    const replies = await t.store.commit(requests);
    const heads = replies.map((reply) => (reply.status === 'committed' ? reply.heads[0] : undefined));
    assert.deepEqual(
      heads.map((head) => head?.resource),
      requests.map(({ writes }) => writes[0]?.resource),
    );
    const revisions = replies.map((reply) => (reply.status === 'committed' ? reply.revision : 0));
    assert.deepEqual(
      revisions,
      [...new Set(revisions)].sort((left, right) => left - right),
    );
    assert.deepEqual(await t.store.commit([]), []);
  });

  rule('[ST25] a request that is too large is answered alone, as certainly not applied', async (t) => {
    const { maxContentBytes, maxGuards, maxWrites } = t.store.capabilities;
    const good = (name: string) => t.request({ guards: [guardOf(name)], writes: [writeOf(name, '1')] });
    const many = Array.from({ length: Math.min(maxGuards, maxWrites) + 1 }, (_, index) => `many/${index}`);
    const bad = [
      t.request({ guards: many.map((name) => guardOf(name)), writes: many.map((name) => writeOf(name, '1')) }),
      t.request({ records: [{ kind: 'note', id: 'n', value: 'x'.repeat(1024 * 1024), expected: 0 }] }),
    ];
    if (maxContentBytes <= 1024 * 1024) {
      const large = new Uint8Array(maxContentBytes + 1);
      bad.push(t.request({ guards: [guardOf('big')], writes: [writeOf('big', large)] }), t.request({ keeps: [large] }));
    }
    const replies = await t.store.commit([good('a'), ...bad, good('b')]);
    const failed: readonly CommitReply[] = replies.slice(1, -1);
    for (const reply of failed) {
      assert.ok(reply.status === 'unavailable', reply.status);
      assert.equal(reply.error.code, 'too-large');
    }
    assert.equal(replies[0]?.status, 'committed');
    assert.equal(replies.at(-1)?.status, 'committed');
    assert.equal((await t.store.counts(SPACE)).commits, 2);
  });

  rule('[ST26] of concurrent commits on one head exactly one wins, whoever sends them', async (t) => {
    await t.write('counter', '0');
    const agents = 8;
    const rounds = 12;
    const winners = new Map<number, number>();
    const worker = async (agent: number): Promise<void> => {
      for (let done = 0; done < rounds; ) {
        const head = await t.head('counter');
        assert.ok(head !== undefined);
        const count = Number(new TextDecoder().decode(await t.store.content(head.hash)));
        const reply = await t.commit({
          agent: `agent-${agent}`,
          guards: [guardOf('counter', head)],
          writes: [writeOf('counter', String(count + 1))],
        });
        if (reply.status !== 'committed') continue;
        winners.set(reply.revision, (winners.get(reply.revision) ?? 0) + 1);
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: agents }, (_, agent) => worker(agent)));
    assert.equal(winners.size, agents * rounds);
    assert.ok([...winners.values()].every((times) => times === 1));
    const head = await t.head('counter');
    const text = new TextDecoder().decode(await t.store.content(head?.hash ?? ''));
    assert.equal(text, String(agents * rounds));
    assert.equal(head?.version, agents * rounds + 1);
  });
};
