import { describe, expect, expectTypeOf, it } from 'vitest';
import { codeOf } from '../../test/support/desk.ts';
import { abortBoth } from './abort-both.ts';
import { custom } from './custom.ts';
import { decide } from './decide.ts';
import { escalate } from './escalate.ts';
import type { Facts, Verdict } from './facts.ts';
import { firstWriterWins } from './first-writer-wins.ts';
import { copyId, keepBoth, safeSuffix } from './keep-both.ts';
import { lastWriterWins } from './last-writer-wins.ts';
import { merge } from './merge.ts';
import { assertStrategy, isStrategy, MAX_RULES, Policy } from './policy.ts';
import { retry } from './retry.ts';
import { type Strategy, type StrategyName, strategyNames } from './types.ts';

const every: Record<StrategyName, Strategy> = {
  firstWriterWins: firstWriterWins(),
  lastWriterWins: lastWriterWins(),
  merge: merge(),
  retry: retry({ maxAttempts: 3 }),
  escalate: escalate(),
  keepBoth: keepBoth(),
  abortBoth: abortBoth(),
  custom: custom(() => ({ use: 'current' })),
};

describe('a policy', () => {
  it('[G03] takes the first match, however special a later one is', () => {
    const policy = new Policy([
      ['docs/**', escalate()],
      ['docs/plan.md', lastWriterWins()],
      ['**/*.md', merge('text')],
      ['**', keepBoth()],
    ]);
    expect(policy.match('docs/plan.md')).toEqual({ pattern: 'docs/**', strategy: escalate(), index: 0 });
    expect(policy.match('a/plan.md')).toMatchObject({ pattern: '**/*.md', index: 2 });
    expect(policy.match('a/plan')).toMatchObject({ pattern: '**', index: 3 });
    expect(new Policy([['a', escalate()]]).match('b')).toBeUndefined();
  });

  it('[C1] register replaces an equal pattern in its place, else puts it in front', () => {
    const policy = new Policy([
      ['a', escalate()],
      ['*', keepBoth()],
    ]);
    policy.register('*', lastWriterWins());
    expect(policy.match('a')).toMatchObject({ pattern: 'a', index: 0 });
    expect(policy.match('b')).toMatchObject({ strategy: lastWriterWins(), index: 1 });
    policy.register('?', abortBoth());
    expect(policy.match('a')).toMatchObject({ pattern: '?', index: 0 });
  });

  it('[G03] refuses what is no strategy or no pattern, and more rules than can be looked through', async () => {
    expect(await codeOf(() => new Policy([['a', { name: 'nope' } as never]]))).toBe('misuse');
    expect(await codeOf(() => new Policy([['{a}', escalate()]]))).toBe('bad-pattern');
    const many = Array.from({ length: MAX_RULES + 1 }, (_, index) => [`a${index}`, escalate()] as const);
    expect(await codeOf(() => new Policy(many))).toBe('too-large');
  });
});

