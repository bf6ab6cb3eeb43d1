// Many writers on one resource: everybody gets through, at a bounded price. Counted in attempts, never in time.
import { describe, expect, it } from 'vitest';
import { contend, mergeOnce, priceOf, updateOnce } from '../support/contention.ts';

const crowd = { seed: 64, writers: 64, commits: 20 };

describe('contention', () => {
  it.each([1, 8])('[T10] 64 writers in %i processes merge into one resource', async (processes) => {
    const price = priceOf(await contend({ ...crowd, processes }, mergeOnce), crowd.writers * crowd.commits);
    expect(price.mean).toBeLessThanOrEqual(4);
    expect(price.max).toBeLessThanOrEqual(20);
  });

  it.each([1, 8])('[T10] 64 writers in %i processes update one resource', async (processes) => {
    const turns: number[] = [];
    await contend({ ...crowd, processes }, updateOnce(turns));
    expect(turns.reduce((sum, one) => sum + one, 0) / turns.length).toBeLessThanOrEqual(4);
    expect(Math.max(...turns)).toBeLessThanOrEqual(20);
  });
});
