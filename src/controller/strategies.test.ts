import { describe, expect, it } from 'vitest';
import { as, codeOf, openDesk, textOf } from '../../test/support/desk.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { hashOf } from '../core/hash.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { abortBoth } from '../strategies/abort-both.ts';
import { custom } from '../strategies/custom.ts';
import { escalate } from '../strategies/escalate.ts';
import { firstWriterWins } from '../strategies/first-writer-wins.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import { retry } from '../strategies/retry.ts';
import { createController } from './controller.ts';

describe('the policy of a conflict', () => {
  it('[C1] is looked up when the conflict is met, not when the token was made', async () => {
    const desk = openDesk();
    const stale = await desk.clash('doc', 'base', 'ann');
    desk.entente.registerStrategy('doc', escalate());
    as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'escalated');
    expect(Object.keys(stale)).not.toContain('strategy');
  });

  it('[C1] is looked up once and holds for the whole call; the log names it', async () => {
    const inner = createMemoryStore();
    let moves = 2;
    const store = withMethods(inner, {
      async commit(requests) {
        if (requests[0]?.meta.outcome === 'merged' && moves > 0) {
          moves -= 1;
          desk.entente.registerStrategy('doc', firstWriterWins());
          await desk.put('doc', `moved ${moves}\nb\nc\n`);
        }
        return inner.commit(requests);
      },
    });
    const desk = openDesk({ store, default: merge('text'), sleep: async () => undefined });
    const stale = await desk.clash('doc', 'a\nb\nc\n', 'A\nb\nc\n');
    as(await desk.entente.commitOrResolve(stale, { content: 'a\nb\nC\n' }), 'merged');
    expect((await desk.entente.log()).items.at(-1)?.meta.strategy).toBe('merge(text)');
  });

  it('[C1] registerStrategy replaces an equal pattern in its place, else it goes to the front', async () => {
    const desk = openDesk({ policy: [['**', escalate()]] });
    const { entente } = desk;
    entente.registerStrategy('docs/**', merge('text'));
    entente.registerStrategy('docs/*.md', lastWriterWins());
    expect((await entente.explainPolicy('docs/a.md')).strategy.name).toBe('lastWriterWins');
    entente.registerStrategy('docs/**', keepBoth());
    expect((await entente.explainPolicy('docs/a.md')).strategy.name).toBe('lastWriterWins');
    expect((await entente.explainPolicy('docs/a.txt')).strategy.name).toBe('keepBoth');
    expect(await entente.explainPolicy('other')).toMatchObject({ source: 'options', pattern: '**', index: 0 });
    expect(await codeOf(() => entente.registerStrategy('a', {} as never))).toBe('misuse');
    expect(await codeOf(() => entente.registerStrategy('[a]', escalate()))).toBe('bad-pattern');
  });

  it('[G03] registered rules come first, then the options, then the stored policy, then the default', async () => {
    const store = createMemoryStore();
    const entente = createController({ store, policy: [['b/**', escalate()]], default: retry({ maxAttempts: 1 }) });
    const stored = {
      rules: [
        ['**/*.md', 'merge(text)'],
        ['b/**', 'keepBoth'],
      ],
      default: 'abortBoth',
    } as const;
    as(await entente.setPolicy(stored, { agent: 'ann' }), 'unchanged');
    entente.registerStrategy('b/c/**', lastWriterWins());
    const explain = async (id: string) => {
      const { source, strategy, pattern, index } = await entente.explainPolicy(id);
      return [source, strategy.name, pattern, index];
    };
    expect(await explain('b/c/x.md')).toEqual(['registered', 'lastWriterWins', 'b/c/**', 0]);
    expect(await explain('b/x.md')).toEqual(['options', 'escalate', 'b/**', 0]);
    expect(await explain('a/x.md')).toEqual(['stored', 'merge', '**/*.md', 0]);
    expect(await explain('a/x')).toEqual(['default', 'retry', undefined, undefined]);
    const other = createController({ store });
    expect((await other.explainPolicy('a/x')).strategy.name).toBe('abortBoth');
  });

  it('[G03] where nothing matches, the default refuses and overwrites nobody', async () => {
    const desk = openDesk({ policy: [['elsewhere/**', lastWriterWins()]] });
    const stale = await desk.clash('doc', 'base', 'ann');
    expect((await desk.entente.explainPolicy('doc')).source).toBe('default');
    as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'rejected');
    expect(await desk.text('doc')).toBe('ann');
  });
});

