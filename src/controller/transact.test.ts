// Several resources in one commit: all or nothing, each stale write through its own policy (rule D1).
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Token } from '../core/token.ts';
import { checkReceipt } from '../merge/check-receipt.ts';
import { escalate } from '../strategies/escalate.ts';
import { firstWriterWins } from '../strategies/first-writer-wins.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import type { Strategy } from '../strategies/types.ts';
import { parseReceipt } from './kept-receipt.ts';
import type { Controller } from './types.ts';

const LINES = 'one\n-\ntwo\n-\nthree\n';
const policy: readonly (readonly [string, Strategy])[] = [
  ['text/**', merge('text')],
  ['last/**', lastWriterWins()],
  ['first/**', firstWriterWins()],
  ['ask/**', escalate()],
  ['both/**', keepBoth()],
];

async function tokens(entente: Controller, ...resources: string[]): Promise<Token[]> {
  return Promise.all(resources.map((resource) => tokenOf(entente, resource, 'ann')));
}

async function world(...resources: string[]): Promise<{ entente: Controller; held: Token[] }> {
  const { entente } = setUp({ policy });
  for (const resource of resources) await put(entente, resource, LINES);
  return { entente, held: await tokens(entente, ...resources) };
}

function write(entente: Controller, held: readonly Token[], changed: string, more: object = {}): Promise<Outcome> {
  const writes = held.map((token) => ({ token, change: { content: changed } }));
  return entente.transact({ agent: 'ann', writes, ...more });
}

const mine = LINES.replace('three', 'THREE');
const theirs = LINES.replace('one', 'ONE');
const both = mine.replace('one', 'ONE');

