// Turns at a contended resource: in order, one at a time, and nobody waits for one that hangs (trap T10).
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { counted, countOf, sections, textOf } from '../../test/support/documents.ts';
import { put } from '../../test/support/entente.ts';
import { parseResourceId } from '../core/resource.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { merge } from '../strategies/merge.ts';
import { createController } from './controller.ts';
import { createLanes, turnUntil } from './lanes.ts';

const PATIENCE = 1000;
const plan = parseResourceId('plan.md');
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `w${index}`);

describe('lanes', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => vi.useRealTimers());

  /** Ten who want a turn, and who has one now. */
  async function queue(): Promise<{ lanes: ReturnType<typeof createLanes>; running: Map<number, () => void> }> {
    const lanes = createLanes();
    const running = new Map<number, () => void>();
    for (let name = 0; name < 10; name += 1) void lanes.enter('a', PATIENCE).then((leave) => running.set(name, leave));
    await Promise.resolve();
    return { lanes, running };
  }

  async function leave(running: Map<number, () => void>, name: number): Promise<void> {
    running.get(name)?.();
    running.delete(name);
    await Promise.resolve();
  }

  it('[T10] a queue that moves has one turn at a time, however long it is', async () => {
    const { lanes, running } = await queue();
    for (let name = 0; name < 10; name += 1) {
      expect([...running.keys()]).toEqual([name]);
      await vi.advanceTimersByTimeAsync(PATIENCE * 0.9);
      expect([...running.keys()]).toEqual([name]);
      await leave(running, name);
    }
    expect(lanes.length('a')).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('[T10] beside a turn that hangs the next begins, and the others follow that one', async () => {
    const { lanes, running } = await queue();
    await vi.advanceTimersByTimeAsync(PATIENCE * 2);
    for (let name = 1; name < 10; name += 1) {
      expect([...running.keys()]).toEqual([0, name]);
      await leave(running, name);
    }
    // Who comes now finds only the one that hangs, and waits for nobody.
    const late = await lanes.enter('a', PATIENCE);
    await leave(running, 0);
    expect(lanes.length('a')).toBe(1);
    late();
    late();
    expect(lanes.length('a')).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('[T10] one hanging turn after another holds up only for its patience', async () => {
    const { lanes, running } = await queue();
    for (let hanging = 1; hanging < 10; hanging += 1) await vi.advanceTimersByTimeAsync(PATIENCE * 2);
    expect(running.size).toBe(10);
    for (const name of [...running.keys()]) await leave(running, name);
    expect(lanes.length('a')).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('[UP5] an abort ends the wait for a turn, and the turn goes to the next one', async () => {
    const lanes = createLanes();
    const first = await lanes.enter('a', PATIENCE);
    const reason = new Error('stop');
    const stop = new AbortController();
    const waiting = turnUntil(lanes.enter('a', PATIENCE), stop.signal);
    const next = lanes.enter('a', PATIENCE);
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    first();
    (await next)();
    expect(lanes.length('a')).toBe(0);
    await expect(turnUntil(lanes.enter('a', PATIENCE), AbortSignal.abort(reason))).rejects.toBe(reason);
    await Promise.resolve();
    expect(lanes.length('a')).toBe(0);
  });
});

describe('a store that answers at once', () => {
  it('[T10] nobody sleeps before trying again where all writers are of this process', async () => {
    let sleeps = 0;
    const sleep = async (): Promise<void> => {
      sleeps += 1;
    };
    const entente = createController({ store: createMemoryStore(), default: merge('text'), sleep });
    const writers = names(32);
    await put(entente, plan, sections(writers));
    const rise = async (agent: string): Promise<void> => {
      for (let round = 0; round < 16; round += 1) {
        const { token, content } = await entente.begin(plan, { agent });
        await entente.commitOrResolve(token, { content: counted(textOf(content), agent) });
      }
    };
    await Promise.all(writers.map(rise));
    const found = textOf((await entente.read(plan))?.content);
    expect(writers.map((agent) => countOf(found, agent))).toEqual(writers.map(() => 16));
    expect(sleeps).toBe(0);
  });
});
