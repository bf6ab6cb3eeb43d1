// Announced drafts: who else is at a resource. Runs over HTTP too (src/client/suites.test.ts), where it is the same.
import { describe, expect, it } from 'vitest';
import { codeOf, openDesk } from '../../test/support/desk.ts';
import { EntenteError } from '../core/errors.ts';
import { parseAgentId } from '../core/resource.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { createController } from './controller.ts';

const MINUTE = 60_000;

describe('announced drafts', () => {
  it('[WE1] a draft that is announced is told to the next one, with what its agent said, and not to itself', async () => {
    const { entente, put } = openDesk({ clock: () => 1000 });
    await put('plan.md', 'one\n');
    const ann = await entente.begin('plan.md', { agent: 'ann', note: 'rewrite the intro', announce: true });
    expect(ann.others).toEqual([]);
    const bob = await entente.begin('plan.md', { agent: 'bob', announce: true });
    const { id, version, revision } = ann.token;
    const shown = { id, resource: 'plan.md', agent: 'ann', note: 'rewrite the intro', version, revision, at: 1000 };
    expect(bob.others).toEqual([{ ...shown, until: 1000 + 30 * MINUTE }]);
    expect((await entente.begin('other.md', { agent: 'cleo', announce: true })).others).toEqual([]);
    const all = (await entente.drafts()).items.map(({ agent, resource }) => [agent, resource]);
    expect(all.sort()).toEqual([
      ['ann', 'plan.md'],
      ['bob', 'plan.md'],
      ['cleo', 'other.md'],
    ]);
    expect((await entente.drafts({ resource: 'other.md' })).items.map(({ agent }) => agent)).toEqual(['cleo']);
  });

  it('[WE2] a draft that is not announced writes nothing and asks nothing', async () => {
    const { entente, store, put } = openDesk();
    await put('plan.md', 'one\n');
    await entente.begin('plan.md', { agent: 'ann', announce: true });
    const before = (await store.read((await entente.begin('plan.md', { agent: 'bob' })).token.space, [])).revision;
    const quiet = await entente.begin('plan.md', { agent: 'bob', note: 'only for me' });
    expect('others' in quiet).toBe(false);
    expect((await store.read(quiet.token.space, [])).revision).toBe(before);
    expect((await entente.drafts()).items.map(({ agent }) => agent)).toEqual(['ann']);
  });

  it('[WE3] it is over when its agent commits it or another change of the resource, releases it, or it expires', async () => {
    const clock = { now: 1000 };
    const { entente, put } = openDesk({ clock: () => clock.now });
    await put('plan.md', 'one\n', 'zoe');
    const open = async (): Promise<readonly string[]> =>
      (await entente.drafts({ resource: 'plan.md' })).items.map(({ agent }) => agent);
    const begin = (agent: string) => entente.begin('plan.md', { agent, announce: true });

    const ann = await begin('ann');
    const bob = await begin('bob');
    await begin('cleo');
    const dan = await begin('dan');
    expect(await open()).toEqual(['ann', 'bob', 'cleo', 'dan']);
    await entente.commit(ann.token, { content: 'one\ntwo\n' });
    expect(await open()).toEqual(['bob', 'cleo', 'dan']);
    await put('plan.md', 'one\ntwo\nthree\n', 'cleo');
    expect(await open()).toEqual(['bob', 'dan']);
    await entente.release(bob.token);
    await entente.release(bob.token);
    expect(await open()).toEqual(['dan']);
    await entente.release({ id: dan.token.id, agent: parseAgentId('ann') });
    expect(await open()).toEqual(['dan']);
    clock.now += 30 * MINUTE;
    expect(await open()).toEqual([]);
  });

  it('[WE3] who is beaten and repairs has its draft open until the repair lands', async () => {
    const { entente, put } = openDesk();
    await put('plan.md', 'one\n', 'zoe');
    const { token } = await entente.begin('plan.md', { agent: 'ann', announce: true });
    await put('plan.md', 'two\n', 'zoe');
    const refused = await entente.commit(token, { content: 'three\n' });
    expect((await entente.drafts()).items).toHaveLength(1);
    if (refused.status !== 'conflict') throw new Error(refused.status);
    await entente.commit(refused.token, { content: 'two\nthree\n' });
    expect((await entente.drafts()).items).toEqual([]);
  });

  it('[WE4] an agent has one announced draft of a resource, and what is over does not pile up', async () => {
    const clock = { now: 1000 };
    const { entente, store } = openDesk({ clock: () => clock.now });
    for (let i = 0; i < 5; i += 1) await entente.begin('plan.md', { agent: 'ann', note: `try ${i}`, announce: true });
    expect((await entente.drafts()).items.map(({ note }) => note)).toEqual(['try 4']);
    await entente.begin('old.md', { agent: 'bob', announce: true });
    clock.now += 31 * MINUTE;
    const { token } = await entente.begin('plan.md', { agent: 'cleo', announce: true });
    expect((await store.records(token.space, 'intent', {}, {})).items.map(({ id }) => id)).toEqual([token.id]);
  });

  it('[WE5] no commit looks at who announced what', async () => {
    const { entente, put, text } = openDesk();
    await put('plan.md', 'one\n', 'zoe');
    const { token } = await entente.begin('plan.md', { agent: 'ann' });
    await entente.begin('plan.md', { agent: 'bob', announce: true });
    await entente.begin('plan.md', { agent: 'ann', announce: true });
    expect((await entente.commit(token, { content: 'two\n' })).status).toBe('committed');
    expect(await text('plan.md')).toBe('two\n');
    expect(await codeOf(entente.release({ id: '', agent: parseAgentId('ann') }))).toBe('bad-token');
  });

  it('[WE5] where an announcement cannot be kept, the draft is given all the same, at once, and a warning says so', async () => {
    const store = createMemoryStore();
    const full = new EntenteError('store-full', 'The disk is full.');
    const warnings: string[] = [];
    const entente = createController({
      store: { ...store, commit: () => [{ status: 'unavailable', error: full }] },
      onWarning: (message) => warnings.push(message),
      sleep: () => Promise.reject(new Error('it waited')),
    });
    const { token, others } = await entente.begin('plan.md', { agent: 'ann', announce: true });
    expect([token.version, others]).toEqual([0, []]);
    expect(warnings).toEqual(['A draft was not announced: The disk is full.']);
    // What cannot be taken back ends by itself.
    await entente.release(token);
  });
});
