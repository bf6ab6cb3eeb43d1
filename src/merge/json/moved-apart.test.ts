// Members that each side moved to an object of its own, in each format that has objects.
import { describe, expect, it } from 'vitest';
import { type MergeResult, mergeContents, resolveConflict } from '../index.ts';

type Data = { readonly [name: string]: { readonly [name: string]: unknown } };

const writers: { readonly [engine: string]: (data: Data) => string } = {
  json: (data) => JSON.stringify(data, null, 2),
  yaml: (data) =>
    Object.entries(data)
      .map(([name, members]) => {
        const lines = Object.entries(members).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
        return `${name}:\n${lines.join('')}`;
      })
      .join(''),
  toml: (data) =>
    Object.entries(data)
      .map(([name, members]) => {
        const lines = Object.entries(members).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
        return `[${name}]\n${lines.join('')}`;
      })
      .join(''),
};

describe.each(Object.entries(writers))('members that moved, in %s', (engine, write) => {
  const merge = (base: Data, current: Data, proposed: Data): MergeResult =>
    mergeContents({ base: write(base), current: write(current), proposed: write(proposed), options: { engine } });
  const three = (a: object, b: object, c: object): Data => ({
    a: { own: 1, ...a },
    b: { own: 2, ...b },
    c: { own: 3, ...c },
  });
  const url = { url: 'https://example.org' };
  const base = three(url, {}, {});

  it('[MJ37] to two places are a conflict of the whole that says where, and is settled for a side', () => {
    for (const value of [url, { list: [1, 2] }, { port: 12_345 }]) {
      const start = three(value, {}, {});
      const [toB, toC] = [three({}, value, {}), three({}, {}, value)];
      for (const [mine, other] of [
        [toB, toC],
        [toC, toB],
      ] as const) {
        const result = merge(start, mine, other);
        if (result.status !== 'conflict') throw new Error(result.status);
        expect(result.conflicts).toMatchObject([
          { at: { pointer: '' }, reason: expect.stringMatching(/"\/a".*"\/[bc]".*"\/[bc]"/) },
        ]);
        const settled = resolveConflict(result, result.conflicts[0]?.id ?? '', { use: 'proposed' });
        expect(settled.status === 'clean' && Buffer.from(settled.content ?? []).toString()).toBe(write(other));
      }
    }
  });

  it('[MJ37] also out of an object that goes, or into one that a side adds', () => {
    const added = (value: object): Data => ({ ...three({}, {}, {}), d: { own: 4, ...value } });
    const gone = (b: object, c: object): Data => ({ b: { own: 2, ...b }, c: { own: 3, ...c } });
    for (const [mine, other] of [
      [three({}, url, {}), added(url)],
      [gone(url, {}), gone({}, url)],
    ] as const) {
      for (const [current, proposed] of [
        [mine, other],
        [other, mine],
      ] as const) {
        expect(merge(base, current, proposed)).toMatchObject({
          status: 'conflict',
          conflicts: [{ at: { pointer: '' } }],
        });
      }
    }
    expect(merge(base, three({}, url, {}), added({})).status).toBe('clean');
  });

  it('[MJ37] to one place, on one side alone, under another name, or with values that many have, are none', () => {
    const moved = three({}, url, {});
    expect(merge(base, moved, three({}, { ...url, more: 5 }, {})).status).toBe('clean');
    expect(merge(base, moved, three(url, {}, { more: 5 })).status).toBe('clean');
    expect(merge(base, moved, three({}, {}, { other: url.url })).status).toBe('clean');
    const small = { on: true };
    expect(merge(three(small, {}, {}), three({}, small, {}), three({}, {}, small)).status).toBe('clean');
  });
});
