// Merges that go on from one another before the store has answered, on a store that takes its time.
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestController, start } from '../../test/support/controllers.ts';
import { counted, countOf, sections, textOf } from '../../test/support/documents.ts';
import { as, codeOf, put, setUp, text, tokenOf } from '../../test/support/entente.ts';
import { createFaultStore } from '../../test/support/fault-store.ts';
import { lawRuns } from '../../test/support/law-runs.ts';
import { scheduledController } from '../../test/support/races.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { EntenteError, isEntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Outcome } from '../core/outcome.ts';
import { DEFAULT_SPACE, parseResourceId } from '../core/resource.ts';
import type { Head } from '../core/version.ts';
import { mergeContents } from '../merge/index.ts';
import { guardOf, makeRequest, writeOf } from '../stores/conformance/client.ts';
import { createMemoryStore } from '../stores/memory.ts';
import type { CommitRequest, LogEntry, Store } from '../stores/store.ts';
import { escalate } from '../strategies/escalate.ts';
import { merge } from '../strategies/merge.ts';
import { verifyStore } from '../verify/index.ts';
import { open } from './ahead.ts';
import { Chains } from './chain.ts';
import { createController } from './controller.ts';
import { parseReceipt } from './kept-receipt.ts';
import type { Controller, Draft } from './types.ts';

const plan = 'plan.md';
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `writer-${index}`);

interface Slow {
  readonly store: Store;
  readonly inner: Store;
  readonly calls: (readonly CommitRequest[])[];
}

/** A store whose every commit takes two turns of the event loop, as one over a network does. */
function slow(before: (requests: readonly CommitRequest[], inner: Store) => unknown = () => undefined): Slow {
  const inner = createMemoryStore();
  const calls: (readonly CommitRequest[])[] = [];
  const store = withMethods(inner, {
    async commit(requests) {
      calls.push(requests);
      await nextTurn();
      await before(requests, inner);
      const replies = await inner.commit(requests);
      await nextTurn();
      return replies;
    },
  });
  return { store, inner, calls };
}

const isMerge = ({ meta }: CommitRequest): boolean => meta.outcome === 'merged';
const isNamed = ({ guards }: CommitRequest): boolean => guards.some(({ version }) => version !== undefined);

async function logOf(store: Store): Promise<readonly LogEntry[]> {
  const log = await store.log(DEFAULT_SPACE, 0, 1000);
  return log.status === 'ok' ? log.entries : [];
}

/** All begin at once, then each raises its own count, at once. */
async function raiseAll(entente: Controller, writers: readonly string[]): Promise<readonly Outcome[]> {
  const drafts = await Promise.all(writers.map((agent) => entente.begin(plan, { agent })));
  return Promise.all(
    drafts.map(({ token, content }) =>
      entente.commitOrResolve(token, { content: counted(textOf(content), token.agent) }),
    ),
  );
}