describe('transact', () => {
  it('[D1] bytes that somebody else wrote meanwhile do not stand for a write of the set, unless its policy says so', async () => {
    const { entente } = setUp({ policy });
    for (const id of ['first/a', 'first/b', 'text/a', 'text/b']) await put(entente, id, '500\n');
    const old = await tokens(entente, 'first/a', 'text/a');
    // Somebody else moves five: their a is what ours will be, and their b is not.
    for (const kind of ['first', 'text']) {
      await put(entente, `${kind}/a`, '495\n');
      await put(entente, `${kind}/b`, '505\n');
    }
    const transfer = async (kind: string, a: Token): Promise<Outcome> => {
      const [b] = (await tokens(entente, `${kind}/b`)) as [Token];
      const writes = [
        { token: a, change: { content: '495\n' } },
        { token: b, change: { content: '510\n' } },
      ];
      return entente.transact({ agent: 'ann', writes });
    };
    as(await transfer('first', old[0] as Token), 'conflict');
    expect(await textAt(entente, 'first/b')).toBe('505\n');
    // A merge takes equal changes of both sides as one: whoever chose it for this resource has said so.
    expect(as(await transfer('text', old[1] as Token), 'merged').results).toHaveLength(1);
    expect(await textAt(entente, 'text/b')).toBe('510\n');
  });

  it('[D1] writes all of its resources at one revision, with a result for each', async () => {
    const { entente, held } = await world('a', 'b', 'c');
    const outcome = as(await write(entente, held, mine), 'committed');
    expect(outcome.results?.map(({ resource, version }) => [resource, version])).toEqual([
      ['a', 2],
      ['b', 2],
      ['c', 2],
    ]);
    expect(new Set(outcome.results?.map(({ revision }) => revision))).toEqual(new Set([4]));
    expect(await textAt(entente, 'c')).toBe(mine);
  });

  it('[D1] is refused whole by a premise that moved, with a packet and a fresh token for every write', async () => {
    const { entente, held } = await world('text/a', 'text/b', 'premise');
    const [a, b, premise] = held as [Token, Token, Token];
    await put(entente, 'premise', 'other');
    const outcome = as(await write(entente, [a, b], mine, { reads: [premise] }), 'conflict');
    expect(outcome.packet.reason).toContain('premise');
    expect(outcome.packets?.map(({ resource }) => resource)).toEqual(['text/a', 'text/b']);
    expect(outcome.tokens?.map(({ resource, attempt }) => [resource, attempt])).toEqual([
      ['text/a', 0],
      ['text/b', 0],
    ]);
    expect(await textAt(entente, 'text/a')).toBe(LINES);
  });

  const asWrites = ['text/a', 'last/a'] as const;
  const asAnswers = ['first/a', 'ask/a', 'both/a', 'free/a'] as const;

  it.each(asWrites)('[D1] commits the set as merged when the stale write of %s ends as a write', async (stale) => {
    const { entente, held } = await world(stale, 'fresh');
    await put(entente, stale, theirs);
    const outcome = as(await write(entente, held, mine), 'merged');
    expect(await textAt(entente, stale)).toBe(stale === 'text/a' ? both : mine);
    expect(text(outcome.content)).toBe(stale === 'text/a' ? both : mine);
    expect(await textAt(entente, 'fresh')).toBe(mine);
    expect(outcome.results?.map(({ version }) => version)).toEqual([3, 2]);
  });

  it('[D1] tells the first write that was merged with its own receipt, and the log has every receipt', async () => {
    const { entente, store } = setUp({ policy });
    const resources = ['fresh', 'text/a', 'text/b'];
    for (const resource of resources) await put(entente, resource, LINES);
    const held = await tokens(entente, ...resources);
    const theirsOf = (resource: string): string => theirs.replace('ONE', resource);
    for (const resource of resources.slice(1)) await put(entente, resource, theirsOf(resource));
    const outcome = as(await write(entente, held, mine), 'merged');
    expect(outcome).toMatchObject({ resource: 'text/a', version: 3, token: { resource: 'text/a', version: 3 } });
    expect(text(outcome.content)).toBe(await textAt(entente, 'text/a'));
    const entry = (await entente.log()).items.at(-1);
    const receipts = entry?.meta.extra?.['receipts'] as { [resource: string]: string };
    expect(Object.keys(receipts)).toEqual(['text/a', 'text/b']);
    expect(entry?.meta.receipt).toBe(receipts['text/a']);
    for (const [resource, hash] of Object.entries(receipts)) {
      const receipt = parseReceipt((await store.content(hash)) ?? new Uint8Array());
      if (resource === outcome.resource) expect(outcome.receipt).toEqual(receipt);
      const sides = [LINES, theirsOf(resource), mine].map((side) => Buffer.from(side));
      const [base = null, current = null, proposed = null] = sides;
      const content = (await entente.read(resource))?.content ?? null;
      const stats = { engine: 'text', clean: 2, conflicts: 0 };
      const result = { status: 'clean', content, receipt, stats, notes: [] } as const;
      expect(checkReceipt({ base, current, proposed }, result)).toMatchObject({ ok: true });
    }
  });

  it('[D1] a merge that comes to what is there writes nothing', async () => {
    const { entente, held } = await world('text/a', 'fresh');
    await put(entente, 'text/a', both);
    const outcome = as(await write(entente, held, mine), 'merged');
    expect(outcome.results?.map(({ resource }) => resource)).toEqual(['fresh']);
    expect((await entente.getVersion('text/a'))?.version).toBe(2);
    const alone = await world('text/a');
    await put(alone.entente, 'text/a', both);
    const same = as(await write(alone.entente, alone.held, mine), 'unchanged');
    as(await alone.entente.commit(same.token, { content: mine }), 'conflict');
  });

  it.each(asAnswers)('[D1] writes nothing and opens nothing when %s does not end as a write', async (stale) => {
    const { entente, held } = await world('text/a', stale, 'fresh');
    await put(entente, 'text/a', theirs);
    await put(entente, stale, theirs);
    const before = (await entente.stats()).revision;
    const outcome = as(await write(entente, held, mine), 'conflict');
    expect(outcome.packets?.map(({ actual }) => actual?.version)).toEqual([2, 2, 1]);
    expect(outcome.tokens?.map(({ version }) => version)).toEqual([2, 2, 1]);
    expect((await entente.stats()).revision).toBe(before);
    expect((await entente.conflicts()).items).toEqual([]);
  });

  it('[D1] one clean merge and one that clashes in the same lines: nothing is written', async () => {
    const { entente, held } = await world('text/a', 'text/b');
    await put(entente, 'text/a', theirs);
    await put(entente, 'text/b', LINES.replace('three', 'drei'));
    const outcome = as(await write(entente, held, mine), 'conflict');
    expect(outcome.packets?.map(({ regions }) => regions.length)).toEqual([0, 1]);
    expect(await textAt(entente, 'text/a')).toBe(theirs);
  });

  it('[D1] [B3] deletes go with the set; a stale delete stops it unless the policy lets the last writer win', async () => {
    const { entente, held } = await world('text/a', 'last/a', 'x');
    const [a, last, x] = held as [Token, Token, Token];
    const remove = { delete: true } as const;
    await put(entente, 'text/a', theirs);
    const refused = await entente.transact({
      agent: 'ann',
      writes: [
        { token: a, change: remove },
        { token: x, change: { content: mine } },
      ],
    });
    as(refused, 'conflict');
    await put(entente, 'last/a', theirs);
    const writes = [
      { token: last, change: remove },
      { token: x, change: remove },
    ];
    as(await entente.transact({ agent: 'ann', writes }), 'merged');
    expect((await entente.list()).items.map(({ resource }) => resource)).toEqual(['text/a']);
  });

  it('[D1] [A2] writes that change nothing are left out; a set of them is unchanged and not logged', async () => {
    const { entente, held } = await world('text/a', 'b');
    const [a, b] = held as [Token, Token];
    await put(entente, 'text/a', theirs);
    const outcome = await entente.transact({
      agent: 'ann',
      writes: [
        { token: a, change: { content: LINES } },
        { token: b, change: { content: mine } },
      ],
    });
    expect(as(outcome, 'committed').results?.map(({ resource }) => resource)).toEqual(['b']);
    expect(await textAt(entente, 'text/a')).toBe(theirs);
    const again = await tokens(entente, 'text/a', 'b');
    const { revision } = await entente.stats();
    const idle = await entente.transact({
      agent: 'ann',
      writes: again.map((token) => ({ token, change: { content: token.resource === 'b' ? mine : theirs } })),
    });
    expect(as(idle, 'unchanged').results).toEqual([]);
    expect((await entente.stats()).revision).toBe(revision);
  });

  it('[D1] [A9] a set that changes nothing still fails on a premise that moved', async () => {
    const { entente, held } = await world('a', 'premise');
    const [a, premise] = held as [Token, Token];
    await put(entente, 'premise', 'moved');
    as(await write(entente, [a], LINES, { reads: [premise] }), 'conflict');
  });

  it('[D1] content on a hash-only version of the same hash is a change', async () => {
    const { entente } = setUp();
    const { hash } = await put(entente, 'elsewhere', LINES);
    await put(entente, 'a', { hash });
    const outcome = await write(entente, await tokens(entente, 'a'), LINES);
    expect(as(outcome, 'committed').version).toBe(2);
    expect(await textAt(entente, 'a')).toBe(LINES);
  });

  it('[D1] [A6] the same set again replays its answer, merged or not, under its own and a given commitId', async () => {
    for (const more of [{}, { commitId: 'chosen' }]) {
      const { entente, held } = await world('text/a', 'b');
      await put(entente, 'text/a', theirs);
      const first = as(await write(entente, held, mine, more), 'merged');
      await put(entente, 'b', 'later');
      const again = as(await write(entente, [...held].reverse(), mine, more), 'merged');
      expect(again.replayed).toBe(true);
      expect(again.commitId).toBe(first.commitId);
      expect(again.results).toEqual(first.results);
      const { replayed: _, token: __, ...told } = again;
      const { token: ___, ...before } = first;
      expect(told).toEqual(before);
    }
  });

  it('[D1] [A3] another change under the same commitId is refused, whichever way it goes', async () => {
    const { entente, held } = await world('a', 'b');
    as(await write(entente, held, mine), 'committed');
    expect(await codeOf(() => write(entente, held, theirs))).toBe('token-spent');
    expect(await codeOf(() => write(entente, held, LINES))).toBe('token-spent');
    const more = { commitId: 'chosen' };
    const next = await tokens(entente, 'a', 'b');
    as(await write(entente, next, theirs, more), 'committed');
    expect(await codeOf(() => write(entente, next, LINES, more))).toBe('idempotency-mismatch');
    expect(await codeOf(() => write(entente, next, mine, more))).toBe('idempotency-mismatch');
    expect(await textAt(entente, 'a')).toBe(theirs);
  });

  it('[D1] [A1] a refused set that comes again with its fresh tokens erases nobody', async () => {
    const { entente, held } = await world('first/a', 'first/b');
    await put(entente, 'first/a', theirs);
    const refused = as(await write(entente, held, mine), 'conflict');
    const fresh = refused.tokens ?? [];
    const again = as(await write(entente, fresh, mine), 'conflict');
    expect(await textAt(entente, 'first/a')).toBe(theirs);
    expect(again.tokens?.map(({ repairs }) => repairs?.proposedHash)).toEqual([
      fresh[0]?.repairs?.proposedHash,
      undefined,
    ]);
    const repaired = await entente.transact({
      agent: 'ann',
      writes: (again.tokens ?? []).map((token) => ({ token, change: { content: both } })),
    });
    as(repaired, 'committed');
  });
});
