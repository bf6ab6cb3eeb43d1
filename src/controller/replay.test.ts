import { describe, expect, it } from 'vitest';
import { as, codeOf, doorNames, doors, openDesk } from '../../test/support/desk.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { withMethods } from '../../test/support/wrap.ts';
import type { Change } from '../core/change.ts';
import { hashOf } from '../core/hash.ts';
import type { Outcome } from '../core/outcome.ts';
import { createMemoryStore } from '../stores/memory.ts';
import type { CommitRequest } from '../stores/store.ts';
import { abortBoth } from '../strategies/abort-both.ts';
import { escalate } from '../strategies/escalate.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import type { Strategy } from '../strategies/types.ts';

/** What must be the same in an answer and its replay: all but the fresh token, and packets that show the present. */
function facts(outcome: Outcome): object {
  const { token: _token, packet: _packet, replayed: _replayed, ...rest } = outcome as Outcome & Record<string, unknown>;
  return rest;
}

const changes: readonly (readonly [string, Change])[] = [
  ['content', { content: 'next\n' }],
  ['append', { append: 'more\n' }],
  ['edits', { edits: [{ old: 'base', new: 'other' }] }],
  ['jsonPatch', { jsonPatch: [{ op: 'replace', path: '', value: 1 }] }],
  ['delete', { delete: true }],
  ['hash', { hash: 'delete' }],
];

describe('commitId', () => {
  it('[A3] is the token’s id unless said, and the hash of the sorted write-token ids for a transaction', async () => {
    const { entente, begin } = openDesk();
    const { token } = await begin('a.md');
    expect((await entente.commit(token, { content: 'a' })).commitId).toBe(token.id);
    const pair = [(await begin('b.md')).token, (await begin('c.md')).token];
    const writes = pair.map((each) => ({ token: each, change: { content: each.resource } }));
    const outcome = await entente.transact({ agent: 'ann', writes: writes.toReversed() });
    const ids = pair.map(({ id }) => id).sort();
    expect(outcome.commitId).toBe(hashOf(ids.join('\n')));
    as(await entente.transact({ agent: 'ann', writes }), 'committed');
  });

  it('[A3] is kept under the agent: two agents may use the same one', async () => {
    const { entente, begin, text } = openDesk();
    const one = (await begin('a.md', 'ann')).token;
    const two = (await begin('b.md', 'bob')).token;
    as(await entente.commit(one, { content: 'a' }, { commitId: 'job-1' }), 'committed');
    const other = as(await entente.commit(two, { content: 'b' }, { commitId: 'job-1' }), 'committed');
    expect(other.replayed).toBeUndefined();
    expect(await text('b.md')).toBe('b');
  });

  it.each(doorNames)('[A3] same token, same intent: replay; another change: token-spent: %s', async (name) => {
    for (const [, change] of changes) {
      const { entente, put, begin, store } = openDesk();
      await put('doc', 'base');
      await put('doc', '{"base":1}');
      const { token } = await begin('doc', 'bob');
      const first = as(await doors[name](entente, token, change), 'committed');
      const again = await doors[name](entente, token, change);
      expect(again.replayed).toBe(true);
      expect(facts(again)).toEqual(facts(first));
      for (const [, other] of changes) {
        if (other === change) continue;
        expect(await codeOf(doors[name](entente, token, other)), JSON.stringify([change, other])).toBe('token-spent');
      }
      expect((await store.counts(token.space)).commits).toBe(3);
    }
  });

  it('[A3] a media type is part of the intent, also where the change has to be merged first', async () => {
    const { entente, put, begin } = openDesk({ default: merge('text') });
    await put('doc', 'a\nb\nc\n');
    const { token } = await begin('doc', 'bob');
    await put('doc', 'A\nb\nc\n');
    const change = { content: 'a\nb\nC\n', mediaType: 'text/x-mine' };
    const first = as(await entente.commitOrResolve(token, change), 'merged');
    expect(await entente.getVersion('doc')).toMatchObject({ mediaType: 'text/x-mine', version: first.version });
    expect((await entente.commitOrResolve(token, change)).replayed).toBe(true);
    expect(await codeOf(entente.commitOrResolve(token, { content: change.content }))).toBe('token-spent');
  });

  it('[A3] the same content once more needs a new begin', async () => {
    const { entente, put, text } = openDesk();
    const token = await put('doc', 'base');
    const one = as(await entente.commit(token, { content: 'x' }), 'committed');
    await entente.commit(one.token, { content: 'y' });
    expect((await entente.commit(token, { content: 'x' })).replayed).toBe(true);
    expect(await text('doc')).toBe('y');
    await put('doc', 'x');
    expect(await text('doc')).toBe('x');
  });

  it('[A3] a token whose commit wrote nothing is not spent', async () => {
    const { entente, put, clash } = openDesk();
    const stale = await clash('doc', 'base', 'ann');
    as(await entente.commit(stale, { content: 'one' }), 'conflict');
    as(await entente.commitOrResolve(stale, { content: 'two' }), 'rejected');
    as(await entente.commit(stale, { content: 'ann' }), 'unchanged');
    const token = await put('other', 'base');
    as(await entente.commit(token, { content: 'base' }), 'unchanged');
    as(await entente.commit(token, { content: 'next' }), 'committed');
  });

  it('[A3] [A4] a chosen commitId that was used for another change is idempotency-mismatch', async () => {
    const { entente, begin } = openDesk();
    const one = (await begin('a.md')).token;
    const two = (await begin('b.md')).token;
    await entente.commit(one, { content: 'a' }, { commitId: 'job-1' });
    const options = { commitId: 'job-1' };
    expect(await codeOf(entente.commit(one, { content: 'b' }, options))).toBe('idempotency-mismatch');
    expect(await codeOf(entente.commit(two, { content: 'a' }, options))).toBe('idempotency-mismatch');
    expect(await codeOf(entente.commitOrResolve(two, { content: 'a' }, options))).toBe('idempotency-mismatch');
    expect((await entente.commit(one, { content: 'a' }, options)).replayed).toBe(true);
  });
});

