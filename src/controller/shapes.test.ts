import { describe, expect, it } from 'vitest';
import { as, openDesk } from '../../test/support/desk.ts';
import { hashOf } from '../core/hash.ts';
import type { Outcome, OutcomeStatus } from '../core/outcome.ts';
import { abortBoth } from '../strategies/abort-both.ts';
import { escalate } from '../strategies/escalate.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import { retry } from '../strategies/retry.ts';
import type { Strategy } from '../strategies/types.ts';

const written = ['resource', 'version', 'revision', 'hash'];

/** The fields of each outcome of a commit, beside `status` and `commitId`. */
const fields: Record<OutcomeStatus, readonly string[]> = {
  committed: [...written, 'token'],
  unchanged: ['head', 'token'],
  merged: [...written, 'content', 'receipt', 'token'],
  conflict: ['saved', 'packet', 'token'],
  retry: ['saved', 'attempt', 'maxAttempts', 'packet', 'token'],
  rejected: ['saved', 'reason', 'packet'],
  aborted: ['saved', 'reason', 'packet'],
  split: ['resource', 'kept', 'copy', 'label'],
  escalated: ['conflictId', 'reason', 'packet'],
  unknown: ['resource'],
};

function checkShape(outcome: Outcome): void {
  const known = ['status', 'commitId', ...fields[outcome.status]];
  expect(Object.keys(outcome).sort(), outcome.status).toEqual(known.sort());
  expect(Object.keys(outcome)[0]).toBe('status');
  if ('token' in outcome) {
    expect(Object.isFrozen(outcome.token)).toBe(true);
    expect(outcome.token.id).not.toBe(outcome.commitId);
  }
}

const settled: readonly (readonly [OutcomeStatus, Strategy | undefined, string])[] = [
  ['committed', lastWriterWins(), 'bob\n'],
  ['unchanged', undefined, 'base\n'],
  ['merged', merge('append'), 'base\nbob\n'],
  ['retry', retry({ maxAttempts: 1 }), 'bob\n'],
  ['rejected', undefined, 'bob\n'],
  ['aborted', abortBoth(), 'bob\n'],
  ['split', keepBoth(), 'bob\n'],
  ['escalated', escalate(), 'bob\n'],
];

describe('shapes', () => {
  it.each(settled)('[F3] %s has exactly its fields, status first', async (status, strategy, content) => {
    const desk = openDesk(strategy === undefined ? {} : { default: strategy });
    const stale = await desk.clash('doc', 'base\n', 'base\nann\n');
    const outcome = as(await desk.entente.commitOrResolve(stale, { content }), status);
    checkShape(outcome);
    if (status === 'rejected' || status === 'retry') return;
    const again = await desk.entente.commitOrResolve(stale, { content });
    if (again.replayed === true) expect(again).toMatchObject({ status, commitId: stale.id });
  });

  it('[F3] commit: committed, unchanged and conflict have exactly their fields', async () => {
    const desk = openDesk();
    const stale = await desk.clash('doc', 'base', 'ann');
    checkShape(as(await desk.entente.commit(stale, { content: 'bob' }), 'conflict'));
    const { token } = await desk.begin('doc');
    checkShape(as(await desk.entente.commit(token, { content: 'next' }), 'committed'));
    const never = await desk.begin('never');
    const nothing = as(await desk.entente.commit(never.token, { delete: true }), 'unchanged');
    expect('head' in nothing).toBe(false);
  });

  it('[F3] the token of a commit is on the new head, so that a chain needs no re-read', async () => {
    const desk = openDesk();
    let { token } = await desk.begin('doc');
    for (let version = 1; version <= 5; version += 1) {
      const outcome = as(await desk.entente.commit(token, { content: `v${version}` }), 'committed');
      expect(outcome).toMatchObject({ version, resource: 'doc', hash: hashOf(`v${version}`) });
      expect(outcome.token).toMatchObject({ version, revision: outcome.revision, asOf: outcome.revision });
      token = outcome.token;
    }
  });

  it('[F3] a transaction tells all that it wrote, and a packet and a token for every write that it did not', async () => {
    const desk = openDesk();
    const one = (await desk.begin('a', 'bob')).token;
    const two = (await desk.begin('b', 'bob')).token;
    const writes = [one, two].map((token) => ({ token, change: { content: token.resource } }));
    const landed = as(await desk.entente.transact({ agent: 'bob', writes }), 'committed');
    expect(landed.results?.map(({ resource }) => resource)).toEqual(['a', 'b']);
    const stale = [(await desk.begin('a', 'bob')).token, (await desk.begin('b', 'bob')).token];
    await desk.put('b', 'ann');
    const refused = as(
      await desk.entente.transact({
        agent: 'bob',
        writes: stale.map((token) => ({ token, change: { content: 'x' } })),
      }),
      'conflict',
    );
    expect(refused.packets?.map(({ resource }) => resource)).toEqual(['a', 'b']);
    expect(refused.tokens?.map(({ resource }) => resource)).toEqual(['a', 'b']);
    expect(refused.saved).toBe(false);
  });

  it('[F5] a packet: what was expected, what is there, who moved it and why, and only what clashes', async () => {
    const desk = openDesk({ clock: () => 77 });
    await desk.put('doc.md', 'a\nb\nc\nd\ne\n');
    const { token } = await desk.begin('doc.md', 'bob');
    const first = (await desk.begin('doc.md', 'ann')).token;
    await desk.entente.commit(first, { content: 'A\nb\nc\nd\ne\n' }, { note: 'capital' });
    await desk.put('doc.md', 'A\nb\nc\nd\nE\n', 'cyd');
    const { packet } = as(await desk.entente.commit(token, { content: 'a\nb\nC\nd\nx\n' }), 'conflict');
    expect(Object.keys(packet).sort()).toEqual(
      ['resource', 'expected', 'actual', 'between', 'regions', 'cleanRegions', 'reason'].sort(),
    );
    expect(packet.expected).toEqual({ version: 1, revision: await desk.nth(1), hash: token.hash });
    expect(packet.actual).toEqual(await desk.entente.getVersion('doc.md'));
    expect(packet.between).toEqual([
      { agent: 'ann', version: 2, note: 'capital', at: 77 },
      { agent: 'cyd', version: 3, at: 77 },
    ]);
    expect(packet.regions).toHaveLength(1);
    expect(packet.cleanRegions).toBe(2);
    const texts = (['base', 'current', 'proposed'] as const).map((side) => packet.regions[0]?.[side]);
    expect(
      texts.map((bytes) =>
        Buffer.from(bytes ?? [])
          .toString()
          .trim(),
      ),
    ).toEqual(['e', 'E', 'x']);
  });

  it('[F5] a packet of what moved very often names the last versions', async () => {
    const desk = openDesk();
    const { token } = await desk.begin('doc', 'bob');
    for (let version = 1; version <= 30; version += 1) await desk.put('doc', `v${version}`);
    const { packet } = as(await desk.entente.commit(token, { content: 'bob' }), 'conflict');
    expect(packet.between.map(({ version }) => version)).toEqual(Array.from({ length: 20 }, (_, place) => place + 11));
  });

  it('[F5] a packet of what was never there has no head to show', async () => {
    const desk = openDesk();
    const premise = (await desk.begin('premise', 'bob')).token;
    await desk.put('premise', 'x');
    const { token } = await desk.begin('doc', 'bob');
    const { packet } = as(await desk.entente.commit(token, { content: 'x' }, { reads: [premise] }), 'conflict');
    expect('actual' in packet).toBe(false);
    expect(packet).toMatchObject({ between: [], regions: [], cleanRegions: 0 });
  });
});
