// The JSON engine by its rules: what is kept, what clashes and where, and what options change.
import { describe, expect, it } from 'vitest';
import { createIdDealer } from './conflict-id.ts';
import { checkJsonReceipt } from './json/check.ts';
import { isParseFailure, parseJson } from './json/parse.ts';
import { internLists } from './json/sequence.ts';
import * as T from './json/tape.ts';
import { readBack } from './json/verify.ts';
import { mergeJson } from './json.ts';
import type { ConflictedMerge, MergeOptions, MergeResult } from './types.ts';
import { endless, OverBudget } from './watch.ts';

const bytes = (text: string | null): Uint8Array | null => (text === null ? null : new TextEncoder().encode(text));
const text = (content: Uint8Array | null | undefined): string => Buffer.from(content ?? []).toString();

function merge(
  base: string | null,
  current: string | null,
  proposed: string | null,
  options?: MergeOptions,
): MergeResult {
  const input = {
    base: bytes(base),
    current: bytes(current),
    proposed: bytes(proposed),
    ...(options === undefined ? {} : { options }),
  };
  const result = mergeJson(input);
  expect(checkJsonReceipt(input, result)).toEqual({ ok: true, dropped: [] });
  return result;
}

function clean(base: string | null, current: string, proposed: string, options?: MergeOptions): string {
  const result = merge(base, current, proposed, options);
  if (result.status !== 'clean') throw new Error(JSON.stringify(result));
  return text(result.content);
}

function conflict(
  base: string | null,
  current: string | null,
  proposed: string | null,
  options?: MergeOptions,
): ConflictedMerge {
  const result = merge(base, current, proposed, options);
  if (result.status !== 'conflict') throw new Error(JSON.stringify(result));
  return result;
}

function clashes(result: ConflictedMerge): [string, string][] {
  return result.conflicts.map(({ at, kind }): [string, string] => ['pointer' in at ? at.pointer : '', kind]).sort();
}

const jsonc: MergeOptions = { format: 'jsonc' };

