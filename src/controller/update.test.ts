// update: read, decide, write, and again on fresh state when somebody was faster (UP rules).
import { describe, expect, it } from 'vitest';
import { createCountingStore } from '../../test/support/counting-store.ts';
import { as, codeOf, put, setUp, text, textAt } from '../../test/support/entente.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { EntenteError } from '../core/errors.ts';
import { createMemoryStore } from '../stores/memory.ts';
import type { Draft } from './types.ts';

const ann = { agent: 'ann' };
const grown = (draft: Draft, more: string): { content: string } => ({ content: (text(draft.content) ?? '') + more });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('update', () => {
  it('[UP1] runs the function on what is there and commits what it answers', async () => {
    const { entente } = setUp();
    const first = await entente.update('a', { ...ann, note: 'why' }, (draft) => grown(draft, 'x'));
    expect(as(first, 'committed').version).toBe(1);
    as(
      await entente.update('a', ann, async (draft) => ({ edits: [{ old: 'x', new: `${text(draft.content)}y` }] })),
      'committed',
    );
    expect(await textAt(entente, 'a')).toBe('xy');
    expect((await entente.history('a')).items.map(({ note }) => note)).toEqual([undefined, 'why']);
    as(await entente.update('a', ann, () => ({ delete: true })), 'committed');
    as(await entente.update('a', ann, (draft) => grown(draft, 'again')), 'committed');
  });

  it('[UP1] undefined leaves it: unchanged, with the head and a token, and nothing is logged', async () => {
    const { entente } = setUp();
    await put(entente, 'a', 'x');
    const outcome = as(await entente.update('a', ann, () => undefined), 'unchanged');
    expect(outcome.head?.version).toBe(1);
    as(await entente.update('never', ann, async () => undefined), 'unchanged');
    expect((await entente.stats()).revision).toBe(1);
    as(await entente.commit(outcome.token, { content: 'y' }), 'committed');
  });

  it('[UP2] a lost race runs the function again on fresh state, with full jitter between the later tries', async () => {
    const waits: number[] = [];
    const draws: number[] = [];
    const { entente } = setUp({
      random: () => {
        draws.push(0.5);
        return 0.5;
      },
      sleep: async (ms) => {
        waits.push(ms);
      },
    });
    const attempts: number[] = [];
    const outcome = await entente.update('a', ann, async (draft, { attempt }) => {
      attempts.push(attempt);
      if (attempt < 5) await put(entente, 'a', `theirs ${attempt}\n`);
      return grown(draft, 'mine');
    });
    expect(as(outcome, 'committed').version).toBe(6);
    expect(await textAt(entente, 'a')).toBe('theirs 4\nmine');
    expect(attempts).toEqual([0, 1, 2, 3, 4, 5]);
    // Half of 10 ms · 2^n; none after the first loss, which waits its turn in the lane.
    expect(waits).toEqual([5, 10, 20, 40]);
    expect(draws.length).toBe(4);
  });

  it('[UP2] many at once all get through, each increment once', async () => {
    const store = createCountingStore(createMemoryStore());
    const { entente } = setUp({ store, sleep: turn });
    const many = Array.from({ length: 60 }, (_, index) =>
      entente.update('n', { agent: `agent-${index}` }, async (draft) => {
        await turn();
        return { content: String(Number(text(draft.content) ?? 0) + 1) };
      }),
    );
    for (const outcome of await Promise.all(many)) as(outcome, 'committed');
    expect(await textAt(entente, 'n')).toBe('60');
    const sent = [...store.attempts.values()].reduce((sum, count) => sum + count, 0);
    expect(sent).toBeLessThanOrEqual(4 * 60);
  });

  it('[UP3] what the function throws comes out, and what it answers that is no change is misuse', async () => {
    const { entente } = setUp();
    const own = new Error('mine');
    await expect(entente.update('a', ann, () => Promise.reject(own))).rejects.toBe(own);
    await expect(
      entente.update('a', ann, () => {
        throw own;
      }),
    ).rejects.toBe(own);
    expect(await codeOf(() => entente.update('a', ann, () => null as never))).toBe('misuse');
    expect(await codeOf(() => entente.update('a', ann, () => ({ edits: [{ old: 'x', new: 'y' }] })))).toBe(
      'edit-not-found',
    );
    expect(await codeOf(() => entente.update('a', ann, undefined as never))).toBe('misuse');
    expect(await codeOf(() => entente.update('/a', ann, () => undefined))).toBe('bad-id');
    expect(await codeOf(() => entente.update('a', { agent: '' }, () => undefined))).toBe('bad-id');
    expect(await entente.getVersion('a')).toBeUndefined();
    // Nobody is kept out by one that failed.
    as(await entente.update('a', ann, (draft) => grown(draft, 'x')), 'committed');
  });

  it('[UP4] a function that hangs is given up at the deadline, and what it answers later is not used', async () => {
    const { entente } = setUp();
    let release: (change: { content: string }) => void = () => {};
    const hanging = entente.update(
      'a',
      { ...ann, deadlineMs: 20 },
      () => new Promise((resolve) => (release = resolve)),
    );
    expect(await codeOf(() => hanging)).toBe('budget');
    release({ content: 'too late' });
    await turn();
    expect(await entente.getVersion('a')).toBeUndefined();
    let seen: AbortSignal | undefined;
    const listening = entente.update('a', { ...ann, deadlineMs: 20 }, (_, { signal }) => {
      seen = signal;
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    expect(await codeOf(() => listening)).toBe('budget');
    expect(seen?.aborted).toBe(true);
  });

  it('[UP4] at the deadline after losses, the last conflict comes back with its packet', async () => {
    const { entente } = setUp();
    const outcome = await entente.update('a', { ...ann, deadlineMs: 60 }, async (draft, { attempt }) => {
      await put(entente, 'a', `theirs ${attempt}`);
      return grown(draft, 'mine');
    });
    expect(as(outcome, 'conflict').packet.actual?.agent).toBe('setter');
  });

  it('[UP4] [UP5] a store that certainly did not apply is given up at the deadline and by an abort', async () => {
    const down = withMethods(createMemoryStore(), {
      commit: async (requests) =>
        requests.map(() => ({ status: 'unavailable', error: new EntenteError('store-unavailable', 'down') })),
    });
    // Waits end by their signal alone.
    const sleep = (_: number, signal?: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => {
        // On a busy machine the deadline may be over before the wait begins.
        if (signal?.aborted === true) reject(signal.reason as Error);
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const { entente } = setUp({ store: down, sleep });
    for (const change of [{ content: 'x' }, { hash: 'x' }, { append: 'x' }]) {
      for (const note of [{}, { note: 'why' }]) {
        const late = entente.update('a', { ...ann, ...note, deadlineMs: 5 }, () => change);
        expect(await codeOf(() => late)).toBe('budget');
        const reason = new Error('stop');
        const stop = new AbortController();
        setImmediate(() => stop.abort(reason));
        await expect(entente.update('a', { ...ann, ...note, signal: stop.signal }, () => change)).rejects.toBe(reason);
      }
    }
  });

  it('[UP4] no deadline is as long as any number: very long ones are not none', async () => {
    const { entente } = setUp();
    for (const deadlineMs of [Number.POSITIVE_INFINITY, 2 ** 31, 1e15]) {
      const outcome = await entente.update('a', { ...ann, deadlineMs }, async (draft) => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        return grown(draft, 'x');
      });
      as(outcome, 'committed');
    }
    for (const deadlineMs of [Number.NaN, -1, '5' as never]) {
      expect(await codeOf(() => entente.update('a', { ...ann, deadlineMs }, () => undefined))).toBe('misuse');
    }
  });

  it('[UP5] an abort ends it with the caller’s reason: before, in the function, and while it waits', async () => {
    const reason = new Error('stop');
    const { entente } = setUp();
    let calls = 0;
    const count = (): undefined => {
      calls += 1;
      return undefined;
    };
    await expect(entente.update('a', { ...ann, signal: AbortSignal.abort(reason) }, count)).rejects.toBe(reason);
    expect(calls).toBe(0);
    for (const hangs of [true, false]) {
      const stop = new AbortController();
      const running = entente.update('a', { ...ann, signal: stop.signal }, () => {
        stop.abort(reason);
        return hangs ? new Promise(() => {}) : { content: 'x' };
      });
      await expect(running).rejects.toBe(reason);
    }
    expect(await entente.getVersion('a')).toBeUndefined();
    const stop = new AbortController();
    const waiting = setUp({
      sleep: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
          setImmediate(() => stop.abort(reason));
        }),
    });
    const losing = waiting.entente.update('a', { ...ann, signal: stop.signal }, async (draft, { attempt }) => {
      await put(waiting.entente, 'a', `theirs ${attempt}`);
      return grown(draft, 'mine');
    });
    await expect(losing).rejects.toBe(reason);
  });
});