describe('the fingerprint is the caller’s intent', () => {
  it('[A4] it covers the reads and supersede, and not the note', async () => {
    const { entente, begin } = openDesk();
    const { token } = await begin('doc');
    const premise = (await begin('premise')).token;
    await entente.commit(token, { content: 'a' }, { note: 'why' });
    expect((await entente.commit(token, { content: 'a' }, { note: 'because' })).replayed).toBe(true);
    expect(await codeOf(entente.commit(token, { content: 'a' }, { reads: [premise] }))).toBe('token-spent');
    expect(await codeOf(entente.commit(token, { content: 'a' }, { supersede: true }))).toBe('token-spent');
  });

  it('[A4] it is the same for all attempts under one commitId, whatever was merged onto', async () => {
    const inner = createMemoryStore();
    const sent: CommitRequest[] = [];
    let moves = 3;
    const store = withMethods(inner, {
      async commit(requests) {
        const [request] = requests;
        if (request?.agent === 'bob') {
          sent.push(request);
          if (request.meta.outcome === 'merged' && moves > 0) {
            moves -= 1;
            await desk.put('doc', `line ${moves}\nb\nc\n`);
          }
        }
        return inner.commit(requests);
      },
    });
    const clock = createFakeClock({ auto: true });
    const desk = openDesk({ store, default: merge('text'), sleep: clock.sleep });
    const stale = await desk.clash('doc', 'a\nb\nc\n', 'A\nb\nc\n');
    as(await desk.entente.commitOrResolve(stale, { content: 'a\nb\nC\n' }), 'merged');
    expect(await desk.text('doc')).toBe('line 0\nb\nC\n');
    expect(sent.length).toBe(5);
    expect(new Set(sent.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(new Set(sent.map(({ commitId }) => commitId))).toEqual(new Set([stale.id]));
  });
});

describe('a replay gives the first answer again', () => {
  const settled: readonly (readonly [string, Strategy])[] = [
    ['committed', lastWriterWins()],
    ['merged', merge('text')],
    ['split', keepBoth()],
    ['escalated', escalate()],
    ['aborted', abortBoth()],
    ['aborted', abortBoth({ restore: 'base' })],
  ];

  it.each(settled)('[A6] %s, whatever happened since', async (status, strategy) => {
    const desk = openDesk({ default: strategy });
    const stale = await desk.clash('doc.md', 'a\nb\nc\n', 'A\nb\nc\n');
    const first = await desk.entente.commitOrResolve(stale, { content: 'a\nb\nC\n' });
    expect(first.status).toBe(status);
    const history = await desk.entente.conflictHistory();
    await desk.put('doc.md', 'moved on\n');
    desk.entente.registerStrategy('**', escalate());
    const counts = await desk.store.counts(stale.space);
    for (const name of ['commit', 'commitOrResolve'] as const) {
      const again = await doors[name](desk.entente, stale, { content: 'a\nb\nC\n' });
      expect(again.replayed).toBe(true);
      expect(facts(again)).toEqual(facts(first));
    }
    expect(await desk.store.counts(stale.space)).toEqual(counts);
    expect(await desk.entente.conflictHistory()).toEqual(history);
  });

  it('[A6] the record of an abort is a log entry without a head', async () => {
    const desk = openDesk({ default: abortBoth() });
    const stale = await desk.clash('doc', 'base', 'ann');
    await desk.entente.commitOrResolve(stale, { content: 'bob' });
    const entry = (await desk.entente.log()).items.at(-1);
    expect(entry).toMatchObject({ agent: 'bob', heads: [], meta: { outcome: 'aborted', agents: ['ann'] } });
  });

  it('[A6] what left no entry is judged anew', async () => {
    const desk = openDesk();
    const stale = await desk.clash('doc', 'base', 'ann');
    as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'rejected');
    desk.entente.registerStrategy('doc', lastWriterWins());
    const landed = as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'committed');
    expect(landed.replayed).toBeUndefined();
  });
});

