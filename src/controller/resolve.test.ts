// Deciding an open conflict: each decision, and what was decided already (rule E3).
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import type { Decision } from '../core/resolution.ts';
import { escalate } from '../strategies/escalate.ts';
import type { Controller } from './types.ts';

const BASE = 'one\n-\ntwo\n';
const CURRENT = 'ONE\n-\ntwo\n';
const PROPOSED = 'uno\n-\ntwo\n';
const judge = { agent: 'judge' };

async function opened(resource = 'doc.txt'): Promise<{ entente: Controller; id: string }> {
  const { entente } = setUp({ default: escalate() });
  await put(entente, resource, BASE);
  const token = await tokenOf(entente, resource, 'ann');
  await put(entente, resource, CURRENT);
  const outcome = as(await entente.commitOrResolve(token, { content: PROPOSED }), 'escalated');
  return { entente, id: outcome.conflictId };
}

describe('resolve', () => {
  const contents: readonly (readonly [string, Decision, string])[] = [
    ['proposed', { use: 'proposed' }, PROPOSED],
    ['base', { use: 'base' }, BASE],
    ['content', { content: 'both\n' }, 'both\n'],
    ['content', { content: Buffer.from('bytes\n') }, 'bytes\n'],
  ];
  it.each(contents)('[E3] %s is one commit of head, record and log entry', async (decision, answer, expected) => {
    const { entente, id } = await opened();
    const outcome = as(await entente.resolve(id, answer, { ...judge, reason: 'asked them' }), 'committed');
    expect(outcome).toMatchObject({ resource: 'doc.txt', version: 3, revision: 4 });
    expect(await textAt(entente, 'doc.txt')).toBe(expected);
    const conflict = await entente.conflict(id);
    expect(conflict).toMatchObject({ state: 'resolved', revision: 4, number: 3 });
    expect(conflict?.resolution).toMatchObject({ decision, agent: 'judge', reason: 'asked them' });
    const entry = (await entente.log()).items.at(-1);
    expect(entry).toMatchObject({ revision: 4, agent: 'judge' });
    expect(entry?.heads.map(({ version }) => version)).toEqual([3]);
    expect(entry?.meta).toMatchObject({ conflictId: id, note: 'asked them' });
    expect(entry?.guards).toMatchObject([{ resource: 'doc.txt', revision: 2 }]);
    // The token goes on from what was decided.
    as(await entente.commit(outcome.token, { content: 'next' }), 'committed');
  });

  it('[E3] current closes and changes nothing; bytes that are there already do the same', async () => {
    for (const decision of [{ use: 'current' }, { content: CURRENT }] as const) {
      const { entente, id } = await opened();
      const outcome = as(await entente.resolve(id, decision, judge), 'unchanged');
      expect(outcome.head?.version).toBe(2);
      expect((await entente.conflict(id))?.state).toBe('resolved');
      expect((await entente.stats()).open).toBe(0);
    }
  });

  it('[E3] abort closes, and both proposals stay readable', async () => {
    const { entente, id } = await opened();
    const outcome = as(await entente.resolve(id, { abort: true }, judge), 'aborted');
    expect(outcome).toMatchObject({ saved: false });
    expect((await entente.conflict(id))?.state).toBe('resolved');
    expect(await textAt(entente, 'doc.txt')).toBe(CURRENT);
    expect(text(await entente.conflictContent(id, 'proposed'))).toBe(PROPOSED);
    expect(text(await entente.conflictContent(id, 'current'))).toBe(CURRENT);
  });

  it('[E3] [C5] both puts the proposal beside the resource, under a free name', async () => {
    const { entente, id } = await opened();
    await put(entente, 'doc.ann.txt', 'taken');
    const outcome = as(await entente.resolve(id, { use: 'both' }, judge), 'split');
    expect(outcome.kept).toMatchObject({ resource: 'doc.txt', version: 2 });
    expect(outcome.copy).toMatchObject({ resource: 'doc.ann-2.txt', version: 1 });
    expect(await textAt(entente, 'doc.ann-2.txt')).toBe(PROPOSED);
    const again = as(await entente.resolve(id, { use: 'both' }, judge), 'split');
    expect(again).toMatchObject({ replayed: true, kept: outcome.kept, copy: outcome.copy });
  });

  it('[E3] an absent side means delete', async () => {
    const { entente } = setUp({ default: escalate() });
    const none = await tokenOf(entente, 'new', 'ann');
    await put(entente, 'new', 'first');
    const added = as(await entente.commitOrResolve(none, { content: 'second' }), 'escalated');
    as(await entente.resolve(added.conflictId, { use: 'base' }, judge), 'committed');
    expect(await entente.getVersion('new')).toMatchObject({ version: 2, deleted: true });
    await put(entente, 'old', 'text');
    const token = await tokenOf(entente, 'old', 'ann');
    await put(entente, 'old', 'text 2');
    const removed = as(await entente.commitOrResolve(token, { delete: true }), 'escalated');
    as(await entente.resolve(removed.conflictId, { use: 'proposed' }, judge), 'committed');
    expect(await entente.getVersion('old')).toMatchObject({ version: 3, deleted: true });
  });

  it('[E3] the same decision again is a replay; another one is told what was decided', async () => {
    const { entente, id } = await opened();
    const first = as(await entente.resolve(id, { use: 'proposed' }, judge), 'committed');
    const again = as(await entente.resolve(id, { use: 'proposed' }, judge), 'committed');
    expect(again).toMatchObject({ replayed: true, version: first.version, commitId: first.commitId });
    for (const options of [judge, { agent: 'other' }, { agent: 'judge', commitId: 'mine' }]) {
      const late = as(await entente.resolve(id, { use: 'base' }, options), 'rejected');
      expect(late.reason).toBe('already-resolved: proposed by judge');
    }
    expect(await textAt(entente, 'doc.txt')).toBe(PROPOSED);
  });

  it('[E3] two decisions at once: one stands, the other hears of it', async () => {
    for (const agents of [
      ['judge', 'other'],
      ['judge', 'judge'],
    ] as const) {
      const { entente, id } = await opened();
      const outcomes = await Promise.all([
        entente.resolve(id, { use: 'proposed' }, { agent: agents[0] }),
        entente.resolve(id, { use: 'base' }, { agent: agents[1] }),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['committed', 'rejected']);
      expect((await entente.getVersion('doc.txt'))?.version).toBe(3);
    }
  });

  it('[E3] a record that changed since it was looked at is a conflict', async () => {
    const { entente, id } = await opened();
    const outcome = as(await entente.resolve(id, { use: 'proposed' }, { ...judge, revision: 2 }), 'conflict');
    expect(outcome.packet.reason).toContain('changed since');
    expect(await textAt(entente, 'doc.txt')).toBe(CURRENT);
    as(await entente.resolve(id, { use: 'proposed' }, { ...judge, revision: 3 }), 'committed');
  });

  it('[T05] content that still holds conflict markers is refused, unless they are meant', async () => {
    const { entente, id } = await opened();
    const left = `<<<<<<< current\n${CURRENT}=======\n${PROPOSED}>>>>>>> proposed\n`;
    expect(await codeOf(() => entente.resolve(id, { content: left }, judge))).toBe('markers-left');
    expect((await entente.conflict(id))?.state).toBe('open');
    as(await entente.resolve(id, { content: left, allowMarkers: true }, judge), 'committed');
    expect(await textAt(entente, 'doc.txt')).toBe(left);
  });

  it('[E3] what is no decision, no decider and no commitId is misuse, and decides nothing', async () => {
    const { entente, id } = await opened();
    for (const decision of [{}, { use: 'theirs' }, { abort: false }, { content: 7 }, null, 'current'] as never[]) {
      expect(await codeOf(() => entente.resolve(id, decision, judge))).toBe('misuse');
    }
    expect(await codeOf(() => entente.resolve(id, { use: 'current' }, undefined as never))).toBe('bad-id');
    expect(await codeOf(() => entente.resolve(id, { use: 'current' }, { ...judge, commitId: '\n' }))).toBe('misuse');
    expect(await codeOf(() => entente.resolve(id, { use: 'current' }, { ...judge, reason: 'r'.repeat(2001) }))).toBe(
      'misuse',
    );
    expect((await entente.conflict(id))?.state).toBe('open');
  });
});
