import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../test/support/desk.ts';
import { abortBoth } from './abort-both.ts';
import { custom } from './custom.ts';
import { escalate } from './escalate.ts';
import { firstWriterWins } from './first-writer-wins.ts';
import { keepBoth } from './keep-both.ts';
import { lastWriterWins } from './last-writer-wins.ts';
import { merge } from './merge.ts';
import { describeStrategy, formatStrategy, parsePolicyDocument, parseStrategy } from './policy-file.ts';
import { retry } from './retry.ts';
import type { Strategy } from './types.ts';

describe('strategies as text', () => {
  it.each([
    ['firstWriterWins', firstWriterWins()],
    ['first-writer-wins', firstWriterWins()],
    [' last-writer-wins ', lastWriterWins()],
    ['escalate', escalate()],
    ['escalate()', escalate()],
    ['merge', merge('auto')],
    ['merge(json)', merge('json')],
    ['merge( own.engine )', merge('own.engine')],
    ['retry(5)', retry({ maxAttempts: 5 })],
    ['retry', retry({ maxAttempts: 3 })],
    ['keep-both', keepBoth()],
    ['abortBoth', abortBoth()],
    [{ strategy: 'merge', engine: 'append', otherwise: 'keepBoth' }, merge('append', { otherwise: keepBoth() })],
    [
      { strategy: 'merge', otherwise: { strategy: 'merge', engine: 'text', otherwise: 'retry(1)' } },
      merge('auto', { otherwise: merge('text', { otherwise: retry({ maxAttempts: 1 }) }) }),
    ],
    [{ strategy: 'merge', options: { union: true } }, merge('auto', { options: { union: true } })],
    [{ strategy: 'retry', maxAttempts: 0 }, retry({ maxAttempts: 0 })],
    [{ strategy: 'keepBoth', suffixes: ['a', 'b'] }, keepBoth({ suffixes: ['a', 'b'] })],
    [{ strategy: 'abortBoth', restore: 'base' }, abortBoth({ restore: 'base' })],
  ] as const)('[PF1] %j is read', (spec, strategy) => {
    expect(parseStrategy(spec)).toEqual(strategy);
  });

  it.each([
    'nope',
    '',
    'merge(a',
    'merge(json) x',
    'escalate(3)',
    'keepBoth(a)',
    'retry(x)',
    'retry(-1)',
    'retry(1e9999)',
    'custom',
    'constructor',
    'toString',
    '__proto__',
    3,
    null,
    [],
    {},
    { strategy: 5 },
    { strategy: 'merge', engin: 'json' },
    { strategy: 'merge', options: { unoin: true } },
    { strategy: 'merge', options: [] },
    { strategy: 'merge', otherwise: 'nope' },
    { strategy: 'merge', recorded: 'yes' },
    { strategy: 'escalate', recorded: true },
    { strategy: 'escalate', engine: 'json' },
    { strategy: 'keepBoth', suffixes: 'ab' },
    { strategy: 'abortBoth', restore: 'current' },
  ])('[PF1] %j is misuse', async (spec) => {
    expect(await codeOf(() => parseStrategy(spec))).toBe('misuse');
  });

  it('[PF1] strategies that stand in one another without end are misuse', async () => {
    let spec: unknown = 'escalate';
    for (let depth = 0; depth < 16; depth += 1) spec = { strategy: 'merge', otherwise: spec };
    expect(parseStrategy(spec).name).toBe('merge');
    for (let depth = 0; depth < 50_000; depth += 1) spec = { strategy: 'merge', otherwise: spec };
    expect(await codeOf(() => parseStrategy(spec))).toBe('misuse');
    expect(await codeOf(() => parsePolicyDocument({ rules: [['a', spec]] }))).toBe('misuse');
  });

  const data: fc.Arbitrary<Strategy> = fc.letrec<{ strategy: Strategy }>((tie) => ({
    strategy: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(firstWriterWins(), lastWriterWins(), escalate(), keepBoth(), abortBoth()),
      fc.constantFrom(keepBoth({ suffixes: ['a', 'b'] }), abortBoth({ restore: 'base' })),
      fc.nat().map((maxAttempts) => retry({ maxAttempts })),
      fc
        .tuple(fc.constantFrom('auto', 'text', 'json', 'append', 'mine'), tie('strategy'), fc.boolean())
        .map(([engine, otherwise, recorded]) => merge(engine, { otherwise, recorded })),
    ),
  })).strategy;

  it('[PF2] what is data is written so that it reads back the same', () => {
    fc.assert(
      fc.property(data, (strategy) => {
        const spec = formatStrategy(strategy);
        expect(parseStrategy(JSON.parse(JSON.stringify(spec)))).toEqual(strategy);
        expect(describeStrategy(strategy)).not.toContain('undefined');
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it('[PF2] what is code has a name to show and no text to store', () => {
    const code = [
      custom(() => ({ use: 'current' })),
      merge('text', { validate: () => true }),
      merge('text', { otherwise: custom(() => ({ use: 'current' })) }),
      merge('text', { recorded: true, validate: () => true }),
    ];
    expect(code.map(formatStrategy)).toEqual([undefined, undefined, undefined, undefined]);
    expect(code.map(describeStrategy)).toEqual([
      'custom',
      'merge(text, validated)',
      'merge(text, otherwise custom)',
      'merge(text, recorded, validated)',
    ]);
  });
});

describe('a policy as data', () => {
  it('[PF3] is rules in order and a default', () => {
    const document = {
      rules: [
        ['**/*.json', 'merge(json)'],
        ['**', { strategy: 'retry', maxAttempts: 2 }],
      ],
      default: 'escalate',
    };
    expect(parsePolicyDocument(document)).toEqual(document);
    expect(parsePolicyDocument({ rules: [] })).toEqual({ rules: [] });
  });

  it.each([
    ['misuse', null],
    ['misuse', []],
    ['misuse', {}],
    ['misuse', { rules: {} }],
    ['misuse', { rules: [], defualt: 'escalate' }],
    ['misuse', { rules: [['a']] }],
    ['misuse', { rules: [['a', 'escalate', 'more']] }],
    ['misuse', { rules: [['a', 'nope']] }],
    ['misuse', { rules: [], default: 'nope' }],
    ['bad-pattern', { rules: [['[a]', 'escalate']] }],
    ['bad-pattern', { rules: [[5, 'escalate']] }],
    ['too-large', { rules: Array.from({ length: 501 }, () => ['a', 'escalate']) }],
  ])('[PF3] %s: %j', async (code, document) => {
    expect(await codeOf(() => parsePolicyDocument(document))).toBe(code);
  });
});
