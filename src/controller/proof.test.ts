// The independent checker runs before an automatic merge is stored: what it does not prove is a conflict, and told.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { as, put, type Setup, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import { mergeContents } from '../merge/merge.ts';
import type { Engine } from '../merge/types.ts';
import { merge } from '../strategies/merge.ts';
import { retry } from '../strategies/retry.ts';

/** Ours, but for the last line that proposed added. */
const forgetful: Engine = (input) => {
  const result = mergeContents({ ...input, options: { engine: 'text' } });
  return result.status === 'clean' ? { ...result, content: result.content?.subarray(0, -2) ?? null } : result;
};

async function clash(
  engine: Engine | string,
  strategy = merge('own'),
): Promise<Setup & { outcome: unknown; told: string[] }> {
  const told: string[] = [];
  const made = setUp({ default: strategy, onWarning: (message) => told.push(message) });
  const { entente } = made;
  entente.registerEngine('own', engine);
  await put(entente, 'doc', 'a\nb\nc\nd\n');
  const token = await tokenOf(entente, 'doc', 'ann');
  await put(entente, 'doc', 'A\nb\nc\nd\n');
  return { ...made, outcome: await entente.commitOrResolve(token, { content: 'a\nb\nc\nD\n' }), told };
}

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/engines/${name}.mjs`, import.meta.url));

describe('proof before storing', () => {
  it.each([
    ['a function', forgetful],
    ['a module in its thread', fixture('loses')],
    ['a module that answers no more than it must', fixture('loses-barely')],
  ])(
    '[PR3] a merge of %s that loses a line is not stored: it is kept as a conflict, and the fault is told',
    async (_, engine) => {
      const { entente, outcome, told } = await clash(engine);
      const kept = as(outcome as never, 'escalated');
      expect(kept.reason).toContain('unproved: the merge (');
      expect(await textAt(entente, 'doc')).toBe('A\nb\nc\nd\n');
      expect(text(await entente.conflictContent(kept.conflictId, 'proposed'))).toBe('a\nb\nc\nD\n');
      expect(told.length).toBeGreaterThan(0);
      expect(told[0]).toMatch(/^doc: the merge \(.+\) does not prove itself: .+; it was not stored\.$/);
      expect((await entente.log()).items.at(-1)?.meta.reason).toContain('unproved');
    },
  );

  it('[PR3] where the policy hands back instead, the packet says why', async () => {
    const { entente, outcome } = await clash(forgetful, merge('own', { otherwise: retry({ maxAttempts: 3 }) }));
    expect(as(outcome as never, 'retry').packet.regions[0]?.reason).toContain('does not prove itself');
    expect(await textAt(entente, 'doc')).toBe('A\nb\nc\nd\n');
  });

  it('[PR3] a merge that proves itself is stored and nothing is told', async () => {
    const engine: Engine = (input) => mergeContents({ ...input, options: { engine: 'text' } });
    const { entente, outcome, told } = await clash(engine);
    as(outcome as never, 'merged');
    expect([await textAt(entente, 'doc'), told]).toEqual(['A\nb\nc\nD\n', []]);
  });
});
