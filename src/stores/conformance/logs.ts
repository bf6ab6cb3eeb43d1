// Rules of the log, of trimming, and of what is too old to be judged.
import assert from 'node:assert/strict';
import { hashOf } from '../../core/hash.ts';
import { AGENT, guardOf, id, SPACE, textOf, writeOf } from './client.ts';
import type { Case, Chapter } from './harness.ts';

/** A conflict record that names these contents as its sides. */
function conflictOf(base: string, current: string, proposed: string): unknown {
  const side = (text: string): object => ({ hash: hashOf(text), size: text.length, deleted: false });
  return { base: side(base), current: side(current), proposed: side(proposed) };
}

async function revisionOf(t: Case): Promise<number> {
  return (await t.store.counts(SPACE)).revision;
}

export const logs: Chapter = (rule) => {
  rule('[ST39] the log has every commit once, oldest first, with what it compared and wrote', async (t) => {
    const sent = [];
    for (let index = 0; index < 7; index += 1) {
      const request = t.request({
        guards: [await t.guard(`r${index % 3}`), guardOf('premise')],
        writes: [writeOf(`r${index % 3}`, `${index}`)],
        meta: { outcome: 'committed', note: `n${index}`, overwrote: { version: 1, revision: 2, agent: 'x' } },
      });
      const [reply] = await t.store.commit([request]);
      assert.ok(reply?.status === 'committed');
      const { agent, commitId, fingerprint, at, guards, meta } = request;
      sent.push({ revision: reply.revision, agent, commitId, fingerprint, at, heads: reply.heads, guards, meta });
    }
    const whole = await t.store.log(SPACE, 0, 100);
    assert.deepEqual(whole, { status: 'ok', entries: sent, revision: sent.at(-1)?.revision });
    let after = 0;
    const paged = [];
    for (;;) {
      const page = await t.store.log(SPACE, after, 3);
      assert.ok(page.status === 'ok');
      if (page.entries.length === 0) break;
      assert.ok(page.entries.length <= 3);
      paged.push(...page.entries);
      after = page.entries.at(-1)?.revision ?? after;
    }
    assert.deepEqual(paged, sent);
    const ahead = await t.store.log(SPACE, after + 100, 3);
    assert.deepEqual(ahead, { status: 'ok', entries: [], revision: after });
  });

  rule(
    '[ST40] trim drops entries up to a revision and tells the trim point; the log from before is gone',
    async (t) => {
      for (let index = 0; index < 6; index += 1) await t.write(`r${index}`, `${index}`, { commitId: `c${index}` });
      const log = await t.store.log(SPACE, 0, 100);
      assert.ok(log.status === 'ok');
      const point = log.entries[3]?.revision ?? 0;
      assert.equal(await t.store.trim(SPACE, point), point);
      assert.deepEqual(await t.store.log(SPACE, point - 1, 100), { status: 'gone', oldest: point });
      const rest = await t.store.log(SPACE, point, 100);
      assert.ok(rest.status === 'ok');
      assert.deepEqual(rest.entries, log.entries.slice(4));
      assert.deepEqual(await t.store.commitStatus(SPACE, AGENT, 'c0'), { status: 'absent', trimmed: point });
      assert.equal((await t.store.commitStatus(SPACE, AGENT, 'c5')).status, 'committed');
      assert.equal((await t.store.read(SPACE, [])).trimmed, point);
      // Never back, and never ahead of what there is.
      assert.equal(await t.store.trim(SPACE, 1), point);
      const last = await revisionOf(t);
      assert.equal(await t.store.trim(SPACE, last + 1000), last);
      const { revision, commits, resources } = await t.store.counts(SPACE);
      assert.deepEqual({ revision, commits, resources }, { revision: last, commits: 6, resources: 6 });
      const next = await t.write('r0', 'on');
      if (t.store.capabilities.gapless) assert.equal(next.revision, last + 1);
      assert.equal(next.version, 2);
    },
  );

  rule('[ST41] trim never takes heads or tombstones, and a head keeps its content', async (t) => {
    const live = await t.write('live', 'content');
    await t.write('dead', 'x');
    const dead = await t.write('dead', { delete: true });
    await t.store.trim(SPACE, await revisionOf(t));
    assert.deepEqual(await t.head('live'), live);
    assert.deepEqual(await t.head('dead'), dead);
    assert.deepEqual((await t.store.list(SPACE, '', {})).items, [dead, live]);
    assert.equal(await textOf(t.store, live.hash), 'content');
    assert.equal((await t.write('dead', 'again')).version, 3);
  });

  rule(
    '[ST42] trim takes superseded versions and keeps with their contents, but nothing that is needed elsewhere',
    async (t) => {
      await t.write('a', 'first');
      await t.write('a', 'shared');
      await t.write('b', 'shared');
      await t.applied({ keeps: ['kept', 'second'] });
      const superseding = await t.write('a', 'second');
      const before = superseding.revision;
      await t.write('a', 'third');
      await t.store.trim(SPACE, before);
      assert.equal(await t.store.content(hashOf('first')), undefined);
      assert.equal(await t.store.content(hashOf('kept')), undefined);
      assert.equal(await textOf(t.store, hashOf('shared')), 'shared');
      // Superseded after the trim point: a token from the trim point on may still need it as its base.
      assert.equal(await textOf(t.store, hashOf('second')), 'second');
      assert.equal(await textOf(t.store, hashOf('third')), 'third');
      await t.store.trim(SPACE, await revisionOf(t));
      assert.equal(await t.store.content(hashOf('second')), undefined);
      assert.equal(await textOf(t.store, hashOf('third')), 'third');
      assert.deepEqual(
        (await t.store.history(SPACE, id('a'), {})).items.map(({ head }) => head.version),
        [4],
      );
      // What is gone can come back.
      await t.write('a', 'first');
      assert.equal(await textOf(t.store, hashOf('first')), 'first');
    },
  );

  rule(
    '[ST43] the sides of an open conflict outlive every trim, and go with the entry that closed it (E4)',
    async (t) => {
      await t.write('a', 'base');
      await t.write('a', 'current');
      const record = { kind: 'conflict', id: 'c', state: 'open', value: conflictOf('base', 'current', 'proposed') };
      const opened = await t.applied({
        keeps: ['proposed'],
        records: [{ ...record, expected: 0 }],
        meta: { outcome: 'escalated', conflictId: 'c' },
      });
      await t.write('a', 'later');
      await t.store.trim(SPACE, await revisionOf(t));
      for (const text of ['base', 'current', 'proposed']) assert.equal(await textOf(t.store, hashOf(text)), text);
      assert.equal((await t.store.record(SPACE, 'conflict', 'c'))?.state, 'open');
      await t.applied({ records: [{ ...record, state: 'resolved', expected: opened.revision }] });
      for (const text of ['base', 'current', 'proposed']) assert.equal(await textOf(t.store, hashOf(text)), text);
      await t.store.trim(SPACE, await revisionOf(t));
      for (const text of ['base', 'current', 'proposed']) assert.equal(await t.store.content(hashOf(text)), undefined);
      assert.equal((await t.store.record(SPACE, 'conflict', 'c'))?.state, 'resolved');
      assert.equal(await textOf(t.store, hashOf('later')), 'later');
    },
  );

  rule('[ST44] closing a conflict never takes a content that a head has come to need', async (t) => {
    // The conflict names a hash whose bytes are not here yet; then a head brings them.
    const record = { kind: 'conflict', id: 'c', state: 'open', value: conflictOf('late', 'x', 'y') };
    const opened = await t.applied({ records: [{ ...record, expected: 0 }] });
    assert.equal(await t.store.content(hashOf('late')), undefined);
    await t.write('a', 'late');
    await t.applied({ records: [{ ...record, value: null, expected: opened.revision }] });
    await t.store.trim(SPACE, await revisionOf(t));
    assert.equal(await textOf(t.store, hashOf('late')), 'late');
  });

  rule(
    '[ST45] stale guards from before the trim point answer expired, guards that hold apply however old (A5)',
    async (t) => {
      const old = await t.write('a', '1');
      const quiet = await t.write('quiet', '1');
      const request = t.request({ guards: [await t.guard('a')], writes: [writeOf('a', '2')], asOf: old.revision });
      await t.store.commit([request]);
      const point = await t.store.trim(SPACE, await revisionOf(t));
      await t.write('a', '3');
      const expired = { status: 'expired', trimmed: point };
      // Sent again after its record was trimmed: neither applied twice nor taken for a conflict.
      assert.deepEqual(await t.store.commit([request]), [expired]);
      assert.deepEqual(
        await t.commit({ guards: [guardOf('a', old)], writes: [writeOf('a', 'x')], asOf: point - 1 }),
        expired,
      );
      const stale = await t.commit({ guards: [guardOf('a', old)], writes: [writeOf('a', 'x')], asOf: point });
      assert.equal(stale.status, 'stale');
      const staleRecord = [{ kind: 'k', id: 'r', value: 1, expected: 7 }];
      assert.deepEqual(await t.commit({ records: staleRecord, asOf: 0 }), expired);
      await t.applied({ guards: [guardOf('quiet', quiet)], writes: [writeOf('quiet', '2')], asOf: 0 });
    },
  );
};
