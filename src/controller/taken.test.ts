// What a caller does to its own arrays and objects after a call changes nothing that the call stores (rule E8); and a
// change says one thing (rule LI5).
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import { withMethods } from '../../test/support/wrap.ts';
import type { Change, Edit } from '../core/change.ts';
import { hashOf } from '../core/hash.ts';
import { jsonText } from '../merge/json/json-text.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { escalate } from '../strategies/escalate.ts';
import { merge } from '../strategies/merge.ts';

describe('what is sent is taken at the call', () => {
  it('[E8] appended bytes, edits and patches, alone and in a transaction', async () => {
    const { entente } = setUp();
    const make = (): [Change, () => void][] => {
      const tail = Buffer.from('tail');
      const edits: Edit[] = [{ old: '1', new: '2' }];
      const value = { deep: ['mine'] };
      return [
        [{ append: tail }, () => tail.fill(0)],
        [{ edits }, () => Object.assign(edits[0] as Edit, { new: 'evil' })],
        [{ jsonPatch: [{ op: 'add', path: '/b', value }] }, () => value.deep.push('evil')],
      ];
    };
    const wanted = ['{"a":1}tail', '{"a":2}', '{"a":1,"b":{"deep":["mine"]}}'];
    for (const many of [false, true]) {
      for (const [index, [change, spoil]] of make().entries()) {
        const token = await tokenOf(entente, `${many}/${index}.json`, 'ann');
        const { token: based } = as(await entente.commit(token, { content: '{"a":1}' }), 'committed');
        const writes = [{ token: based, change }];
        const pending = many ? entente.transact({ agent: 'ann', writes }) : entente.commit(based, change);
        spoil();
        as(await pending, 'committed');
        expect(await textAt(entente, `${many}/${index}.json`)).toBe(wanted[index]);
        // The same intent again, as it was sent: not as the caller's objects are now.
        const again = make()[index]?.[0] as Change;
        const sent = many
          ? entente.transact({ agent: 'ann', writes: [{ token: based, change: again }] })
          : entente.commit(based, again);
        expect((await sent).replayed).toBe(true);
      }
    }
  });

  it('[E8] a content that meets a conflict on a store that answers later', async () => {
    const inner = createMemoryStore();
    const store = withMethods(inner, { commit: async (requests) => inner.commit(requests) });
    const { entente } = setUp({ store, default: escalate() });
    await put(entente, 'doc', 'base');
    const token = await tokenOf(entente, 'doc', 'ann');
    await put(entente, 'doc', 'moved');
    const sent = Buffer.from('mine');
    const pending = entente.commitOrResolve(token, { content: sent });
    sent.fill(0);
    const { conflictId } = as(await pending, 'escalated');
    expect(text(await entente.conflictContent(conflictId, 'proposed'))).toBe('mine');
  });

  it('[E8] a content that meets a conflict on a store that answers at once, alone and beside others; memory that threads share', async () => {
    const { entente } = setUp({ policy: [['**/*.txt', merge('text')]], default: escalate() });
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index}`);
    const wanted = lines.map((line, index) => (index % 6 === 0 ? `${line} of ${index / 6}` : line));
    for (const resource of ['doc', 'doc.txt']) {
      await put(entente, resource, lines.join('\n'));
      const tokens = await Promise.all(
        Array.from({ length: 10 }, (_, index) => tokenOf(entente, resource, `a${index}`)),
      );
      const pending = tokens.map((token, index) => {
        const own = lines.with(index * 6, `${lines[index * 6]} of ${index}`).join('\n');
        const given = index % 2 === 0 ? new Uint8Array(new SharedArrayBuffer(own.length)) : Buffer.alloc(own.length);
        given.set(Buffer.from(own));
        const answer = entente.commitOrResolve(token, { content: given });
        given.fill(0);
        return answer;
      });
      const outcomes = await Promise.all(pending);
      if (resource === 'doc.txt') {
        expect(await textAt(entente, resource)).toBe(wanted.join('\n'));
        continue;
      }
      expect(await textAt(entente, resource)).toBe(lines.with(0, 'line 0 of 0').join('\n'));
      for (const [index, outcome] of outcomes.entries()) {
        if (index === 0) continue;
        const kept = text(await entente.conflictContent(as(outcome, 'escalated').conflictId, 'proposed'));
        expect(kept).toBe(lines.with(index * 6, `line ${index * 6} of ${index}`).join('\n'));
      }
    }
  });

  it('[E8] a decided content', async () => {
    const { entente } = setUp({ default: escalate() });
    await put(entente, 'doc', 'base');
    const token = await tokenOf(entente, 'doc', 'ann');
    await put(entente, 'doc', 'moved');
    const { conflictId } = as(await entente.commitOrResolve(token, { content: 'mine' }), 'escalated');
    const decided = Buffer.from('decided');
    const pending = entente.resolve(conflictId, { content: decided }, { agent: 'judge' });
    decided.fill(0);
    as(await pending, 'committed');
    expect(await textAt(entente, 'doc')).toBe('decided');
    expect((await entente.conflict(conflictId))?.resolution?.hash).toBe(hashOf('decided'));
  });
});

describe('one intent', () => {
  it('[LI5] a change that says two things is misuse, and neither is stored', async () => {
    const { entente } = setUp();
    const { token } = as(await entente.commit(await tokenOf(entente, 'doc', 'ann'), { content: 'here' }), 'committed');
    const kinds = {
      content: 'x',
      append: 'x',
      edits: [{ old: 'here', new: 'x' }],
      jsonPatch: [],
      delete: true,
      hash: 'h',
    };
    for (const [one, its] of Object.entries(kinds)) {
      for (const [other, value] of Object.entries(kinds)) {
        if (one === other) continue;
        const both = { [one]: its, [other]: value } as never;
        for (const options of [undefined, { note: 'why' }])
          expect(await codeOf(() => entente.commit(token, both, options)), `${one} and ${other}`).toBe('misuse');
      }
    }
    for (const append of [7, null, undefined, ['x']])
      expect(await codeOf(() => entente.commit(token, { append: append as never }))).toBe('misuse');
    expect((await entente.getVersion('doc'))?.version).toBe(1);
  });

  it('[A4] an empty list of reads is no reads', async () => {
    const { entente } = setUp();
    const token = await tokenOf(entente, 'doc', 'ann');
    as(await entente.commit(token, { content: 'x' }), 'committed');
    expect((await entente.commit(token, { content: 'x' }, { reads: [] })).replayed).toBe(true);
    expect((await entente.commit(token, { content: 'x' }, { reads: [], commitId: token.id })).replayed).toBe(true);
  });

  it('[A4] two numbers that a double cannot tell apart are two patches', async () => {
    const { entente } = setUp();
    await put(entente, 'doc.json', '{"a":1}');
    const token = await tokenOf(entente, 'doc.json', 'ann');
    const add = (value: unknown): Change => ({ jsonPatch: [{ op: 'add', path: '/n', value }] });
    as(await entente.commit(token, add(jsonText('9007199254740993'))), 'committed');
    expect(await textAt(entente, 'doc.json')).toBe('{"a":1,"n":9007199254740993}');
    expect((await entente.commit(token, add(9007199254740993n))).replayed).toBe(true);
    expect(await codeOf(() => entente.commit(token, add(jsonText('9007199254740992'))))).toBe('token-spent');
  });
});
