// Deciding when the resource has moved since the conflict was opened: merged onto what came after, or handed back; what
// came after is never overwritten (rule E3).
import { describe, expect, it } from 'vitest';
import { as, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { EntenteError } from '../core/errors.ts';
import { mergeContents } from '../merge/merge.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { escalate } from '../strategies/escalate.ts';
import type { Controller, ControllerOptions } from './types.ts';

const BASE = 'one\n-\ntwo\n-\nthree\n';
const CURRENT = BASE.replace('one', 'ONE');
const PROPOSED = BASE.replace('one', 'uno');
/** What came after: a change elsewhere, and one of the very line. */
const ELSEWHERE = CURRENT.replace('three', 'THREE');
const SAME_LINE = CURRENT.replace('ONE', 'One!');
const judge = { agent: 'judge' };

async function opened(
  later: string,
  options: Partial<ControllerOptions> = {},
): Promise<{ entente: Controller; id: string }> {
  const { entente } = setUp({ default: escalate(), ...options });
  await put(entente, 'doc', BASE);
  const token = await tokenOf(entente, 'doc', 'ann');
  await put(entente, 'doc', CURRENT);
  const { conflictId } = as(await entente.commitOrResolve(token, { content: PROPOSED }), 'escalated');
  await put(entente, 'doc', later, { agent: 'late' });
  return { entente, id: conflictId };
}

describe('resolve, when the resource moved', () => {
  it('[E3] merges the decision onto what came after, from the current that was decided against', async () => {
    const { entente, id } = await opened(ELSEWHERE);
    const outcome = as(await entente.resolve(id, { use: 'proposed' }, judge), 'merged');
    // From the conflict's base, ONE would have come back as a clash, or as a line that was decided against.
    expect(await textAt(entente, 'doc')).toBe(PROPOSED.replace('three', 'THREE'));
    expect(text(outcome.content)).toBe(await textAt(entente, 'doc'));
    expect(outcome.receipt.entries.length).toBeGreaterThan(0);
    expect((await entente.conflict(id))?.state).toBe('resolved');
    const again = as(await entente.resolve(id, { use: 'proposed' }, judge), 'merged');
    expect(again).toMatchObject({ replayed: true, version: outcome.version, receipt: outcome.receipt });
  });

  it('[E3] hands the decision back where it does not merge, and points the open record at the new current', async () => {
    const { entente, id } = await opened(SAME_LINE);
    const outcome = as(await entente.resolve(id, { use: 'proposed' }, judge), 'conflict');
    expect(outcome.packet).toMatchObject({ expected: { version: 2 }, actual: { version: 3, agent: 'late' } });
    expect(outcome.packet.regions.length).toBe(1);
    expect(await textAt(entente, 'doc')).toBe(SAME_LINE);
    const conflict = await entente.conflict(id);
    expect(conflict).toMatchObject({ state: 'open', number: 3, current: { version: 3 }, base: { version: 1 } });
    const sides = { base: BASE, current: SAME_LINE, proposed: PROPOSED };
    const merged = mergeContents(sides);
    expect(conflict?.regions.map((region) => region.id)).toEqual(
      merged.status === 'conflict' ? merged.conflicts.map((region) => region.id) : [],
    );
    expect(text(await entente.conflictContent(id, 'current'))).toBe(SAME_LINE);
    // Decided again in the knowledge of it, under the same commitId: the first answer stored nothing.
    as(await entente.resolve(id, { use: 'proposed' }, { ...judge, revision: conflict?.revision ?? 0 }), 'committed');
    expect(await textAt(entente, 'doc')).toBe(PROPOSED);
  });

  it('[E3] hash-only and deleted contents do not merge: the decision comes back', async () => {
    for (const later of [{ hash: 'somewhere-else' }, { delete: true }] as const) {
      const { entente, id } = await opened(ELSEWHERE);
      await put(entente, 'doc', later);
      as(await entente.resolve(id, { use: 'proposed' }, judge), 'conflict');
      expect((await entente.getVersion('doc'))?.version).toBe(4);
      const conflict = await entente.conflict(id);
      expect(conflict).toMatchObject({ state: 'open', current: { version: 4, deleted: 'delete' in later } });
      as(await entente.resolve(id, { use: 'proposed' }, judge), 'committed');
      expect(await textAt(entente, 'doc')).toBe(PROPOSED);
    }
  });

  it('[E3] binary contents do not merge: the decision comes back', async () => {
    const bytes = (byte: number): { content: Uint8Array } => ({ content: Uint8Array.of(0, 1, 2, byte) });
    const { entente } = setUp({ default: escalate() });
    await put(entente, 'doc', bytes(0));
    const token = await tokenOf(entente, 'doc', 'ann');
    await put(entente, 'doc', bytes(1));
    const { conflictId } = as(await entente.commitOrResolve(token, bytes(2)), 'escalated');
    await put(entente, 'doc', bytes(3));
    as(await entente.resolve(conflictId, { use: 'proposed' }, judge), 'conflict');
    expect([...((await entente.read('doc'))?.content ?? [])]).toEqual([0, 1, 2, 3]);
  });

  it('[E3] current and abort close whatever came after, and leave it', async () => {
    for (const [decision, status] of [
      [{ use: 'current' }, 'unchanged'],
      [{ abort: true }, 'aborted'],
    ] as const) {
      const { entente, id } = await opened(SAME_LINE);
      as(await entente.resolve(id, decision, judge), status);
      expect(await textAt(entente, 'doc')).toBe(SAME_LINE);
      expect((await entente.conflict(id))?.state).toBe('resolved');
    }
  });

  it('[E3] a decider whose conflict is pointed elsewhere meanwhile does not decide what they have not seen', async () => {
    const { entente, id } = await opened(SAME_LINE);
    const outcomes = await Promise.all([
      entente.resolve(id, { use: 'proposed' }, { agent: 'judge' }),
      entente.resolve(id, { content: 'mine alone\n' }, { agent: 'other' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['conflict', 'conflict']);
    expect(await textAt(entente, 'doc')).toBe(SAME_LINE);
  });

  it('[E3] nor does one whose own re-pointing landed without an answer', async () => {
    const inner = createMemoryStore();
    let lose = false;
    const error = new EntenteError('store-unavailable', 'lost', {});
    const store = withMethods(inner, {
      async commit(requests) {
        const replies = await inner.commit(requests);
        return lose ? requests.map(() => ({ status: 'unknown', error }) as const) : replies;
      },
    });
    const { entente, id } = await opened(SAME_LINE, { store, limits: { settleMs: 0 } });
    lose = true;
    const outcome = await entente.resolve(id, { use: 'proposed' }, judge);
    lose = false;
    expect(outcome.status).toBe('conflict');
    expect(await textAt(entente, 'doc')).toBe(SAME_LINE);
  });

  it('[E3] a head that keeps moving elsewhere costs turns, not contents', async () => {
    const inner = createMemoryStore();
    let moves = 0;
    const store = withMethods(inner, {
      async commit(requests) {
        if (moves > 0 && requests[0]?.agent === 'judge') {
          moves -= 1;
          await put(other, 'doc', `${await textAt(other, 'doc')}${moves}\n`, { agent: 'late' });
        }
        return inner.commit(requests);
      },
    });
    const other = setUp({ store: inner }).entente;
    const { entente, id } = await opened(ELSEWHERE, { store });
    moves = 5;
    as(await entente.resolve(id, { use: 'proposed' }, judge), 'merged');
    expect(await textAt(entente, 'doc')).toBe(`${PROPOSED.replace('three', 'THREE')}4\n3\n2\n1\n0\n`);
  });
});
