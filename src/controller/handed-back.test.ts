// What comes back from a decision or a merge launders nothing either (rules A1, B2, E3, T26).
import { describe, expect, it } from 'vitest';
import { as, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import { escalate } from '../strategies/escalate.ts';
import { merge } from '../strategies/merge.ts';
import type { Controller } from './types.ts';

const judge = { agent: 'judge' };
const LINES = '1\n2\n3\n4\n5\n';

async function opened(base: string, current: string, proposed: string): Promise<{ entente: Controller; id: string }> {
  const { entente } = setUp({ default: escalate() });
  await put(entente, 'doc', base);
  const token = await tokenOf(entente, 'doc', 'ann');
  await put(entente, 'doc', current);
  return { entente, id: as(await entente.commitOrResolve(token, { content: proposed }), 'escalated').conflictId };
}

describe('a decision that was handed back', () => {
  it('[A1] [E3] does not go over what came after when it is sent as a plain change', async () => {
    for (const decision of [{ content: 'decided' }, { use: 'proposed' }, { use: 'base' }] as const) {
      const { entente, id } = await opened('base', 'current', 'proposed');
      await put(entente, 'doc', 'came after');
      const back = as(await entente.resolve(id, decision, judge), 'conflict');
      const content = 'content' in decision ? decision.content : decision.use;
      const refused = as(await entente.commit(back.token, { content }), 'conflict');
      as(await entente.commitOrResolve(refused.token, { content }), 'escalated');
      expect(await textAt(entente, 'doc')).toBe('came after');
      // What is repaired lands at once.
      as(await entente.commit(back.token, { content: 'both of it' }), 'committed');
    }
  });

  it('[A1] [E3] nor where the conflict changed since it was looked at', async () => {
    const { entente, id } = await opened('base', 'current', 'proposed');
    const seen = (await entente.conflict(id))?.revision ?? 0;
    await put(entente, 'doc', 'came after');
    as(await entente.resolve(id, { use: 'proposed' }, { agent: 'other' }), 'conflict');
    const back = as(await entente.resolve(id, { content: 'decided' }, { ...judge, revision: seen }), 'conflict');
    as(await entente.commit(back.token, { content: 'decided' }), 'conflict');
    as(await entente.commitOrResolve(back.token, { content: 'decided' }), 'escalated');
    expect(await textAt(entente, 'doc')).toBe('came after');
  });

  it('[B2] [E3] bytes of an earlier life are no base for a decision', async () => {
    const current = LINES.replace('3', 'current');
    const { entente, id } = await opened(LINES, current, LINES.replace('3', 'proposed'));
    await put(entente, 'doc', { delete: true });
    const second = current.replace('5', 'second life');
    await put(entente, 'doc', second);
    const decision = { content: current.replace('1', 'decided') };
    const back = as(await entente.resolve(id, decision, judge), 'conflict');
    expect(back.packet.regions.map(({ kind }) => kind)).toEqual(['both-added']);
    expect(await textAt(entente, 'doc')).toBe(second);
    // Decided again, in the knowledge of the second life.
    as(await entente.resolve(id, decision, judge), 'committed');
    expect(await textAt(entente, 'doc')).toBe(decision.content);
  });

  it('[T26] [E3] what a validator would veto is not merged for a decision either', async () => {
    const validate = (merged: Uint8Array): boolean => !text(merged)?.includes('"x":1,"y":1');
    const { entente } = setUp({ default: merge('json', { validate }) });
    await put(entente, 'doc.json', '{"x":0,"y":0,"z":0}');
    const token = await tokenOf(entente, 'doc.json', 'ann');
    await put(entente, 'doc.json', '{"x":0,"y":0,"z":1}');
    const clash = as(await entente.commitOrResolve(token, { content: '{"x":0,"y":0,"z":2}' }), 'escalated');
    await put(entente, 'doc.json', '{"x":1,"y":0,"z":1}');
    const back = as(await entente.resolve(clash.conflictId, { content: '{"x":0,"y":1,"z":2}' }, judge), 'conflict');
    expect(back.packet.regions[0]?.reason).toContain('validate');
    expect(await textAt(entente, 'doc.json')).toBe('{"x":1,"y":0,"z":1}');
    expect((await entente.conflict(clash.conflictId))?.state).toBe('open');
  });
});

describe('a merge that comes to what is there', () => {
  it('[A1] is unchanged, and what was sent does not revert the rest when it comes again', async () => {
    const { entente } = setUp({ default: merge('text') });
    await put(entente, 'doc', LINES);
    const token = await tokenOf(entente, 'doc', 'ann');
    const more = LINES.replace('1', 'both').replace('5', 'bob alone');
    await put(entente, 'doc', more);
    const content = LINES.replace('1', 'both');
    const { token: fresh } = as(await entente.commitOrResolve(token, { content }), 'unchanged');
    as(await entente.commit(fresh, { content }), 'conflict');
    as(await entente.commitOrResolve(fresh, { content }), 'unchanged');
    expect(await textAt(entente, 'doc')).toBe(more);
  });
});
