import { describe, expect, it } from 'vitest';
import { checkReceipt, engineNames, type MergeContents, mergeContents } from './index.ts';

const engineOf = (choice: Omit<MergeContents, 'base' | 'current' | 'proposed'>): string => {
  const result = mergeContents({ base: '{"a":1}\n', current: '{"a":2}\n', proposed: '{"a":1,"b":1}\n', ...choice });
  return result.status === 'error' ? 'error' : result.stats.engine;
};

describe('mergeContents', () => {
  it('[MT21] goes by the option, then the path, then the media type, then text', () => {
    expect(engineOf({})).toBe('text');
    expect(engineOf({ path: 'notes/plan.md' })).toBe('text');
    expect(engineOf({ path: 'a/b.JSON' })).toBe('json');
    expect(engineOf({ path: 'tsconfig.jsonc' })).toBe('json');
    expect(engineOf({ path: '.json' })).toBe('text');
    expect(engineOf({ mediaType: 'application/problem+json; charset=utf-8' })).toBe('json');
    expect(engineOf({ path: 'a.json', options: { engine: 'text' } })).toBe('text');
    expect(engineOf({ path: 'a.json', options: { engine: 'auto' } })).toBe('json');
    expect(engineOf({ options: { engine: 'append' } })).toBe('append');
    expect(engineNames).toEqual(['text', 'append', 'json']);
  });

  it('[MT21] refuses an engine that does not exist', () => {
    expect(() => engineOf({ options: { engine: 'nope' } })).toThrow(expect.objectContaining({ code: 'misuse' }));
  });

  it('[MT2] bytes that need no merge need no engine either, even where they are no JSON', () => {
    expect(mergeContents({ base: '{', current: '{', proposed: '[', path: 'a.json' })).toMatchObject({
      status: 'clean',
    });
  });

  it('[MT15] a result that is not clean, or is absent where it should not be, is not ok', () => {
    const input = { base: Buffer.from('a\n'), current: Buffer.from('b\n'), proposed: Buffer.from('c\n') };
    expect(checkReceipt(input, mergeContents(input)).ok).toBe(false);
    const gone = { ...input, proposed: null, current: input.base };
    const result = mergeContents(gone);
    if (result.status !== 'clean') throw new Error('not clean');
    expect(checkReceipt(gone, result).ok).toBe(true);
    expect(checkReceipt(gone, { ...result, content: Buffer.alloc(0) }).ok).toBe(false);
  });

  it('[MT15] the receipt of a structure goes to the checker of structures', () => {
    const [base, current, proposed] = ['{"a":1}', '{"a":2}', '{"a":1,"b":1}'].map((side) => Buffer.from(side));
    const input = { base: base ?? null, current: current ?? null, proposed: proposed ?? null, path: 'x.json' };
    const result = mergeContents(input);
    if (result.status !== 'clean') throw new Error('not clean');
    expect(checkReceipt(input, result)).toMatchObject({ ok: true });
    const lost = checkReceipt(input, { ...result, content: Buffer.from('{"a":2}') });
    expect(lost.ok).toBe(false);
    expect(lost.dropped[0]).toHaveProperty('pointer');
  });

  it('[MT15] dropped lines are in order only where a favour or a decision says so', () => {
    const input = { base: Buffer.from('a\n'), current: Buffer.from('b\n'), proposed: Buffer.from('c\n') };
    const favoured = { ...input, options: { favor: 'current' as const } };
    const result = mergeContents(favoured);
    expect(checkReceipt(favoured, result).ok).toBe(true);
    expect(checkReceipt(input, result)).toMatchObject({ ok: false, dropped: [{ side: 'proposed', line: 0 }] });
    expect(checkReceipt(input, result, { decided: true }).ok).toBe(true);
  });
});
