// JSON Patch on bytes: the examples of RFC 6902, lossless splicing, and failures that change nothing.
import { describe, expect, it } from 'vitest';
import type { JsonPatchOperation } from '../../core/change.ts';
import { type EntenteError, isEntenteError } from '../../core/errors.ts';
import { isJsonText, jsonText, stringify } from './json-text.ts';
import { applyJsonPatch, type JsonPatchOptions } from './patch.ts';
import { diffAsPatch } from './patch-diff.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function patch(text: string, operations: readonly JsonPatchOperation[], options?: JsonPatchOptions): string {
  return Buffer.from(applyJsonPatch(bytes(text), operations, options)).toString();
}

function problem(text: string, operations: unknown, options?: JsonPatchOptions): EntenteError {
  try {
    applyJsonPatch(bytes(text), operations as JsonPatchOperation[], options);
  } catch (thrown) {
    if (isEntenteError(thrown)) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('applyJsonPatch', () => {
  it('[MJ16] does what the examples of RFC 6902 say', () => {
    expect(patch('{"foo":"bar"}', [{ op: 'add', path: '/baz', value: 'qux' }])).toBe('{"foo":"bar","baz":"qux"}');
    expect(patch('{"foo":["bar","baz"]}', [{ op: 'add', path: '/foo/1', value: 'qux' }])).toBe(
      '{"foo":["bar","qux","baz"]}',
    );
    expect(patch('{"baz":"qux","foo":"bar"}', [{ op: 'remove', path: '/baz' }])).toBe('{"foo":"bar"}');
    expect(patch('{"foo":["bar","qux","baz"]}', [{ op: 'remove', path: '/foo/1' }])).toBe('{"foo":["bar","baz"]}');
    expect(patch('{"baz":"qux","foo":"bar"}', [{ op: 'replace', path: '/baz', value: 'boo' }])).toBe(
      '{"baz":"boo","foo":"bar"}',
    );
    expect(
      patch('{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}', [
        { op: 'move', from: '/foo/waldo', path: '/qux/thud' },
      ]),
    ).toBe('{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}');
    expect(patch('{"foo":["all","grass","cows","eat"]}', [{ op: 'move', from: '/foo/1', path: '/foo/3' }])).toBe(
      '{"foo":["all","cows","eat","grass"]}',
    );
    expect(patch('{"/":9,"~1":10}', [{ op: 'test', path: '/~01', value: 10 }])).toBe('{"/":9,"~1":10}');
    expect(patch('{"foo":["bar"]}', [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }])).toBe(
      '{"foo":["bar",["abc","def"]]}',
    );
    expect(
      patch('{"a":{"b":1}}', [
        { op: 'copy', from: '/a', path: '/c' },
        { op: 'replace', path: '/a/b', value: 2 },
        { op: 'copy', from: '/a', path: '/d' },
      ]),
    ).toBe('{"a":{"b":2},"c":{"b":1},"d":{"b":2}}');
    expect(patch(' {"a":1}\n', [{ op: 'replace', path: '', value: [1] }])).toBe(' [1]\n');
    expect(patch('{"a":1}', [])).toBe('{"a":1}');
  });

  it('[MJ16] keeps every byte that no operation touches, and writes in the document’s manner', () => {
    const text =
      '{\r\n    "n" : 9007199254740993,\r\n    "o": { "x":1.0 , "y":[1,2 ] }, // kept\r\n    "z": 1e400\r\n}\r\n';
    const patched = patch(
      text,
      [
        { op: 'test', path: '/o/y/0', value: 1 },
        { op: 'replace', path: '/o/y/1', value: 3 },
        { op: 'add', path: '/p', value: { q: [] } },
        { op: 'test', path: '/n', value: 9007199254740993n },
      ],
      { format: 'jsonc' },
    );
    expect(patched).toBe(
      '{\r\n    "n" : 9007199254740993,\r\n    "o": { "x":1.0 , "y":[1,3 ] }, // kept\r\n    "z": 1e400,\r\n    "p" : {\r\n        "q" : []\r\n    }\r\n}\r\n',
    );
  });

  it('[J02] constructor and prototype are own members or nothing', () => {
    expect(
      patch('{"constructor":{"prototype":{"x":1}}}', [{ op: 'replace', path: '/constructor/prototype/x', value: 2 }]),
    ).toBe('{"constructor":{"prototype":{"x":2}}}');
    expect(problem('{}', [{ op: 'add', path: '/constructor/prototype/x', value: 1 }])).toMatchObject({
      code: 'patch-failed',
      details: { operation: 0, path: '/constructor/prototype/x', reason: 'path-not-found' },
    });
    expect(
      patch('{}', [{ op: 'add', path: '/__proto__', value: JSON.parse('{"__proto__":{"x":1}}') as unknown }]),
    ).toContain('"x": 1');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('[J03] a path walks own members and elements only', () => {
    for (const from of ['/constructor/constructor', '/a/length', '/a/map', '/toString', '/s/0', '/s/length']) {
      expect(problem('{"a":[1],"s":"text"}', [{ op: 'copy', from, path: '/x' }]).details['reason']).toBe(
        'path-not-found',
      );
    }
  });

  it('[MJ17] a failing operation is named by index and path, and nothing is changed', () => {
    const fine = { op: 'add', path: '/b', value: 1 };
    const cases: [unknown, string][] = [
      [{ op: 'remove', path: '/x' }, 'path-not-found'],
      [{ op: 'remove', path: '' }, 'bad-operation'],
      [{ op: 'replace', path: '/a/9', value: 1 }, 'path-not-found'],
      [{ op: 'add', path: '/a/5', value: 1 }, 'path-not-found'],
      [{ op: 'add', path: '/a/01', value: 1 }, 'path-not-found'],
      [{ op: 'add', path: 'a', value: 1 }, 'bad-pointer'],
      [{ op: 'add', path: '/a~2', value: 1 }, 'bad-pointer'],
      [{ op: 'add', path: '/c' }, 'bad-operation'],
      [{ op: 'add', path: '/c', value: undefined }, 'bad-value'],
      [{ op: 'add', path: '/c', value: [Number.NaN] }, 'bad-value'],
      [{ op: 'move', from: '/a', path: '/a/0' }, 'bad-operation'],
      [{ op: 'move', path: '/a' }, 'bad-pointer'],
      [{ op: 'test', path: '/a', value: [1, 3] }, 'test-failed'],
      [{ op: 'frob', path: '/a' }, 'bad-operation'],
      [null, 'bad-operation'],
    ];
    for (const [operation, reason] of cases) {
      const error = problem('{"a":[1,2]}', [fine, operation]);
      expect([operation, error.code, error.details['operation'], error.details['reason']]).toEqual([
        operation,
        'patch-failed',
        1,
        reason,
      ]);
    }
    expect(problem('{"a":1}', 'no').code).toBe('patch-failed');
    expect(problem('{', []).code).toBe('patch-failed');
    expect(problem('{"a":1,"a":2}', []).code).toBe('duplicate-key');
    expect(problem('[[[]]]', [], { depth: 2 }).code).toBe('too-deep');
  });

  it('[MJ17] copies of copies, long paths and values in themselves end', () => {
    const bomb = Array.from({ length: 60 }, (_, i): JsonPatchOperation => ({ op: 'copy', from: '', path: `/k${i}` }));
    expect(problem('{"a":1}', bomb, { bytes: 100_000 }).code).toBe('too-large');
    const long = problem('{}', [{ op: 'remove', path: `/${'x'.repeat(1_000_000)}` }]);
    expect(long.message.length + JSON.stringify(long.details).length).toBeLessThan(2_000);
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(problem('{}', [{ op: 'add', path: '/a', value: cycle }]).details['reason']).toBe('bad-value');
  });
});

describe('diffAsPatch', () => {
  it('[MJ18] carries numbers that JavaScript cannot hold', () => {
    const [from, to] = ['{"a":1,"l":[1,2,3]}', '{"a":9007199254740993,"l":[1e400,2,3,{"x":[0.10,-0]}]}'];
    const operations = diffAsPatch(bytes(from), bytes(to));
    expect(operations.map(({ op, path }) => `${op} ${path}`)).toEqual(['add /l/3', 'replace /l/0', 'replace /a']);
    expect(operations.filter(({ value }) => isJsonText(value)).length).toBe(2);
    expect(patch(from, operations)).toBe('{"a":9007199254740993,"l":[1e400,2,3,{"x":[0.1,0]}]}');
  });

  it('[MJ18] values become text exactly, or are refused', () => {
    expect(stringify({ a: [1n, jsonText('1.50'), '\ud800', null], ['__proto__']: 1 })).toBe(
      '{"a":[1,1.50,"\\ud800",null],"__proto__":1}',
    );
    expect(() => jsonText('1 2')).toThrow(SyntaxError);
    expect(() => stringify({ a: () => 1 })).toThrow(TypeError);
    expect(stringify({ text: '1', toJSON: 2 })).toBe('{"text":"1","toJSON":2}');
    expect(JSON.stringify(jsonText('1.50'))).toBe('1.5');
  });
});
