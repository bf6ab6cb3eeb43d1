import { describe, expect, it } from 'vitest';
import { as, codeOf, doorNames, doors, openDesk } from '../../test/support/desk.ts';
import { hashOf } from '../core/hash.ts';
import { decodeToken, encodeToken, type Token } from '../core/token.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { abortBoth } from '../strategies/abort-both.ts';
import { escalate } from '../strategies/escalate.ts';
import { firstWriterWins } from '../strategies/first-writer-wins.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import { retry } from '../strategies/retry.ts';
import type { Strategy } from '../strategies/types.ts';
import { createController } from './controller.ts';

const strategies: readonly Strategy[] = [
  firstWriterWins(),
  lastWriterWins(),
  merge(),
  retry({ maxAttempts: 3 }),
  escalate(),
  keepBoth(),
  abortBoth(),
];

describe('a fresh token launders nothing', () => {
  it('[A1] the token of a conflict remembers the change that was refused', async () => {
    const { entente, clash, nth } = openDesk();
    const stale = await clash('plan.md', 'base\n', 'ann\n');
    const { token } = as(await entente.commit(stale, { content: 'bob\n' }), 'conflict');
    expect(token).toMatchObject({ version: 2, revision: await nth(2), hash: hashOf('ann\n') });
    expect(token.repairs).toEqual({ revision: await nth(1), hash: hashOf('base\n'), proposedHash: hashOf('bob\n') });
  });

  it('[A1] commit answers conflict again, with the regions of the original base, however often it is sent', async () => {
    const { entente, clash, text } = openDesk();
    const stale = await clash('plan.md', 'base\n', 'ann\n');
    let outcome = as(await entente.commit(stale, { content: 'bob\n' }), 'conflict');
    const first = outcome.packet;
    for (let turn = 0; turn < 3; turn += 1) {
      outcome = as(await entente.commit(outcome.token, { content: 'bob\n' }), 'conflict');
      expect(outcome.packet.regions).toEqual(first.regions);
      expect(outcome.packet.expected).toEqual(first.expected);
    }
    expect(await text('plan.md')).toBe('ann\n');
  });

  it('[A1] commitOrResolve merges it from the original base', async () => {
    const { entente, clash, text } = openDesk({ default: merge('text') });
    const stale = await clash('plan.md', 'a\nb\nc\n', 'A\nb\nc\n');
    const { token } = as(await entente.commit(stale, { content: 'a\nb\nC\n' }), 'conflict');
    as(await entente.commitOrResolve(token, { content: 'a\nb\nC\n' }), 'merged');
    expect(await text('plan.md')).toBe('A\nb\nC\n');
  });

  it('[A1] the token of a retry remembers it too, and a hash is held to the same', async () => {
    const { entente, clash } = openDesk({ default: retry({ maxAttempts: 2 }) });
    const stale = await clash('plan.md', 'base', 'ann');
    const one = as(await entente.commitOrResolve(stale, { hash: 'mine' }), 'retry');
    const two = as(await entente.commitOrResolve(one.token, { hash: 'mine' }), 'retry');
    as(await entente.commit(two.token, { hash: 'mine' }), 'conflict');
    as(await entente.commitOrResolve(two.token, { hash: 'mine' }), 'escalated');
    expect((await entente.getVersion('plan.md'))?.version).toBe(2);
  });

  it('[A1] a transaction does not launder it either', async () => {
    const { entente, clash, text } = openDesk();
    const stale = await clash('plan.md', 'base', 'ann');
    const { token } = as(await entente.commit(stale, { content: 'bob' }), 'conflict');
    as(await entente.transact({ agent: 'bob', writes: [{ token, change: { content: 'bob' } }] }), 'conflict');
    expect(await text('plan.md')).toBe('ann');
  });

  it('[A1] a repaired change lands with the fresh token at once', async () => {
    const { entente, clash, text } = openDesk();
    const stale = await clash('plan.md', 'base', 'ann');
    const { token } = as(await entente.commit(stale, { content: 'bob' }), 'conflict');
    as(await entente.commit(token, { content: 'ann and bob' }), 'committed');
    expect(await text('plan.md')).toBe('ann and bob');
  });

  it('[A1] supersede says that it is meant: it lands, and the log shows an overwrite', async () => {
    const { entente, clash, text, nth } = openDesk();
    const stale = await clash('plan.md', 'base', 'ann');
    const { token } = as(await entente.commit(stale, { content: 'bob' }), 'conflict');
    as(await entente.commit(token, { content: 'bob' }, { supersede: true }), 'committed');
    expect(await text('plan.md')).toBe('bob');
    const { items } = await entente.log();
    expect(items.at(-1)?.meta.overwrote).toEqual({ version: 2, revision: await nth(2), agent: 'ann' });
  });

  it('[A1] what a strategy settled with a fresh token spends that token', async () => {
    for (const strategy of [escalate(), abortBoth(), keepBoth()]) {
      const { entente, clash, text } = openDesk({ default: strategy });
      const stale = await clash('plan.md', 'base', 'ann');
      const { token } = as(await entente.commit(stale, { content: 'bob' }), 'conflict');
      const settled = await entente.commitOrResolve(token, { content: 'bob' });
      expect(['escalated', 'aborted', 'split']).toContain(settled.status);
      expect(await codeOf(entente.commit(token, { content: 'something else' }))).toBe('token-spent');
      expect(await text('plan.md')).toBe('ann');
      const { items } = await entente.log();
      expect(items.filter((entry) => entry.commitId === token.id)).toHaveLength(1);
    }
  });

  it('[A1] a conflict on a premise alone forgets nothing that was refused before', async () => {
    const { entente, clash, begin, put } = openDesk();
    const stale = await clash('plan.md', 'base', 'ann');
    const { token } = as(await entente.commit(stale, { content: 'bob' }), 'conflict');
    const premise = (await begin('premise.md', 'bob')).token;
    await put('premise.md', 'moved');
    const next = as(await entente.commit(token, { content: 'other' }, { reads: [premise] }), 'conflict');
    as(await entente.commit(next.token, { content: 'bob' }), 'conflict');
  });
});