describe('the order inside a commit', () => {
  it.each(changes)('[A5] its own record comes before its guards and its strategy: %s', async (_, change) => {
    const desk = openDesk({ default: lastWriterWins() });
    const token = await desk.put('doc', '{"base":1}');
    as(await desk.entente.commit(token, change), 'committed');
    await desk.put('doc', 'later');
    expect((await desk.entente.commitOrResolve(token, change)).replayed).toBe(true);
    expect(await desk.text('doc')).toBe('later');
  });

  it.each(changes)('[A5] stale and older than the log: expired, no effect, no strategy: %s', async (_, change) => {
    for (const name of doorNames) {
      const desk = openDesk({ default: lastWriterWins() });
      const token = await desk.put('doc', '{"base":1}');
      as(await doors[name](desk.entente, token, change), 'committed');
      await desk.put('doc', 'later');
      await desk.store.trim(token.space, await desk.nth(3));
      const before = await desk.store.counts(token.space);
      expect(await codeOf(doors[name](desk.entente, token, change))).toBe('expired');
      expect(await desk.store.counts(token.space)).toEqual(before);
      expect(await desk.text('doc')).toBe('later');
    }
  });

  it.each(changes)('[A5] [A6] a record that is kept is found though the base is gone: %s', async (_, change) => {
    const desk = openDesk({ default: lastWriterWins() });
    const token = await desk.put('doc', '{"base":1}');
    await desk.put('doc', '{"base":2}');
    const first = await desk.entente.commitOrResolve(token, change);
    await desk.store.trim(token.space, await desk.nth(2));
    const again = await desk.entente.commitOrResolve(token, change);
    expect(again.replayed).toBe(true);
    expect(facts(again)).toEqual(facts(first));
    expect(await codeOf(desk.entente.commitOrResolve(token, { append: 'another' }))).toBe('token-spent');
  });

  it('[A5] guards that hold apply, however old the token is: no clock decides', async () => {
    let now = 0;
    const desk = openDesk({ clock: () => now });
    const token = await desk.put('doc', 'base');
    await desk.put('other', 'x');
    await desk.store.trim(token.space, await desk.nth(2));
    now = 1e12;
    as(await desk.entente.commit(token, { content: 'next' }), 'committed');
  });
});
