// What a bad network does to requests and replies, and what must come out all the same.
import { describe, expect, it } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import { DEFAULT_SPACE } from '../../src/core/resource.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import type { LogEntry, Store } from '../../src/stores/store.ts';
import { abortBoth } from '../../src/strategies/abort-both.ts';
import { escalate } from '../../src/strategies/escalate.ts';
import { firstWriterWins } from '../../src/strategies/first-writer-wins.ts';
import { keepBoth } from '../../src/strategies/keep-both.ts';
import { lastWriterWins } from '../../src/strategies/last-writer-wins.ts';
import { merge } from '../../src/strategies/merge.ts';
import { retry } from '../../src/strategies/retry.ts';
import type { Strategy } from '../../src/strategies/types.ts';
import { verifyStore } from '../../src/verify/index.ts';
import { createTestController, start } from '../support/controllers.ts';
import { counted, countOf, sections, textOf } from '../support/documents.ts';
import { createFaultStore } from '../support/fault-store.ts';
import { withMethods } from '../support/wrap.ts';

const SEED = 41;
const plan = 'plan.md';
const names = ['anna', 'bert', 'cleo', 'dora', 'emil', 'fred', 'gina', 'hans'];
const times = [...Array(25).keys()];

async function entriesOf(store: Store): Promise<readonly LogEntry[]> {
  const page = await store.log(DEFAULT_SPACE, 0, 100_000);
  if (page.status !== 'ok') throw new Error('trimmed');
  return page.entries;
}

/** One controller a name, as if each were a process of its own. */
function controllersOn(store: Store, strategy: Strategy): readonly (readonly [string, Controller])[] {
  return names.map((name, index) => [name, createTestController({ store, default: strategy }, SEED + index)]);
}

/** The reply to one commit is lost: the next one that the store applies, of any request. */
function losingOneReply(inner: Store): { readonly store: Store; lose(): void; readonly lost: () => number } {
  let armed = false;
  let lost = 0;
  const store = withMethods(inner, {
    async commit(requests) {
      const replies = await inner.commit(requests);
      if (!armed || !replies.some((reply) => reply.status === 'committed')) return replies;
      armed = false;
      lost += 1;
      return createFaultStore({ ...inner, commit: async () => replies }, { seed: SEED, afterApply: 1 }).commit(
        requests,
      );
    },
  });
  return {
    store,
    lost: () => lost,
    lose() {
      armed = true;
    },
  };
}

const faults = { beforeApply: 0.2, afterApply: 0.2, lostUnknown: 0.1, duplicate: 0.2, delay: 0.3 };