describe('writing back what was read is no change', () => {
  it.each(doorNames)('[A2] the current bytes are unchanged: %s', async (name) => {
    const { entente, put, begin, clash, store, nth } = openDesk();
    await put('fresh.md', 'same');
    const { token } = await begin('fresh.md', 'bob');
    const fresh = as(await doors[name](entente, token, { content: 'same' }), 'unchanged');
    expect(fresh.head).toMatchObject({ version: 1, agent: 'ann' });
    expect(fresh.token.revision).toBe(await nth(1));
    const stale = await clash('stale.md', 'base', 'the same idea');
    const { revision } = await store.read(stale.space, []);
    const twin = as(await doors[name](entente, stale, { content: 'the same idea' }), 'unchanged');
    expect(twin.head).toMatchObject({ version: 2, agent: 'ann' });
    expect((await store.read(stale.space, [])).revision).toBe(revision);
  });

  it.each(doorNames)('[A2] the stale base written back reverts nobody: %s', async (name) => {
    const { entente, clash, text } = openDesk({ default: lastWriterWins() });
    const stale = await clash('plan.md', 'base', 'ann');
    const outcome = as(await doors[name](entente, stale, { content: 'base' }), 'unchanged');
    expect(outcome.head).toMatchObject({ version: 2, agent: 'ann' });
    expect(outcome.token).toMatchObject({ version: 2, resource: 'plan.md' });
    expect(await text('plan.md')).toBe('ann');
  });

  it.each(strategies.map((strategy) => [strategy.name, strategy] as const))(
    '[A2] under every strategy, and nothing is written or logged: %s',
    async (_, strategy) => {
      const { entente, clash, text, store } = openDesk({ default: strategy });
      const stale = await clash('plan.md', 'base', 'ann');
      const before = await store.counts(stale.space);
      as(await entente.commitOrResolve(stale, { content: 'base' }), 'unchanged');
      as(await entente.commitOrResolve(stale, { content: 'ann' }), 'unchanged');
      expect(await store.counts(stale.space)).toEqual(before);
      expect(await text('plan.md')).toBe('ann');
      expect(await entente.conflictHistory()).toEqual([]);
    },
  );

  it('[A2] the fresh token of a stale base that was written back does not revert anybody either', async () => {
    for (const strategy of strategies) {
      const { entente, clash, text } = openDesk({ default: strategy });
      const stale = await clash('plan.md', 'base', 'ann');
      const { token } = as(await entente.commitOrResolve(stale, { content: 'base' }), 'unchanged');
      as(await entente.commit(token, { content: 'base' }), 'unchanged');
      as(await entente.commitOrResolve(token, { content: 'base' }), 'unchanged');
      expect(await text('plan.md')).toBe('ann');
    }
  });

  it('[A2] a wanted revert begins anew, on the current head', async () => {
    const { entente, clash, begin, text } = openDesk();
    await clash('plan.md', 'base', 'ann');
    const { token } = await begin('plan.md', 'bob');
    as(await entente.commit(token, { content: 'base' }), 'committed');
    expect(await text('plan.md')).toBe('base');
  });

  it('[A2] the pinned reads are checked before', async () => {
    const { entente, put, begin } = openDesk();
    await put('plan.md', 'same');
    const { token } = await begin('plan.md', 'bob');
    const premise = (await begin('premise.md', 'bob')).token;
    await put('premise.md', 'moved');
    for (const name of doorNames) {
      as(await doors[name](entente, token, { content: 'same' }, { reads: [premise] }), 'conflict');
    }
  });

  it('[A2] update: a function that answers what it read changes nothing', async () => {
    const { entente, put, store } = openDesk();
    const { space } = await put('plan.md', 'same');
    const outcome = await entente.update('plan.md', { agent: 'bob' }, ({ content = '' }) => ({ content }));
    as(outcome, 'unchanged');
    expect((await store.counts(space)).commits).toBe(1);
  });

  it('[A2] a hash is compared like bytes; the bytes of a hash-only version are a change', async () => {
    const { entente, begin } = openDesk();
    const first = (await begin('doc', 'ann')).token;
    const landed = as(await entente.commit(first, { hash: hashOf('text') }), 'committed');
    as(await entente.commit(landed.token, { hash: hashOf('text') }), 'unchanged');
    const { token } = await begin('doc', 'bob');
    for (const name of ['commit', 'transact'] as const) {
      const { token: again } = await begin('doc', 'bob');
      if (name === 'commit') as(await doors[name](entente, again, { content: 'text' }), 'committed');
      else as(await doors[name](entente, token, { content: 'text' }), 'unchanged');
    }
    expect((await entente.getVersion('doc'))?.size).toBe(4);
  });
});

