import { describe, expect, it } from 'vitest';
import { as, codeOf, doorNames, doors, openDesk, textOf } from '../../test/support/desk.ts';
import type { Change, Edit } from '../core/change.ts';
import { hashOf } from '../core/hash.ts';
import { merge } from '../strategies/merge.ts';

describe('changes are formed against the base that was read', () => {
  it.each(doorNames)('[A8] edits go one after another, each seeing what the last one made: %s', async (name) => {
    const desk = openDesk();
    const token = await desk.put('doc', 'one two three');
    const edits: readonly Edit[] = [
      { old: 'two', new: 'zwei' },
      { old: 'zwei three', new: '2 3' },
    ];
    as(await doors[name](desk.entente, token, { edits }), 'committed');
    expect(await desk.text('doc')).toBe('one 2 3');
  });

  const refused: readonly (readonly [string, string, Change])[] = [
    ['edit-not-found', 'text', { edits: [{ old: 'absent', new: 'x' }] }],
    [
      'edit-not-found',
      'a b',
      {
        edits: [
          { old: 'a', new: 'b' },
          { old: 'a', new: 'c' },
        ],
      },
    ],
    ['edit-ambiguous', 'aa', { edits: [{ old: 'a', new: 'x' }] }],
    ['edit-ambiguous', 'aaa', { edits: [{ old: 'aa', new: 'x' }] }],
    [
      'edit-ambiguous',
      'ab',
      {
        edits: [
          { old: 'b', new: 'a' },
          { old: 'a', new: 'x' },
        ],
      },
    ],
    ['edit-ambiguous', 'text', { edits: [{ old: '', new: 'x' }] }],
    ['patch-failed', '{"a":1}', { jsonPatch: [{ op: 'remove', path: '/b' }] }],
    [
      'patch-failed',
      '{"a":1}',
      {
        jsonPatch: [
          { op: 'add', path: '/b', value: 1 },
          { op: 'test', path: '/a', value: 2 },
        ],
      },
    ],
    ['patch-failed', 'no json', { jsonPatch: [{ op: 'add', path: '/a', value: 1 }] }],
    ['misuse', 'text', { edits: [] }],
  ];

  it.each(refused)('[A8] %s on %j writes nothing and spends no token: %j', async (code, base, change) => {
    for (const name of doorNames) {
      const desk = openDesk({ default: merge() });
      const token = await desk.put('doc', base);
      expect(await codeOf(doors[name](desk.entente, token, change))).toBe(code);
      expect(await desk.text('doc')).toBe(base);
      expect((await desk.store.counts(token.space)).commits).toBe(1);
      as(await doors[name](desk.entente, token, { content: 'next' }), 'committed');
    }
    const update = openDesk();
    await update.put('doc', base);
    expect(await codeOf(update.entente.update('doc', { agent: 'bob' }, () => change))).toBe(code);
  });

  it.each(doorNames)('[A8] a JSON patch keeps every byte that it does not touch: %s', async (name) => {
    const desk = openDesk();
    const token = await desk.put('doc.json', '{\n  "a": 1.0,\n  "b": [1, 2]\n}\n');
    const jsonPatch = [{ op: 'add', path: '/b/-', value: 3 }] as const;
    as(await doors[name](desk.entente, token, { jsonPatch }), 'committed');
    expect(await desk.text('doc.json')).toMatch(/^\{\n {2}"a": 1\.0,/);
    expect(JSON.parse((await desk.text('doc.json')) ?? '')).toEqual({ a: 1, b: [1, 2, 3] });
  });

  it('[A8] append adds the exact bytes, no newline of its own; absent and deleted count as empty', async () => {
    const desk = openDesk();
    const { token } = await desk.begin('log');
    const one = as(await desk.entente.commit(token, { append: 'a' }), 'committed');
    as(await desk.entente.commit(one.token, { append: new Uint8Array([0x62, 0xff, 0]) }), 'committed');
    const { content } = (await desk.entente.read('log')) ?? {};
    expect([...(content ?? [])]).toEqual([0x61, 0x62, 0xff, 0]);
    await desk.put('log', null);
    const again = (await desk.begin('log')).token;
    as(await desk.entente.commit(again, { append: 'new' }), 'committed');
    expect(await desk.text('log')).toBe('new');
  });

  it('[A8] edits work on bytes, so any encoding outlives them', async () => {
    const desk = openDesk();
    const { token } = await desk.begin('latin1');
    const one = as(await desk.entente.commit(token, { content: new Uint8Array([0xe9, 0x20, 0x61]) }), 'committed');
    as(await desk.entente.commit(one.token, { edits: [{ old: 'a', new: 'b' }] }), 'committed');
    expect([...((await desk.entente.read('latin1'))?.content ?? [])]).toEqual([0xe9, 0x20, 0x62]);
  });

  it.each(doorNames)('[A8] a base of which only a hash is known gives no-content: %s', async (name) => {
    const desk = openDesk();
    const { token } = await desk.begin('blob');
    const landed = as(await desk.entente.commit(token, { hash: 'abc' }), 'committed');
    const changes: readonly Change[] = [
      { append: 'x' },
      { edits: [{ old: '', new: 'x' }] },
      { jsonPatch: [{ op: 'add', path: '', value: 1 }] },
    ];
    for (const change of changes) {
      expect(await codeOf(doors[name](desk.entente, landed.token, change))).toBe('no-content');
    }
    as(await doors[name](desk.entente, landed.token, { content: 'bytes' }), 'committed');
  });

  it('[A8] a stale change is formed on what was read, never on what is stored now', async () => {
    const desk = openDesk({ default: merge('text') });
    const stale = await desk.clash('doc', 'a\nb\nc\nd\n', 'A\nb\nc\nd\n');
    as(await desk.entente.commitOrResolve(stale, { edits: [{ old: 'd', new: 'D' }] }), 'merged');
    expect(await desk.text('doc')).toBe('A\nb\nc\nD\n');
    const other = await desk.clash('other', 'a\nb\n', 'z\nb\n');
    expect(await codeOf(desk.entente.commitOrResolve(other, { edits: [{ old: 'z', new: 'y' }] }))).toBe(
      'edit-not-found',
    );
  });

  it('[A8] a stale append goes to the append engine where the policy names none', async () => {
    const desk = openDesk({ default: merge() });
    const stale = await desk.clash('log.txt', 'one\n', 'one\nann\n');
    const outcome = as(await desk.entente.commitOrResolve(stale, { append: 'bob\n' }), 'merged');
    expect(outcome.receipt.engine).toBe('append');
    expect(textOf(outcome.content)).toBe('one\nann\nbob\n');
  });

  it('[A8] a stale append goes to the engine that the policy names', async () => {
    const desk = openDesk({ default: merge('text') });
    const stale = await desk.clash('log.txt', 'one\n', 'one\nann\n');
    const outcome = as(await desk.entente.commitOrResolve(stale, { append: 'bob\n' }), 'escalated');
    expect(outcome.packet.regions).toHaveLength(1);
    expect(await desk.text('log.txt')).toBe('one\nann\n');
  });

  it('[A8] a stale append in a transaction and in update keeps both ends', async () => {
    const desk = openDesk({ default: merge() });
    const stale = await desk.clash('log.txt', 'one\n', 'one\nann\n');
    as(await doors.transact(desk.entente, stale, { append: 'bob\n' }), 'merged');
    let first = true;
    await desk.entente.update('log.txt', { agent: 'bob' }, async () => {
      if (first) {
        first = false;
        await desk.put('log.txt', 'one\nann\nbob\nann again\n');
      }
      return { append: 'bob again\n' };
    });
    expect(await desk.text('log.txt')).toBe('one\nann\nbob\nann again\nbob again\n');
  });
});

describe('what is no change', () => {
  it('[A8] is misuse, and so are a hash, a content or a media type of the wrong form', async () => {
    const desk = openDesk();
    const { token } = await desk.begin('doc');
    const wrong = [
      {},
      null,
      { delete: false },
      { content: 3 },
      { hash: '' },
      { hash: 'a b' },
      { hash: 'x'.repeat(129) },
      { content: 'x', mediaType: 'text\n' },
      { edits: [{ old: 1, new: 'x' }] },
    ] as unknown as Change[];
    for (const change of wrong) {
      expect(await codeOf(() => desk.entente.commit(token, change)), JSON.stringify(change)).toBe('misuse');
    }
    as(await desk.entente.commit(token, { hash: 'Az09._:-' }), 'committed');
  });

  it('[A8] a content above the limit is too-large; the caller’s array may change while the commit waits', async () => {
    const desk = openDesk({ limits: { contentBytes: 4 } });
    const { token } = await desk.begin('doc');
    expect(await codeOf(desk.entente.commit(token, { content: '12345' }))).toBe('too-large');
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const pending = desk.entente.commit(token, { content: bytes });
    bytes.fill(9);
    const landed = as(await pending, 'committed');
    expect(landed.hash).toBe(hashOf(new Uint8Array([1, 2, 3, 4])));
    expect([...((await desk.entente.read('doc'))?.content ?? [])]).toEqual([1, 2, 3, 4]);
    expect(await codeOf(desk.entente.commit(landed.token, { append: '5' }))).toBe('too-large');
  });
});