describe('what is written', () => {
  it('[MJ4] only changed places are written; spelling, order and spacing stay', () => {
    const base = '{ "a":1.0,\n\n   "b" : [1,2,  3], "c":"\\u0061"}';
    expect(clean(base, base.replace('1.0', '1.50'), base.replace('  3', '  4e0'))).toBe(
      '{ "a":1.50,\n\n   "b" : [1,2,  4e0], "c":"\\u0061"}',
    );
    expect(clean('[1, 2, 3]', '[1, 2, 3, 4]', '[2, 3]')).toBe('[2, 3, 4]');
    expect(clean('{"a": 1, "b": 2}', '{"a": 1, "b": 3}', '{"b": 2}')).toBe('{"b": 3}');
    expect(clean('[ 1, 2, 3 ]', '[ 0, 2, 3 ]', '[ 1, 2 ]')).toBe('[ 0, 2 ]');
  });

  it('[MJ4] new members follow their predecessor, in the manner of their siblings', () => {
    const base = '{\r\n\t"a": 1,\r\n\t"z": [\r\n\t\t1\r\n\t]\r\n}\r\n';
    const current = base.replace('"a": 1', '"a": 2');
    const proposed =
      '{\n  "first": 0,\n  "a": 1,\n  "m": {\n    "x": [\n      1\n    ]\n  },\n  "z": [\n    1,\n    2\n  ]\n}\n';
    expect(clean(base, current, proposed)).toBe(
      '{\r\n\t"first": 0,\r\n\t"a": 2,\r\n\t"m": {\r\n\t\t"x": [\r\n\t\t\t1\r\n\t\t]\r\n\t},\r\n\t"z": [\r\n\t\t1,\r\n\t\t2\r\n\t]\r\n}\r\n',
    );
    expect(clean('{"a":1}', '{"a":1,"o":1}', '{"a":1,"t":1}')).toBe('{"a":1,"o":1,"t":1}');
    expect(clean('{"o":{},"a":1}', '{"o":{},"a":2}', '{\n  "o": {\n    "x": [1, 2]\n  },\n  "a": 1\n}')).toBe(
      '{"o":{"x":[1, 2]},"a":2}',
    );
    expect(
      clean('{\n  "o": {},\n  "a": 1\n}', '{\n  "o": {},\n  "a": 2\n}', '{\n  "o": {\n    "x": 1\n  },\n  "a": 1\n}'),
    ).toBe('{\n  "o": {\n    "x": 1\n  },\n  "a": 2\n}');
  });

  it('[MJ5] the newline at the end is merged three-way; a byte order mark is current’s', () => {
    expect(clean('{"a":1}', '{"a":2}', '{"a":1,"b":1}\n')).toBe('{"a":2,"b":1}\n');
    expect(clean('{"a":1}\n', '{"a":2}', '{"a":1,"b":1}\n')).toBe('{"a":2,"b":1}');
    expect(clean('{"a":1}\n', '{"a":2}\n', '{"a":1,"b":1}')).toBe('{"a":2,"b":1}');
    expect(clean('{"a":1}', '\ufeff{"a":2}', '{"a":1,"b":1}')).toBe('\ufeff{"a":2,"b":1}');
    expect(clean('{"a":1}', '{"a":2}', '\ufeff{"a":1,"b":1}')).toBe('{"a":2,"b":1}');
  });

  it('[J06] numbers that nobody touched keep their digits', () => {
    const base = '{"n":9007199254740993,"m":1e400,"z":-0,"f":1.0,"x":1}';
    expect(clean(base, base.replace('"x":1', '"x":2'), base.replace('}', ',"y":1E5}'))).toBe(
      '{"n":9007199254740993,"m":1e400,"z":-0,"f":1.0,"x":2,"y":1E5}',
    );
  });

  it('[MJ19] a document that does not read back as decided is not clean', () => {
    const doc = parseJson(bytes('{"a":1,"b":[1]}') ?? new Uint8Array());
    if (isParseFailure(doc)) throw new Error(doc.message);
    const context: Parameters<typeof readBack>[0] = {
      base: doc,
      current: doc,
      proposed: doc,
      arrays: [],
      strings: [],
      counters: [],
      plans: new Map([[16, { kind: 'items', items: [], source: 16 }]]),
      work: [],
      clashes: [],
      decided: [],
      dealId: createIdDealer(),
      settled: { decisions: new Map(), taken: new Set() },
      favor: undefined,
      depth: {},
      foreign: [],
      swallowed: [],
      isGone: false,
      entries: [],
      notes: new Set(),
      clashingComments: [],
      watch: () => {},
    };
    const reads = (printed: string): boolean => readBack(context, bytes(printed) ?? new Uint8Array()) !== undefined;
    expect(
      ['{"a":1,"b":[]}', '{"a":1.0, "b": []}', '{"a":1,"b":[1]}', '{"a":2,"b":[]}', '{"b":[]}', '{"a":1,"b":[]'].map(
        reads,
      ),
    ).toEqual([true, true, false, false, false, false]);
  });
});

