// resolveDetails decides at once, by the same rules as the automatic way, and never throws.
import { describe, expect, it } from 'vitest';
import { setUp } from '../../test/support/entente.ts';
import type { Resolution } from '../core/resolution.ts';
import { prepareGrammar } from '../merge/code/grammars.ts';
import { mergeContents } from '../merge/merge.ts';
import type { Engine } from '../merge/types.ts';
import { merge } from '../strategies/merge.ts';

const details = (resource: string, [base, current, proposed]: readonly [string, string, string]) => ({
  resource,
  base: { content: base },
  current: { content: current, agent: 'bob' },
  proposed: { content: proposed, agent: 'ann' },
});
const lines = ['a\n\nb\n', 'A\n\nb\n', 'a\n\nB\n'] as const;

function decide(engine: unknown, options = {}): { readonly resolution: Resolution; readonly told: string[] } {
  const told: string[] = [];
  const { entente } = setUp({ default: merge('own', options), onWarning: (message) => told.push(message) });
  entente.registerEngine('own', engine as Engine);
  return { resolution: entente.resolveDetails(details('doc', lines)), told };
}

describe('resolveDetails with engines of others', () => {
  const odd: readonly (readonly [string, () => unknown])[] = [
    ['answers undefined', () => undefined],
    ['answers clean without a content', () => ({ status: 'clean' })],
    ['answers a text for bytes', () => ({ status: 'clean', content: 'x' })],
    ['answers later', () => Promise.reject(new Error('later'))],
    [
      'throws',
      () => {
        throw new Error('own fault');
      },
    ],
  ];
  it.each(odd)('[C10] one that %s leaves it to otherwise, and nothing is thrown', (_, engine) => {
    expect(decide(engine).resolution.type).toBe('escalate');
  });

  it('[PR3] what does not prove itself is no merge, and the fault is told', () => {
    const right: Engine = (input) => mergeContents({ ...input, options: { engine: 'text' } });
    expect(decide(right)).toMatchObject({ resolution: { type: 'merged', content: 'A\n\nB\n' }, told: [] });
    const forgetful: Engine = (input) => {
      const result = right(input);
      return result.status === 'clean' ? { ...result, content: Buffer.from('A\n') } : result;
    };
    const { resolution, told } = decide(forgetful);
    expect(resolution.type).toBe('escalate');
    expect(told[0]).toContain('does not prove itself');
  });

  it('[C8] it gets copies of the sides', () => {
    const greedy: Engine = (input) => {
      input.current?.fill(0);
      return mergeContents({ base: 'a\n', current: 'a\n', proposed: 'b\n' });
    };
    const sides = details('doc', lines);
    const { entente } = setUp({ default: merge('own'), onWarning: () => {} });
    entente.registerEngine('own', greedy);
    const bytes = Buffer.from('kept\n');
    entente.resolveDetails({ ...sides, current: { content: bytes } });
    expect(bytes.toString()).toBe('kept\n');
  });
});

describe('resolveDetails with source code', () => {
  it('[SC2] [SC4] a merge that declares a name twice is none, once the parser is ready', async () => {
    const one = 'function one() {}\n';
    const { entente } = setUp({ default: merge('auto') });
    await prepareGrammar('src/app.ts');
    const base = 'a();\n\nb();\n';
    const sides = details('src/app.ts', [base, one + base, base + one]);
    expect(entente.resolveDetails(sides).type).toBe('escalate');
    expect(entente.resolveDetails({ ...sides, resource: 'app.txt' }).type).toBe('merged');
  });
});
