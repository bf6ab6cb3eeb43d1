// The stored policy of a space, and which rule applies (PO rules).
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, textAt, tokenOf } from '../../test/support/entente.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { custom } from '../strategies/custom.ts';
import { escalate } from '../strategies/escalate.ts';
import { keepBoth } from '../strategies/keep-both.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { merge } from '../strategies/merge.ts';
import { retry } from '../strategies/retry.ts';
import type { Controller } from './types.ts';

const admin = { agent: 'admin' };

async function clash(entente: Controller, resource: string): Promise<string> {
  await put(entente, resource, `base ${Math.random()}`);
  const token = await tokenOf(entente, resource, 'ann');
  await put(entente, resource, `current ${Math.random()}`);
  return (await entente.commitOrResolve(token, { content: 'mine' })).status;
}

describe('the stored policy', () => {
  it('[PO1] is a guarded record: who did not see the last one is told so', async () => {
    const { entente } = setUp();
    expect(await entente.policy()).toEqual({ rules: [], revision: 0 });
    as(
      await entente.setPolicy({ rules: [['a', 'escalate']], default: 'retry(2)' }, { ...admin, revision: 0 }),
      'unchanged',
    );
    const first = await entente.policy();
    expect(first).toEqual({ rules: [['a', 'escalate']], default: 'retry(2)', revision: 1 });
    const late = as(await entente.setPolicy({ rules: [] }, { agent: 'other', revision: 0 }), 'conflict');
    expect(late.packet.reason).toContain('policy');
    expect(await entente.policy()).toEqual(first);
    as(await entente.setPolicy({ rules: [['b', 'merge(text)']] }, { ...admin, revision: first.revision }), 'unchanged');
    as(await entente.setPolicy({ rules: [['c', 'keepBoth']] }, admin), 'unchanged');
    expect(await entente.policy()).toEqual({ rules: [['c', 'keepBoth']], revision: 3 });
    const logged = (await entente.log()).items.map(({ agent, meta }) => [agent, meta.outcome, meta.reason]);
    expect(logged).toEqual(Array.from({ length: 3 }, () => ['admin', 'recorded', 'policy']));
  });

  it('[PO1] of several at once, with the same revision seen, one is stored', async () => {
    const { entente } = setUp();
    const outcomes = await Promise.all(
      ['a', 'b', 'c'].map((pattern) =>
        entente.setPolicy({ rules: [[pattern, 'escalate']] }, { ...admin, revision: 0 }),
      ),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['conflict', 'conflict', 'unchanged']);
  });

  it('[PO2] applies to every controller of the space, at once, and to no other space', async () => {
    const store = createMemoryStore();
    const [one, two] = [setUp({ store }).entente, setUp({ store }).entente];
    const elsewhere = setUp({ store, space: 'elsewhere' }).entente;
    expect(await clash(two, 'doc')).toBe('rejected');
    await one.setPolicy({ rules: [['doc', 'last-writer-wins']], default: 'escalate' }, admin);
    expect(await clash(two, 'doc')).toBe('committed');
    expect(await clash(two, 'other')).toBe('escalated');
    expect(await clash(elsewhere, 'doc')).toBe('rejected');
    await two.setPolicy({ rules: [['doc', 'retry(1)']] }, admin);
    expect(await clash(one, 'doc')).toBe('retry');
    expect(await clash(one, 'other')).toBe('rejected');
  });

  it('[PO3] rules apply in order: registered, given at the start, stored, then the default', async () => {
    const { entente } = setUp({
      policy: [
        ['a/*', keepBoth()],
        ['**', merge('text')],
      ],
    });
    await entente.setPolicy({ rules: [['**', 'escalate']], default: 'lastWriterWins' }, admin);
    expect(await entente.explainPolicy('a/x')).toMatchObject({ source: 'options', index: 0, pattern: 'a/*' });
    expect(await entente.explainPolicy('b')).toMatchObject({
      source: 'options',
      index: 1,
      strategy: { name: 'merge' },
    });
    entente.registerStrategy('b', retry({ maxAttempts: 1 }));
    entente.registerStrategy('*', lastWriterWins());
    expect(await entente.explainPolicy('b')).toMatchObject({ source: 'registered', index: 0, pattern: '*' });
    // An equal pattern is replaced in its place: `b` stays behind `*`.
    entente.registerStrategy('b', escalate());
    expect(await entente.explainPolicy('b')).toMatchObject({ source: 'registered', pattern: '*' });
    entente.registerStrategy('*', escalate());
    expect(await entente.explainPolicy('b')).toMatchObject({ pattern: '*', strategy: { name: 'escalate' } });
  });

  it('[PO5] a merge is explained with its engine and why: the rule, the path, the media type, the contents, or none', async () => {
    const { entente } = setUp({
      policy: [
        ['logs/**', merge('append')],
        ['own', merge('mine')],
        ['kept', keepBoth()],
        ['**', merge()],
      ],
    });
    entente.registerEngine('mine', () => ({ status: 'error', code: 'syntax', message: '' }));
    const engineOf = async (id: string): Promise<unknown> => (await entente.explainPolicy(id)).engine;
    expect(await engineOf('logs/a.json')).toMatchObject({ engine: 'append', by: 'policy' });
    expect(await engineOf('own')).toMatchObject({ engine: 'mine', by: 'policy', why: expect.stringContaining('here') });
    expect(await engineOf('kept')).toBeUndefined();
    expect(await engineOf('web/package.json')).toMatchObject({ engine: 'package-json', by: 'path' });
    expect(await engineOf('web/yarn.lock')).toMatchObject({ engine: 'lock', by: 'path' });
    expect(await engineOf('a.md')).toMatchObject({ engine: 'markdown', by: 'path' });
    expect(await engineOf('nothing')).toMatchObject({ engine: 'text', by: 'default' });
    await put(entente, 'data', '{"a":1}');
    expect(await engineOf('data')).toMatchObject({ engine: 'json', by: 'content' });
    await put(entente, 'data.txt', '{"a":1}');
    expect(await engineOf('data.txt')).toMatchObject({ engine: 'text', by: 'default' });
  });

  it('[PO3] without a rule of its own the stored policy decides, and its default behind the given one', async () => {
    const bare = setUp();
    expect(await bare.entente.explainPolicy('x')).toEqual({ source: 'default', strategy: { name: 'firstWriterWins' } });
    await bare.entente.setPolicy(
      {
        rules: [
          ['a/**', 'escalate'],
          ['**', 'retry(3)'],
        ],
      },
      admin,
    );
    expect(await bare.entente.explainPolicy('a/b/c')).toMatchObject({ source: 'stored', index: 0, pattern: 'a/**' });
    expect(await bare.entente.explainPolicy('b')).toMatchObject({ source: 'stored', index: 1 });
    await bare.entente.setPolicy({ rules: [], default: 'escalate' }, admin);
    expect(await bare.entente.explainPolicy('b')).toMatchObject({ source: 'default', strategy: { name: 'escalate' } });
    const given = setUp({ store: bare.store, default: lastWriterWins() }).entente;
    expect(await given.explainPolicy('b')).toMatchObject({ source: 'default', strategy: { name: 'lastWriterWins' } });
  });

  it('[PO3] [C1] is looked up once for a conflict, and its name stands in the log', async () => {
    const { entente } = setUp();
    await entente.setPolicy({ rules: [['doc', { strategy: 'merge', engine: 'text', otherwise: 'keepBoth' }]] }, admin);
    expect(await clash(entente, 'doc')).toBe('split');
    const { meta } = (await entente.log()).items.at(-1) ?? {};
    expect(meta?.strategy).toBe('{"strategy":"merge","engine":"text","otherwise":"keepBoth"}');
    expect(await textAt(entente, 'doc.ann')).toBe('mine');
  });

  it('[C1] options that a merge does not take are refused at the start and when they are registered', async () => {
    const wrong = [
      { favor: 'me' },
      { budget: 'small' },
      { budget: { lines: -1 } },
      { arrays: { a: 'set' } },
      { deep: 1 },
    ];
    for (const options of wrong as never[]) {
      for (const strategy of [merge('text', { options }), merge('text', { otherwise: merge('json', { options }) })]) {
        expect(await codeOf(() => setUp({ default: strategy }))).toBe('misuse');
        expect(await codeOf(() => setUp({ policy: [['a', strategy]] }))).toBe('misuse');
        expect(await codeOf(() => setUp().entente.registerStrategy('a', strategy))).toBe('misuse');
      }
    }
    expect(await codeOf(() => setUp().entente.registerStrategy('a', undefined as never))).toBe('misuse');
  });

  it('[PO4] a policy that does not parse is refused whole, and the old one stays', async () => {
    const { entente } = setUp();
    await entente.setPolicy({ rules: [['a', 'escalate']] }, admin);
    const rule = ['a', 'escalate'] as const;
    const bad: readonly (readonly [string, unknown])[] = [
      ['misuse', { rules: [rule, ['b', 'nonsense']] }],
      ['misuse', { rules: [rule, ['b', { strategy: 'retry', times: 3 }]] }],
      ['misuse', { rules: [rule, ['b', custom(() => ({ use: 'current' }))]] }],
      ['misuse', { rules: [rule, ['b', 'retry(-1)']] }],
      ['misuse', { rules: [rule, ['b']] }],
      ['misuse', { rules: 'all' }],
      ['misuse', { rules: [], other: 1 }],
      ['misuse', null],
      ['bad-pattern', { rules: [rule, ['{b}', 'escalate']] }],
      ['misuse', { rules: [rule, ['b', { strategy: 'merge', options: { favor: 'me' } }]] }],
      ['misuse', { rules: [rule, ['b', { strategy: 'merge', options: { budget: 'small' } }]] }],
      ['misuse', { rules: [rule, ['b', { strategy: 'merge', options: { budget: { lines: '9' } } }]] }],
      ['misuse', { rules: [], default: { strategy: 'merge', options: { budget: { seconds: 9 } } } }],
      [
        'misuse',
        {
          rules: [],
          default: { strategy: 'merge', otherwise: { strategy: 'merge', options: { arrays: { '/a': 1 } } } },
        },
      ],
      ['too-large', { rules: Array.from({ length: 501 }, () => rule) }],
    ];
    for (const [code, document] of bad) {
      expect(await codeOf(() => entente.setPolicy(document as never, admin)), JSON.stringify(document)).toBe(code);
    }
    expect(await codeOf(() => entente.setPolicy({ rules: [] }, { agent: '' }))).toBe('bad-id');
    expect(await codeOf(() => entente.setPolicy({ rules: [] }, undefined as never))).toBe('bad-id');
    for (const revision of [-1, 0.5, 'x' as never, null as never])
      expect(await codeOf(() => entente.setPolicy({ rules: [] }, { ...admin, revision }))).toBe('misuse');
    expect(await codeOf(() => entente.explainPolicy('/x'))).toBe('bad-id');
    expect((await entente.policy()).rules).toEqual([['a', 'escalate']]);
  });
});
