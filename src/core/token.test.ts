import { describe, expect, it } from 'vitest';
import { as, codeOf, doorNames, doors, openDesk } from '../../test/support/desk.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { decodeToken, encodeToken, isStale, parseToken, type Token } from './token.ts';

async function realToken(): Promise<Token> {
  const desk = openDesk();
  const stale = await desk.clash('notes/plan.md', 'base', 'ann');
  return as(await desk.entente.commit(stale, { content: 'bob' }), 'conflict').token;
}

describe('tokens', () => {
  it('[F1] a token is plain and frozen, with the listed fields and no others', async () => {
    const desk = openDesk();
    const { token } = await desk.begin('doc');
    const fields = 'id space epoch resource version revision asOf born hash agent attempt at'.split(' ');
    expect(Object.keys(token).sort()).toEqual([...fields].sort());
    expect(Object.isFrozen(token)).toBe(true);
    expect(Object.getPrototypeOf(token)).toBe(Object.prototype);
    const refused = await realToken();
    expect(Object.keys(refused).sort()).toEqual([...fields, 'repairs'].sort());
    expect(Object.isFrozen(refused) && Object.isFrozen(refused.repairs)).toBe(true);
    expect(Object.keys(refused.repairs ?? {}).sort()).toEqual(['hash', 'proposedHash', 'revision']);
    expect(JSON.parse(JSON.stringify(refused))).toEqual(refused);
  });

  it('[F1] every token has an id of its own', async () => {
    const desk = openDesk();
    const ids = new Set<string>();
    for (let count = 0; count < 5000; count += 1) ids.add((await desk.begin('doc')).token.id);
    expect(ids.size).toBe(5000);
    expect(ids.has((await openDesk().begin('doc')).token.id)).toBe(false);
  });

  it('[F2] as a string it crosses a border and comes back the same, frozen', async () => {
    const token = await realToken();
    const back = decodeToken(encodeToken(token));
    expect(back).toEqual(token);
    expect(Object.isFrozen(back) && Object.isFrozen(back.repairs)).toBe(true);
  });

  it('[F2] a string that is not one of ours is bad-token, and the message does not show what is inside', async () => {
    const encoded = encodeToken(await realToken());
    const wrong: unknown[] = [
      '',
      'ent1.',
      'ent2.abcd',
      encoded.slice(0, -5),
      `${encoded}!`,
      ` ${encoded}`,
      encoded.replace('ent1.', 'ent1.A'),
      `ent1.${Buffer.from('null').toString('base64url')}`,
      `ent1.${Buffer.from('[]').toString('base64url')}`,
      `ent1.${'A'.repeat(9000)}`,
      7,
      undefined,
    ];
    for (const text of wrong) {
      expect(await codeOf(() => decodeToken(text as string)), String(text).slice(0, 40)).toBe('bad-token');
    }
    try {
      decodeToken(`ent1.${Buffer.from('{"secret":1}').toString('base64url')}`);
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
  });

  it('[F2] every field of a token is checked, and what is no field is dropped', async () => {
    const token = await realToken();
    const wrong: readonly (readonly [string, unknown])[] = [
      ['id', ''],
      ['id', 'x'.repeat(129)],
      ['epoch', 5],
      ['hash', null],
      ['version', -1],
      ['version', 1.5],
      ['revision', '2'],
      ['revision', 2 ** 53],
      ['asOf', Number.NaN],
      ['born', undefined],
      ['attempt', -1],
      ['at', 'now'],
      ['at', Number.POSITIVE_INFINITY],
      ['space', 'a/b'],
      ['resource', '../x'],
      ['agent', 'a\nb'],
      ['repairs', null],
      ['repairs', { revision: -1, hash: '', proposedHash: '' }],
      ['repairs', { revision: 1, hash: '' }],
    ];
    for (const [field, value] of wrong) {
      expect(await codeOf(() => parseToken({ ...token, [field]: value })), `${field}: ${value}`).toBe('bad-token');
    }
    const more = parseToken({ ...token, admin: true, __proto__: { admin: true } });
    expect(more).toEqual(token);
    expect('admin' in more).toBe(false);
  });

  it('[F2] an id that is spelled otherwise is brought to its one form, also in a token', async () => {
    const desk = openDesk();
    const { token } = await desk.begin('cafe\u0301.md');
    const odd = { ...token, resource: 'cafe\u0301.md' } as unknown as Token;
    as(await desk.entente.commit(odd, { content: 'x' }), 'committed');
    expect((await desk.entente.list()).items.map(({ resource }) => resource)).toEqual(['caf\u00e9.md']);
  });

  it.each(doorNames)('[F2] what is no token is bad-token at every door: %s', async (name) => {
    const desk = openDesk();
    const { token } = await desk.begin('doc');
    const fields = [
      { id: '' },
      { id: 'x'.repeat(129) },
      { hash: 'x'.repeat(129) },
      { revision: '0' },
      { revision: -1 },
      { version: -1 },
      { born: -1 },
      { attempt: -1 },
      { asOf: Number.NaN },
      { at: 'now' },
      { epoch: 7 },
      { resource: 5 },
      { resource: '../doc' },
      { agent: '' },
      { agent: 'a\nb' },
      { repairs: {} },
    ];
    const wrong = [undefined, null, 'token', {}, ...fields.map((field) => ({ ...token, ...field }))];
    for (const value of wrong) {
      const code = await codeOf(async () =>
        name === 'transact'
          ? desk.entente.transact({ agent: 'ann', writes: [{ token: value as Token, change: { content: 'x' } }] })
          : doors[name](desk.entente, value as Token, { content: 'x' }),
      );
      const reads = [value as Token];
      expect(code, JSON.stringify(value)).toBe('bad-token');
      if (value !== undefined)
        expect(await codeOf(doors[name](desk.entente, token, { content: 'x' }, { reads }))).toBe('bad-token');
    }
  });

  it('[F2] [P08] an empty name is none, also for a controller that has seen no other yet', async () => {
    expect(await codeOf(openDesk().begin('doc', ''))).toBe('bad-id');
    expect(await codeOf(openDesk().entente.update('doc', { agent: '' }, () => undefined))).toBe('bad-id');
    const desk = openDesk();
    const { token } = await desk.begin('doc');
    const nobody = { ...token, agent: '' } as unknown as Token;
    for (const change of [{ content: 'x' }, { hash: 'x' }])
      expect(await codeOf(desk.entente.commit(nobody, change))).toBe('bad-token');
    expect((await desk.store.counts(token.space)).commits).toBe(0);
  });

  it('[F2] a token for another resource than it was made for opens and overwrites nothing', async () => {
    const desk = openDesk({ default: lastWriterWins() });
    await desk.put('secret', 'ours');
    const token = await desk.put('doc', 'base');
    const foreign = { ...token, resource: 'secret' } as unknown as Token;
    expect(await codeOf(desk.entente.commit(foreign, { append: 'x' }))).toBe('base-gone');
    as(await desk.entente.commit(foreign, { content: 'x' }), 'conflict');
    const made = { ...token, resource: '../outside', revision: 0, hash: '', version: 9 } as unknown as Token;
    expect(await codeOf(desk.entente.commit(made, { content: 'x' }))).toBe('bad-token');
    expect(await desk.text('secret')).toBe('ours');
    expect((await desk.entente.list()).items).toHaveLength(2);
  });

  it('[SD9] isStale compares the token’s time with an age, and decides nothing', async () => {
    const { token } = await openDesk({ clock: () => 1000 }).begin('doc');
    expect(isStale(token, 500, 1500)).toBe(false);
    expect(isStale(token, 499, 1500)).toBe(true);
    expect(isStale(token, 60_000)).toBe(true);
    expect(isStale(token, 500, 0)).toBe(false);
  });
});