describe('tokens belong to a space and an epoch', () => {
  const tampered = (token: Token, parts: Partial<Token>): Token => Object.freeze({ ...token, ...parts });

  it.each(doorNames)('[A10] another space is token-mismatch, another epoch epoch-changed: %s', async (name) => {
    const store = createMemoryStore();
    const here = openDesk({ store });
    const there = createController({ store, space: 'elsewhere' });
    const { token } = await here.begin('plan.md', 'bob');
    expect(await codeOf(doors[name](there, token, { content: 'x' }))).toBe('token-mismatch');
    const otherStore = openDesk();
    expect(await codeOf(doors[name](otherStore.entente, token, { content: 'x' }))).toBe('epoch-changed');
    const own = (await otherStore.begin('plan.md', 'bob')).token;
    const reads = [token];
    const expected = name === 'transact' ? 'misuse' : 'epoch-changed';
    expect(await codeOf(doors[name](otherStore.entente, own, { content: 'x' }, { reads }))).toBe(expected);
    expect(await otherStore.text('plan.md')).toBeUndefined();
  });

  it.each(doorNames)('[A10] a revision ahead of the store is epoch-changed: %s', async (name) => {
    const { entente, put, text } = openDesk();
    const token = await put('plan.md', 'base');
    const revision = token.revision + 9999;
    const ahead = tampered(token, { revision, asOf: revision });
    expect(await codeOf(doors[name](entente, ahead, { content: 'x' }))).toBe('epoch-changed');
    expect(await codeOf(doors[name](entente, ahead, { content: 'base' }))).toBe('epoch-changed');
    const own = await put('other.md', 'other');
    for (const content of ['x', 'other']) {
      const reads = [ahead];
      expect(await codeOf(doors[name](entente, own, { content }, { reads })), content).toBe('epoch-changed');
    }
    expect(await text('plan.md')).toBe('base');
  });

  it('[A10] cursors carry the epoch: another one, or one ahead of the store, is refused', async () => {
    const { entente, put } = openDesk();
    await put('plan.md', 'base');
    const cursor = (await entente.log()).items[0]?.cursor ?? '';
    expect(await codeOf(openDesk().entente.log(cursor))).toBe('epoch-changed');
    expect(await codeOf(entente.log(cursor.replace(/\d+$/, '9'.repeat(15))))).toBe('epoch-changed');
    expect(await codeOf(entente.log('nonsense'))).toBe('misuse');
  });

  it('[A10] guards compare revision and hash', async () => {
    const { entente, put, text } = openDesk({ default: lastWriterWins() });
    const token = await put('plan.md', 'base');
    const wrong = tampered(token, { hash: hashOf('never was') });
    for (const name of doorNames) {
      expect(await codeOf(doors[name](entente, wrong, { content: 'x' }))).toBe('bad-token');
    }
    expect(await text('plan.md')).toBe('base');
  });

  it('[A10] a token crosses a process border as text and works as before', async () => {
    const { entente, put, clash } = openDesk();
    const token = await put('plan.md', 'base');
    as(await entente.commit(decodeToken(encodeToken(token)), { content: 'next' }), 'committed');
    const stale = await clash('other.md', 'base', 'ann');
    const { token: fresh } = as(await entente.commit(stale, { content: 'bob' }), 'conflict');
    as(await entente.commit(decodeToken(encodeToken(fresh)), { content: 'bob' }), 'conflict');
  });
});
