// The faults of the module that this project grew from: each is a test that it stays mended.
import { describe, expect, it } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import { hashOf } from '../../src/core/hash.ts';
import type { Token } from '../../src/core/token.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { abortBoth } from '../../src/strategies/abort-both.ts';
import { custom } from '../../src/strategies/custom.ts';
import { escalate } from '../../src/strategies/escalate.ts';
import { firstWriterWins } from '../../src/strategies/first-writer-wins.ts';
import { keepBoth } from '../../src/strategies/keep-both.ts';
import { lastWriterWins } from '../../src/strategies/last-writer-wins.ts';
import { merge } from '../../src/strategies/merge.ts';
import { retry } from '../../src/strategies/retry.ts';
import type { Strategy } from '../../src/strategies/types.ts';
import { as, codeOf, openDesk, textOf } from '../support/desk.ts';
import { withMethods } from '../support/wrap.ts';

/** A third agent commits at the last moment: after the conflict was decided, before the decision is written. */
function withThird(strategy: Strategy, third: () => Promise<unknown>): ReturnType<typeof openDesk> {
  const inner = createMemoryStore();
  let seen = 0;
  const store = withMethods(inner, {
    async commit(requests) {
      if (requests[0]?.agent === 'bob') {
        seen += 1;
        if (seen === 2) await third();
      }
      return inner.commit(requests);
    },
  });
  return openDesk({ store, default: strategy, sleep: async () => undefined });
}

