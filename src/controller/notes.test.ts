// What an engine says of a clean merge reaches the agent, and is kept with the receipt.
import { describe, expect, it } from 'vitest';
import { as, put, setUp, tokenOf } from '../../test/support/entente.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Engine } from '../merge/types.ts';
import { merge } from '../strategies/merge.ts';
import { parseReceipt } from './kept-receipt.ts';
import type { Controller } from './types.ts';

/** A notebook of one cell that was run so many times, and of a text. */
function book(count: number, text: string): string {
  const code = {
    cell_type: 'code',
    id: 'run',
    execution_count: count,
    metadata: {},
    outputs: [{ name: 'stdout', output_type: 'stream', text: [`${count}\n`] }],
    source: ['go()'],
  };
  const words = { cell_type: 'markdown', id: 'words', metadata: {}, source: [text] };
  return JSON.stringify({ cells: [code, words], metadata: {}, nbformat: 4, nbformat_minor: 5 }, undefined, 1);
}

async function clash(
  entente: Controller,
  resource: string,
  [base, current, proposed]: readonly [string, string, string],
): Promise<Outcome> {
  await put(entente, resource, base);
  const token = await tokenOf(entente, resource, 'ann');
  await put(entente, resource, current);
  const outcome = await entente.commitOrResolve(token, { content: proposed });
  if (outcome.status !== 'merged') return outcome;
  const again = await entente.commitOrResolve(token, { content: proposed }, { commitId: outcome.commitId });
  expect(as(again, 'merged')).toMatchObject({ replayed: true, receipt: outcome.receipt });
  return outcome;
}

const told = { code: 'outputs-kept', message: expect.stringContaining('"run"') };

describe('notes of clean merges', () => {
  it('[PR7] outputs that gave way are told in the outcome, when it is replayed, and in the receipt of the log', async () => {
    const { entente, store } = setUp({ default: merge('auto') });
    const sides = [book(1, 'a'), book(2, 'a'), book(3, 'b')] as const;
    const outcome = as(await clash(entente, 'x.ipynb', sides), 'merged');
    expect(outcome.receipt.notes).toEqual([told]);
    const entry = (await entente.log()).items.at(-1);
    const kept = await store.content(entry?.meta.receipt ?? '');
    expect(parseReceipt(kept ?? new Uint8Array())).toEqual(outcome.receipt);
  });

  it('[PR7] a merge that came to what is there is unchanged, and says what gave way', async () => {
    const { entente } = setUp({ default: merge('auto') });
    const outcome = as(await clash(entente, 'x.ipynb', [book(1, 'a'), book(2, 'a'), book(3, 'a')]), 'unchanged');
    expect(outcome.notes).toEqual([told]);
    as(await clash(entente, 'y.txt', ['a\n', 'b\n', 'b\n']), 'unchanged');
  });

  it('[PR7] a merge without a remark has no notes, and those of other engines are data of bounded size', async () => {
    const { entente } = setUp({ default: merge('auto') });
    const plain = as(await clash(entente, 'x.txt', ['a\n\nb\n', 'A\n\nb\n', 'a\n\nB\n']), 'merged');
    expect(plain.receipt).not.toHaveProperty('notes');
    const loud: Engine = () => ({
      status: 'clean',
      content: Buffer.from('x'),
      receipt: { engine: 'own', entries: [] },
      stats: { engine: 'own', clean: 1, conflicts: 0 },
      notes: [
        7 as never,
        null as never,
        ...Array.from({ length: 50 }, () => ({ code: 'c', message: 'm'.repeat(9999) })),
      ],
    });
    entente.registerEngine('own', loud);
    entente.registerStrategy('own', merge('own'));
    const { notes } = as(await clash(entente, 'own', ['a', 'b', 'c']), 'merged').receipt;
    expect(notes).toEqual(Array.from({ length: 20 }, () => ({ code: 'c', message: 'm'.repeat(500) })));
  });
});