describe('strategies as values', () => {
  it('[C1] [PF3] a policy has at most 500 rules, registered ones too', async () => {
    const policy = new Policy(Array.from({ length: 500 }, (_, index) => [`r${index}`, escalate()] as const));
    expect(await codeOf(() => policy.register('one/more', escalate()))).toBe('too-large');
    policy.register('r499', lastWriterWins());
    expect(policy.match('r499')?.strategy).toEqual(lastWriterWins());
  });

  it('[C1] each factory makes what isStrategy knows by its name', () => {
    for (const name of strategyNames) {
      expect(every[name].name).toBe(name);
      expect(isStrategy(every[name])).toBe(true);
    }
    expectTypeOf<Strategy['name']>().toEqualTypeOf<StrategyName>();
  });

  it('[C1] what no factory made is refused with the list of those there are', () => {
    const wrong = [undefined, null, 'escalate', {}, { name: 'merge' }, { name: 'retry', maxAttempts: 1.5 }];
    const looped: { self?: unknown } = {};
    looped.self = looped;
    for (const value of [...wrong, { name: 'custom' }, { name: 'merge', engine: 'x', otherwise: {} }, looped, 1n]) {
      expect(isStrategy(value)).toBe(false);
      expect(() => assertStrategy(value)).toThrow(/not a strategy/);
    }
  });

  it('[C1] options of the wrong form are misuse at once, not when the conflict comes', async () => {
    const wrong: readonly (() => unknown)[] = [
      () => retry({ maxAttempts: -1 }),
      () => retry({ maxAttempts: 1.5 }),
      () => retry({ maxAttempts: Number.POSITIVE_INFINITY }),
      () => merge(''),
      () => merge('a/b'),
      () => merge(3 as never),
      () => keepBoth({ suffixes: ['a'] as never }),
      () => keepBoth({ suffixes: ['a', 'b/c'] }),
      () => keepBoth({ suffixes: ['a', ''] }),
      () => keepBoth({ suffixes: ['a', 'x'.repeat(65)] }),
      () => abortBoth({ restore: 'current' as never }),
      () => custom('fn' as never),
      () => merge('text', { otherwise: 'escalate' as never }),
      () => merge('text', { otherwise: { name: 'keepBoth', suffixes: ['a', '/'] } }),
      () => retry(undefined as never),
      () => new Policy({ a: escalate() } as never),
      () => new Policy(['a'] as never),
      () => new Policy([['a', { name: 'retry', maxAttempts: -1 }]]),
      () => new Policy([['a', { name: 'abortBoth', restore: 'all' as never }]]),
    ];
    for (const make of wrong) expect(await codeOf(make), String(make)).toBe('misuse');
  });

  it('[C5] names of copies: the last extension stays last, a dot-file has none, a name is made safe', () => {
    expect(copyId('a/b.c/d', 'x')).toBe('a/b.c/d.x');
    expect(copyId('a/d.tar.gz', 'x')).toBe('a/d.tar.x.gz');
    expect(copyId('.env', 'x')).toBe('.env.x');
    expect(copyId('a.', 'x')).toBe('a.x.');
    expect(safeSuffix('a b/../c')).toBe('a-b-c');
    expect(safeSuffix('--')).toBe('copy');
    expect([...safeSuffix('𝒜'.repeat(99))]).toHaveLength(64);
    expect(safeSuffix('𝒜'.repeat(99)).isWellFormed()).toBe(true);
  });
});

describe('from facts to a verdict', () => {
  const facts = (more: Partial<Facts> = {}): Facts => ({
    kind: 'modified',
    agent: 'bob',
    holder: 'ann',
    attempt: 0,
    ...more,
  });

  it('[C6] a side decides; the agent’s name is for the reader, also when one agent is on both sides', () => {
    for (const agent of ['bob', 'ann']) {
      expect(decide(firstWriterWins(), facts({ agent }))).toMatchObject({ side: 'current', agent: 'ann' });
      expect(decide(lastWriterWins(), facts({ agent }))).toMatchObject({ side: 'proposed', agent });
    }
  });

  it('[C2] retry looks at the attempts alone', () => {
    const verdicts = [0, 1, 2, 3].map((attempt) => decide(retry({ maxAttempts: 2 }), facts({ attempt })).type);
    expect(verdicts).toEqual(['retry', 'retry', 'escalate', 'escalate']);
  });

  it('[B3] a stale delete is handed back by all that would re-point it', () => {
    const expected: Record<StrategyName, Verdict['type']> = {
      firstWriterWins: 'useVersion',
      lastWriterWins: 'useVersion',
      merge: 'handBack',
      retry: 'handBack',
      escalate: 'escalate',
      keepBoth: 'handBack',
      abortBoth: 'handBack',
      custom: 'handBack',
    };
    for (const name of strategyNames) {
      expect(decide(every[name], facts({ kind: 'deleted-modified' })).type, name).toBe(expected[name]);
    }
  });

  it('[C9] a merge without its base goes to a person, not to otherwise', () => {
    const verdict = decide(merge('text', { otherwise: lastWriterWins() }), facts({ kind: 'base-gone' }));
    expect(verdict).toEqual({ type: 'escalate', reason: 'base-gone' });
  });
});
