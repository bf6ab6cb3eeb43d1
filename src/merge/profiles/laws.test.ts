// Laws of the profiled JSON merges, on random notebooks and package.json files.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
import { createRandom } from '../../../test/support/random.ts';
import { manifestTriple, notebookTriple } from '../../../test/support/random-profiles.ts';
import { checkReceipt, type MergeInput, type MergeResult, mergeContents, resolveConflict } from '../index.ts';

const options = { numRuns: lawRuns(5_000), seed: lawSeed(20_771) };
const seeds = fc.integer({ min: 0, max: 0x7fffffff });
const show = (side: Uint8Array | null): string => Buffer.from(side ?? []).toString();
const parsed = (side: Uint8Array | null): unknown => JSON.parse(show(side));

const profiles = [
  { name: 'notebook', make: notebookTriple, more: {} },
  { name: 'package-json', make: manifestTriple, more: {} },
  { name: 'package-json', make: manifestTriple, more: { bumps: 'higher' } },
] as const;

/** Both sides added an equal line of source, or took one away, in two places: a count of lines may see one change. */
function stepsAlike({ base, current, proposed }: MergeInput): boolean {
  const [before, ours, theirs] = [base, current, proposed].map(sourceLines) as [string[], string[], string[]];
  const count = (lines: readonly string[], line: string): number => lines.filter((each) => each === line).length;
  const step = (lines: readonly string[], line: string): number => count(lines, line) - count(before, line);
  return [...before, ...ours].some((line) => step(ours, line) * step(theirs, line) > 0);
}

function sourceLines(side: Uint8Array | null): string[] {
  const { cells = [] } = parsed(side) as { readonly cells?: readonly { readonly source?: string | string[] }[] };
  return cells.flatMap(({ source = '' }) => (Array.isArray(source) ? source.join('') : source).split('\n'));
}

describe.each(profiles)('laws of the profile $name $more', { timeout: LAW_TIMEOUT }, ({ name, make, more }) => {
  function inputOf(seed: number): MergeInput & { readonly current: Uint8Array; readonly proposed: Uint8Array } {
    const { base, current, proposed } = make(createRandom(seed));
    const bytes = (text: string): Uint8Array => Buffer.from(text);
    return {
      base: bytes(base),
      current: bytes(current),
      proposed: bytes(proposed),
      options: { engine: name, ...more },
    };
  }

  const settle = (open: MergeResult, ids: readonly string[], use: 'current' | 'proposed'): MergeResult =>
    ids.reduce((result, id) => {
      const isOpen = result.status === 'conflict' && result.conflicts.some((each) => each.id === id);
      return isOpen ? resolveConflict(result, id, { use }) : result;
    }, open);

  it('[NB6] [PJ3] the checker accepts what is merged, and nothing that lost a change', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const input = inputOf(seed);
        const result = mergeContents(input);
        expect(result.status).not.toBe('error');
        if (result.status !== 'clean') return;
        expect(checkReceipt(input, result).problems).toEqual([]);
        const written = JSON.stringify(parsed(result.content));
        for (const content of [input.base, input.current, input.proposed]) {
          const isSame = JSON.stringify(parsed(content)) === written;
          if (!isSame && !stepsAlike(input)) expect(checkReceipt(input, { ...result, content }).ok).toBe(false);
        }
      }),
      options,
    );
  });

  it('[NB6] [PJ3] the checker accepts what is settled, and what is favoured, which is the same', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom('current', 'proposed'), (seed, use) => {
        const input = inputOf(seed);
        const open = mergeContents(input);
        if (open.status !== 'conflict') return;
        const settled = settle(
          open,
          open.conflicts.map(({ id }) => id),
          use,
        );
        expect(checkReceipt(input, settled, { decided: true }).problems).toEqual([]);
        const favouring = { ...input, options: { ...input.options, favor: use } };
        const favoured = mergeContents(favouring);
        if (settled.status !== 'clean' || favoured.status !== 'clean') throw new Error('not clean');
        expect(checkReceipt(favouring, favoured).problems).toEqual([]);
        expect(show(favoured.content)).toBe(show(settled.content));
        if (use === 'current') expect(show(settled.content)).toBe(show(open.partial));
      }),
      options,
    );
  });

  it('[NB6] [PJ3] swapping the sides keeps what clashes and what does not', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const input = inputOf(seed);
        const one = mergeContents(input);
        const other = mergeContents({ ...input, current: input.proposed, proposed: input.current });
        expect(other.status).toBe(one.status);
        if (one.status !== 'conflict' || other.status !== 'conflict') return;
        expect(other.conflicts.length).toBe(one.conflicts.length);
      }),
      options,
    );
  });

  it('[NB6] [PJ3] what one side did not change is what the other says', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { base, current, proposed } = inputOf(seed);
        const spaced = Buffer.from(` ${show(base)}`);
        for (const side of [current, proposed]) {
          for (const sides of [
            { base, current: spaced, proposed: side },
            { base, current: side, proposed: spaced },
          ]) {
            const result = mergeContents({ ...sides, options: { engine: name, ...more } });
            if (result.status !== 'clean') throw new Error(result.status);
            expect(parsed(result.content)).toEqual(parsed(side));
          }
        }
      }),
      options,
    );
  });
});
