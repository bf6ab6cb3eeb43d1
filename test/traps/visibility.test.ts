// What others see while commits go on: whole commits, and the bytes of everything that can still be asked for.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import { isEntenteError } from '../../src/core/errors.ts';
import { DEFAULT_SPACE } from '../../src/core/resource.ts';
import { hasContent } from '../../src/core/version.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import type { Store } from '../../src/stores/store.ts';
import { merge } from '../../src/strategies/merge.ts';
import { verifyStore } from '../../src/verify/index.ts';
import { createTestController, start } from '../support/controllers.ts';
import { counted, countOf, sections, textOf } from '../support/documents.ts';
import { createFaultStore } from '../support/fault-store.ts';
import { createRandom } from '../support/random.ts';

const SEED = 2728;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-t27-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const backends: readonly (readonly [string, () => Store, number])[] = [
  ['memory', () => createMemoryStore(), 600],
  ['sqlite', () => createSqliteStore({ path: join(folder, 'store.db'), onWarning: () => {} }), 120],
];
const names = ['anna', 'bert', 'cleo', 'dora'];

/** Does something again and again until the work is done; how often. */
async function during(work: Promise<unknown>, again: () => Promise<unknown>): Promise<number> {
  let done = false;
  const finished = work.finally(() => {
    done = true;
  });
  let times = 0;
  while (!done) {
    await again();
    times += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await finished;
  return times;
}

describe.each(backends)('visibility on %s', (_, create, rounds) => {
  it('[T27] every head and every open conflict keeps its bytes while the log is trimmed under load', async () => {
    const inner = create();
    const store = createFaultStore(inner, { seed: SEED, delay: 0.2 });
    const setUp = createController({ store: inner });
    for (const name of names) await start(setUp, `${name}.md`, sections(names));
    // A conflict whose sides nobody else keeps.
    const keeper = createTestController({ store: inner, default: merge('json') }, SEED);
    const { token } = await keeper.begin('anna.md', { agent: 'bert' });
    await setUp.update('anna.md', { agent: 'anna' }, ({ content }) => ({ content: counted(textOf(content), 'anna') }));
    const escalated = await keeper.commitOrResolve(token, { content: 'only in the conflict' });
    if (escalated.status !== 'escalated') throw new Error(escalated.status);

    const write = async (name: string, index: number): Promise<number> => {
      const controller = createTestController({ store, default: merge('text') }, SEED + index);
      const random = createRandom(SEED + index);
      let given = 0;
      for (let round = 0; round < rounds; round += 1) {
        // Its base may be trimmed while it is at work: then it is told so, and nothing is lost without a word.
        try {
          const resource = `${random.pick(names)}.md`;
          const draft = await controller.begin(resource, { agent: name });
          const outcome = await controller.commitOrResolve(draft.token, {
            content: counted(textOf(draft.content), name),
          });
          if (outcome.status === 'committed' || outcome.status === 'merged') given += 1;
          else expect(outcome).toMatchObject({ status: 'escalated', reason: 'base-gone' });
        } catch (error) {
          if (!isEntenteError(error) || !['expired', 'base-gone'].includes(error.code)) throw error;
        }
      }
      return given;
    };
    const work = Promise.all(names.map(write));
    const trims = await during(work, async () => {
      const { revision } = await inner.counts(DEFAULT_SPACE);
      await inner.trim(DEFAULT_SPACE, revision);
      const { items } = await inner.list(DEFAULT_SPACE, '', {});
      for (const head of items) {
        const [now] =
          hasContent(head) && (await inner.content(head.hash)) === undefined
            ? (await inner.read(DEFAULT_SPACE, [head.resource])).heads
            : [];
        // Without bytes only if it is not the head any more.
        if (now !== undefined) expect(now.revision).toBeGreaterThan(head.revision);
      }
    });
    expect(trims).toBeGreaterThan(10);
    const given = await work;
    expect(Math.min(...given)).toBeGreaterThan(0);
    const texts = await Promise.all(names.map(async (name) => textOf((await setUp.read(`${name}.md`))?.content)));
    const total = names.map((name) => texts.reduce((sum, text) => sum + countOf(text, name), 0));
    // Anna's first count came before the work.
    expect(total).toEqual(given.map((one, index) => (index === 0 ? one + 1 : one)));
    expect(textOf(await setUp.conflictContent(escalated.conflictId, 'proposed'))).toBe('only in the conflict');
    expect(textOf(await setUp.conflictContent(escalated.conflictId, 'base'))).toBe(sections(names));
    expect((await verifyStore(inner, DEFAULT_SPACE)).first).toBeUndefined();
    await inner.close();
  });

  it('[T28] a watcher and a lister see every transfer whole', async () => {
    const store = create();
    const setUp = createController({ store });
    await start(setUp, 'pair/a', '500');
    await start(setUp, 'pair/b', '500');
    const transfer = async (agent: string, index: number): Promise<void> => {
      const slow = createFaultStore(store, { seed: SEED + index, delay: 0.5 });
      const controller = createTestController({ store: slow }, SEED + index);
      const random = createRandom(SEED + index);
      for (let done = 0; done < rounds / 4; ) {
        const [a, b] = [await controller.begin('pair/a', { agent }), await controller.begin('pair/b', { agent })];
        const amount = 1 + random.below(9);
        // One of a kind: equal bytes would be no change (rule A2), and half a transfer would be left.
        const mark = `by ${agent}, ${done}`;
        const outcome = await controller.transact({
          agent,
          writes: [
            { token: a.token, change: { content: `${amountOf(a.content) - amount} ${mark}` } },
            { token: b.token, change: { content: `${amountOf(b.content) + amount} ${mark}` } },
          ],
        });
        if (outcome.status === 'committed') done += 1;
      }
    };
    const watching = new AbortController();
    const watched = watch(setUp, store, watching.signal);
    const work = Promise.all(names.map(transfer));
    const lists = await during(work, async () => {
      const { items } = await store.list(DEFAULT_SPACE, 'pair/', {});
      const [a, b] = items;
      // They were made one after the other; from the first transfer on they move together.
      if (Math.max(a?.revision ?? 0, b?.revision ?? 0) > 2) expect(a?.revision).toBe(b?.revision);
      const values = await Promise.all(items.map((head) => store.content(head.hash)));
      expect(values.reduce((sum, value) => sum + amountOf(value), 0)).toBe(1000);
    });
    expect(lists).toBeGreaterThan(10);
    const last = (await store.counts(DEFAULT_SPACE)).revision;
    expect(await watched(last)).toBe(names.length * Math.ceil(rounds / 4));
    watching.abort();
    await store.close();
  });
});

function amountOf(bytes: Uint8Array | undefined): number {
  return Number.parseInt(textOf(bytes), 10);
}

/** Follows the feed; the answer waits for a revision and tells how many transfers were seen, each whole. */
function watch(controller: Controller, store: Store, signal: AbortSignal): (revision: number) => Promise<number> {
  let seen = 0;
  let reached = 0;
  const follow = async (target: number, stop: AbortSignal): Promise<void> => {
    for await (const item of controller.feed(undefined, { signal: stop })) {
      if (item.type !== 'commit') continue;
      reached = item.revision;
      if (item.changes.length > 1) {
        expect(item.changes.map((head) => head.resource)).toEqual(['pair/a', 'pair/b']);
        const values = await Promise.all(item.changes.map((head) => store.content(head.hash)));
        expect(values.reduce((sum, value) => sum + amountOf(value), 0)).toBe(1000);
        seen += 1;
      } else expect(item.revision).toBeLessThanOrEqual(2);
      if (reached >= target) return;
    }
  };
  return async (revision) => {
    await follow(revision, signal);
    return seen;
  };
}