describe('chains', () => {
  it('[CN1] those who wait go to the store together, and all is as if one after another', async () => {
    const { store, inner, calls } = slow();
    const { entente } = setUp({ store, default: merge('text') });
    const writers = names(24);
    const base = sections(writers);
    await put(entente, plan, base);
    const outcomes = await raiseAll(entente, writers);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['committed', ...Array(23).fill('merged')]);
    const merges = calls.filter((requests) => requests.some(isMerge));
    expect(merges.flat()).toHaveLength(23);
    expect(merges.length).toBeLessThanOrEqual(10);
    const entries = await logOf(inner);
    for (const [index, { heads, guards }] of entries.entries()) {
      const prior = entries[index - 1]?.heads[0];
      expect(guards).toEqual([{ resource: plan, revision: prior?.revision ?? 0, hash: prior?.hash ?? '' }]);
      expect(heads[0]?.version).toBe(index + 1);
    }
    for (const outcome of outcomes) {
      if (outcome.status !== 'merged') continue;
      const current = await entente.read(plan, { version: outcome.version - 1 });
      const agent = writers.find((name) => name === outcome.token.agent) ?? '';
      const sides = { base, current: current?.content ?? null, proposed: counted(base, agent) };
      const alone = mergeContents({ ...sides, path: plan, options: { engine: 'text' } });
      if (alone.status !== 'clean') throw new Error(`${agent} merges to ${alone.status}`);
      expect(text(outcome.content)).toBe(textOf(alone.content ?? undefined));
      expect(outcome.receipt).toEqual(alone.receipt);
      const entry = entries.find(({ revision }) => revision === outcome.revision);
      expect(entry?.meta).toMatchObject({
        outcome: 'merged',
        strategy: 'merge(text)',
        extra: { base: 1, resource: plan },
      });
      expect(outcome.token).toMatchObject({ version: outcome.version, revision: outcome.revision, hash: outcome.hash });
      const again = await inner.content(entry?.meta.receipt ?? '');
      expect(parseReceipt(again ?? new Uint8Array())).toEqual(outcome.receipt);
    }
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
    expect((await entente.stats()).merged).toBe(23);
  });

  it('[CN1] who comes while a first try is on its way is merged with it at once: one request for each', async () => {
    const { store, inner, calls } = slow();
    const { entente } = setUp({ store, default: merge('text') });
    const writers = names(24);
    await put(entente, plan, sections(writers));
    calls.length = 0;
    const outcomes = await raiseAll(entente, writers);
    expect(outcomes.map(({ status }) => status)).toEqual(['committed', ...Array(23).fill('merged')]);
    expect(calls.flat()).toHaveLength(24);
    expect(calls.length).toBeLessThanOrEqual(10);
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
  });

  it('[CN2] where the first try that others went on from does not land, they go their own way, one of them first', async () => {
    let isFirst = true;
    const { store, inner } = slow(async (_, own) => {
      if (!isFirst) return;
      isFirst = false;
      const elsewhere = createController({ store: own });
      await elsewhere.update(plan, { agent: 'other' }, (draft) => ({
        content: counted(textOf(draft.content), 'other'),
      }));
    });
    const { entente } = setUp({ store, default: merge('text') });
    const writers = names(8);
    await start(createController({ store: inner }), plan, sections([...writers, 'other']));
    const outcomes = await raiseAll(entente, writers);
    expect(outcomes.every(({ status }) => status === 'merged')).toBe(true);
    const found = textOf((await entente.read(plan))?.content);
    expect([...writers, 'other'].map((name) => countOf(found, name))).toEqual(Array(9).fill(1));
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
  });

  it('[CN1] a read that fails once sends nobody away who has sent nothing yet', async () => {
    for (let failing = 1; failing <= 4; failing += 1) {
      const { store, inner } = slow();
      let reads = Number.NEGATIVE_INFINITY;
      const away = withMethods(store, {
        async read(space, ids) {
          reads += 1;
          if (reads === failing) throw new EntenteError('store-unavailable', 'Away for a moment.', { next: 'Again.' });
          return inner.read(space, ids);
        },
      });
      const { entente } = setUp({ store: away, default: merge('text') });
      const writers = names(100);
      await put(entente, plan, sections(writers));
      const drafts = await Promise.all(writers.map((agent) => entente.begin(plan, { agent })));
      reads = 0;
      const outcomes = await Promise.all(
        drafts.map(({ token, content }) =>
          entente.commitOrResolve(token, { content: counted(textOf(content), token.agent) }),
        ),
      );
      expect(outcomes.every(({ status }) => status === 'committed' || status === 'merged')).toBe(true);
    }
  });

  it('[CN1] who comes while a chain is under way goes behind it, and breaks nothing', async () => {
    const { store, inner, calls } = slow();
    const { entente } = setUp({ store, default: merge('text') });
    const writers = names(12);
    await put(entente, plan, sections(writers));
    calls.length = 0;
    const work = writers.map(async (agent) => {
      for (let round = 0; round < 12; round += 1) {
        const { token, content } = await entente.begin(plan, { agent });
        const outcome = await entente.commitOrResolve(token, { content: counted(textOf(content), agent) });
        expect(['committed', 'merged']).toContain(outcome.status);
      }
    });
    await Promise.all(work);
    const found = textOf((await entente.read(plan))?.content);
    expect(writers.map((name) => countOf(found, name))).toEqual(writers.map(() => 12));
    // What cannot land any more is not sent: one request for each, also at the ends of chains.
    expect(calls.flat()).toHaveLength(12 * 12);
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
  });

  it('[CN1] what was sent is answered again under its own id', async () => {
    const { store } = slow();
    const { entente } = setUp({ store, default: merge('text') });
    const writers = names(6);
    await put(entente, plan, sections(writers));
    const drafts = await Promise.all(writers.map((agent) => entente.begin(plan, { agent })));
    const send = (): Promise<readonly Outcome[]> =>
      Promise.all(
        drafts.map(({ token, content }) =>
          entente.commitOrResolve(token, { content: counted(textOf(content), token.agent) }),
        ),
      );
    const [first, again] = [await send(), await send()];
    for (const [index, outcome] of again.entries()) {
      const { token: _, ...before } = first[index] as Outcome & { readonly token: unknown };
      expect(outcome).toMatchObject({ ...before, replayed: true });
    }
    expect((await entente.getVersion(plan))?.version).toBe(7);
  });

  it('[A5] a stale token from before the trim point has expired, also where another commit is on its way', async () => {
    const { store, inner } = slow();
    const { entente } = setUp({ store, default: merge('text') });
    const base = sections(['first', 'late']);
    await put(entente, plan, base);
    const late = await tokenOf(entente, plan, 'late');
    for (const other of ['a.md', 'b.md']) await put(entente, other, 'x');
    await inner.trim(DEFAULT_SPACE, 2);
    const first = await tokenOf(entente, plan, 'first');
    const [won, lost] = await Promise.allSettled(
      [first, late].map((token) => entente.commitOrResolve(token, { content: counted(base, token.agent) })),
    );
    expect(won).toMatchObject({ value: { status: 'committed', version: 2 } });
    expect(lost).toMatchObject({ reason: { code: 'expired' } });
    expect((await entente.getVersion(plan))?.version).toBe(2);
  });

  it('[CN2] nobody is told before the store has acknowledged', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { store, inner } = slow((requests) => (requests.some(isMerge) ? gate : undefined));
    const { entente } = setUp({ store, default: merge('text') });
    const writers = names(8);
    await put(entente, plan, sections(writers));
    let told = 0;
    const work = raiseAll(
      withTold(entente, () => (told += 1)),
      writers,
    );
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(told).toBe(1);
    expect((await inner.counts(DEFAULT_SPACE)).revision).toBe(2);
    open();
    expect((await work).filter(({ status }) => status === 'merged')).toHaveLength(7);
  });

  it('[CN2] where another process comes first, all behind it are merged anew', async () => {
    let others = 0;
    const { store, inner, calls } = slow(async (requests, own) => {
      if (!requests.some(isMerge) || others === 2) return;
      others += 1;
      const elsewhere = createController({ store: own });
      await elsewhere.update(plan, { agent: 'other' }, (draft) => ({
        content: counted(textOf(draft.content), 'other'),
      }));
    });
    const entente = createTestController({ store, default: merge('text') }, 7);
    const writers = names(12);
    await put(entente, plan, sections([...writers, 'other']));
    const outcomes = await raiseAll(entente, writers);
    expect(outcomes.every(({ status }) => status === 'committed' || status === 'merged')).toBe(true);
    const found = textOf((await entente.read(plan))?.content);
    expect([...writers, 'other'].map((name) => countOf(found, name))).toEqual([...Array(12).fill(1), 2]);
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
    // One first try, and a merge for each time that somebody else came first, and one that landed.
    expect(calls.flat().length).toBeLessThanOrEqual(1 + 12 * 4);
  });

  it('[CN2] after a restore nothing is merged with what was there before it, also where writers never pause', async () => {
    let inner = createMemoryStore();
    let calls = 0;
    let hangs = false;
    const { promise: hung, resolve: release } = open<void>();
    const store = new Proxy(inner, {
      get(_, name) {
        const found: unknown = Reflect.get(inner, name);
        if (name === 'commit')
          return async (requests: readonly CommitRequest[]) => {
            calls += requests.length;
            await nextTurn();
            const replies = await inner.commit(requests);
            await nextTurn();
            return replies;
          };
        if (name === 'content')
          return async (hash: string) => {
            const there = await inner.content(hash);
            if (hangs) {
              hangs = false;
              await hung;
            }
            return there;
          };
        return typeof found === 'function' ? found.bind(inner) : found;
      },
    });
    const { entente } = setUp({ store, default: merge('text') });
    const writers = names(12);
    const base = sections([...writers, 'late']);
    await put(entente, plan, base);
    // One settles what it lost over the restore, so that the resource never comes to rest.
    const draft = await entente.begin(plan, { agent: 'late' });
    await raiseAll(entente, writers);
    hangs = true;
    const late = entente
      .commitOrResolve(draft.token, { content: counted(base, 'late') })
      .catch((error: unknown) => error);
    while (hangs) await nextTurn();
    await raiseAll(entente, writers);
    inner = createMemoryStore();
    await put(createController({ store: inner }), plan, base);
    calls = 0;
    await raiseAll(entente, writers);
    calls = 0;
    for (let wave = 0; wave < 3; wave += 1) {
      const outcomes = await raiseAll(entente, writers);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['committed', ...Array(11).fill('merged')]);
    }
    expect(calls).toBe(3 * writers.length);
    release();
    expect(await late).toMatchObject({ code: 'epoch-changed' });
    const found = textOf((await entente.read(plan))?.content);
    expect(writers.map((name) => countOf(found, name))).toEqual(Array(12).fill(4));
  });

  it('[CN2] in any order of steps, from two processes, nothing is lost', async () => {
    const racers = ['anna', 'bert', 'cleo', 'dora', 'emil'];
    const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const inner = createMemoryStore();
      await start(createController({ store: inner }), plan, sections(racers));
      const processes = [0, 1].map(() => scheduledController(inner, scheduler, merge('text')));
      const work = racers.map(async (agent, index) => {
        const entente = processes[index < 3 ? 0 : 1] as Controller;
        const { token, content } = await entente.begin(plan, { agent });
        return entente.commitOrResolve(token, { content: counted(textOf(content), agent) });
      });
      const outcomes = await scheduler.waitFor(Promise.all(work));
      expect(outcomes.every(({ status }) => status === 'committed' || status === 'merged')).toBe(true);
      const found = textOf((await createController({ store: inner }).read(plan))?.content);
      expect(racers.map((agent) => countOf(found, agent))).toEqual(racers.map(() => 1));
      expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
    });
    await fc.assert(property, { seed: 21, numRuns: lawRuns(150), endOnFailure: true });
  });

  it('[CN2] a caller that takes its merged bytes for its own changes nobody else', async () => {
    const { store, inner } = slow();
    const { entente } = setUp({ store, default: merge('text') });
    const writers = names(10);
    await put(entente, plan, sections(writers));
    const drafts = await Promise.all(writers.map((agent) => entente.begin(plan, { agent })));
    await Promise.all(
      drafts.map(async ({ token, content }) => {
        const outcome = await entente.commitOrResolve(token, { content: counted(textOf(content), token.agent) });
        if (outcome.status === 'merged') outcome.content.fill(0);
      }),
    );
    const found = textOf((await entente.read(plan))?.content);
    expect(writers.map((name) => countOf(found, name))).toEqual(writers.map(() => 1));
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
  });

  it.each([1, 2, 3, 4, 5, 6])('[CN2] behind a bad network nothing is lost or doubled (seed %i)', async (seed) => {
    const inner = createMemoryStore();
    const faults = { beforeApply: 0.1, afterApply: 0.1, lostUnknown: 0.1, duplicate: 0.1, delay: 0.5 };
    const store = createFaultStore(inner, { seed, ...faults });
    const writers = names(8);
    await start(createController({ store: inner }), plan, sections(writers));
    const processes = [0, 1].map((index) => createTestController({ store, default: merge('text') }, seed + index));
    await Promise.all(
      writers.map(async (agent, index) => {
        const entente = processes[index % 2] as Controller;
        for (let done = 0; done < 6; ) {
          try {
            const { token, content } = await entente.begin(plan, { agent });
            const outcome = await entente.commitOrResolve(token, { content: counted(textOf(content), agent) });
            if (outcome.status !== 'committed' && outcome.status !== 'merged') throw new Error(outcome.status);
            done += 1;
          } catch (error) {
            if (!isEntenteError(error)) throw error;
          }
        }
      }),
    );
    store.heal();
    const found = textOf((await createController({ store: inner }).read(plan))?.content);
    expect(writers.map((name) => countOf(found, name))).toEqual(writers.map(() => 6));
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
  });

  it('[CN3] an overlap is told of versions that there are, and of nothing that was only expected', async () => {
    let others = 0;
    const { store, inner } = slow(async (requests, own) => {
      if (!requests.some(isMerge) || others > 0) return;
      others += 1;
      await put(createController({ store: own }), plan, counted(sections(['a', 'b', 'c', 'd']), 'd'), {
        agent: 'other',
      });
    });
    const entente = createTestController({ store, default: merge('text', { otherwise: escalate() }) }, 3);
    const base = sections(['a', 'b', 'c', 'd']);
    await put(entente, plan, base);
    const drafts = await Promise.all(
      ['first', 'second', 'clash', 'same'].map((agent) => entente.begin(plan, { agent })),
    );
    const changes = [counted(base, 'a'), counted(base, 'b'), base.replace('count b: 0', 'count b: many')];
    const contents = [...changes, counted(counted(base, 'a'), 'b')];
    const outcomes = await Promise.all(
      drafts.map(({ token }, index) => entente.commitOrResolve(token, { content: contents[index] ?? '' })),
    );
    const { items } = await inner.history(DEFAULT_SPACE, parseResourceId(plan), {});
    const known = new Map(items.map(({ head }) => [head.version, head.hash]));
    const { items: conflicts } = await entente.conflicts();
    expect(conflicts.length).toBeGreaterThan(0);
    for (const { current } of conflicts) expect(known.get(current.version ?? 0)).toBe(current.hash);
    for (const outcome of outcomes) {
      if (outcome.status === 'unchanged') expect(known.get(outcome.head?.version ?? 0)).toBe(outcome.head?.hash);
      else expect(['committed', 'merged', 'escalated']).toContain(outcome.status);
    }
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
  });

  it('[CN3] engines and validators of others see only versions that there are', async () => {
    const seen: string[] = [];
    const { store, inner, calls } = slow();
    const { entente } = setUp({ store });
    entente.registerEngine('own', (input) => {
      seen.push(textOf(input.current ?? undefined));
      return mergeContents({ ...input, options: { engine: 'text' } });
    });
    entente.registerStrategy('own.md', merge('own'));
    entente.registerStrategy('checked.md', merge('text', { validate: () => true }));
    const writers = names(5);
    for (const resource of ['own.md', 'checked.md']) {
      await put(entente, resource, sections(writers));
      await Promise.all(
        writers.map(async (agent) => {
          const { token, content } = await entente.begin(resource, { agent });
          const changed = counted(textOf(content), agent);
          as(await entente.commitOrResolve(token, { content: changed }), agent === 'writer-0' ? 'committed' : 'merged');
        }),
      );
    }
    expect(calls.flat().some(isNamed)).toBe(false);
    const { items } = await inner.history(DEFAULT_SPACE, parseResourceId('own.md'), {});
    const known = await Promise.all(items.map(async ({ head }) => textOf(await inner.content(head.hash))));
    expect(seen.length).toBeGreaterThan(0);
    for (const current of seen) expect(known).toContain(current);
  });

  it('[CN5] a store that knows no guards by version is asked once, and everybody gets through', async () => {
    const { store, inner, calls } = slow();
    const ignorant = withMethods(store, {
      commit: (requests) =>
        store.commit(
          requests.map((request) => ({
            ...request,
            guards: request.guards.map(({ resource, revision, hash }) => ({ resource, revision, hash })),
          })),
        ),
    });
    let named = 0;
    const counting = withMethods(ignorant, {
      commit: (requests) => {
        if (requests.some(isNamed)) named += 1;
        return ignorant.commit(requests);
      },
    });
    const entente = createTestController({ store: counting, default: merge('text') }, 5);
    const writers = names(16);
    await put(entente, plan, sections(writers));
    const outcomes = await raiseAll(entente, writers);
    expect(outcomes.every(({ status }) => status === 'committed' || status === 'merged')).toBe(true);
    expect(named).toBeLessThanOrEqual(3);
    expect(calls.flat().length).toBeLessThanOrEqual(16 * 4);
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
  });

  it('[CN7] what a draft was begun from is not looked for in the history, unless something was trimmed since', async () => {
    const { store, inner } = slow();
    let looks = 0;
    const watched = withMethods(store, {
      history: (...asked) => {
        looks += 1;
        return inner.history(...asked);
      },
    });
    const { entente } = setUp({ store: watched, default: merge('text') });
    const writers = names(4);
    await put(entente, plan, sections(writers));
    const outcomes = await raiseAll(entente, writers);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['committed', 'merged', 'merged', 'merged']);
    expect(looks).toBe(0);

    const [early, late] = [await tokenOf(entente, plan, 'writer-0'), await tokenOf(entente, plan, 'writer-1')];
    const base = textOf((await entente.read(plan))?.content);
    as(await entente.commitOrResolve(early, { content: counted(base, 'writer-0') }), 'committed');
    const { revision } = await inner.read(DEFAULT_SPACE, []);
    await inner.trim(DEFAULT_SPACE, revision);
    // Its base is gone: bytes that may be at hand here are nothing to go by.
    const refused = await codeOf(() => entente.commitOrResolve(late, { content: counted(base, 'writer-1') }));
    expect(refused).toBe('expired');
    const patient = { ...late, asOf: revision };
    as(await entente.commitOrResolve(patient, { content: counted(base, 'writer-1') }), 'escalated');
    expect(looks).toBeGreaterThan(0);
  });

  it('[CN4] after 64 commits the chain is waited for', async () => {
    const { store, inner, calls } = slow();
    const { entente } = setUp({ store, default: merge('text') });
    const writers = names(100);
    await put(entente, plan, sections(writers));
    calls.length = 0;
    const outcomes = await raiseAll(entente, writers);
    expect(outcomes.filter(({ status }) => status === 'merged')).toHaveLength(99);
    const merges = calls.flat().filter(isMerge);
    const roots = merges.filter((request) => !isNamed(request)).map((request) => merges.indexOf(request));
    // The first try is the first of the first chain.
    expect(roots).toEqual([63]);
    // Those who waited for its end were merged with what it left, and sent once.
    expect(calls.flat()).toHaveLength(100);
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
  });
});

