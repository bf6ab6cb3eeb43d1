// Open conflicts: where they live, the queue, and that they hold nobody up (rules E1 and E2).
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, text, tokenOf } from '../../test/support/entente.ts';
import type { Escalated, Outcome } from '../core/outcome.ts';
import { escalate } from '../strategies/escalate.ts';
import { merge } from '../strategies/merge.ts';
import type { Controller } from './types.ts';

/** An agent's change that runs into somebody else's and is kept for a person. */
async function clash(entente: Controller, resource: string, agent: string, change = `${agent}'s`): Promise<Outcome> {
  const token = await tokenOf(entente, resource, agent);
  await put(entente, resource, `before ${agent}: ${resource}`);
  return entente.commitOrResolve(token, { content: change }, { note: `why ${agent}` });
}

describe('conflicts', () => {
  it('[E1] opening is one commit under the caller’s commitId that writes no head', async () => {
    const { entente } = setUp({ default: escalate() });
    await put(entente, 'a', 'base');
    const outcome = as(await clash(entente, 'a', 'ann'), 'escalated');
    const conflict = await entente.conflict(outcome.conflictId);
    expect(conflict).toMatchObject({
      id: outcome.conflictId,
      resource: 'a',
      state: 'open',
      number: 3,
      revision: 3,
      commitId: outcome.commitId,
      note: 'why ann',
      base: { version: 1 },
      current: { version: 2, agent: 'setter' },
      proposed: { agent: 'ann', deleted: false },
    });
    const [, , entry] = (await entente.log()).items;
    expect(entry).toMatchObject({ revision: 3, commitId: outcome.commitId, agent: 'ann', heads: [] });
    expect(entry?.meta).toMatchObject({ outcome: 'escalated', conflictId: outcome.conflictId });
    const sides = ['base', 'current', 'proposed'] as const;
    const texts = await Promise.all(sides.map((side) => entente.conflictContent(outcome.conflictId, side)));
    expect(texts.map(text)).toEqual(['base', 'before ann: a', 'ann’s'.replace('’', "'")]);
  });

  it('[E1] a conflict names the places that clash, without their bytes and not without end', async () => {
    for (const strategy of [escalate(), merge('text')]) {
      const { entente } = setUp({ default: strategy });
      const lines = (name: string): string => Array.from({ length: 150 }, (_, row) => `${name} ${row}\n-\n`).join('');
      const run = async (base: string, current: string, proposed: string, path: string): Promise<Escalated> => {
        await put(entente, path, base);
        const token = await tokenOf(entente, path, 'ann');
        await put(entente, path, current);
        return as(await entente.commitOrResolve(token, { content: proposed }), 'escalated');
      };
      const one = await run('a\n-\nb\n', 'A\n-\nB\n', 'x\n-\nb\n', 'one');
      const [region] = one.packet.regions;
      expect((await entente.conflict(one.conflictId))?.regions).toEqual([
        { id: region?.id, kind: 'content', at: region?.at },
      ]);
      const many = await run(lines('base'), lines('current'), lines('proposed'), 'many');
      expect(many.packet.regions.length).toBe(150);
      expect((await entente.conflict(many.conflictId))?.regions.length).toBe(100);
      const absent = await run('a', 'b', 'c\0', 'binary');
      expect((await entente.conflict(absent.conflictId))?.regions.map(({ kind }) => kind)).toEqual(['binary']);
    }
    // The name of a member may be longer than a record takes: the change is kept all the same.
    const { entente } = setUp({ default: merge('json') });
    const key = 'k'.repeat(1_200_000);
    const doc = (value: number): string => JSON.stringify({ [key]: value, short: value });
    await put(entente, 'long.json', doc(0));
    const token = await tokenOf(entente, 'long.json', 'ann');
    await put(entente, 'long.json', doc(1));
    const { conflictId, packet } = as(await entente.commitOrResolve(token, { content: doc(2) }), 'escalated');
    expect(packet.regions.length).toBe(2);
    expect((await entente.conflict(conflictId))?.regions.map(({ at }) => at)).toEqual([{ pointer: '/short' }]);
    expect(text(await entente.conflictContent(conflictId, 'proposed'))).toBe(doc(2));
  });

  it('[E1] records are no resources: lists, versions and counts do not see them', async () => {
    const { entente } = setUp({ default: escalate() });
    await put(entente, 'a', 'base');
    const { conflictId } = as(await clash(entente, 'a', 'ann'), 'escalated');
    await entente.setPolicy({ rules: [] }, { agent: 'admin' });
    expect((await entente.list('', { deleted: true })).items.map(({ resource }) => resource)).toEqual(['a']);
    expect(await entente.getVersion(conflictId)).toBeUndefined();
    expect(await entente.getVersion('policy')).toBeUndefined();
    expect(await entente.stats()).toMatchObject({ totalResources: 1, open: 1, commits: 4 });
    expect((await entente.history('a')).items.map(({ head }) => head.version)).toEqual([2, 1]);
  });

  it('[E2] an open conflict is no lock, and any number may be open on one resource', async () => {
    const { entente } = setUp({ default: escalate() });
    await put(entente, 'a', 'base');
    const tokens = await Promise.all(['ann', 'bob', 'ann'].map((agent) => tokenOf(entente, 'a', agent)));
    await put(entente, 'a', 'moved');
    const ids: string[] = [];
    for (const [index, token] of tokens.entries()) {
      const outcome = await entente.commitOrResolve(token, { content: `proposal ${index}` });
      ids.push(as(outcome, 'escalated').conflictId);
    }
    expect(new Set(ids).size).toBe(3);
    await put(entente, 'a', 'goes on');
    const { items } = await entente.conflicts({ state: 'open' });
    expect(items.map(({ id }) => id)).toEqual(ids);
    expect(items.map(({ proposed }) => proposed.agent)).toEqual(['ann', 'bob', 'ann']);
  });

  it('[E1] [A6] the same change again names the same conflict, also when it is decided meanwhile', async () => {
    const { entente } = setUp({ default: escalate() });
    await put(entente, 'a', 'base');
    const token = await tokenOf(entente, 'a', 'ann');
    await put(entente, 'a', 'moved');
    const first = as(await entente.commitOrResolve(token, { content: 'mine' }), 'escalated');
    for (const settle of [false, true]) {
      if (settle) await entente.resolve(first.conflictId, { use: 'current' }, { agent: 'judge' });
      const again = as(await entente.commitOrResolve(token, { content: 'mine' }), 'escalated');
      expect(again).toMatchObject({ replayed: true, conflictId: first.conflictId, reason: first.reason });
      expect(again.packet.resource).toBe('a');
    }
    expect((await entente.stats()).escalated).toBe(1);
  });

  it('[E1] two sends of one change at once open one conflict', async () => {
    const { entente } = setUp({ default: escalate() });
    await put(entente, 'a', 'base');
    const token = await tokenOf(entente, 'a', 'ann');
    await put(entente, 'a', 'moved');
    const outcomes = await Promise.all([1, 2, 3].map(() => entente.commitOrResolve(token, { content: 'mine' })));
    expect(new Set(outcomes.map((outcome) => as(outcome, 'escalated').conflictId)).size).toBe(1);
    expect(outcomes.filter(({ replayed }) => replayed).length).toBe(2);
    expect((await entente.stats()).open).toBe(1);
  });

  it('[E2] the queue comes in pages, oldest first, by state and pattern', async () => {
    const { entente } = setUp({ default: escalate() });
    const opened: string[] = [];
    for (let index = 0; index < 25; index += 1) {
      const resource = index % 10 === 9 ? `rare/${index}` : `often/${index}`;
      await put(entente, resource, 'base');
      opened.push(as(await clash(entente, resource, 'ann'), 'escalated').conflictId);
    }
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await entente.conflicts({ state: 'open' }, { limit: 7, ...(after === undefined ? {} : { after }) });
      expect(page.items.length).toBeLessThanOrEqual(7);
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(opened);
    await entente.resolve(opened[0] ?? '', { use: 'current' }, { agent: 'judge' });
    expect((await entente.conflicts({ state: 'resolved' })).items.map(({ id }) => id)).toEqual([opened[0]]);
    expect((await entente.conflicts({ state: 'open' })).items.length).toBe(24);
    expect((await entente.conflicts()).items.length).toBe(25);
    const rare = await entente.conflicts({ pattern: 'rare/*' }, { limit: 3 });
    expect(rare.items.map(({ id }) => id)).toEqual([opened[9]]);
    const last = await entente.conflicts({ pattern: 'rare/*' }, { limit: 3, after: rare.next ?? '' });
    expect(last.items.map(({ id }) => id)).toEqual([opened[19]]);
  });

  it('[E2] what is no conflict, no pattern and no page is refused or not there', async () => {
    const { entente } = setUp();
    for (const id of ['', 'c-0000000000000000', 'x'.repeat(100), '../a', undefined as never]) {
      expect(await entente.conflict(id)).toBeUndefined();
      expect(await entente.conflictContent(id, 'base')).toBeUndefined();
    }
    expect(await codeOf(() => entente.resolve('c-1', { use: 'current' }, { agent: 'judge' }))).toBe('not-found');
    expect(await codeOf(() => entente.conflicts({ pattern: '[a]' }))).toBe('bad-pattern');
    expect(await codeOf(() => entente.conflicts({}, { limit: 0 }))).toBe('misuse');
    expect(await codeOf(() => entente.conflicts({}, { limit: 1001 }))).toBe('misuse');
  });
});
