import { describe, expect, it } from 'vitest';
import { as, openDesk, textOf } from '../../test/support/desk.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { hashOf } from '../core/hash.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { custom } from '../strategies/custom.ts';
import { keepBoth } from '../strategies/keep-both.ts';

describe('keepBoth', () => {
  it.each([
    ['notes/plan.md', 'notes/plan.bob.md'],
    ['archive.tar.gz', 'archive.tar.bob.gz'],
    ['Makefile', 'Makefile.bob'],
    ['home/.profile', 'home/.profile.bob'],
    ['home/.config.json', 'home/.config.bob.json'],
    ['v1.2/readme', 'v1.2/readme.bob'],
  ])('[C5] %s stays as it is, the proposal goes to %s', async (resource, copy) => {
    const desk = openDesk({ default: keepBoth() });
    const stale = await desk.clash(resource, 'base', 'ann');
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'split');
    expect(outcome.resource).toBe(resource);
    expect(outcome.kept).toEqual({ resource, version: 2, revision: await desk.nth(2), hash: hashOf('ann') });
    expect(outcome.copy).toEqual({ resource: copy, version: 1, revision: await desk.nth(3), hash: hashOf('bob') });
    expect(await desk.text(resource)).toBe('ann');
    expect(await desk.text(copy)).toBe('bob');
  });

  it('[C5] is one atomic commit, guarded by the absence of the copy', async () => {
    const desk = openDesk({ default: keepBoth() });
    const stale = await desk.clash('plan.md', 'base', 'ann');
    await desk.entente.commitOrResolve(stale, { content: 'bob' });
    const entry = (await desk.entente.log()).items.at(-1);
    expect(entry?.guards).toEqual([{ resource: 'plan.bob.md', revision: 0, hash: '' }]);
    expect(entry?.heads.map(({ resource }) => resource)).toEqual(['plan.bob.md']);
    expect((await desk.entente.stats()).commits).toBe(3);
  });

  it('[C5] the second suffix names the copy, the first labels the side that stays', async () => {
    const desk = openDesk({ default: keepBoth({ suffixes: ['ours', 'theirs'] }) });
    const stale = await desk.clash('plan.md', 'base', 'ann');
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'split');
    expect(outcome.copy.resource).toBe('plan.theirs.md');
    expect(outcome.label).toBe('ours');
  });

  it.each([
    ['team/bob', 'plan.team-bob.md'],
    ['../evil', 'plan.evil.md'],
    ['Bob Ünal <b@x>', 'plan.Bob-Ünal-b-x.md'],
    ['…', 'plan.copy.md'],
    ['𝒜'.repeat(60), `plan.${'𝒜'.repeat(60)}.md`],
  ])('[C5] an agent’s name is made safe: %s', async (agent, copy) => {
    for (const strategy of [keepBoth(), custom(() => ({ use: 'both' }))]) {
      const desk = openDesk({ default: strategy });
      const { token } = await desk.begin('plan.md', agent);
      await desk.put('plan.md', 'ann');
      const outcome = as(await desk.entente.commitOrResolve(token, { content: 'mine' }), 'split');
      expect(outcome.copy.resource).toBe(copy);
    }
  });

  it('[C5] the same bytes there are reused; other bytes push it to -2 and on, to -9', async () => {
    const desk = openDesk({ default: keepBoth() });
    await desk.put('plan.bob.md', 'mine');
    const stale = await desk.clash('plan.md', 'base', 'ann');
    const reused = as(await desk.entente.commitOrResolve(stale, { content: 'mine' }), 'split');
    expect(reused.copy).toMatchObject({ resource: 'plan.bob.md', version: 1 });
    expect((await desk.entente.commitOrResolve(stale, { content: 'mine' })).replayed).toBe(true);
    for (let number = 2; number <= 9; number += 1) {
      const { token } = await desk.begin('plan.md', 'bob');
      await desk.put('plan.md', `ann ${number}`);
      const outcome = as(await desk.entente.commitOrResolve(token, { content: `bob ${number}` }), 'split');
      expect(outcome.copy.resource).toBe(`plan.bob-${number}.md`);
    }
    const { token } = await desk.begin('plan.md', 'bob');
    await desk.put('plan.md', 'ann at last');
    const last = as(await desk.entente.commitOrResolve(token, { content: 'bob at last' }), 'escalated');
    expect(textOf(await desk.entente.conflictContent(last.conflictId, 'proposed'))).toBe('bob at last');
    expect(last.reason).toContain('taken');
  });

  it('[C5] a copy’s name that is taken meanwhile is not written over: the next one is taken', async () => {
    const inner = createMemoryStore();
    let armed = true;
    const store = withMethods(inner, {
      async commit(requests) {
        if (armed && requests[0]?.meta.outcome === 'split') {
          armed = false;
          await desk.put('plan.bob.md', 'somebody was faster');
        }
        return inner.commit(requests);
      },
    });
    const desk = openDesk({ store, default: keepBoth() });
    const stale = await desk.clash('plan.md', 'base', 'ann');
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'mine' }), 'split');
    expect(outcome.copy.resource).toBe('plan.bob-2.md');
    expect(await desk.text('plan.bob.md')).toBe('somebody was faster');
  });

  it('[C5] over a deleted copy it makes the next version, guarded by the tombstone', async () => {
    const desk = openDesk({ default: keepBoth() });
    await desk.put('plan.bob.md', 'old');
    await desk.put('plan.bob.md', null);
    const stale = await desk.clash('plan.md', 'base', 'ann');
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'mine' }), 'split');
    expect(outcome.copy).toMatchObject({ resource: 'plan.bob.md', version: 3 });
  });

  it('[C5] a name that no copy can have is kept for a person', async () => {
    const desk = openDesk({ default: keepBoth() });
    const resource = `${'x'.repeat(252)}.md`;
    const stale = await desk.clash(resource, 'base', 'ann');
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'mine' }), 'escalated');
    expect(textOf(await desk.entente.conflictContent(outcome.conflictId, 'proposed'))).toBe('mine');
  });

  it('[C5] suffixes from code that would leave the folder are no resolution', async () => {
    const desk = openDesk({ default: custom(() => ({ type: 'keepBoth', suffixes: ['a', 'x/../../y'] })) });
    const stale = await desk.clash('plan.md', 'base', 'ann');
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'mine' }), 'escalated');
    expect(outcome.reason).toContain('strategy-threw');
    expect((await desk.entente.list()).items).toHaveLength(1);
  });
});