describe('retry', () => {
  it.each([0, 1, 3])('[C2] %i retries, then escalated with the proposal kept', async (maxAttempts) => {
    const desk = openDesk({ default: retry({ maxAttempts }) });
    let token = await desk.clash('doc', 'base', 'ann');
    expect(token.attempt).toBe(0);
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const outcome = as(await desk.entente.commitOrResolve(token, { content: `try ${attempt}` }), 'retry');
      expect(outcome).toMatchObject({ attempt, maxAttempts, saved: false });
      expect(outcome.token).toMatchObject({ attempt, resource: 'doc', agent: 'bob' });
      token = outcome.token;
      await desk.put('doc', `ann ${attempt}`);
    }
    const last = as(await desk.entente.commitOrResolve(token, { content: 'last' }), 'escalated');
    expect(textOf(await desk.entente.conflictContent(last.conflictId, 'proposed'))).toBe('last');
    expect(await desk.entente.stats()).toMatchObject({ resolvedByRetry: maxAttempts, escalated: 1 });
  });

  it('[C2] attempts are counted, not versions: a hot resource spends none', async () => {
    const desk = openDesk({ default: retry({ maxAttempts: 2 }) });
    const { token } = await desk.begin('doc', 'bob');
    for (let version = 0; version < 20; version += 1) await desk.put('doc', `ann ${version}`);
    as(await desk.entente.commitOrResolve(token, { content: 'bob' }), 'retry');
  });
});

describe('what is not stored and what is', () => {
  it('[C3] rejected, aborted, conflict and retry say saved: false, and the bytes are not in the store', async () => {
    const cases = [firstWriterWins(), abortBoth(), retry({ maxAttempts: 1 }), custom(() => ({ use: 'current' }))];
    for (const strategy of cases) {
      const desk = openDesk({ default: strategy });
      const stale = await desk.clash('doc', 'base', 'ann');
      const outcome = await desk.entente.commitOrResolve(stale, { content: 'only here' });
      expect('saved' in outcome && outcome.saved, outcome.status).toBe(false);
      expect(await desk.store.content(hashOf('only here'))).toBeUndefined();
    }
    const desk = openDesk();
    const stale = await desk.clash('doc', 'base', 'ann');
    expect(as(await desk.entente.commit(stale, { content: 'only here' }), 'conflict').saved).toBe(false);
    expect(await desk.store.content(hashOf('only here'))).toBeUndefined();
  });

  it('[C3] the store keeps the bytes of split and escalated', async () => {
    for (const strategy of [keepBoth(), escalate()]) {
      const desk = openDesk({ default: strategy });
      const stale = await desk.clash('doc', 'base', 'ann');
      await desk.entente.commitOrResolve(stale, { content: 'kept' });
      expect(textOf(await desk.store.content(hashOf('kept')))).toBe('kept');
    }
  });

  it('[C3] what lastWriterWins overwrote stays readable by version until it is trimmed', async () => {
    const desk = openDesk({ default: lastWriterWins() });
    const stale = await desk.clash('doc', 'base', 'ann');
    as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'committed');
    const entry = (await desk.entente.log()).items.at(-1);
    expect(entry?.meta).toMatchObject({ strategy: 'lastWriterWins', overwrote: { version: 2, agent: 'ann' } });
    expect(textOf((await desk.entente.read('doc', { version: 2 }))?.content)).toBe('ann');
    await desk.store.trim(stale.space, await desk.nth(3));
    expect(await codeOf(desk.entente.read('doc', { version: 2 }))).toBe('gone');
  });
});

