// What is kept and what may go: open conflicts, trimmed logs, the memory ring, hash-only versions (rules E4 to E6).
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, type Setup, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import { hashOf } from '../core/hash.ts';
import { DEFAULT_SPACE } from '../core/resource.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { escalate } from '../strategies/escalate.ts';
import { merge } from '../strategies/merge.ts';
import type { FeedItem } from './types.ts';

const judge = { agent: 'judge' };

async function opened(setup: Setup): Promise<string> {
  const { entente } = setup;
  await put(entente, 'doc', 'base');
  const token = await tokenOf(entente, 'doc', 'ann');
  await put(entente, 'doc', 'current');
  return as(await entente.commitOrResolve(token, { content: 'proposed' }), 'escalated').conflictId;
}

async function busy({ entente }: Setup, times: number): Promise<void> {
  for (let index = 0; index < times; index += 1) await put(entente, 'doc', `later ${index}`);
}

describe('retention', () => {
  it('[E4] all sides of an open conflict stay, however much is trimmed, and it can be decided', async () => {
    for (const memory of [{}, { log: { max: 3 } }]) {
      const setup = setUp({ default: escalate(), memory });
      const id = await opened(setup);
      await busy(setup, 10);
      await setup.store.trim(DEFAULT_SPACE, 13);
      const sides = await Promise.all(
        (['base', 'current', 'proposed'] as const).map((side) => setup.entente.conflictContent(id, side)),
      );
      expect(sides.map(text)).toEqual(['base', 'current', 'proposed']);
      expect((await setup.entente.conflicts({ state: 'open' })).items.map((conflict) => conflict.id)).toEqual([id]);
      as(await setup.entente.resolve(id, { use: 'both' }, judge), 'split');
      expect(await textAt(setup.entente, 'doc.ann')).toBe('proposed');
      await setup.store.trim(DEFAULT_SPACE, 14);
      expect(await setup.store.content(hashOf('base'))).toBeUndefined();
      expect(await textAt(setup.entente, 'doc.ann')).toBe('proposed');
    }
  });

  it('[E4] trimming takes no head, no tombstone and no record', async () => {
    const setup = setUp();
    const { entente, store } = setup;
    await busy(setup, 3);
    await put(entente, 'gone', 'x');
    await put(entente, 'gone', { delete: true });
    await entente.setPolicy({ rules: [['**', 'escalate']] }, { agent: 'admin' });
    await store.trim(DEFAULT_SPACE, 100);
    expect(await textAt(entente, 'doc')).toBe('later 2');
    expect(await entente.getVersion('gone')).toMatchObject({ version: 2, deleted: true });
    expect((await entente.policy()).rules).toEqual([['**', 'escalate']]);
    expect((await entente.history('doc')).items.map(({ head }) => head.version)).toEqual([3]);
    expect(await codeOf(() => entente.read('doc', { version: 1 }))).toBe('gone');
    expect(await entente.read('doc', { version: 4 })).toBeUndefined();
  });

  it('[E5] [C9] a base that the ring dropped: commit is a conflict, a policy keeps the change for a person', async () => {
    const setup = setUp({ default: merge('text'), memory: { log: { max: 4 } } });
    const { entente } = setup;
    await put(entente, 'doc', 'base\n');
    await put(entente, 'doc', 'second\n');
    // The token is young, its base is old: the ring drops the versions that it superseded, not the head.
    const old = await tokenOf(entente, 'doc', 'ann');
    await put(entente, 'doc', 'third\n');
    await busy(setup, 3);
    expect((await entente.history('doc')).items.some(({ head }) => head.revision === old.revision)).toBe(true);
    await busy(setup, 1);
    expect((await entente.history('doc')).items.some(({ head }) => head.revision === old.revision)).toBe(false);
    expect(await codeOf(() => entente.commit(old, { content: 'mine' }))).toBe('expired');
    const patient = { ...old, asOf: 7 };
    const refused = as(await entente.commit(patient, { content: 'mine' }), 'conflict');
    expect(refused.packet).toMatchObject({ expected: { version: 2 }, actual: { version: 7 } });
    const kept = as(await entente.commitOrResolve(patient, { content: 'mine' }), 'escalated');
    expect(kept.reason).toBe('base-gone');
    expect(text(await entente.conflictContent(kept.conflictId, 'proposed'))).toBe('mine');
    expect(await entente.conflictContent(kept.conflictId, 'base')).toBeUndefined();
    expect(await codeOf(() => entente.resolve(kept.conflictId, { use: 'base' }, judge))).toBe('base-gone');
    expect(await codeOf(() => entente.commit(patient, { append: 'x' }))).toBe('token-spent');
    expect(await codeOf(() => entente.commit({ ...patient, id: 'fresh' }, { append: 'x' }))).toBe('base-gone');
    as(await entente.resolve(kept.conflictId, { use: 'proposed' }, judge), 'committed');
  });

  it('[E5] the ring moves the trim point: cursors before it are gone, and it names the oldest', async () => {
    const setup = setUp({ memory: { log: { max: 5 } } });
    const { entente } = setup;
    await put(entente, 'doc', 'first');
    const early = (await entente.log()).items[0]?.cursor ?? '';
    await busy(setup, 9);
    expect(await codeOf(() => entente.log(early))).toBe('gone');
    const items: FeedItem[] = [];
    for await (const item of entente.feed(early)) items.push(item);
    const [gone] = items as [FeedItem & { type: 'gone' }];
    expect(items.length).toBe(1);
    expect(gone.type).toBe('gone');
    expect((await entente.log(gone.oldest)).items.map(({ revision }) => revision)).toEqual([6, 7, 8, 9, 10]);
    expect((await entente.log()).items.map(({ revision }) => revision)).toEqual([6, 7, 8, 9, 10]);
  });

  it('[E5] the ring has a size that is a number, and counts go on beyond it', async () => {
    for (const max of [0, -1, 1.5, Number.NaN, '9' as never]) {
      expect(await codeOf(() => createMemoryStore({ log: { max } }))).toBe('misuse');
    }
    const setup = setUp({ memory: { log: { max: 1 } } });
    await busy(setup, 5);
    expect(await setup.entente.stats()).toMatchObject({ commits: 5, revision: 5 });
    expect(await textAt(setup.entente, 'doc')).toBe('later 4');
  });

  it('[E6] a hash is a version without content, even where its bytes exist; a made-up one opens nothing', async () => {
    const { entente } = setUp({ default: escalate() });
    const { hash } = await put(entente, 'secret/doc', 'secret');
    await put(entente, 'mine', { hash });
    expect(await entente.read('mine')).toMatchObject({ head: { hash } });
    expect((await entente.read('mine'))?.content).toBeUndefined();
    const { token } = await entente.begin('mine', { agent: 'ann' });
    expect(await codeOf(() => entente.commit(token, { append: 'x' }))).toBe('no-content');
    await put(entente, 'mine', 'moved');
    const outcome = as(await entente.commitOrResolve(token, { hash: hashOf('other') }), 'escalated');
    for (const side of ['base', 'proposed'] as const) {
      expect(await entente.conflictContent(outcome.conflictId, side)).toBeUndefined();
    }
    // A token that says it read those bytes elsewhere is found out.
    const forged = { ...(await tokenOf(entente, 'mine', 'ann')), hash, revision: 1, version: 1 };
    expect(await codeOf(() => entente.commit(forged, { append: 'x' }))).toBe('base-gone');
  });

  it('[E6] a hash has 1 to 128 plain characters', async () => {
    const { entente } = setUp();
    for (const hash of ['', 'x'.repeat(129), 'a b', 'ä', '../x', 7 as never]) {
      expect(await codeOf(() => put(entente, 'a', { hash }))).toBe('misuse');
    }
    await put(entente, 'a', { hash: `sha256:${'0'.repeat(64)}` });
    await put(entente, 'a', { hash: 'x'.repeat(128) });
  });

  it('[E4] closing a conflict about hashes takes no content that came later under the same hash', async () => {
    const { entente } = setUp({ default: escalate() });
    const token = await tokenOf(entente, 'a', 'ann');
    await put(entente, 'a', 'there');
    const hash = hashOf('later');
    const { conflictId } = as(await entente.commitOrResolve(token, { hash }), 'escalated');
    await put(entente, 'b', 'later');
    as(await entente.resolve(conflictId, { use: 'current' }, judge), 'unchanged');
    expect(await textAt(entente, 'b')).toBe('later');
  });
});