describe('faults of the seed', () => {
  it('[R1] a third commit that lands between deciding and writing is merged, not overwritten', async () => {
    const desk = withThird(merge('text'), () => desk.put('doc', 'A\nb\nTHIRD\nd\n', 'cyd'));
    const stale = await desk.clash('doc', 'a\nb\nc\nd\n', 'A\nb\nc\nd\n');
    as(await desk.entente.commitOrResolve(stale, { content: 'a\nb\nc\nD\n' }), 'escalated');
    expect(await desk.text('doc')).toBe('A\nb\nTHIRD\nd\n');
    const other = withThird(merge('text'), () => other.put('doc', 'A\nb\nC\nd\ne\n', 'cyd'));
    const token = await other.clash('doc', 'a\nb\nc\nd\ne\n', 'A\nb\nc\nd\ne\n');
    as(await other.entente.commitOrResolve(token, { content: 'a\nb\nc\nd\nE\n' }), 'merged');
    expect(await other.text('doc')).toBe('A\nb\nC\nd\nE\n');
  });

  it('[R1] a last writer goes over the third commit knowingly, and the log says which', async () => {
    const desk = withThird(lastWriterWins(), () => desk.put('doc', 'third', 'cyd'));
    const stale = await desk.clash('doc', 'base', 'ann');
    as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'committed');
    const entry = (await desk.entente.log()).items.at(-1);
    expect(entry?.meta.overwrote).toEqual({ version: 3, revision: 3, agent: 'cyd' });
    expect(entry?.guards[0]?.revision).toBe(3);
  });

  it('[R2] a stale token does not commit because the resource is absent', async () => {
    const desk = openDesk();
    const stale = await desk.clash('doc', 'base', null);
    as(await desk.entente.commit(stale, { content: 'bob' }), 'conflict');
    as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'rejected');
    expect((await desk.entente.getVersion('doc'))?.deleted).toBe(true);
    const elsewhere = openDesk();
    expect(await codeOf(elsewhere.entente.commit(stale, { content: 'bob' }))).toBe('epoch-changed');
  });

  it('[R3] the hash of the base is compared, not only stored', async () => {
    const desk = openDesk();
    const token = await desk.put('doc', 'base');
    const wrong: Token = { ...token, hash: hashOf('something else') };
    expect(await codeOf(desk.entente.commit(wrong, { content: 'x' }))).toBe('bad-token');
    expect(await desk.text('doc')).toBe('base');
  });

  it('[R4] two tokens of one agent are two writers: the first wins', async () => {
    const desk = openDesk({ default: firstWriterWins() });
    const one = (await desk.begin('doc', 'agent-1')).token;
    const two = (await desk.begin('doc', 'agent-1')).token;
    as(await desk.entente.commitOrResolve(one, { content: 'first' }), 'committed');
    as(await desk.entente.commitOrResolve(two, { content: 'second' }), 'rejected');
    expect(await desk.text('doc')).toBe('first');
  });

  it('[R5] retries are counted by attempts: no endless ones at distance 1, no instant end on a hot resource', async () => {
    const desk = openDesk({ default: retry({ maxAttempts: 3 }) });
    let { token } = await desk.begin('doc', 'bob');
    const seen: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      await desk.put('doc', `ann ${turn}`);
      const outcome = await desk.entente.commitOrResolve(token, { content: `bob ${turn}` });
      seen.push(outcome.status);
      if (outcome.status === 'retry') token = outcome.token;
      else break;
    }
    expect(seen).toEqual(['retry', 'retry', 'retry', 'escalated']);
    const hot = openDesk({ default: retry({ maxAttempts: 1 }) });
    const old = (await hot.begin('doc', 'bob')).token;
    for (let version = 0; version < 50; version += 1) await hot.put('doc', `ann ${version}`);
    as(await hot.entente.commitOrResolve(old, { content: 'bob' }), 'retry');
  });

  it('[R6] merge merges by itself where the contents are at hand; the manual way gives the merged text', async () => {
    const desk = openDesk({ default: merge('text') });
    const stale = await desk.clash('doc', 'a\nb\nc\n', 'A\nb\nc\n');
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'a\nb\nC\n' }), 'merged');
    expect(textOf(outcome.content)).toBe('A\nb\nC\n');
    const sides = {
      base: { content: 'a\nb\nc\n' },
      current: { content: 'A\nb\nc\n' },
      proposed: { content: 'a\nb\nC\n' },
    };
    expect(desk.entente.resolveDetails({ resource: 'doc', ...sides })).toEqual({
      type: 'merged',
      content: 'A\nb\nC\n',
      hash: hashOf('A\nb\nC\n'),
    });
  });

  it('[R7] merges have a base: deleted lines and keys stay deleted, order stays', async () => {
    const desk = openDesk({ default: merge() });
    const text = await desk.clash('doc.md', 'one\ntwo\nthree\nfour\n', 'one\nthree\nfour\n');
    as(await desk.entente.commitOrResolve(text, { content: 'one\ntwo\nthree\nfour\nfive\n' }), 'merged');
    expect(await desk.text('doc.md')).toBe('one\nthree\nfour\nfive\n');
    const json = await desk.clash('doc.json', '{"a":1,"b":2,"c":3}', '{"b":2,"c":3}');
    as(await desk.entente.commitOrResolve(json, { content: '{"a":1,"b":2,"c":4}' }), 'merged');
    expect(await desk.text('doc.json')).toBe('{"b":2,"c":4}');
  });

  it('[R8] a registered pattern is a pattern', async () => {
    const desk = openDesk();
    desk.entente.registerStrategy('notes/**/*.md', lastWriterWins());
    const stale = await desk.clash('notes/a/plan.md', 'base', 'ann');
    as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'committed');
    const other = await desk.clash('plan.md', 'base', 'ann');
    as(await desk.entente.commitOrResolve(other, { content: 'bob' }), 'rejected');
  });

  it('[R9] equal contents do not conflict, and a commit that is sent again does not with its own success', async () => {
    const desk = openDesk({ default: escalate() });
    const stale = await desk.clash('doc', 'base', 'same');
    as(await desk.entente.commitOrResolve(stale, { content: 'same' }), 'unchanged');
    const { token } = await desk.begin('doc', 'bob');
    const first = as(await desk.entente.commitOrResolve(token, { content: 'next' }), 'committed');
    const again = as(await desk.entente.commitOrResolve(token, { content: 'next' }), 'committed');
    expect(again).toMatchObject({ replayed: true, version: first.version, revision: first.revision });
    expect((await desk.entente.stats()).totalConflicts).toBe(0);
  });

  it('[R10] counters are no lengths of a list: 150 conflicts are 150, and the history keeps its last 100', async () => {
    const desk = openDesk();
    for (let count = 0; count < 150; count += 1) {
      const stale = await desk.clash(`doc-${count}`, 'base', 'ann');
      await desk.entente.commitOrResolve(stale, { content: 'bob' });
    }
    expect(await desk.entente.stats()).toMatchObject({ totalConflicts: 150, rejected: 150, totalResources: 150 });
    const history = await desk.entente.conflictHistory();
    expect(history.map(({ conflict }) => conflict.resource)).toEqual(
      Array.from({ length: 100 }, (_, place) => `doc-${place + 50}`),
    );
    await desk.entente.clearHistory();
    expect(await desk.entente.conflictHistory()).toEqual([]);
    expect((await desk.entente.stats()).totalConflicts).toBe(150);
  });

  it('[R10] times are numbers that outlive the process; the content hash is SHA-256, the same in every build', async () => {
    const desk = openDesk({ clock: () => 1_764_000_000_000 });
    await desk.put('doc', 'abc');
    const head = await desk.entente.getVersion('doc');
    expect(JSON.parse(JSON.stringify(head))).toMatchObject({
      at: 1_764_000_000_000,
      hash: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
  });

  it('[R11] custom code runs, both are aborted or kept where that is asked, and an escalation can be answered', async () => {
    const store = createMemoryStore();
    const entente = createController({
      store,
      policy: [
        [
          'custom',
          custom(({ current, proposed }) => ({
            content: `${textOf(current.content as Uint8Array)} + ${textOf(proposed.content as Uint8Array)}`,
          })),
        ],
        ['abort', abortBoth()],
        ['both', keepBoth()],
        ['escalate', escalate()],
      ],
    });
    const desk = openDesk({ store });
    const send = async (resource: string) =>
      entente.commitOrResolve(await desk.clash(resource, 'base', 'ann'), { content: 'bob' });
    as(await send('custom'), 'merged');
    expect(await desk.text('custom')).toBe('ann + bob');
    as(await send('abort'), 'aborted');
    as(await send('both'), 'split');
    const { conflictId } = as(await send('escalate'), 'escalated');
    expect((await entente.conflicts({ state: 'open' })).items.map(({ id }) => id)).toEqual([conflictId]);
    as(await entente.resolve(conflictId, { use: 'proposed' }, { agent: 'judge' }), 'committed');
    expect(await desk.text('escalate')).toBe('bob');
    expect((await entente.conflict(conflictId))?.state).toBe('resolved');
  });
});
