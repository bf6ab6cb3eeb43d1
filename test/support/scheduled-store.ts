// Puts every call of a store through fast-check's scheduler, before it reaches the store and before its answer comes
// back, so that a property explores the interleavings of several agents.
import type { Scheduler } from 'fast-check';
import type { Store } from '../../src/stores/store.ts';
import { passThrough } from './wrap.ts';

const scheduled = ['commit', 'commitStatus', 'read', 'content', 'record', 'records', 'history', 'trim'] as const;

export function createScheduledStore(inner: Store, scheduler: Scheduler): Store {
  const store = passThrough(inner);
  const wrapped = scheduled.map((name) => {
    const method = store[name] as (...args: readonly unknown[]) => Promise<unknown>;
    const call = async (...args: readonly unknown[]): Promise<unknown> => {
      await scheduler.schedule(Promise.resolve(), name);
      const answer = await method(...args);
      await scheduler.schedule(Promise.resolve(), `${name} answered`);
      return answer;
    };
    return [name, call] as const;
  });
  return { ...store, ...(Object.fromEntries(wrapped) as Pick<Store, (typeof scheduled)[number]>) };
}
