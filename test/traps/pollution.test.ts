// Documents, patches, tokens and policies that reach for a prototype (trap T23), and ids that would break a diff's
// header (T03).
import { afterEach, describe, expect, it } from 'vitest';
import { decodeToken, encodeToken, parseToken } from '../../src/core/token.ts';
import { merge } from '../../src/strategies/merge.ts';
import { parsePolicyDocument } from '../../src/strategies/policy-file.ts';
import { as, codeOf, put, setUp, text, tokenOf } from '../support/entente.ts';

const PAYLOADS = [
  '{"__proto__":{"polluted":1}}',
  '{"a":{"__proto__":{"polluted":1}}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"a":[{"__proto__":{"polluted":1}}]}',
  '{"\\u005f_proto__":{"polluted":1}}',
  '{"prototype":{"polluted":1},"hasOwnProperty":1,"toString":2,"valueOf":3}',
];

/** No object anywhere has learnt a new word. */
function expectClean(): void {
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(([] as unknown as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
}

afterEach(expectClean);

describe('prototypes', () => {
  it.each(PAYLOADS)('[T23] %s merges as plain data on either side', async (payload) => {
    for (const first of [true, false]) {
      const { entente } = setUp({ default: merge('json') });
      await put(entente, 'a.json', '{}');
      const [left, right] = [await tokenOf(entente, 'a.json', 'ann'), await tokenOf(entente, 'a.json', 'bob')];
      const other = '{"other": true}';
      await entente.commit(left, { content: first ? payload : other });
      const outcome = as(await entente.commitOrResolve(right, { content: first ? other : payload }), 'merged');
      const merged = text(outcome.content) ?? '';
      expect(merged).toContain('"other"');
      const [key] = /"[^"]+"/.exec(payload) ?? [''];
      expect(merged).toContain(key);
    }
  });

  it.each(['/__proto__/polluted', '/constructor/prototype/polluted', '/a/__proto__/polluted'])(
    '[T23] a patch at %s touches own members only',
    async (path) => {
      const { entente } = setUp();
      await put(entente, 'a.json', '{"a":{}}');
      const token = await tokenOf(entente, 'a.json', 'ann');
      expect(await codeOf(() => entente.commit(token, { jsonPatch: [{ op: 'add', path, value: 1 }] }))).toBe(
        'patch-failed',
      );
    },
  );

  it('[T23] tokens and policies from outside keep their known fields only', async () => {
    const { entente } = setUp();
    const token = await tokenOf(entente, 'a', 'ann');
    const forged = JSON.parse(JSON.stringify(token).replace('{', '{"__proto__":{"polluted":1},')) as unknown;
    expect(parseToken(forged)).toEqual(token);
    expect(decodeToken(encodeToken(token))).toEqual(token);
    const policy = JSON.parse('{"__proto__":{"polluted":1},"rules":[]}') as unknown;
    expect(await codeOf(() => parsePolicyDocument(policy))).toBe('misuse');
  });

  it('[T23] 100,000 levels are a typed answer, and the process goes on', async () => {
    const { entente } = setUp({ default: merge('json') });
    await put(entente, 'a.json', '[]');
    const [left, right] = [await tokenOf(entente, 'a.json', 'ann'), await tokenOf(entente, 'a.json', 'bob')];
    await entente.commit(left, { content: '[1]' });
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const outcome = as(await entente.commitOrResolve(right, { content: deep }), 'escalated');
    expect(outcome.reason).toContain('too-deep');
    expect(text(await entente.conflictContent(outcome.conflictId, 'proposed'))).toBe(deep);
  });
});

describe('headers', () => {
  it.each(['a\rb', 'a\nb', 'a\u2028b', 'a\u2029b', 'a\u0085b'])(
    '[T03] an id that would break a line of a patch header is refused at the edge (%j)',
    async (id) => {
      const { entente } = setUp();
      expect(await codeOf(() => entente.begin(id, { agent: 'ann' }))).toBe('bad-id');
      expect(await codeOf(() => entente.begin('a', { agent: id }))).toBe('bad-id');
    },
  );
});