describe('chains and time', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }));
  afterEach(() => vi.useRealTimers());

  it('[CN4] a call that never ends holds nobody up longer than patience', async () => {
    let hung = false;
    const { store, inner } = slow((requests) => {
      if (!requests.some(isMerge) || hung) return undefined;
      hung = true;
      return new Promise(() => undefined);
    });
    const { entente } = setUp({ store, default: merge('text') });
    const writers = names(3);
    await put(entente, plan, sections([...writers, 'late']));
    const drafts = await Promise.all(writers.map((agent) => entente.begin(plan, { agent })));
    const late = await tokenOf(entente, plan, 'late');
    const told: string[] = [];
    const send = ({ token, content }: Draft): void => {
      const content2 = counted(textOf(content), token.agent);
      void entente.commitOrResolve(token, { content: content2 }).then(({ status }) => told.push(status));
    };
    for (const draft of drafts.slice(0, 2)) send(draft);
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(hung).toBe(true);
    send(drafts[2] as Draft);
    const work = entente.commitOrResolve(late, { content: counted(sections([...writers, 'late']), 'late') });
    for (let second = 0; second < 5; second += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    }
    expect((await work).status).toBe('merged');
    expect(told).toEqual(['committed', 'merged']);
    expect((await inner.counts(DEFAULT_SPACE)).revision).toBe(4);
  });

  it('[CN4] a first try that never ends holds nobody up longer than patience either', async () => {
    let hangs = false;
    const { store, inner } = slow(() => (hangs ? new Promise(() => undefined) : undefined));
    const { entente } = setUp({ store, default: merge('text') });
    const writers = names(4);
    await put(entente, plan, sections(writers));
    const drafts = await Promise.all(writers.map((agent) => entente.begin(plan, { agent })));
    hangs = true;
    const work = drafts.map(({ token, content }) =>
      entente.commitOrResolve(token, { content: counted(textOf(content), token.agent) }),
    );
    const told: string[] = [];
    for (const each of work) void each.then(({ status }) => told.push(status));
    await nextTurn();
    await nextTurn();
    hangs = false;
    for (let second = 0; second < 5; second += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    }
    expect(told).toEqual(['committed', 'merged', 'merged']);
    expect((await inner.counts(DEFAULT_SPACE)).revision).toBe(4);
    expect(await verifyStore(inner, DEFAULT_SPACE)).toMatchObject({ ok: true });
  });

  it('[CN4] a first try that never ends holds nobody up who came before it either, nor who came after', async () => {
    const { store } = slow((requests) =>
      requests.some(({ agent }) => agent === 'hung') ? new Promise(() => undefined) : undefined,
    );
    const { entente } = setUp({ store, default: merge('text') });
    const base = sections(['other', 'lost', 'hung', 'next']);
    await put(entente, plan, base);
    const lost = await entente.begin(plan, { agent: 'lost' });
    await put(entente, plan, counted(base, 'other'));
    const others = await Promise.all(['hung', 'next'].map((agent) => entente.begin(plan, { agent })));
    const told: string[] = [];
    // The first is refused while the second, which hangs, is what is under way.
    for (const { token, content } of [lost, ...others]) {
      const next = counted(textOf(content), token.agent);
      void entente.commitOrResolve(token, { content: next }).then(({ status }) => told.push(status));
      if (token.agent === 'hung') for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    }
    for (let second = 0; second < 5; second += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    }
    expect(told).toEqual(['merged', 'merged']);
  });

  it('[CN4] a commit that only compares is held up by no other call either', async () => {
    const { store: inner } = slow((requests) =>
      requests.some(({ agent }) => agent === 'hung') ? new Promise(() => undefined) : undefined,
    );
    const { promise: gate, resolve: release } = open<void>();
    let isShut = false;
    const store = withMethods(inner, {
      record: async (...input) => {
        if (isShut) await gate;
        return inner.record(...input);
      },
    });
    const { entente } = setUp({ store });
    await put(entente, plan, 'a');
    const lost = await tokenOf(entente, plan, 'lost');
    await put(entente, plan, 'b');
    const [hung, next] = [await tokenOf(entente, plan, 'hung'), await tokenOf(entente, plan, 'next')];
    isShut = true;
    const told: string[] = [];
    // It lost, and asks how that is settled, while the next first try hangs.
    void entente.commitOrResolve(lost, { content: 'c' }).then(({ status }) => told.push(status));
    void entente.commitOrResolve(hung, { content: 'd' });
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    void entente.commit(next, { content: 'e' }).then(({ status }) => told.push(status));
    await nextTurn();
    release();
    for (let second = 0; second < 5; second += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    }
    expect(told).toEqual(['rejected', 'committed']);
  });

  it('[CN4] a call that ended after patience leaves nothing of its resource behind', async () => {
    const { store, inner } = slow(() => new Promise((resolve) => setTimeout(resolve, 1500)));
    await put(createController({ store: inner }), plan, 'a');
    const [entry] = await logOf(inner);
    const head = entry?.heads[0] as Head;
    const content = Buffer.from('b');
    const request = { space: DEFAULT_SPACE, agent: head.agent, epoch: await inner.epoch(), commitId: 'b' };
    const guards = [{ resource: head.resource, revision: head.revision, hash: head.hash }];
    const writes = [{ resource: head.resource, kind: 'content', hash: hashOf(content), content }] as const;
    const rest = { fingerprint: 'b', asOf: 1, at: 0, tokenBound: false, records: [], keeps: [] };
    const chains = new Chains(store);
    const meta = { outcome: 'merged' } as const;
    const sent = chains.send({ ...request, ...rest, guards, writes, meta }, head, undefined, false);
    for (let second = 0; second < 3; second += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    }
    expect(await sent).toMatchObject({ status: 'committed' });
    const token = await tokenOf(createController({ store: inner }), plan, 'other');
    expect(chains.newest(token)).toBeUndefined();
  });

  it('[CN6] where more are about to send than wait, a call is held until they have, but not for long', async () => {
    const { store, inner, calls } = slow(async () => {
      for (const since = performance.now(); performance.now() - since < 3; ) await nextTurn();
    });
    await put(createController({ store: inner }), plan, 'a');
    let [head] = (await inner.read(DEFAULT_SPACE, [parseResourceId(plan)])).heads as [Head];
    const epoch = await inner.epoch();
    const chains = new Chains(store);
    const [one, other, last] = [1, 2, 3].map(() => chains.settling(plan)) as [() => void, () => void, () => void];
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    };
    async function send(content: string): Promise<{ readonly landed: Promise<unknown> }> {
      const request = makeRequest(epoch, { guards: [guardOf(plan, head)], writes: [writeOf(plan, content)] });
      const landed = chains.send(request, head, undefined, false).then((reply) => {
        if (reply?.status === 'committed') [head] = reply.heads as [Head];
      });
      await turns();
      return { landed };
    }
    await (await send('b')).landed;
    const { landed } = await send('c');
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5);
    expect(calls).toHaveLength(2);
    one();
    await landed;
    const sent = await send('d');
    other();
    await turns();
    expect(calls).toHaveLength(2);
    last();
    expect(calls).toHaveLength(3);
    await sent.landed;
    expect(head.version).toBe(4);
  });

  it('[CN2] what was there before a restore counts for nothing after it, also beside a call that never ended', async () => {
    let inner = createMemoryStore();
    const store = new Proxy(inner, {
      get(_, name) {
        const found: unknown = Reflect.get(inner, name);
        if (name === 'commit')
          return async (requests: readonly CommitRequest[]) => {
            await nextTurn();
            if (requests.some(({ agent }) => agent === 'hung')) await new Promise(() => undefined);
            const replies = await inner.commit(requests);
            await nextTurn();
            return replies;
          };
        return typeof found === 'function' ? found.bind(inner) : found;
      },
    });
    const { entente } = setUp({ store, default: merge('text') });
    const base = sections(['a', 'b', 'c', 'hung']);
    await put(entente, plan, base);
    void raiseAll(entente, ['hung', 'a', 'b']);
    for (let second = 0; second < 5; second += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    }
    const before = textOf((await entente.read(plan))?.content);
    expect(['a', 'b'].map((name) => countOf(before, name))).toEqual([1, 1]);
    inner = createMemoryStore();
    const elsewhere = createController({ store: inner });
    await put(elsewhere, plan, base);
    const again = await tokenOf(entente, plan, 'again');
    await put(elsewhere, plan, counted(base, 'c'));
    const outcome = await entente.commitOrResolve(again, { content: before });
    expect(outcome).toMatchObject({ status: 'merged', version: 3 });
    const found = textOf((await entente.read(plan))?.content);
    expect(['a', 'b', 'c'].map((name) => countOf(found, name))).toEqual([1, 1, 1]);
  });

  it('[CN4] of commits that are sent alone after their call threw, one that hangs holds up none of the others', async () => {
    const { store } = slow((requests) => {
      if (requests.length > 1) throw new Error('too many');
      return requests.some(({ agent }) => agent === 'hung') ? new Promise(() => undefined) : undefined;
    });
    const { entente } = setUp({ store, default: merge('text') });
    const writers = ['first', 'hung', 'next', 'last'];
    await put(entente, plan, sections(writers));
    const drafts = await Promise.all(writers.map((agent) => entente.begin(plan, { agent })));
    const told: string[] = [];
    for (const { token, content } of drafts) {
      const next = counted(textOf(content), token.agent);
      void entente.commitOrResolve(token, { content: next }).then(({ status }) => told.push(status));
    }
    for (let second = 0; second < 5; second += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    }
    expect(told).toEqual(['committed', 'merged', 'merged']);
  });
});

/** Counts the answers. */
function withTold(entente: Controller, told: () => unknown): Controller {
  return {
    ...entente,
    async commitOrResolve(...input) {
      const outcome = await entente.commitOrResolve(...input);
      told();
      return outcome;
    },
  };
}
