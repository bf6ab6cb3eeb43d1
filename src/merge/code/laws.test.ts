// Laws of merges of source code, on random modules that are changed at random, and a fuzz of the parsers.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeCases } from '../../../test/support/code-cases.ts';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
import { expectedNumbers, modulesInput, numbersIn, randomModules } from '../../../test/support/random-modules.ts';
import { checkReceipt, type MergeInput, type MergeResult, mergeContents, prepareGrammar } from '../index.ts';
import { endless } from '../watch.ts';
import type { GrammarName } from './languages.ts';
import { firstError, parseCode } from './parse.ts';

const SEED = lawSeed(47);
const settings = { seed: SEED, numRuns: lawRuns(5_000) };
const paths: { readonly [name: string]: GrammarName } = { 'a.ts': 'typescript', 'a.py': 'python', 'a.go': 'go' };

const textOf = (result: MergeResult): string | undefined =>
  result.status === 'clean' && result.content !== null ? Buffer.from(result.content).toString() : undefined;

function parses(path: string, text: string): boolean {
  const parsed = parseCode(paths[path] ?? 'typescript', text, endless);
  const error = parsed === undefined ? undefined : firstError(parsed.root);
  parsed?.free();
  return parsed !== undefined && error === undefined;
}

beforeAll(async () => {
  for (const path of ['a.ts', 'a.tsx', 'a.js', 'a.py', 'a.go']) await prepareGrammar(path);
});

describe(`laws of merges of source code, seed ${SEED}`, () => {
  const tally = { conflicts: 0, woven: 0 };

  it(
    '[SC1] [SC6] [SC9] a woven merge parses, has all that was kept or added once, and proves itself',
    () => {
      fc.assert(
        fc.property(randomModules, (drawn) => {
          const input = modulesInput(drawn, true);
          const plain = mergeContents(modulesInput(drawn, false));
          const result = mergeContents(input);
          if (plain.status === 'conflict') tally.conflicts += 1;
          if (result.status !== 'clean') return;
          if (plain.status === 'conflict') tally.woven += 1;
          const text = textOf(result) ?? '';
          expect(checkReceipt(input, result).problems).toEqual([]);
          expect(parses(drawn.path, text)).toBe(true);
          const [base, mine, theirs] = drawn.shapes;
          for (const list of ['imports', 'members', 'functions'] as const) {
            expect(numbersIn(text, list)).toEqual(expectedNumbers(base[list], mine[list], theirs[list]));
          }
        }),
        settings,
      );
      expect(tally.woven).toBeGreaterThan(0);
    },
    LAW_TIMEOUT,
  );

  it(
    '[SC6] [SC7] [SC8] swapping the sides swaps the conflicts; without the option nothing is woven',
    () => {
      fc.assert(
        fc.property(randomModules, (drawn) => {
          const input = modulesInput(drawn, true);
          const one = mergeContents(input);
          const other = mergeContents({ ...input, current: input.proposed, proposed: input.current });
          expect(other.status).toBe(one.status);
          const lines = (result: MergeResult): readonly string[] => (textOf(result) ?? '').split('\n').sort();
          expect(lines(other)).toEqual(lines(one));
          const plain = mergeContents(modulesInput(drawn, false));
          if (plain.status === 'clean') expect(textOf(one)).toBe(textOf(plain));
          if (one.status === 'conflict' && plain.status === 'conflict') expect(one.conflicts).toEqual(plain.conflicts);
        }),
        settings,
      );
    },
    LAW_TIMEOUT,
  );

  it('[SC6] a side that changed nothing gives way, and equal sides merge to themselves', () => {
    fc.assert(
      fc.property(randomModules, (drawn) => {
        const { base, current, proposed, ...rest } = modulesInput(drawn, true);
        const text = (side: Uint8Array | null): string => Buffer.from(side ?? []).toString();
        expect(textOf(mergeContents({ base, current: base, proposed, ...rest }))).toBe(text(proposed));
        expect(textOf(mergeContents({ base, current, proposed: base, ...rest }))).toBe(text(current));
        expect(textOf(mergeContents({ base, current: proposed, proposed, ...rest }))).toBe(text(proposed));
      }),
      settings,
    );
  });

  it(
    '[SC10] no text makes a merge throw: cut off, mutated and mixed up cases of all languages',
    () => {
      const cases = codeCases();
      const garbage = fc.constantFrom(
        '{',
        '}',
        '(',
        '`',
        '"',
        "'",
        '\n',
        '/*',
        '\\',
        '<',
        '\u0000',
        '\u2028',
        'é',
        '🙂',
        '  ',
      );
      const mutation = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(8), garbage);
      const mutate = (text: string, [at, removed, added]: readonly [number, number, string]): string => {
        const place = Math.floor(at * text.length);
        return text.slice(0, place) + added + text.slice(place + removed);
      };
      fc.assert(
        fc.property(
          fc.constantFrom(...cases),
          fc.constantFrom(...cases.map(({ path }) => path), 'a.yaml', 'a.json'),
          fc.tuple(mutation, mutation, mutation),
          fc.nat(3),
          (one, path, [b, c, p], which) => {
            const input: MergeInput = {
              base: Buffer.from(which === 0 ? mutate(one.base, b) : one.base),
              current: Buffer.from(which === 1 ? mutate(one.current, c) : one.current),
              proposed: Buffer.from(which > 1 ? mutate(one.proposed, p) : one.proposed),
              path: which === 3 ? path : one.path,
              options: { commutative: true, engine: 'text' },
            };
            const result = mergeContents(input);
            expect(['clean', 'conflict']).toContain(result.status);
            if (result.status === 'clean') expect(checkReceipt(input, result).problems).toEqual([]);
          },
        ),
        settings,
      );
    },
    LAW_TIMEOUT,
  );
});
