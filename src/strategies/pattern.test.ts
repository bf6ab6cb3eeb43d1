import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEntenteError } from '../core/errors.ts';
import { PATTERN_GRAMMAR, parsePattern } from './pattern.ts';

const SEED = 20261125;
const matches = (pattern: string, id: string): boolean => parsePattern(pattern).matches(id);

/** What the grammar says, word by word and as slow as it likes. */
function reference(pattern: readonly string[], id: readonly string[]): boolean {
  const [part, ...rest] = pattern;
  if (part === undefined) return id.length === 0;
  if (part === '**') {
    const least = rest.length === 0 ? 1 : 0;
    return (
      id.some((_, taken) => taken >= least && reference(rest, id.slice(taken))) ||
      (id.length >= least && reference(rest, []))
    );
  }
  const [segment, ...left] = id;
  return segment !== undefined && inSegment([...part], [...segment]) && reference(rest, left);
}

function inSegment(pattern: readonly string[], text: readonly string[]): boolean {
  const [sign, ...rest] = pattern;
  if (sign === undefined) return text.length === 0;
  if (sign === '*') return [...text, ''].some((_, taken) => inSegment(rest, text.slice(taken)));
  const [given, ...left] = text;
  return given !== undefined && (sign === '?' || sign === given) && inSegment(rest, left);
}

describe('patterns', () => {
  it.each([
    ['plan.md', 'plan.md', true],
    ['plan.md', 'a/plan.md', false],
    ['*.md', 'plan.md', true],
    ['*.md', 'a/plan.md', false],
    ['*', '.hidden', true],
    ['**', 'a', true],
    ['**', 'a/b/c', true],
    ['**/*.md', 'plan.md', true],
    ['**/*.md', 'a/b/plan.md', true],
    ['notes/**', 'notes/a/b', true],
    ['notes/**', 'notes', false],
    ['notes/**', 'notesx/a', false],
    ['notes/**/x', 'notes/x', true],
    ['a/**/b/**/c', 'a/b/c', true],
    ['a/**/b/**/c', 'a/1/b/2/3/c', true],
    ['a/**/b/**/c', 'a/1/c', false],
    ['**/**/x', 'x', true],
    ['?.md', 'é.md', true],
    ['?.md', '😀.md', true],
    ['?.md', '.md', false],
    ['a?b', 'a/b', false],
    ['*?', 'x', true],
    ['cafe\u0301/*', 'caf\u00e9/x', true],
    ['a(b)@c+d!', 'a(b)@c+d!', true],
    ['100%_done', '100%_done', true],
    ['100%_done', '100xxdone', false],
    ['README', 'readme', false],
    ['a.c', 'abc', false],
    ['$x^', '$x^', true],
  ] as const)('[G02] %s and %s: %s', (pattern, id, expected) => {
    expect(matches(pattern, id)).toBe(expected);
  });

  it.each([
    '[[:constructor:]]',
    '[z-a]',
    '[abc]',
    '{a,b}',
    '!(x)',
    '+(a|aa)',
    '+(+(a))',
    '+(ab|abab)',
    '?(a)',
    '@(a)',
    '*(a)',
    '!x',
    'a|b',
    'a\\*',
    'a**',
    '**a',
    '***',
    'a/b**/c',
    '/a',
    'a/',
    'a//b',
    '',
    'x'.repeat(257),
    5,
    null,
    undefined,
  ])('[G02] what the grammar does not have is refused with the grammar in the message: %j', (source) => {
    try {
      parsePattern(source);
      expect.unreachable();
    } catch (error) {
      expect(isEntenteError(error) && error.code).toBe('bad-pattern');
      expect(String(error)).toContain(PATTERN_GRAMMAR);
    }
  });

  it('[G02] agrees with a matcher that tries everything', () => {
    const sign = fc.constantFrom('a', 'b', '.', '*', '?');
    const part = fc.oneof(
      { weight: 1, arbitrary: fc.constant('**') },
      { weight: 3, arbitrary: fc.string({ unit: sign, minLength: 1, maxLength: 4 }) },
    );
    const pattern = fc
      .array(part, { minLength: 1, maxLength: 5 })
      .filter((parts) => parts.every((one) => one === '**' || !one.includes('**')));
    const segment = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 4 });
    const id = fc.array(segment, { minLength: 1, maxLength: 5 });
    let hits = 0;
    fc.assert(
      fc.property(pattern, id, (parts, segments) => {
        const expected = reference(parts, segments);
        if (expected) hits += 1;
        expect(matches(parts.join('/'), segments.join('/'))).toBe(expected);
      }),
      { numRuns: 5000, seed: SEED },
    );
    expect(hits).toBeGreaterThan(500);
  });

  const hostile: readonly (readonly [string, string])[] = [
    [`${'*a'.repeat(100)}X`, 'a'.repeat(255)],
    [`${'?*'.repeat(34)}X`, `${'a'.repeat(255)}/${'a'.repeat(255)}`],
    [`**/${'*a'.repeat(60)}X`, Array.from({ length: 4 }, () => 'a'.repeat(255)).join('/')],
    [`${'**/a/'.repeat(50)}X`, Array.from({ length: 512 }, () => 'a').join('/')],
    [`${'**/*a*/'.repeat(36)}X`, Array.from({ length: 340 }, () => 'aa').join('/')],
    [`${'**/'.repeat(80)}X`, Array.from({ length: 512 }, () => 'a').join('/')],
  ];

  it.each(hostile)('[G01] %s costs no more steps than the pattern times the id', (source, id) => {
    const work = { steps: 0 };
    expect(parsePattern(source).matches(id, work)).toBe(false);
    expect(work.steps).toBeLessThanOrEqual((source.length + 1) * (id.length + 1));
  });

  it('[G01] whatever the pattern and the id, the steps stay below the product of their lengths', () => {
    const part = fc.oneof(
      fc.constant('**'),
      fc
        .array(fc.constantFrom('a', '*', '?'), { minLength: 1, maxLength: 12 })
        .map((signs) => signs.join('').replace(/\*+/g, '*')),
    );
    const pattern = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('/'));
    const id = fc
      .array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 12 }), {
        minLength: 1,
        maxLength: 12,
      })
      .map((segments) => segments.join('/'));
    fc.assert(
      fc.property(pattern, id, (source, text) => {
        const work = { steps: 0 };
        parsePattern(source).matches(text, work);
        expect(work.steps).toBeLessThanOrEqual((source.length + 1) * (text.length + 1));
      }),
      { numRuns: 3000, seed: SEED },
    );
  });

  it('[G01] thirty-four stars in a row are no pattern at all', () => {
    expect(() => parsePattern(`${'*'.repeat(34)}X`)).toThrow(/mixes/);
  });
});
