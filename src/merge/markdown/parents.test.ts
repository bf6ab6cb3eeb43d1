// Entries of change logs with something below them, and to which entry that belongs once both sides added something there.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
import { createRandom, type Random } from '../../../test/support/random.ts';
import { checkReceipt, mergeContents } from '../index.ts';

const HEAD = '# C\n\n## U\n\n';

function merged(base: string, current: string, proposed: string): string {
  const input = { base, current, proposed, options: { engine: 'changelog' } };
  const result = mergeContents(input);
  if (result.status === 'clean') expect(checkReceipt(input, result).problems).toEqual([]);
  return result.status === 'clean' ? Buffer.from(result.content ?? []).toString() : result.status;
}

/** Both ways round: what comes out must be the same. */
function eitherWay(base: string, one: string, other: string): string {
  const written = merged(base, one, other);
  expect(merged(base, other, one)).toBe(written);
  return written;
}

describe('what belongs to an entry of a change log', () => {
  const base = `${HEAD}- alpha thing\n- beta thing\n`;
  const below = (text: string): string => base.replace('- beta', `${text}- beta`);

  it('[CG7] what is indented deeper stands first, so that it belongs to the entry that it was written under', () => {
    for (const deeper of ['  - detail of alpha\n', '\n  second paragraph\n\n', '  - one detail\n  - more\n']) {
      expect(eitherWay(base, below('- gamma is new\n'), below(deeper))).toBe(below(`${deeper}- gamma is new\n`));
    }
    expect(eitherWay(base, `${base}- gamma\n`, `${base}  - detail\n`)).toBe(`${base}  - detail\n- gamma\n`);
    const nested = (text: string): string => `${HEAD}- a\n  - s\n${text}- b\n`;
    expect(eitherWay(nested(''), nested('    - under s\n'), nested('  - t\n'))).toBe(nested('    - under s\n  - t\n'));
    expect(eitherWay(base, below('- gamma\n'), below('  - detail\n- delta\n'))).toBe(
      below('  - detail\n- delta\n- gamma\n'),
    );
  });

  it('[CG7] where neither may stand behind the other, or each takes what was there, a person decides', () => {
    expect(eitherWay(base, below('  - one\n- gamma\n'), below('  - other\n- delta\n'))).toBe('conflict');
    const nested = (text: string): string => `${HEAD}- a\n${text}  - s\n- b\n`;
    expect(eitherWay(nested(''), nested('- x\n'), nested('- y\n'))).toBe('conflict');
    expect(eitherWay(nested(''), nested('- x\n'), nested('  - y\n'))).toBe(nested('  - y\n- x\n'));
    expect(eitherWay(base, below('- gamma\n'), below('  - detail\n\n### Fixed\n\n- f\n\n'))).toBe('conflict');
  });

  it('[CG7] a blank line between two additions takes nothing to the other side’s entry', () => {
    const loose = (before: string, behind: string, alpha = 'alpha'): string =>
      `${HEAD}- ${alpha} thing\n${before}\n${behind}- beta thing\n`;
    for (const deeper of ['  second paragraph\n\n', '  - detail\n']) {
      expect(eitherWay(loose('', ''), loose('- gamma\n', ''), loose('', deeper))).toBe('conflict');
      expect(eitherWay(loose('', ''), loose('', '', 'alphas'), loose('', deeper))).toBe(loose('', deeper, 'alphas'));
      expect(eitherWay(loose('', ''), loose('  - sub\n', ''), loose('', deeper))).toBe(loose('  - sub\n', deeper));
    }
  });

  /** The mark of the entry that each entry stands under. */
  function parentsOf(text: string): ReadonlyMap<string, string> {
    const parents = new Map<string, string>();
    const open: { readonly indent: number; readonly mark: string }[] = [];
    for (const [, { length: indent } = '', mark = ''] of text.matchAll(/^( *)- (\w+)$/gm)) {
      while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
      parents.set(mark, open.at(-1)?.mark ?? '');
      open.push({ indent, mark });
    }
    return parents;
  }

  function itemsOf(random: Random, name: string, count: number): string {
    return Array.from({ length: count }, (_, i) => `${'  '.repeat(random.below(3))}- ${name}${i}\n`).join('');
  }

  it('[CG7] each entry stands under the one that its side says', { timeout: LAW_TIMEOUT }, () => {
    let clean = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7fffffff }), (seed) => {
        const random = createRandom(seed);
        const [above, under] = [`- first\n${itemsOf(random, 'a', 2)}`, itemsOf(random, 'u', 2)];
        const write = (added: string): string => `${HEAD}${above}${added}${under}`;
        const [ours, theirs] = ['c', 'p'].map((name) => write(itemsOf(random, name, 1 + random.below(3))));
        const sides = [write(''), ours ?? '', theirs ?? ''] as const;
        const written = merged(...sides);
        expect(merged(sides[0], sides[2], sides[1]) === 'conflict').toBe(written === 'conflict');
        if (written === 'conflict') return;
        clean += 1;
        const [base, current, proposed] = sides.map(parentsOf);
        for (const [mark, parent] of parentsOf(written)) {
          const [b, c, p] = [base?.get(mark), current?.get(mark), proposed?.get(mark)];
          expect(parent, mark).toBe(c === b ? p : c);
        }
      }),
      { numRuns: lawRuns(1_000), seed: lawSeed(4_073) },
    );
    expect(clean).toBeGreaterThan(lawRuns(1_000) / 4);
  });
});
