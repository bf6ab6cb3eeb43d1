// Every kind of conflict under every strategy, each cell done for real. The type makes a missing cell fail to compile.
import { describe, expect, it } from 'vitest';
import { as, type Desk, openDesk, textOf } from '../../test/support/desk.ts';
import type { Change } from '../core/change.ts';
import { type ConflictKind, conflictKinds } from '../core/conflict-kind.ts';
import { hashOf } from '../core/hash.ts';
import type { OutcomeStatus } from '../core/outcome.ts';
import type { Token } from '../core/token.ts';
import { abortBoth } from '../strategies/abort-both.ts';
import { custom } from '../strategies/custom.ts';
import { escalate } from '../strategies/escalate.ts';
import { firstWriterWins } from '../strategies/first-writer-wins.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import { retry } from '../strategies/retry.ts';
import { type Strategy, type StrategyName, strategyNames } from '../strategies/types.ts';

/** What must be seen afterwards: the status, and what stands at `doc.md` by whom. */
interface Expected {
  readonly status: OutcomeStatus;
  /** `current`: untouched; `proposed`: the later change went over it. */
  readonly head: 'current' | 'proposed';
  /** Where the proposal is, when it is not the head. */
  readonly proposal?: 'copy' | 'conflict';
}

const untouched = (status: OutcomeStatus): Expected => ({ status, head: 'current' });
const over: Expected = { status: 'committed', head: 'proposed' };
const copied: Expected = { status: 'split', head: 'current', proposal: 'copy' };
const kept: Expected = { status: 'escalated', head: 'current', proposal: 'conflict' };

const common: Record<StrategyName, Expected> = {
  firstWriterWins: untouched('rejected'),
  lastWriterWins: over,
  merge: kept,
  retry: untouched('retry'),
  escalate: kept,
  keepBoth: copied,
  abortBoth: untouched('aborted'),
  custom: over,
};

const table: Record<ConflictKind, Record<StrategyName, Expected>> = {
  modified: common,
  'both-added': common,
  'modified-deleted': common,
  'deleted-modified': {
    firstWriterWins: untouched('rejected'),
    lastWriterWins: over,
    merge: untouched('conflict'),
    retry: untouched('conflict'),
    escalate: kept,
    keepBoth: untouched('conflict'),
    abortBoth: untouched('conflict'),
    custom: untouched('conflict'),
  },
  'hash-only': common,
  'base-gone': common,
};

/** `custom` takes the proposed side; the rest have no options. */
const strategies: Record<StrategyName, Strategy> = {
  firstWriterWins: firstWriterWins(),
  lastWriterWins: lastWriterWins(),
  merge: merge('text'),
  retry: retry({ maxAttempts: 2 }),
  escalate: escalate(),
  keepBoth: keepBoth(),
  abortBoth: abortBoth(),
  custom: custom(() => ({ use: 'proposed' })),
};

interface Situation {
  readonly token: Token;
  readonly change: Change;
  /** The hash that stands there before, and the one that is proposed. */
  readonly current: string;
  readonly proposed: string;
}

const DOC = 'doc.md';
const text = (base: string | null, current: string | null, change: Change, proposed: string) => {
  return async (desk: Desk): Promise<Situation> => ({
    token: await desk.clash(DOC, base, current),
    change,
    current: current === null ? '' : hashOf(current),
    proposed,
  });
};

const situations: Record<ConflictKind, (desk: Desk) => Promise<Situation>> = {
  modified: text('base\n', 'ann\n', { content: 'bob\n' }, hashOf('bob\n')),
  'both-added': text(null, 'ann\n', { content: 'bob\n' }, hashOf('bob\n')),
  'modified-deleted': text('base\n', null, { content: 'bob\n' }, hashOf('bob\n')),
  'deleted-modified': text('base\n', 'ann\n', { delete: true }, ''),
  'hash-only': text('base\n', 'ann\n', { hash: 'bobs-hash' }, 'bobs-hash'),
  async 'base-gone'(desk) {
    const stale = await desk.clash(DOC, 'base\n', 'ann\n');
    const change = { content: 'bob\n' };
    const { token } = as(await desk.entente.commit(stale, change), 'conflict');
    await desk.store.trim(token.space, token.asOf);
    return { token, change, current: hashOf('ann\n'), proposed: hashOf('bob\n') };
  },
};

