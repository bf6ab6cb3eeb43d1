// The measured store: what is told of its calls, and that it answers as the store does.
import { describe, expect, it } from 'vitest';
import { id, put, space } from '../../test/support/requests.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { type Meter, NO_METER, observeStore } from './observed.ts';
import { passThrough } from './pass-through.ts';

function meter(): { readonly told: string[]; readonly meter: Meter } {
  const told: string[] = [];
  return { told, meter: { ...NO_METER, store: (name, _ms, failed) => told.push(`${name}${failed ? ' failed' : ''}`) } };
}

describe('the measured store', () => {
  it('[OP8] tells of reads of heads and records, and what is answered at once stays so', async () => {
    const { told, meter: own } = meter();
    const store = observeStore(createMemoryStore(), own);
    await put(store, { a: 'one' });
    told.length = 0;
    expect(store.read(space, [id('a')])).not.toBeInstanceOf(Promise);
    await store.record(space, 'conflict', 'none');
    await store.records(space, 'conflict', {}, {});
    await store.list(space, '', {});
    expect(told).toEqual(['read', 'record', 'records', 'list']);
  });

  it('[OP8] a call that fails is told as failed, whether it throws or rejects, and its fault goes on', async () => {
    const { told, meter: own } = meter();
    const fault = new Error('gone');
    const broken = observeStore(
      {
        ...passThrough(createMemoryStore()),
        read: () => {
          throw fault;
        },
        record: () => Promise.reject(fault),
      },
      own,
    );
    expect(() => broken.read(space, [])).toThrow(fault);
    await expect(broken.record(space, 'k', 'x')).rejects.toBe(fault);
    expect(told).toEqual(['read failed', 'record failed']);
  });
});
