import { describe, expect, it } from 'vitest';
import { as, openDesk } from '../../test/support/desk.ts';
import { merge } from '../strategies/merge.ts';

/** True when the event loop turned meanwhile: over a store in memory, what stays in this thread needs no turn. */
async function turned(work: () => Promise<unknown>): Promise<boolean> {
  let turns = 0;
  const tick = setImmediate(() => {
    turns += 1;
  });
  await work();
  clearImmediate(tick);
  return turns > 0;
}

describe('what is merged in this thread', () => {
  it('[C8] a text of more than 5,000 lines is not, however few its bytes are', async () => {
    const desk = openDesk({ default: merge('text') });
    const base = 'x\n'.repeat(5001);
    const stale = await desk.clash('doc', base, `first\n${base}`);
    const left = await turned(async () => {
      as(await desk.entente.commitOrResolve(stale, { content: `${base}last\n` }), 'merged');
    });
    expect(left).toBe(true);
    expect(await desk.text('doc')).toBe(`first\n${base}last\n`);
  });
});
