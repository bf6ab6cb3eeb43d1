// Members that both sides gave a name of their own.
import { describe, expect, it } from 'vitest';
import { checkReceipt, mergeContents, resolveConflict } from '../index.ts';

const merge = (base: unknown, current: unknown, proposed: unknown): ReturnType<typeof mergeContents> =>
  mergeContents({
    base: JSON.stringify(base),
    current: JSON.stringify(current),
    proposed: JSON.stringify(proposed),
    options: { engine: 'json' },
  });

describe('renamed members', () => {
  const service = { image: 'a:1', port: 80 };
  const result = merge({ s: { a: service, z: 1 } }, { s: { b: service, z: 1 } }, { s: { c: service, z: 2 } });

  it('[MJ36] with two new names are a clash at the object, and stand nowhere twice', () => {
    for (const value of [service, 'https://example.org', 12345]) {
      const twice = merge({ a: value, z: 1 }, { b: value, z: 1 }, { c: value, z: 1 });
      expect(twice).toMatchObject({ status: 'conflict', conflicts: [{ kind: 'content', at: { pointer: '' } }] });
    }
    expect(result).toMatchObject({ status: 'conflict', conflicts: [{ at: { pointer: '/s' } }] });
  });

  it('[MJ36] such a clash is settled as a whole', () => {
    if (result.status !== 'conflict') throw new Error('not a conflict');
    const settled = resolveConflict(result, result.conflicts[0]?.id ?? '', { use: 'proposed' });
    if (settled.status !== 'clean') throw new Error('not settled');
    expect(JSON.parse(Buffer.from(settled.content ?? []).toString())).toEqual({ s: { c: service, z: 2 } });
    expect(checkReceipt(result.input, settled, { decided: true }).problems).toEqual([]);
  });

  it('[MJ36] with one new name, and values that many members have, go together', () => {
    expect(merge({ a: service }, { b: service }, { b: service, c: 1 }).status).toBe('clean');
    expect(merge({ a: true, b: {} }, { c: true, d: {} }, { e: true, f: {} }).status).toBe('clean');
    expect(merge({ a: service }, { b: service }, { c: { ...service, port: 81 } }).status).toBe('clean');
  });
});