describe('lost and repeated messages', () => {
  it('[T4] counters equal the number of commits, with one request in five lost, and one reply in five', async () => {
    const inner = createMemoryStore();
    const store = createFaultStore(inner, { seed: SEED, ...faults });
    await start(createController({ store: inner }), 'count.txt', '0');
    const work = controllersOn(store, merge('text')).flatMap(([agent, controller]) =>
      times.map(() =>
        controller.update('count.txt', { agent, deadlineMs: 100_000 }, ({ content }) => ({
          content: `${Number(textOf(content)) + 1}`,
        })),
      ),
    );
    const outcomes = await Promise.all(work);
    expect(outcomes.filter(({ status }) => status !== 'committed')).toEqual([]);
    const { content } = (await createController({ store: inner }).read('count.txt')) ?? {};
    expect(Number(textOf(content))).toBe(names.length * times.length);
    const entries = await entriesOf(inner);
    expect(new Set(entries.map((entry) => `${entry.agent}/${entry.commitId}`)).size).toBe(entries.length);
    expect(entries).toHaveLength(1 + names.length * times.length);
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
    for (const name of ['beforeApply', 'afterApply', 'lostUnknown', 'duplicate', 'delay'] as const) {
      expect(store.faults[name]).toBeGreaterThan(10);
    }
  });

  it('[T4] merged commits take effect exactly once', async () => {
    const inner = createMemoryStore();
    const store = createFaultStore(inner, { seed: SEED, ...faults });
    await start(createController({ store: inner }), plan, sections(names));
    await start(createController({ store: inner }), 'log.txt', '');
    const work = controllersOn(store, merge('auto')).map(async ([agent, controller]) => {
      for (const time of times) {
        const draft = await controller.begin(plan, { agent });
        const raised = await controller.commitOrResolve(draft.token, {
          content: counted(textOf(draft.content), agent),
        });
        expect(['committed', 'merged']).toContain(raised.status);
        const { token } = await controller.begin('log.txt', { agent });
        const added = await controller.commitOrResolve(token, { append: `${agent} ${time}\n` });
        expect(['committed', 'merged']).toContain(added.status);
      }
    });
    await Promise.all(work);
    const reader = createController({ store: inner });
    const text = textOf((await reader.read(plan))?.content);
    expect(names.map((name) => countOf(text, name))).toEqual(names.map(() => times.length));
    const lines = textOf((await reader.read('log.txt'))?.content)
      .trimEnd()
      .split('\n');
    expect(lines.sort()).toEqual(names.flatMap((name) => times.map((time) => `${name} ${time}`)).sort());
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
  });

  it('[T4] what stays in doubt is told as unknown, and settled by sending it again', async () => {
    const inner = createMemoryStore();
    let silent = true;
    const store = withMethods(inner, {
      async commit(requests) {
        const lost = createFaultStore(inner, { seed: SEED, ...(silent ? { afterApply: 1 } : {}) });
        return lost.commit(requests);
      },
    });
    const controller = createTestController({ store }, SEED);
    const { token } = await controller.begin(plan, { agent: 'anna' });
    expect((await controller.commit(token, { content: 'one' })).status).toBe('unknown');
    silent = false;
    expect(await controller.commit(token, { content: 'one' })).toMatchObject({
      status: 'committed',
      version: 1,
      replayed: true,
    });
    expect(await entriesOf(inner)).toHaveLength(1);
  });

  /** Each strategy, what a conflict comes to under it, and whether that writes something that a reply can tell of. */
  const strategies: readonly (readonly [string, Strategy, Outcome['status'], boolean])[] = [
    ['firstWriterWins', firstWriterWins(), 'rejected', false],
    ['lastWriterWins', lastWriterWins(), 'committed', true],
    ['merge', merge('text'), 'merged', true],
    ['append', merge('append'), 'merged', true],
    ['merge, which escalates', merge('json'), 'escalated', true],
    ['retry', retry({ maxAttempts: 3 }), 'retry', false],
    ['escalate', escalate(), 'escalated', true],
    ['keepBoth', keepBoth(), 'split', true],
    ['abortBoth', abortBoth(), 'aborted', true],
    ['abortBoth with its base', abortBoth({ restore: 'base' }), 'aborted', true],
  ];

  it.each(strategies)('[T5b] nobody conflicts with their own first commit: %s', async (_, strategy) => {
    const { store, lose, lost } = losingOneReply(createMemoryStore());
    const controller = createTestController({ store, default: strategy }, SEED);
    await start(controller, plan, sections(['anna', 'bert']));
    const { token, content } = await controller.begin(plan, { agent: 'anna' });
    const change = { content: counted(textOf(content), 'anna') };
    lose();
    const outcome = await controller.commitOrResolve(token, change);
    expect(outcome).toMatchObject({ status: 'committed', version: 2, replayed: true });
    expect(lost()).toBe(1);
    expect(await controller.commitOrResolve(token, change)).toMatchObject({
      status: 'committed',
      version: 2,
      replayed: true,
    });
    expect(await controller.commit(token, change)).toMatchObject({ status: 'committed', version: 2, replayed: true });
    expect((await controller.conflicts()).items).toEqual([]);
    expect(await controller.conflictHistory()).toEqual([]);
    expect(await entriesOf(store)).toHaveLength(2);
  });

  it.each(strategies)(
    '[T5b] what a conflict came to is told again, not done again: %s',
    async (name, strategy, status, writes) => {
      const { store, lose, lost } = losingOneReply(createMemoryStore());
      const controller = createTestController({ store, default: strategy }, SEED);
      const text = name === 'append' ? 'first\n' : sections(['anna', 'bert']);
      await start(controller, plan, text);
      const { token } = await controller.begin(plan, { agent: 'anna' });
      const { token: other } = await controller.begin(plan, { agent: 'bert' });
      const changed = (agent: string): string => (name === 'append' ? `${text}${agent}\n` : counted(text, agent));
      await controller.commit(other, { content: changed('bert') });
      const before = (await entriesOf(store)).length;
      lose();
      const outcome = await controller.commitOrResolve(token, { content: changed('anna') });
      expect(outcome.status).toBe(status);
      expect(lost()).toBe(writes ? 1 : 0);
      expect(outcome.replayed).toBe(writes ? true : undefined);
      if (!writes) return;
      const entries = await entriesOf(store);
      expect(entries).toHaveLength(before + 1);
      const again = await controller.commitOrResolve(token, { content: changed('anna') });
      expect(idsOf(again)).toEqual(idsOf(outcome));
      expect(await entriesOf(store)).toEqual(entries);
      expect((await controller.conflicts()).items).toHaveLength(status === 'escalated' ? 1 : 0);
      if (name === 'append') {
        const lines = textOf((await controller.read(plan))?.content).split('\n');
        expect(lines.filter((line) => line === 'anna')).toHaveLength(1);
      }
    },
  );

  it('[T6] a commitId with another change is refused, and belongs to its agent', async () => {
    const store = createMemoryStore();
    const controller = createTestController({ store }, SEED);
    await start(controller, plan, 'one');
    const begin = (agent: string): ReturnType<Controller['begin']> => controller.begin(plan, { agent });
    const { token } = await begin('anna');
    await controller.commit(token, { content: 'two' }, { commitId: 'job-1' });
    const other = controller.commit(token, { content: 'three' }, { commitId: 'job-1' });
    await expect(other).rejects.toMatchObject({ code: 'idempotency-mismatch' });
    const fresh = controller.commit((await begin('anna')).token, { content: 'three' }, { commitId: 'job-1' });
    await expect(fresh).rejects.toMatchObject({ code: 'idempotency-mismatch' });
    const bert = await controller.commit((await begin('bert')).token, { content: 'three' }, { commitId: 'job-1' });
    expect(bert).toMatchObject({ status: 'committed', version: 3 });
    expect(bert.replayed).toBeUndefined();
    const spent = await begin('anna');
    await controller.commit(spent.token, { content: 'four' });
    await expect(controller.commit(spent.token, { content: 'five' })).rejects.toMatchObject({ code: 'token-spent' });
    expect(textOf((await controller.read(plan))?.content)).toBe('four');
  });

  it('[T6] of two sendings of one commit at once, one takes effect', async () => {
    const store = createFaultStore(createMemoryStore(), { seed: SEED, delay: 0.5 });
    for (const time of times) {
      const [one, two] = [1, 2].map((offset) => createTestController({ store }, SEED + offset + time));
      if (one === undefined || two === undefined) throw new Error('no controllers');
      const { token } = await one.begin(plan, { agent: 'anna' });
      const outcomes = await Promise.all([one, two].map((each) => each.commit(token, { content: `round ${time}` })));
      expect(outcomes).toMatchObject([
        { status: 'committed', version: time + 1 },
        { status: 'committed', version: time + 1 },
      ]);
      expect(outcomes.filter((outcome) => outcome.replayed === true)).toHaveLength(1);
    }
  });

  it('[T7] a commit from before the trim point is answered with expired, and has no effect', async () => {
    const store = createMemoryStore();
    const controller = createTestController({ store }, SEED);
    await start(controller, plan, 'one');
    const { token } = await controller.begin(plan, { agent: 'anna' });
    await controller.commit(token, { content: 'two' });
    await start(controller, 'other.md', 'x');
    expect(await store.trim(DEFAULT_SPACE, 3)).toBe(3);
    const before = await store.counts(DEFAULT_SPACE);
    await expect(controller.commit(token, { content: 'two' })).rejects.toMatchObject({ code: 'expired' });
    await expect(controller.commitOrResolve(token, { content: 'two' })).rejects.toMatchObject({ code: 'expired' });
    expect(await store.counts(DEFAULT_SPACE)).toEqual(before);
  });

  it('[T8] an agent whose reads lag behind gets through within two attempts', async () => {
    const inner = createMemoryStore();
    const writer = createTestController({ store: inner }, SEED);
    const lags = [1, 2, 3, 4, 5];
    await start(writer, plan, sections([...names, ...lags.flatMap((lag) => [`merging-${lag}`, `updating-${lag}`])]));
    for (const lag of lags) {
      const store = createFaultStore(inner, { seed: SEED + lag, stale: 1, lag });
      let attempts = 0;
      const counting = withMethods(store, {
        commit(requests) {
          attempts += 1;
          return inner.commit(requests);
        },
      });
      for (const name of names) {
        await writer.update(plan, { agent: name }, ({ content }) => ({ content: counted(textOf(content), name) }));
      }
      const lagging = createTestController({ store: counting, default: merge('text') }, SEED);
      const { token, content } = await lagging.begin(plan, { agent: 'anna' });
      const merged = await lagging.commitOrResolve(token, { content: counted(textOf(content), `merging-${lag}`) });
      expect(merged.status).toBe('merged');
      expect(attempts).toBeLessThanOrEqual(2);
      attempts = 0;
      const updated = await lagging.update(plan, { agent: 'anna', deadlineMs: 5000 }, ({ content: seen }) => ({
        content: counted(textOf(seen), `updating-${lag}`),
      }));
      expect(updated.status).toBe('committed');
      expect(attempts).toBe(2);
    }
    const text = textOf((await writer.read(plan))?.content);
    expect(lags.flatMap((lag) => [countOf(text, `merging-${lag}`), countOf(text, `updating-${lag}`)])).toEqual(
      Array(10).fill(1),
    );
    expect(names.map((name) => countOf(text, name))).toEqual(names.map(() => lags.length));
  });
});

/** What names the effect of an outcome: a replay has the same. */
function idsOf(outcome: Outcome): unknown {
  const { status, commitId } = outcome;
  const parts: { readonly [key: string]: unknown } = { ...outcome };
  return {
    status,
    commitId,
    ...Object.fromEntries(
      ['version', 'revision', 'hash', 'conflictId', 'kept', 'copy', 'reason'].map((key) => [key, parts[key]]),
    ),
  };
}