describe('abortBoth', () => {
  it('[C4] changes no head and leaves an entry that names both, which both hear of in the feed', async () => {
    const desk = openDesk({ default: abortBoth() });
    const stale = await desk.clash('doc', 'base', 'ann');
    const cursor = (await desk.entente.log()).items.at(-1)?.cursor;
    as(await desk.entente.commitOrResolve(stale, { content: 'bob' }, { note: 'why' }), 'aborted');
    expect(await desk.text('doc')).toBe('ann');
    const stop = new AbortController();
    for await (const item of desk.entente.feed(cursor, { pattern: 'doc', signal: stop.signal })) {
      expect(item).toMatchObject({ type: 'commit', agent: 'bob', agents: ['ann'], outcome: 'aborted', changes: [] });
      break;
    }
    stop.abort();
  });

  it('[C4] restore writes the base’s bytes as a new guarded version; both sides stay in the history', async () => {
    const desk = openDesk({ default: abortBoth({ restore: 'base' }) });
    const stale = await desk.clash('doc', 'base', 'ann');
    as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'aborted');
    expect(await desk.text('doc')).toBe('base');
    expect(await desk.entente.getVersion('doc')).toMatchObject({ version: 3, agent: 'bob' });
    const entry = (await desk.entente.log()).items.at(-1);
    const guards = [{ revision: await desk.nth(2) }];
    expect(entry).toMatchObject({ guards, meta: { outcome: 'aborted', agents: ['ann'] } });
    expect(textOf((await desk.entente.read('doc', { version: 2 }))?.content)).toBe('ann');
  });

  it('[C4] restore of what was absent deletes, and of a hash writes the hash', async () => {
    const desk = openDesk({ default: abortBoth({ restore: 'base' }) });
    as(await desk.entente.commitOrResolve(await desk.clash('new', null, 'ann'), { content: 'bob' }), 'aborted');
    expect((await desk.entente.getVersion('new'))?.deleted).toBe(true);
    const first = as(await desk.entente.commit((await desk.begin('doc')).token, { hash: 'h1' }), 'committed');
    await desk.entente.commit(first.token, { hash: 'h2' });
    as(await desk.entente.commitOrResolve({ ...first.token, id: 'other' }, { hash: 'h3' }), 'aborted');
    expect(await desk.entente.getVersion('doc')).toMatchObject({ version: 3, hash: 'h1' });
  });
});

describe('useVersion', () => {
  it('[C6] is decided by side and never by name: one agent with two tokens is two writers', async () => {
    const desk = openDesk({ default: firstWriterWins() });
    const { token } = await desk.begin('doc', 'ann');
    await desk.put('doc', 'first', 'ann');
    const outcome = as(await desk.entente.commitOrResolve(token, { content: 'second' }), 'rejected');
    expect(outcome.reason).toContain('ann');
    expect(await desk.text('doc')).toBe('first');
  });

  it('[C6] a custom resolution counts by its side, whatever agent it names', async () => {
    for (const side of ['current', 'proposed'] as const) {
      const desk = openDesk({ default: custom(() => ({ type: 'useVersion', agent: 'somebody', side })) });
      const stale = await desk.clash('doc', 'base', 'ann');
      const outcome = await desk.entente.commitOrResolve(stale, { content: 'bob' });
      expect(outcome.status).toBe(side === 'current' ? 'rejected' : 'committed');
      expect(await desk.text('doc')).toBe(side === 'current' ? 'ann' : 'bob');
    }
  });

  it('[C6] a rejected reason names the holder', async () => {
    const desk = openDesk();
    const stale = await desk.clash('doc', 'base', 'ann');
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'rejected');
    expect(outcome.reason).toMatch(/ann.*2/);
    expect((await desk.entente.conflictHistory())[0]?.resolution).toEqual({
      type: 'useVersion',
      side: 'current',
      agent: 'ann',
    });
  });
});
