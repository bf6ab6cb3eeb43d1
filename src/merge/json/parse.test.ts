// The parser against JSON.parse and against hostile documents.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printModel, randomDraw, randomModel, randomStyle } from '../../../test/support/random-json.ts';
import { mergeJson } from '../json.ts';
import { equalValues } from './equal.ts';
import { canonicalNumber } from './number.ts';
import { isParseFailure, type ParseFailure, type ParseOptions, parseJson } from './parse.ts';
import * as T from './tape.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function parsed(text: string, options: ParseOptions = {}): T.Doc {
  const doc = parseJson(bytes(text), options);
  if (isParseFailure(doc)) throw new Error(`${doc.message}: ${text}`);
  return doc;
}

function failure(text: string | Uint8Array, options: ParseOptions = {}): ParseFailure {
  const doc = parseJson(typeof text === 'string' ? bytes(text) : text, options);
  if (!isParseFailure(doc)) throw new Error(`parsed: ${text}`);
  return doc;
}

function isEqual(a: string, b: string): boolean {
  return equalValues(parsed(a), T.ROOT, parsed(b), T.ROOT);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('parseJson', () => {
  it('[MJ2] takes exactly what JSON.parse takes, duplicate names apart', () => {
    const marks = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '0',
      '-',
      '.',
      'e',
      '1',
      'true',
      'nul',
      ' ',
      '\n',
      '\u0001',
      '/',
      'é',
      '\\u12',
      'a',
    ];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7fffffff }), (seed) => {
        const draw = randomDraw(seed);
        const text = printModel(randomModel(draw, 3), randomStyle(draw));
        const at = draw(text.length + 1);
        const broken = text.slice(0, at) + (marks[draw(marks.length)] ?? '') + text.slice(at + draw(3));
        for (const each of [text, broken]) {
          const doc = parseJson(bytes(each));
          if (isParseFailure(doc) && doc.failure === 'duplicate-key') continue;
          if (isParseFailure(doc) === isJson(each)) throw new Error(each);
        }
      }),
      { numRuns: 5000, seed: 7 },
    );
  });

  it('[MJ2] refuses what is not JSON, with the byte where it goes wrong', () => {
    for (const text of [
      '',
      ' ',
      '{',
      '[1,]',
      '{"a":1,}',
      '01',
      '1.',
      '.5',
      '+1',
      '1e',
      '- 1',
      'NaN',
      "'a'",
      '"\t"',
      '"\\x"',
      '"\\u12g4"',
      '[1] 2',
      '// c\n1',
    ]) {
      expect(failure(text).failure).toBe('syntax');
    }
    expect(failure('{"a": tru}').offset).toBe(6);
    expect(failure(new Uint8Array([0x22, 0xc3, 0x28, 0x22])).failure).toBe('syntax');
    expect(failure(new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])).failure).toBe('syntax');
  });

  it('[MJ2] takes comments and trailing commas only as JSONC', () => {
    const text = '// a\n{ /* b */ "x": [1, 2,], /* c */ } // d';
    expect(failure(text).failure).toBe('syntax');
    expect(T.countOf(parsed(text, { jsonc: true }), T.ROOT)).toBe(1);
    for (const each of ['[,]', '{,}', '[1,,]', '/* a', '/ 1', '[1 /* */ 2]'])
      expect(failure(each, { jsonc: true }).failure).toBe('syntax');
  });

  it('[MJ3] numbers are equal by exact value, strings by what they say, objects in any order', () => {
    for (const same of [
      ['1', '1.0', '1e0', '10e-1', '0.1e1', '1E+0'],
      ['0', '-0', '0.000', '0e99'],
      ['100', '1e2', '1.00e2'],
      ['1e400', '10e399'],
    ]) {
      for (const text of same) expect([text, isEqual(text, same[0] ?? '')]).toEqual([text, true]);
    }
    for (const [a, b] of [
      ['9007199254740992', '9007199254740993'],
      ['1', '-1'],
      ['1', '"1"'],
      ['null', 'false'],
      ['[]', '{}'],
      ['1e400', '1e401'],
      ['0.1', '0.10000000000000000001'],
    ]) {
      expect([a, b, isEqual(a ?? '', b ?? '')]).toEqual([a, b, false]);
    }
    expect(isEqual('"\\u0061\\ud83d\\ude00"', '"a😀"')).toBe(true);
    expect(isEqual('"\\ud800"', '"\\udc00"')).toBe(false);
    expect(isEqual('{"a":1,"\\u0062":[{"x":1,"y":2}]}', '{"b":[{"y":2,"x":1}],"a":1.0}')).toBe(true);
    expect(isEqual('[1,2]', '[2,1]')).toBe(false);
  });

  it('[MJ3] equal numbers have equal hashes, however they are written', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
        fc.integer({ min: -30, max: 30 }),
        fc.integer({ min: 0, max: 20 }),
        (drawn, exponent, zeros) => {
          const digits = drawn === 0n || drawn === -1n ? 1n : drawn;
          const one = `${digits}e${exponent}`;
          const other = `${digits}${'0'.repeat(zeros)}e${exponent - zeros}`;
          expect(canonicalNumber(one)).toBe(canonicalNumber(other));
          expect(isEqual(one, other)).toBe(true);
          expect(isEqual(one, `${digits + 1n}e${exponent}`)).toBe(false);
        },
      ),
      { numRuns: 2000, seed: 11 },
    );
    expect(isEqual(`1e${'9'.repeat(2000)}`, `1e${'9'.repeat(2000)}`)).toBe(true);
  });

  it('[J04] nesting beyond the limit is too-deep, without overflow', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(failure(deep).failure).toBe('too-deep');
    expect(failure('{"a":'.repeat(200_000)).failure).toBe('too-deep');
    expect(failure('[[[]]]', { depth: 2 }).failure).toBe('too-deep');
    expect(parsed(deep, { depth: 200_000 }).length).toBe(200_000 * T.RECORD);
    const level = (inner: string): string => '['.repeat(4_999) + inner + ']'.repeat(4_999);
    const merged = mergeJson({
      base: bytes(level('[1,2,3]')),
      current: bytes(level('[0,2,3]')),
      proposed: bytes(level('[1,2,4]')),
    });
    expect(merged.status === 'clean' && Buffer.from(merged.content ?? []).toString()).toBe(level('[0,2,4]'));
  });

  it('[J05] what is said about a refused document is short', () => {
    const side = { base: bytes('{}'), current: bytes('{"a":1}') };
    const deep = bytes('{"name":'.repeat(200_000));
    const long = 'k'.repeat(100_000);
    const nested = `{"${long}":`.repeat(10);
    const inside = bytes(`${nested}{"a":1,"a":2}${'}'.repeat(10)}`);
    for (const proposed of [deep, inside, bytes(`{"${long}":1,"${long}":2}`), bytes(`"${long}`)]) {
      const result = mergeJson({ ...side, proposed });
      expect(result.status).toBe('error');
      expect(JSON.stringify(result).length).toBeLessThan(500);
    }
  });

  it('[J07] a name that comes twice is refused with its pointer', () => {
    expect(failure('{"a":1,"a":2}')).toMatchObject({ failure: 'duplicate-key', pointer: '/a', offset: 7 });
    expect(failure('{"x":[0,{"a/b":1,"c":2,"a\\/b":3}]}').pointer).toBe('/x/1/a~1b');
    const many = Array.from({ length: 500 }, (_, i) => `"k${i}":${i}`).join(',');
    expect(failure(`{${many},"\\u006b499":1}`).pointer).toBe('/k499');
    const result = mergeJson({ base: bytes('{}'), current: bytes('{"b":1}'), proposed: bytes('{"a":1,"a":2}') });
    expect(result).toMatchObject({ status: 'error', code: 'duplicate-key', at: { side: 'proposed', pointer: '/a' } });
  });

  it('[J09] odd names are names like others', () => {
    const names = [
      '',
      'a/b',
      'a~b',
      'toString',
      'hasOwnProperty',
      'length',
      '__proto__',
      'constructor',
      '\\u0000',
      '0',
    ];
    const doc = parsed(`{${names.map((name, i) => `"${name}":${i}`).join(',')}}`);
    expect([...T.membersOf(doc, T.ROOT).keys()]).toEqual(names.map((name) => JSON.parse(`"${name}"`)));
  });
});