const cells = conflictKinds.flatMap((kind) => strategyNames.map((name) => [kind, name] as const));

describe('kind of conflict × strategy', () => {
  it.each(cells)('[TB1] %s under %s', async (kind, name) => {
    const expected = table[kind][name];
    const desk = openDesk({ default: strategies[name] });
    const { token, change, current, proposed } = await situations[kind](desk);
    const before = await desk.entente.getVersion(DOC);
    expect(before?.hash).toBe(current);

    const outcome = await desk.entente.commitOrResolve(token, change);
    expect(outcome.status, JSON.stringify(outcome)).toBe(expected.status);

    const after = await desk.entente.getVersion(DOC);
    if (expected.head === 'current') expect(after).toEqual(before);
    else {
      expect(after).toMatchObject({ hash: proposed, agent: 'bob', version: (before?.version ?? 0) + 1 });
      const entry = (await desk.entente.log()).items.at(-1);
      expect(entry?.meta.overwrote).toMatchObject({ version: before?.version });
      expect(entry?.guards).toEqual([{ resource: DOC, revision: before?.revision, hash: current }]);
    }
    await nothingLost(desk, expected, current, proposed);
  });

  /** Whatever was acknowledged can still be read, and a proposal that was taken on is where the outcome says. */
  async function nothingLost(desk: Desk, expected: Expected, current: string, proposed: string): Promise<void> {
    const versions = (await desk.entente.history(DOC)).items.map(({ head }) => head.hash);
    expect(versions).toContain(current);
    const copies = (await desk.entente.list('doc.bob')).items.map(({ hash }) => hash);
    expect(copies).toEqual(expected.proposal === 'copy' ? [proposed] : []);
    const open = (await desk.entente.conflicts({ state: 'open' })).items;
    expect(open.map((conflict) => conflict.proposed.hash)).toEqual(expected.proposal === 'conflict' ? [proposed] : []);
    if (proposed !== hashOf('bob\n')) return;
    for (const { id } of open) expect(textOf(await desk.entente.conflictContent(id, 'proposed'))).toBe('bob\n');
  }

  it('[TB1] a merge that is clean ends as merged, in the one kind that has three texts', async () => {
    const desk = openDesk({ default: merge('text') });
    const stale = await desk.clash(DOC, 'a\nb\nc\n', 'A\nb\nc\n');
    as(await desk.entente.commitOrResolve(stale, { content: 'a\nb\nC\n' }), 'merged');
    expect(await desk.text(DOC)).toBe('A\nb\nC\n');
  });

  it('[C9] without its base no two texts are merged, although they would fit; otherwise is not asked', async () => {
    for (const otherwise of [lastWriterWins(), keepBoth(), firstWriterWins()]) {
      const desk = openDesk({ default: merge('text', { otherwise }) });
      const stale = await desk.clash(DOC, 'a\nb\nc\n', 'A\nb\nc\n');
      const change = { content: 'a\nb\nC\n' };
      const { token } = as(await desk.entente.commit(stale, change), 'conflict');
      await desk.store.trim(token.space, token.asOf);
      const again = as(await desk.entente.commit(token, change), 'conflict');
      expect(again.packet.reason).toContain('base-gone');
      const outcome = as(await desk.entente.commitOrResolve(again.token, change), 'escalated');
      expect(outcome.reason).toBe('base-gone');
      expect(textOf(await desk.entente.conflictContent(outcome.conflictId, 'proposed'))).toBe('a\nb\nC\n');
      expect(await desk.text(DOC)).toBe('A\nb\nc\n');
    }
  });
});