describe('what clashes', () => {
  it('[MJ13] a clash names its place, kind and three texts; partial has the rest merged', () => {
    const result = conflict('{"p":80,"q":{"x":1},"r":1}', '{"p":"80","r":2,"q":{"x":2}}', '{"p":81,"r":1,"s":1}');
    expect(clashes(result)).toEqual([
      ['/p', 'type'],
      ['/q', 'modified-deleted'],
    ]);
    expect(text(result.partial)).toBe('{"p":"80","r":2,"s":1,"q":{"x":2}}');
    const first = result.conflicts.find(({ kind }) => kind === 'type');
    expect([text(first?.base), text(first?.current), text(first?.proposed)]).toEqual(['80', '"80"', '81']);
    const second = result.conflicts.find(({ kind }) => kind === 'modified-deleted');
    expect(second).not.toHaveProperty('proposed');
    expect(new Set(result.conflicts.map(({ id }) => id)).size).toBe(2);
  });

  it('[MJ13] equal clashes at two places have two ids, and ids do not depend on the place', () => {
    const ids = conflict('{"a":1,"b":1}', '{"a":2,"b":2}', '{"a":3,"b":3}').conflicts.map(({ id }) => id);
    const other = conflict('[[1]]', '[[2]]', '[[3]]').conflicts.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(ids).toContain(other[0]);
  });

  it('[MJ14] an absent side: deletions against changes clash, objects added on both sides are merged', () => {
    expect(merge('{"a":1}', null, '{"a":1}')).toMatchObject({ status: 'clean', content: null });
    expect(clashes(conflict('{"a":1}', null, '{"a":2}'))).toEqual([['', 'modified-deleted']]);
    expect(conflict('{"a":1}', null, '{"a":2}').partial).toBeNull();
    expect(clean(null, '{"a":1,"c":{"x":1}}', '{"b":2,"c":{"y":1}}')).toBe('{"a":1,"c":{"x":1,"y":1},"b":2}');
    expect(clashes(conflict(null, '{"a":1}', '{"a":2}'))).toEqual([['/a', 'both-added']]);
    expect(clashes(conflict(null, '[1]', '[2]'))).toEqual([['', 'both-added']]);
    expect(clashes(conflict(null, '1', '[]'))).toEqual([['', 'both-added']]);
  });

  it('[J01] __proto__ is data: merged, kept, and no prototype is touched', () => {
    const merged = clean(
      '{"o":{}}',
      '{"__proto__":{"x":1},"o":{"__proto__":{"x":1}}}',
      '{"o":{"__proto__":{"y":[1]}},"__proto__":{"z":1}}',
    );
    expect(merged).toBe('{"__proto__":{"x":1,"z":1},"o":{"__proto__":{"x":1,"y":[1]}}}');
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('[J02] constructor and prototype are members like others', () => {
    const merged = clean(
      '{"constructor":{"prototype":{"x":1}}}',
      '{"constructor":{"prototype":{"x":2}}}',
      '{"constructor":{"prototype":{"x":1,"toString":1}}}',
    );
    expect(merged).toBe('{"constructor":{"prototype":{"x":2,"toString":1}}}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('[J09] odd names merge and are pointed at', () => {
    const base = '{"":1,"a/b":1,"a~b":1,"toString":1,"hasOwnProperty":1,"length":1}';
    const result = conflict(base, base.replaceAll('1', '2'), base.replaceAll('1', '3'));
    expect(clashes(result).map(([pointer]) => pointer)).toEqual([
      '/',
      '/a~0b',
      '/a~1b',
      '/hasOwnProperty',
      '/length',
      '/toString',
    ]);
    expect(clean(base, base.replace('1', '2'), base.replace('"length":1', '"length":3'))).toBe(
      base.replace('1', '2').replace('"length":1', '"length":3'),
    );
  });
});

describe('arrays', () => {
  it('[MJ6] elements with an id are merged one by one, wherever they stand', () => {
    expect(
      clean('[{"id":1,"n":1},{"id":2}]', '[{"id":2},{"id":1,"n":1},{"id":3}]', '[{"id":1,"n":2},{"id":2},{"id":4}]'),
    ).toBe('[{"id":2},{"id":4},{"id":1,"n":2},{"id":3}]');
    expect(clean('[{"id":1}]', '[{"id":1},{"id":3}]', '[{"id":1},{"id":4}]')).toBe('[{"id":1},{"id":3},{"id":4}]');
    expect(
      clean(
        '[{"id":1},{"id":2},{"id":3}]',
        '[{"id":1,"x":1},{"id":2},{"id":9},{"id":3}]',
        '[{"id":3},{"id":2},{"id":1}]',
      ),
    ).toBe('[{"id":3},{"id":2},{"id":9},{"id":1,"x":1}]');
    expect(clashes(conflict('[]', '[{"id":1,"n":1}]', '[{"id":1,"m":1}]'))).toEqual([['/0', 'both-added']]);
    expect(
      clashes(conflict('[{"id":1},{"id":2},{"id":3}]', '[{"id":2},{"id":1},{"id":3}]', '[{"id":1},{"id":3},{"id":2}]')),
    ).toEqual([['', 'order']]);
    expect(clean('[{"id":1},{"id":1.5}]', '[{"id":1.0,"x":1},{"id":1.5}]', '[{"id":1},{"id":15e-1},{"id":"1"}]')).toBe(
      '[{"id":1.0,"x":1},{"id":1.5},{"id":"1"}]',
    );
  });

  it('[MJ7] other arrays are sequences: gaps and elements apart go together, the rest clashes', () => {
    expect(clean('[1,2,3,4]', '[0,1,2,3,4]', '[1,2,9,3,4,5]')).toBe('[0,1,2,9,3,4,5]');
    expect(clean('[1,2,3,4]', '[1,4]', '[1,3,4]')).toBe('[1,4]');
    expect(clean('[{"a":1,"b":1},2]', '[{"a":2,"b":1},2]', '[{"a":1,"b":2},2]')).toBe('[{"a":2,"b":2},2]');
    expect(clashes(conflict('[1]', '[1,2]', '[1,3]'))).toEqual([['', 'both-added']]);
    expect(clashes(conflict('[1,2,3]', '[1,3]', '[1,9,3]'))).toEqual([['/1', 'modified-deleted']]);
    expect(clashes(conflict('[1,2,3,4]', '[1,4]', '[1,2,9,3,4]'))).toEqual([['', 'content']]);
    expect(clean('[1,2]', '[1]', '[1,2,3]')).toBe('[1,3]');
  });

  it('[MJ8] `set`: presence counts, once, current’s first', () => {
    const options: MergeOptions = { arrays: { '/*': 'set' } };
    expect(clean('{"t":[1,2,3]}', '{"t":[4,1,3]}', '{"t":[1,2,5,4,5]}', options)).toBe('{"t":[4,1,5]}');
    expect(clean('{"t":[{"id":1}]}', '{"t":[{"id":1},{"id":2}]}', '{"t":[{"id":1},{"id":2,"x":1}]}', options)).toBe(
      '{"t":[{"id":1},{"id":2},{"id":2,"x":1}]}',
    );
  });

  it('[MJ9] `append`: base is a prefix of both, or it clashes', () => {
    const options: MergeOptions = { arrays: { '': 'append' } };
    expect(clean('[1]', '[1,2]', '[1,3,2]', options)).toBe('[1,2,3,2]');
    expect(clashes(conflict('[1]', '[2,1]', '[1,3]', options))).toEqual([['', 'not-append-only']]);
  });

  it('[MJ10] `atomic` arrays are one value; `ordered` and `{ key }` choose how elements are aligned', () => {
    expect(clashes(conflict('[1,2,3]', '[0,2,3]', '[1,2,4]', { arrays: { '/**': 'atomic' } }))).toEqual([
      ['', 'content'],
    ]);
    const list = ['[{"k":1},{"k":2}]', '[{"k":2},{"k":1}]', '[{"k":1,"x":1},{"k":2}]'] as const;
    expect(clean(...list, { arrays: { '': { key: 'k' } } })).toBe('[{"k":2},{"k":1,"x":1}]');
    expect(
      merge('[{"id":1},{"id":2}]', '[{"id":2},{"id":1}]', '[{"id":1,"x":1},{"id":2}]', { arrays: { '': 'ordered' } })
        .status,
    ).toBe('conflict');
    const doubled = merge('[{"k":1},{"k":1}]', '[{"k":1},{"k":1},{"k":3}]', '[{"k":0},{"k":1},{"k":1}]', {
      arrays: { '': { key: 'k' } },
    });
    expect(doubled.status === 'clean' && [text(doubled.content), doubled.notes[0]?.code]).toEqual([
      '[{"k":0},{"k":1},{"k":1},{"k":3}]',
      'key-not-unique',
    ]);
  });

  it('[MJ11] strings as text and counters are merged where a pattern names them', () => {
    const counters: MergeOptions = { counters: ['/n', '/deep/*/n'] };
    expect(clean('{"n":10,"x":1}', '{"n":11,"x":1}', '{"n":11,"x":2}', counters)).toBe('{"n":12,"x":2}');
    expect(clean('{"deep":[{"n":0.1}]}', '{"deep":[{"n":0.3}]}', '{"deep":[{"n":-1e-1}]}', counters)).toBe(
      '{"deep":[{"n":0.1}]}',
    );
    expect(clashes(conflict('{"n":1}', '{"n":2}', '{"n":"3"}', counters))).toEqual([['/n', 'type']]);
    const strings: MergeOptions = { strings: { '/**/body': 'text' } };
    expect(
      clean(
        '{"a":{"body":"1\\n2\\n3\\n"}}',
        '{"a":{"body":"0\\n2\\n3\\n"}}',
        '{"a":{"body":"1\\n2\\né\\"\\n"}}',
        strings,
      ),
    ).toBe('{"a":{"body":"0\\n2\\né\\"\\n"}}');
    expect(clashes(conflict('{"body":"1\\n"}', '{"body":"2\\n"}', '{"body":"3\\n"}', strings))).toEqual([
      ['/body', 'content'],
    ]);
  });
});

describe('comments', () => {
  const base =
    '// head\n{\n  // the host\n  "host": "h", // where\n  "list": [\n    1, // one\n    2\n  ],\n  "port": 1\n}\n';

  it('[MJ12] stay with their member, and go with it', () => {
    expect(clean(base, base.replace('"h"', '"k"'), base.replace('"port": 1', '"port": 2'), jsonc)).toBe(
      base.replace('"h"', '"k"').replace('"port": 1', '"port": 2'),
    );
    const without = base.replace('  // the host\n  "host": "h", // where\n', '');
    expect(clean(base, base.replace('"port": 1', '"port": 2'), without, jsonc)).toBe(
      without.replace('"port": 1', '"port": 2'),
    );
    const more = base.replace('"port": 1', '"port": 1, // last\n  // debug it\n  "debug": true // really');
    expect(clean(base, base.replace('"h"', '"k"'), more, jsonc)).toBe(more.replace('"h"', '"k"'));
  });

  it('[MJ12] a comment that only proposed changed is taken', () => {
    const proposed = base
      .replace('// where', '// there')
      .replace('// the host', '// the\n  // new host')
      .replace('// one', '/* 1 */')
      .replace('// head', '// top');
    expect(clean(base, base.replace('"port": 1', '"port": 2'), proposed, jsonc)).toBe(
      proposed.replace('"port": 1', '"port": 2'),
    );
  });

  it('[MJ12] a comment that both changed, or that has no place, clashes and is not lost', () => {
    const both = conflict(
      base,
      base.replace('// where', '// there'),
      base.replace('// where', '// here').replace('"port": 1', '"port": 2'),
      jsonc,
    );
    expect(clashes(both)).toEqual([['/host', 'content']]);
    const unplaced = conflict(
      base,
      base.replace(', // one\n    2', ' // one'),
      base.replace('    2\n', '    2 // two\n'),
      jsonc,
    );
    expect(unplaced.conflicts[0]?.reason).toContain('comment');
  });

  it('[MJ12] trailing commas stay, and removing the last element does not glue others', () => {
    expect(clean('[\n  1,\n  2,\n]', '[\n  0,\n  2,\n]', '[\n  1,\n  2,\n  3\n]', jsonc)).toBe(
      '[\n  0,\n  2,\n  3,\n]',
    );
    expect(clean('[1, 2, 3]', '[0, 2, 3]', '[1, 2]', jsonc)).toBe('[0, 2]');
  });
});

describe('budgets', () => {
  it('[J08] over a budget is a conflict that says so', () => {
    const many = (extra: string): string => `[${'0,'.repeat(200_000)}${extra}]`;
    const nodes = conflict(many('1'), many('2'), many('3'), { budget: { nodes: 200_000 } });
    expect(nodes.conflicts[0]).toMatchObject({ kind: 'budget', at: { pointer: '' } });
    expect(nodes.conflicts[0]?.reason).toContain('200000');
    expect(nodes.partial).toBe(nodes.input.current);
    expect(clashes(conflict('1', '2', '3', { budget: { bytes: 0 } }))).toEqual([['', 'too-large']]);
    let now = 0;
    const clock = (): number => now++;
    expect(clashes(conflict(many('1'), many('2'), many('3'), { budget: { ms: 1, clock } }))).toEqual([['', 'budget']]);
  });

  it('[J08] one long string and two reordered long arrays end', () => {
    const long = 'x'.repeat(5 << 20);
    expect(clean(`{"s":"${long}","a":1}`, `{"s":"${long}","a":2}`, `{"s":"${long}y","a":1}`).length).toBe(
      long.length + 15,
    );
    const order = (step: number): string =>
      JSON.stringify(Array.from({ length: 100_000 }, (_, i) => (i * step) % 100_003));
    expect(merge(order(1), order(7), order(11)).status).toBe('conflict');
  });

  it('[MJ15] values made to share a hash end in a budget conflict, never in quadratic work', () => {
    const doc = parseJson(bytes(JSON.stringify(Array.from({ length: 1_000 }, (_, i) => i))) ?? new Uint8Array());
    if (isParseFailure(doc)) throw new Error(doc.message);
    const nodes = T.childrenOf(doc, T.ROOT);
    const honest = internLists([{ doc, nodes }], endless, 64);
    expect(new Set(honest[0]).size).toBe(1_000);
    for (const node of nodes) doc.tape[node + T.HASH] = 7;
    expect(() => internLists([{ doc, nodes }], endless, 64)).toThrow(OverBudget);
  });
});
