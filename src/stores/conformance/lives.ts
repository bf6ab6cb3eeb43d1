// Rules of a store's own life: identity, wake-ups, closing, and coming back.
import assert from 'node:assert/strict';
import type { Space } from '../../core/resource.ts';
import { createClient, guardOf, id, SPACE, textOf, writeOf } from './client.ts';
import type { Chapter } from './harness.ts';

/** Waits for a promise that must settle; a store that never answers fails here instead of hanging the run. */
async function soon<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within 10 s`)), 10_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const lives: Chapter = (rule) => {
  rule(
    '[ST46] wake resolves after a commit to the space, also one that lands between two looks, and ends with its signal',
    async (t) => {
      const stop = new AbortController();
      const wake = t.store.wake(SPACE, stop.signal)[Symbol.asyncIterator]();
      let seen = 0;
      for (let round = 0; round < 3; round += 1) {
        await t.write('a', `${round}`);
        // A hint may come early or more than once: look until the commit is in sight.
        while (seen <= round) {
          const { done } = await soon(wake.next(), 'wake');
          assert.notEqual(done, true);
          const page = await t.store.log(SPACE, 0, 100);
          assert.ok(page.status === 'ok');
          seen = page.entries.length;
        }
      }
      const last = drain(wake);
      stop.abort();
      await soon(last, 'the end of wake');
      const aborted = t.store.wake(SPACE, AbortSignal.abort())[Symbol.asyncIterator]();
      assert.equal((await soon(aborted.next(), 'the end of wake')).done, true);
    },
  );

  rule('[ST47] wake ends when the store is closed', async (t) => {
    const wake = t.store.wake('quiet' as Space, new AbortController().signal)[Symbol.asyncIterator]();
    const end = drain(wake);
    await t.write('a', '1');
    await t.store.close();
    await soon(end, 'the end of wake');
  });

  rule('[ST48] the epoch is one and the same for all of a history, and no other store has it', async (t) => {
    assert.ok(t.epoch.length >= 16 && t.epoch.length <= 128);
    await t.write('a', '1');
    assert.equal(await t.store.epoch(), t.epoch);
    assert.equal((await t.store.read(SPACE, [])).epoch, t.epoch);
    const reopened = await t.reopen?.();
    if (reopened !== undefined) assert.equal(await reopened.epoch(), t.epoch);
  });

  rule('[ST49] close finishes the commits that wait, and every later call is told so', async (t) => {
    const commits = Array.from({ length: 10 }, (_, index) =>
      t.commit({ guards: [guardOf(`r${index}`)], writes: [writeOf(`r${index}`, '1')] }),
    );
    const closing = t.store.close();
    for (const reply of await Promise.all(commits)) assert.equal(reply.status, 'committed');
    await closing;
    await t.store.close();
    const calls: (() => Promise<unknown>)[] = [
      async () => t.store.commit([t.request({})]),
      async () => t.store.read(SPACE, [id('r1')]),
      async () => t.store.list(SPACE, '', {}),
      async () => t.store.log(SPACE, 0, 1),
      async () => t.store.trim(SPACE, 1),
    ];
    for (const call of calls) await assert.rejects(call, { code: 'store-unavailable' });
  });

  rule('[ST50] what was acknowledged is there when a durable store is opened again', async (t) => {
    if (t.reopen === undefined) {
      assert.equal(t.store.capabilities.durability, 'none', 'a durable store gives `reopen` to the suite');
      return;
    }
    const large = new Uint8Array(100_000).fill(7);
    await t.write('a', 'one');
    const head = await t.write('a', large);
    await t.write('dead', { delete: true });
    await t.applied({ records: [{ kind: 'k', id: 'r', value: { deep: [1] }, expected: 0 }], keeps: ['kept'] });
    const before = await t.store.log(SPACE, 0, 100);
    const counts = await t.store.counts(SPACE);
    const store = await t.reopen();
    const again = await createClient(store);
    assert.deepEqual(await again.head('a'), head);
    assert.deepEqual(await store.content(head.hash), large);
    assert.equal(await textOf(store, (await store.history(SPACE, id('a'), {})).items[1]?.head.hash ?? ''), 'one');
    assert.deepEqual(await store.log(SPACE, 0, 100), before);
    assert.deepEqual(await store.counts(SPACE), counts);
    assert.equal((await store.record(SPACE, 'k', 'r'))?.created, counts.revision);
    assert.equal((await again.write('a', 'on')).version, 3);
  });
};

async function drain(wake: AsyncIterator<void>): Promise<void> {
  while ((await wake.next()).done !== true);
}
