import { describe, expect, it } from 'vitest';
import { as, codeOf, doorNames, doors, openDesk } from '../../test/support/desk.ts';
import type { Token } from '../core/token.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';

describe('absent and deleted', () => {
  it('[B1] begin on what never was: version 0, revision 0, no hash, no head', async () => {
    const desk = openDesk();
    await desk.put('other', 'x');
    const draft = await desk.begin('doc');
    expect(draft.token).toMatchObject({ version: 0, revision: 0, hash: '', born: 0, asOf: await desk.nth(1) });
    expect(Object.keys(draft)).toEqual(['token']);
    expect(await desk.entente.getVersion('doc')).toBeUndefined();
    expect(await desk.entente.hasChanged('doc', 0)).toBe(false);
    expect(await desk.entente.read('doc')).toBeUndefined();
  });

  it('[B1] begin on a deleted one: the tombstone, no content; a commit then makes the next version', async () => {
    const desk = openDesk();
    await desk.put('doc', 'text');
    await desk.put('doc', null, 'bob');
    const draft = await desk.begin('doc');
    expect(draft.token).toMatchObject({ version: 2, revision: await desk.nth(2), hash: '' });
    expect(draft.head).toMatchObject({ version: 2, deleted: true, hash: '', agent: 'bob' });
    expect('content' in draft).toBe(false);
    expect(await desk.entente.getVersion('doc')).toMatchObject({ deleted: true, version: 2 });
    expect(await desk.entente.hasChanged('doc', 1)).toBe(true);
    expect(await desk.entente.hasChanged('doc', 2)).toBe(false);
    as(await desk.entente.commit(draft.token, { content: 'again' }), 'committed');
    expect(await desk.entente.getVersion('doc')).toMatchObject({ version: 3, deleted: false });
  });

  it('[B2] heads and tokens carry the revision that began this life', async () => {
    const desk = openDesk();
    const one = await desk.put('doc', 'a');
    const two = await desk.put('doc', 'b');
    const first = await desk.nth(1);
    expect([one.born, two.born]).toEqual([first, first]);
    await desk.put('doc', null);
    const three = await desk.put('doc', 'c');
    const fourth = await desk.nth(4);
    expect(three).toMatchObject({ version: 4, revision: fourth, born: fourth });
    expect((await desk.entente.getVersion('doc'))?.born).toBe(fourth);
  });

  it.each(doorNames)('[B2] a re-created resource is never the old one, equal bytes or not: %s', async (name) => {
    const desk = openDesk();
    await desk.put('doc', 'base');
    const { token } = await desk.begin('doc', 'bob');
    await desk.put('doc', null);
    await desk.put('doc', 'base');
    const outcome = as(
      await doors[name](desk.entente, token, { content: 'bob' }),
      name === 'commitOrResolve' ? 'rejected' : 'conflict',
    );
    expect(outcome.packet?.actual).toMatchObject({ version: 3, born: await desk.nth(3) });
    expect(await desk.text('doc')).toBe('base');
  });

  it('[B2] equal bytes of an earlier life are no base: a merge has none', async () => {
    const desk = openDesk({ default: merge('text') });
    await desk.put('doc', 'a\nb\nc\n');
    const { token } = await desk.begin('doc', 'bob');
    await desk.put('doc', null);
    await desk.put('doc', 'A\nb\nc\n');
    const outcome = as(await desk.entente.commitOrResolve(token, { content: 'a\nb\nC\n' }), 'escalated');
    expect(outcome.packet.regions[0]).toMatchObject({ kind: 'both-added' });
    expect(outcome.packet.regions[0]?.base).toBeUndefined();
  });

  it('[B2] a tombstone outlives its log', async () => {
    const desk = openDesk();
    await desk.put('doc', 'text');
    const { space } = await desk.put('doc', null);
    await desk.put('other', 'x');
    const revision = await desk.nth(2);
    await desk.store.trim(space, await desk.nth(3));
    expect((await desk.begin('doc')).token).toMatchObject({ version: 2, revision });
    const small = openDesk({ logMax: 2 });
    await small.put('doc', 'text');
    await small.put('doc', null);
    for (let index = 0; index < 9; index += 1) await small.put(`filler/${index}`, 'x');
    expect(await small.put('doc', 'again')).toMatchObject({ version: 3 });
  });
});

