import { describe, expect, it } from 'vitest';
import { as, codeOf, doorNames, doors, openDesk } from '../../test/support/desk.ts';
import { withMethods } from '../../test/support/wrap.ts';
import type { Token } from '../core/token.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { abortBoth } from '../strategies/abort-both.ts';
import { custom } from '../strategies/custom.ts';
import { escalate } from '../strategies/escalate.ts';
import { firstWriterWins } from '../strategies/first-writer-wins.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import { retry } from '../strategies/retry.ts';
import type { Strategy } from '../strategies/types.ts';

describe('absent and deleted', () => {
  it('[B1] begin on what never was: version 0, revision 0, no hash, no head', async () => {
    const desk = openDesk();
    await desk.put('other', 'x');
    const draft = await desk.begin('doc');
    expect(draft.token).toMatchObject({ version: 0, revision: 0, hash: '', born: 0, asOf: 1 });
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
    expect(draft.token).toMatchObject({ version: 2, revision: 2, hash: '' });
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
    expect([one.born, two.born]).toEqual([1, 1]);
    await desk.put('doc', null);
    const three = await desk.put('doc', 'c');
    expect(three).toMatchObject({ version: 4, revision: 4, born: 4 });
    expect((await desk.entente.getVersion('doc'))?.born).toBe(4);
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
    expect(outcome.packet?.actual).toMatchObject({ version: 3, born: 3 });
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
    await desk.store.trim(space, 3);
    expect((await desk.begin('doc')).token).toMatchObject({ version: 2, revision: 2 });
    const small = openDesk({ logMax: 2 });
    await small.put('doc', 'text');
    await small.put('doc', null);
    for (let index = 0; index < 9; index += 1) await small.put(`filler/${index}`, 'x');
    expect(await small.put('doc', 'again')).toMatchObject({ version: 3 });
  });
});

describe('a stale delete', () => {
  const handedBack: readonly Strategy[] = [
    merge(),
    merge('text', { otherwise: lastWriterWins() }),
    retry({ maxAttempts: 3 }),
    keepBoth(),
    abortBoth(),
    abortBoth({ restore: 'base' }),
    custom(() => ({ use: 'proposed' })),
  ];

  it.each(handedBack.map((strategy) => [JSON.stringify(strategy), strategy] as const))(
    '[B3] is handed back and never re-pointed: %s',
    async (_, strategy) => {
      const desk = openDesk({ default: strategy });
      const stale = await desk.clash('doc', 'base', 'ann');
      const before = await desk.store.counts(stale.space);
      for (let turn = 0; turn < 3; turn += 1) {
        as(await desk.entente.commitOrResolve(stale, { delete: true }), 'conflict');
      }
      expect(await desk.text('doc')).toBe('ann');
      expect(await desk.store.counts(stale.space)).toEqual(before);
    },
  );

  it('[B3] of what is deleted already is unchanged, by every way in', async () => {
    for (const name of doorNames) {
      const desk = openDesk({ default: escalate() });
      const stale = await desk.clash('doc', 'base', null);
      as(await doors[name](desk.entente, stale, { delete: true }), 'unchanged');
      expect((await desk.entente.getVersion('doc'))?.version).toBe(2);
    }
  });

  it('[B3] with escalate it waits for a person', async () => {
    const desk = openDesk({ default: escalate() });
    const stale = await desk.clash('doc', 'base', 'ann');
    const { conflictId } = as(await desk.entente.commitOrResolve(stale, { delete: true }), 'escalated');
    expect((await desk.entente.conflict(conflictId))?.proposed).toMatchObject({ deleted: true, agent: 'bob' });
    expect(await desk.text('doc')).toBe('ann');
  });

  it('[B3] with firstWriterWins it is rejected', async () => {
    const desk = openDesk({ default: firstWriterWins() });
    const stale = await desk.clash('doc', 'base', 'ann');
    const outcome = as(await desk.entente.commitOrResolve(stale, { delete: true }), 'rejected');
    expect(outcome.reason).toContain('ann');
  });

  it('[B3] with lastWriterWins it deletes, guarded by the head that it saw, and the log says overwrite', async () => {
    const inner = createMemoryStore();
    let moves = 1;
    const seen: number[] = [];
    const store = withMethods(inner, {
      async commit(requests) {
        const [request] = requests;
        if (request?.meta.overwrote !== undefined) {
          seen.push(request.guards[0]?.revision ?? -1);
          if (moves > 0) {
            moves -= 1;
            await desk.put('doc', 'third');
          }
        }
        return inner.commit(requests);
      },
    });
    const desk = openDesk({ store, default: lastWriterWins() });
    const stale = await desk.clash('doc', 'base', 'ann');
    as(await desk.entente.commitOrResolve(stale, { delete: true }), 'committed');
    expect(seen).toEqual([2, 3]);
    expect(await desk.entente.getVersion('doc')).toMatchObject({ deleted: true, version: 4 });
    expect((await desk.entente.log()).items.at(-1)?.meta.overwrote).toEqual({ version: 3, revision: 3, agent: 'ann' });
    expect((await desk.entente.read('doc', { version: 3 }))?.content).toBeDefined();
  });

  it('[B3] in a transaction follows the same policy', async () => {
    const kept = openDesk({ default: merge() });
    const stale = await kept.clash('doc', 'base', 'ann');
    as(await doors.transact(kept.entente, stale, { delete: true }), 'conflict');
    const over = openDesk({ default: lastWriterWins() });
    const other = await over.clash('doc', 'base', 'ann');
    as(await doors.transact(over.entente, other, { delete: true }), 'merged');
    expect((await over.entente.log()).items.at(-1)?.meta.overwrote).toEqual({ version: 2, revision: 2, agent: 'ann' });
  });

  it('[B3] update runs its function again, which sees what came in between', async () => {
    const desk = openDesk();
    await desk.put('doc', 'base');
    let first = true;
    const outcome = await desk.entente.update('doc', { agent: 'bob' }, async ({ content }) => {
      if (first) {
        first = false;
        await desk.put('doc', 'ann');
      }
      return content?.length === 4 ? { delete: true } : undefined;
    });
    as(outcome, 'unchanged');
    expect(await desk.text('doc')).toBe('ann');
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
    expect(entry?.guards).toEqual([{ resource: 'doc', revision: 2, hash: '' }]);
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
