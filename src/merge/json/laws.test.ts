// The laws of a three-way merge, on random documents and random edits. Seeds come from fast-check, which prints the
// failing one; documents are built from the seed alone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, type JsonSides, seeds, text, told } from '../../../test/support/json-sides.ts';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
import {
  type Draw,
  edit,
  type Model,
  printModel,
  randomDraw,
  randomModel,
  randomStyle,
  styleFor,
} from '../../../test/support/random-json.ts';
import { mergeJson } from '../json.ts';
import type { CleanMerge, MergeInput, MergeResult } from '../types.ts';
import { checkJsonReceipt } from './check.ts';
import { equalValues } from './equal.ts';
import { isParseFailure, parseJson } from './parse.ts';
import { applyJsonPatch } from './patch.ts';
import { diffAsPatch } from './patch-diff.ts';
import * as T from './tape.ts';

const RUNS = { numRuns: lawRuns(5_000), seed: lawSeed(20_240_501) };

function parsed(content: Uint8Array | null): T.Doc {
  const doc = parseJson(content ?? new Uint8Array());
  if (isParseFailure(doc)) throw new Error(`${doc.message}\n${text(content)}`);
  return doc;
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return equalValues(parsed(a), T.ROOT, parsed(b), T.ROOT);
}

interface Sample {
  readonly draw: Draw;
  readonly base: Model;
  readonly input: JsonSides;
}

function sample(seed: number): Sample {
  const draw = randomDraw(seed);
  const base = randomModel(draw, 4);
  const current = edit(draw, base, 1 + draw(4));
  const proposed = edit(draw, base, 1 + draw(4));
  const style = styleFor(draw);
  const print = (model: Model): Uint8Array => bytes(printModel(model, draw(4) === 0 ? randomStyle(draw) : style));
  return { draw, base, input: { base: print(base), current: print(current), proposed: print(proposed) } };
}

function scalarTexts(content: Uint8Array): string[] {
  const doc = parsed(content);
  const found: string[] = [];
  for (let node = 0; node < doc.length; node += T.RECORD)
    if (!T.isContainer(doc, node)) found.push(T.valueText(doc, node));
  return found;
}

/** The same scalars and empty containers as often, in another order; equal numbers have one hash, however they are spelled. */
function isRearranged(one: Uint8Array, other: Uint8Array): boolean {
  return hashesOf(one) === hashesOf(other);
}

function hashesOf(content: Uint8Array): string {
  const doc = parsed(content);
  const found: string[] = [];
  for (let node = 0; node < doc.length; node += T.RECORD)
    if (!T.isContainer(doc, node) || T.countOf(doc, node) === 0) found.push(String(T.hashAt(doc, node)));
  return found.sort().join();
}

interface Tampered {
  count: number;
  /** So many the checker let pass. */
  explained: number;
}

/** A side in the place of a result that is another. Throws where the checker lets something pass that was lost. */
function putSides(input: JsonSides, result: CleanMerge, tampered: Tampered): void {
  for (const other of [input.base, input.current, input.proposed]) {
    if (result.content === null || isSame(other, result.content)) continue;
    tampered.count++;
    const instead = { ...result, content: other };
    if (!checkJsonReceipt(input, instead).ok) continue;
    // With equal elements a side may come to what another way to read the same changes gives; nothing is lost then.
    if (!isRearranged(other, result.content)) throw new Error(told(input, instead));
    tampered.explained++;
  }
}

