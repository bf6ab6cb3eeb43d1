// Heavy merges leave the event loop free: they run in a thread, within their budget (trap T24, rule C8).
import { describe, expect, it } from 'vitest';
import { as, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import { createRandom } from '../../test/support/random.ts';
import { merge } from '../strategies/merge.ts';
import type { Controller, Limits } from './types.ts';

const lines = (count: number, name: string): string =>
  Array.from({ length: count }, (_, index) => `${name} ${index}`).join('\n');

/** Turns of the event loop while something runs: none, if all of it runs in this thread (the store is in memory). */
async function turnsDuring<T>(work: () => Promise<T>): Promise<{ result: T; turns: number }> {
  let turns = 0;
  let on = true;
  const tick = (): void => {
    turns += 1;
    if (on) setImmediate(tick);
  };
  setImmediate(tick);
  const result = await work();
  on = false;
  return { result, turns };
}

async function prepare(
  base: string,
  current: string,
  limits: Partial<Limits> = {},
): Promise<{ entente: Controller; write: (text: string) => Promise<unknown> }> {
  const { entente } = setUp({ default: merge('text'), limits });
  await put(entente, 'doc', base);
  const token = await tokenOf(entente, 'doc', 'ann');
  await put(entente, 'doc', current);
  return { entente, write: (content) => entente.commitOrResolve(token, { content }) };
}

describe('heavy merges', () => {
  it('[T24] [C8] 2 × 50,000 different lines: answered, kept, and the event loop turns meanwhile', async () => {
    const { entente, write } = await prepare('start\n', lines(50_000, 'current'));
    const mine = lines(50_000, 'proposed');
    const { result, turns } = await turnsDuring(() => write(mine));
    const outcome = as(result as never, 'escalated');
    expect(turns).toBeGreaterThan(0);
    expect(text(await entente.conflictContent(outcome.conflictId, 'proposed'))).toBe(mine);
    expect(await textAt(entente, 'doc')).toBe(lines(50_000, 'current'));
  });

  it('[T24] [C8] 2 × 50,000 shuffled lines of few kinds: the dearest search ends with its budget', async () => {
    const random = createRandom(24);
    const few = (): string => Array.from({ length: 50_000 }, () => `line ${random.below(40)}`).join('\n');
    const { entente, write } = await prepare(few(), few());
    const { result, turns } = await turnsDuring(() => write(few()));
    const outcome = as(result as never, 'escalated');
    expect(turns).toBeGreaterThan(0);
    expect((await entente.conflict(outcome.conflictId))?.state).toBe('open');
  });

  it('[C8] far apart edits of a large text merge in the thread, byte for byte', async () => {
    const base = lines(40_000, 'a line of text');
    // However slow the machine is: what is asked here is the merge, not its time.
    const { entente, write } = await prepare(base, `first\n${base}`, { mergeMs: 60_000 });
    const { result, turns } = await turnsDuring(() => write(`${base}\nlast`));
    as(result as never, 'merged');
    expect(turns).toBeGreaterThan(0);
    expect(await textAt(entente, 'doc')).toBe(`first\n${base}\nlast`);
  });

  it('[T24] beyond the limits of a merge nothing is searched: a conflict that says so', async () => {
    const long = await prepare('start\n', lines(50_001, 'c'));
    const tooLong = as((await long.write(lines(10, 'p'))) as never, 'escalated') as { reason: string };
    expect(tooLong.reason).toMatch(/too-large|lines/);
    const wide = await prepare('start\n', 'x'.repeat(2 * 1024 * 1024 + 1));
    const tooWide = as((await wide.write('y\n')) as never, 'escalated') as { reason: string };
    expect(tooWide.reason).toMatch(/too-large|bytes/);
  });

  it('[C8] a small merge is done here, without a turn', async () => {
    const { write } = await prepare('a\n-\nb\n', 'A\n-\nb\n');
    const { result, turns } = await turnsDuring(() => write('a\n-\nB\n'));
    as(result as never, 'merged');
    expect(turns).toBe(0);
  });

  it('[C8] what was decided in many short lines is looked for in the thread', async () => {
    const { entente, write } = await prepare('a\n', 'b\n', { mergeMs: 60_000 });
    const { conflictId } = as((await write('c\n')) as never, 'escalated');
    const decide = (): Promise<unknown> =>
      entente.resolve(conflictId, { content: '\n'.repeat(6000) }, { agent: 'ann' });
    expect((await turnsDuring(decide)).turns).toBeGreaterThan(0);
    expect((await entente.recorded()).items).toHaveLength(1);
  });

  it('[C8] several at once are all answered', async () => {
    const base = lines(30_000, 'a line of text');
    const all = await Promise.all(
      [1, 2, 3].map(async (index) => {
        const { entente, write } = await prepare(base, `first ${index}\n${base}`);
        as((await write(`${base}\nlast`)) as never, 'merged');
        return textAt(entente, 'doc');
      }),
    );
    expect(all).toEqual([1, 2, 3].map((index) => `first ${index}\n${base}\nlast`));
  });
});