describe('an edit onto a deleted resource', () => {
  const neverKnew = async (desk: ReturnType<typeof openDesk>): Promise<Token> => {
    const { token } = await desk.begin('doc', 'bob');
    await desk.put('doc', 'base');
    await desk.put('doc', null);
    return token;
  };

  it('[B4] merge: modified-deleted goes to otherwise, and nothing is re-created in silence', async () => {
    for (const engine of ['auto', 'text', 'json', 'append']) {
      for (const make of [(desk: ReturnType<typeof openDesk>) => desk.clash('doc', 'base', null), neverKnew]) {
        const desk = openDesk({ default: merge(engine) });
        const stale = await make(desk);
        const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'base and more' }), 'escalated');
        expect(outcome.reason).toContain('modified-deleted');
        expect((await desk.entente.getVersion('doc'))?.deleted).toBe(true);
        const other = openDesk({ default: merge(engine, { otherwise: keepBoth() }) });
        as(await other.entente.commitOrResolve(await make(other), { content: 'base and more' }), 'split');
      }
    }
  });

  it('[B4] in a transaction merge re-creates nothing either', async () => {
    const desk = openDesk({ default: merge() });
    const stale = await neverKnew(desk);
    as(await doors.transact(desk.entente, stale, { content: 'new' }), 'conflict');
  });

  it('[B4] lastWriterWins re-creates, guarded by the tombstone', async () => {
    const desk = openDesk({ default: lastWriterWins() });
    const stale = await desk.clash('doc', 'base', null);
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'committed');
    expect(outcome.version).toBe(3);
    const entry = (await desk.entente.log()).items.at(-1);
    expect(entry?.guards).toEqual([{ resource: 'doc', revision: await desk.nth(2), hash: '' }]);
    expect(entry?.meta.overwrote).toMatchObject({ version: 2 });
  });

  it('[B4] keepBoth writes the copy alone', async () => {
    const desk = openDesk({ default: keepBoth() });
    const stale = await desk.clash('notes/doc.md', 'base', null);
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'split');
    expect(outcome.kept).toMatchObject({ version: 2, hash: '' });
    expect(await desk.text('notes/doc.bob.md')).toBe('bob');
    expect((await desk.entente.getVersion('notes/doc.md'))?.deleted).toBe(true);
  });
});

describe('both added', () => {
  it.each(doorNames)('[B5] equal bytes are unchanged: %s', async (name) => {
    const desk = openDesk({ default: merge() });
    const stale = await desk.clash('doc', null, 'same');
    as(await doors[name](desk.entente, stale, { content: 'same' }), 'unchanged');
  });

  it.each(['commitOrResolve', 'transact'] as const)(
    '[B5] JSON objects recurse with an empty base: %s',
    async (name) => {
      const desk = openDesk({ default: merge() });
      const stale = await desk.clash('doc.json', null, '{"a":1,"in":{"x":1}}');
      as(await doors[name](desk.entente, stale, { content: '{"b":2,"in":{"y":2}}' }), 'merged');
      expect(JSON.parse((await desk.text('doc.json')) ?? '')).toEqual({ a: 1, b: 2, in: { x: 1, y: 2 } });
    },
  );

  it('[B5] append takes an empty base', async () => {
    const desk = openDesk({ default: merge('append') });
    const stale = await desk.clash('log', null, 'ann\n');
    as(await desk.entente.commitOrResolve(stale, { content: 'bob\n' }), 'merged');
    expect(await desk.text('log')).toBe('ann\nbob\n');
  });

  it.each([
    ['doc.json', '{"a":1}', '{"a":2}'],
    ['doc.json', '[1]', '[2]'],
    ['doc.json', '{"a":1}', '[1]'],
    ['doc.md', 'ann\n', 'bob\n'],
    ['doc.md', 'same\nann\n', 'same\nbob\n'],
  ])('[B5] all else is a conflict both-added: %s %j %j', async (resource, current, proposed) => {
    const desk = openDesk({ default: merge() });
    const stale = await desk.clash(resource, null, current);
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: proposed }), 'escalated');
    expect(outcome.packet.regions.map(({ kind }) => kind)).toContain('both-added');
    expect(await desk.text(resource)).toBe(current);
    expect(await codeOf(desk.entente.commit(stale, { content: 'other' }))).toBe('token-spent');
  });
});