describe('laws of the JSON merge', { timeout: LAW_TIMEOUT }, () => {
  it('[MJ20] one unchanged side gives the other one, however it is formatted', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { draw, base, input } = sample(seed);
        const again = bytes(printModel(base, randomStyle(draw)));
        for (const side of [{ current: again }, { proposed: again }]) {
          const sides = { ...input, ...side };
          const result = mergeJson(sides);
          const other = 'current' in side ? input.proposed : input.current;
          if (result.status !== 'clean' || !isSame(result.content, other)) throw new Error(told(sides, result));
        }
        const both = mergeJson({ ...input, proposed: bytes(` ${text(input.current)}`) });
        expect(both.status).toBe('clean');
        expect(isSame((both as CleanMerge).content, input.current)).toBe(true);
      }),
      RUNS,
    );
  });

  it('[MJ21] the outcome is the same when the sides are swapped', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { input } = sample(seed);
        const one = mergeJson(input);
        const other = mergeJson({ ...input, current: input.proposed, proposed: input.current });
        if (one.status !== other.status) throw new Error(`${told(input, one)}\n${told(input, other)}`);
        if (one.status !== 'conflict' || other.status !== 'conflict') return;
        if (one.conflicts.length !== other.conflicts.length) throw new Error(told(input, one));
      }),
      RUNS,
    );
  });

  it('[MJ22] what a merge writes is JSON, made of scalars that an input has, and proven by its receipt', () => {
    let clean = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const { input } = sample(seed);
        const result = mergeJson(input);
        if (result.status === 'error') throw new Error(told(input, result));
        const content = (result.status === 'clean' ? result.content : result.partial) ?? new Uint8Array();
        const known = new Set([input.base, input.current, input.proposed].flatMap(scalarTexts));
        for (const scalar of scalarTexts(content)) if (!known.has(scalar)) throw new Error(told(input, result));
        if (result.status === 'clean') clean++;
        const check = checkJsonReceipt(input, result);
        if (!check.ok) throw new Error(`${JSON.stringify(check)}\n${told(input, result)}`);
      }),
      RUNS,
    );
    expect(clean).toBeGreaterThan(500);
  });

  it('[MJ23] edits of different members never clash', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = randomDraw(seed);
        const [a, b] = [randomModel(draw, 3), randomModel(draw, 3)];
        const root = (x: Model, y: Model): Uint8Array =>
          bytes(
            printModel(
              {
                kind: 'object',
                members: [
                  ['x', x],
                  ['y', y],
                ],
              },
              styleFor(draw),
            ),
          );
        const [ours, theirs] = [edit(draw, a, 3), edit(draw, b, 3)];
        const input = { base: root(a, b), current: root(ours, b), proposed: root(a, theirs) };
        const result = mergeJson(input);
        if (result.status !== 'clean' || !isSame(result.content, root(ours, theirs)))
          throw new Error(told(input, result));
      }),
      RUNS,
    );
  });

  it('[MJ24] a document patched with the difference to another one says the same as that', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { input } = sample(seed);
        const patch = diffAsPatch(input.current, input.proposed);
        const patched = applyJsonPatch(input.current, patch);
        if (!isSame(patched, input.proposed))
          throw new Error(
            `${JSON.stringify(patch)}\n${text(input.current)}\n${text(input.proposed)}\n${text(patched)}`,
          );
      }),
      RUNS,
    );
  });

  it('[MJ25] a tampered result or receipt does not pass the checker', () => {
    const tampered: Tampered = { count: 0, explained: 0 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const { draw, input } = sample(seed);
        const result = mergeJson(input);
        if (result.status !== 'clean' || result.content === null) return;
        const { entries } = result.receipt;
        if (entries.length > 1) {
          const left = 1 + draw(entries.length - 1);
          const without = entries.filter((_, i) => i !== left);
          const lessened: MergeResult = { ...result, receipt: { engine: 'json', entries: without } };
          if (checkJsonReceipt(input, lessened).ok) throw new Error(`${told(input, result)}\n${told(input, lessened)}`);
        }
        putSides(input, result, tampered);
      }),
      RUNS,
    );
    expect(tampered.count).toBeGreaterThan(100);
    expect(tampered.explained).toBeLessThan(Math.max(1, tampered.count / 1_000));
  });

  it('[MJ25] an empty value that both sides added is told by an entry of its own', () => {
    for (const empty of ['[]', '{}']) {
      const input = {
        base: bytes('{"a":1}'),
        current: bytes(`{"a":1,"n":${empty}}`),
        proposed: bytes(`{"n":${empty}}`),
      };
      const result = mergeJson(input);
      if (result.status !== 'clean') throw new Error('not clean');
      expect(checkJsonReceipt(input, result).ok).toBe(true);
      const entries = result.receipt.entries.filter(({ pointer }) => pointer !== '/n');
      expect(entries.length).toBe(result.receipt.entries.length - 1);
      expect(checkJsonReceipt(input, { ...result, receipt: { engine: 'json', entries } }).ok).toBe(false);
    }
  });

  it('[MJ12] with comments anywhere, a merge is JSONC that lost none, or a clash', () => {
    const commented = (draw: Draw, model: Model, mark: string): Uint8Array => {
      const lines = printModel(model, { unit: '  ', eol: '\n', colon: ': ', comma: ',', isEnded: false }).split('\n');
      // The same line has the same comments on all sides, some lines have one of their own.
      const annotated = lines.map((line, i) => {
        const trail = draw(10) === 0 ? ` // ${mark}${i}` : line.length % 3 === 0 ? ` // ${line.length}` : '';
        return (line.length % 5 === 0 ? `// above ${line.length}\n` : '') + line + trail;
      });
      return bytes(`${annotated.join('\n')}\n`);
    };
    let clean = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = randomDraw(seed);
        const base = randomModel(draw, 3);
        const input: MergeInput = {
          base: commented(() => 1, base, 'b'),
          current: commented(draw, edit(draw, base, draw(3)), 'c'),
          proposed: commented(draw, edit(draw, base, draw(3)), 'p'),
          options: { format: 'jsonc' },
        };
        const result = mergeJson(input);
        const check = checkJsonReceipt(input, result);
        if (!check.ok || result.status === 'error') throw new Error(told(input, result));
        if (result.status === 'clean') clean++;
      }),
      RUNS,
    );
    expect(clean).toBeGreaterThan(300);
  });
});
