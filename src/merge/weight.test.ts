// What may be merged in a turn of the event loop (rule C8): the engine decides how many bytes that are.
import { describe, expect, it } from 'vitest';
import { isLight } from './weight.ts';

const of = (path: string, content: string | null, options = {}): boolean => {
  const side = content === null ? null : new Uint8Array(Buffer.from(content));
  const small = new Uint8Array(Buffer.from('a: 1\n'));
  return isLight({ base: small, current: small, proposed: side, path, options });
};

describe('light merges', () => {
  it('[C8] are those of few bytes for their engine, of few lines, and without a long front matter', () => {
    const line = `${'x'.repeat(99)}\n`;
    expect(of('a.txt', line.repeat(2_000))).toBe(true);
    expect(of('a.txt', line.repeat(3_000))).toBe(false);
    expect(of('a.txt', '\n'.repeat(5_001))).toBe(false);
    expect(of('a.yaml', 'a: 1\n'.repeat(800))).toBe(true);
    expect(of('a.yaml', 'a: 1\n'.repeat(1_000))).toBe(false);
    expect(of('a.toml', 'a = 1\n'.repeat(1_000))).toBe(false);
    expect(of('a.yaml', line.repeat(2_000), { engine: 'text' })).toBe(true);
    expect(of('a.md', `---\na: 1\n---\n${line.repeat(2_000)}---\n`)).toBe(true);
    expect(of('a.md', `---\n${'a: 1\n'.repeat(1_000)}---\n`)).toBe(false);
    expect(of('a.md', null)).toBe(true);
  });
});
