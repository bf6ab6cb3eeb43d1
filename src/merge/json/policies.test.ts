// The laws of a merge under every policy of arrays, strings and numbers, in every manner of writing, and the patch of a
// merge put to an applier that is not ours.
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns } from '../../../test/support/law-runs.ts';
import { applyOperations, readJson, sameValue } from '../../../test/support/patch-applier.ts';
import {
  type Draw,
  edit,
  type Model,
  printModel,
  randomDraw,
  randomModel,
  randomStyle,
} from '../../../test/support/random-json.ts';
import { checkReceipt } from '../check-receipt.ts';
import { mergeContents } from '../merge.ts';
import type { ArrayPolicy, MergeInput, MergeOptions, MergeResult } from '../types.ts';
import { diffAsPatch } from './patch-diff.ts';

const seeds: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0x7fffffff });
const text = (content: Uint8Array | null): string => Buffer.from(content ?? []).toString();
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

const POLICIES: readonly ArrayPolicy[] = ['ordered', 'set', 'append', 'atomic', { key: 'n' }];
const PATTERNS = ['/**', '', '/*', '/a'];

function randomOptions(draw: Draw): MergeOptions {
  const pattern = PATTERNS[draw(4)] ?? '';
  const policy = POLICIES[draw(6)];
  return {
    engine: 'json',
    ...(policy === undefined ? {} : { arrays: { [pattern]: policy } }),
    ...(draw(3) === 0 ? { counters: ['/**'] } : {}),
    ...(draw(3) === 0 ? { strings: { '/**': 'text' } } : {}),
  };
}

/** White space of any kind between any two tokens. */
function scatter(draw: Draw, model: Model): string {
  const blanks = (): string =>
    Array.from({ length: draw(4) === 0 ? draw(4) : 0 }, () => [' ', '\n', '\t', '\r\n'][draw(4)]).join('');
  if (model.kind === 'scalar') return model.text;
  const isArray = model.kind === 'array';
  const parts = isArray
    ? model.elements.map((each) => blanks() + scatter(draw, each) + blanks())
    : model.members.map(
        ([name, value]) =>
          `${blanks()}${JSON.stringify(name)}${blanks()}:${blanks()}${scatter(draw, value)}${blanks()}`,
      );
  const inside = parts.length === 0 ? blanks() : parts.join(',');
  return isArray ? `[${inside}]` : `{${inside}}`;
}

interface Sample {
  readonly base: Model;
  readonly print: (model: Model) => Uint8Array;
  readonly input: MergeInput & {
    readonly base: Uint8Array;
    readonly current: Uint8Array;
    readonly proposed: Uint8Array;
  };
}

function sample(seed: number): Sample {
  const draw = randomDraw(seed);
  const options = randomOptions(draw);
  const base = randomModel(draw, 4);
  const isScattered = draw(2) === 0;
  const print = (model: Model): Uint8Array => {
    const printed = isScattered ? scatter(draw, model) : printModel(model, randomStyle(draw));
    return bytes((draw(15) === 0 ? '\ufeff' : '') + printed + (draw(4) === 0 ? '\n' : ''));
  };
  const input = {
    base: print(base),
    current: print(edit(draw, base, draw(4))),
    proposed: print(edit(draw, base, draw(4))),
    options,
  };
  return { base, print, input };
}

function contentOf(result: MergeResult): Uint8Array {
  if (result.status === 'error') throw new Error(result.message);
  return (result.status === 'clean' ? result.content : result.partial) ?? new Uint8Array();
}

/** Fails with all that is needed to see why. */
function expectThat(
  isRight: boolean,
  what: string,
  { base, current, proposed, options }: Sample['input'],
  result: MergeResult,
): void {
  if (isRight) return;
  const sides = [base, current, proposed].map((side) => JSON.stringify(text(side))).join('\n');
  const shown = result.status === 'clean' ? result.receipt : result.status === 'conflict' ? result.conflicts : result;
  throw new Error(
    `${what}\n${JSON.stringify(options)}\n${sides}\n${text(contentOf(result))}\n${JSON.stringify(shown)}`,
  );
}

const says = (a: Uint8Array, b: Uint8Array): boolean => sameValue(readJson(text(a)), readJson(text(b)));

describe('the laws under every policy', () => {
  it(
    '[MJ8] [MJ9] [MJ10] [MJ11] [MJ20] an unchanged side gives way, and two equal ones are taken',
    () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const { base, print, input } = sample(seed);
          const again = print(base);
          for (const side of ['current', 'proposed'] as const) {
            const sides = { ...input, [side]: again };
            const result = mergeContents(sides);
            const other = side === 'current' ? input.proposed : input.current;
            expectThat(result.status === 'clean' && says(contentOf(result), other), `unchanged ${side}`, sides, result);
          }
        }),
        { numRuns: lawRuns(1500) },
      );
    },
    LAW_TIMEOUT,
  );

  it(
    '[MJ8] [MJ9] [MJ10] [MJ11] [MJ21] [MJ22] swapped sides clash alike, the checker proves what is clean',
    () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const { input } = sample(seed);
          const result = mergeContents(input);
          const { current, proposed } = input;
          const swapped = mergeContents({ ...input, current: proposed, proposed: current });
          const [one, other] = [result, swapped].map((each) =>
            each.status === 'conflict' ? each.conflicts.length : 0,
          );
          expectThat(result.status === swapped.status && one === other, 'swapped', input, result);
          if (result.status === 'clean') expectThat(checkReceipt(input, result).ok, 'the receipt', input, result);
        }),
        { numRuns: lawRuns(2500) },
      );
    },
    LAW_TIMEOUT,
  );

  it(
    '[MJ24] the patch of a merge, put to another applier, gives what the merge says',
    () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const { input } = sample(seed);
          const result = mergeContents(input);
          const patch = diffAsPatch(input.current, contentOf(result));
          const patched = applyOperations(readJson(text(input.current)), patch);
          expectThat(sameValue(patched, readJson(text(contentOf(result)))), JSON.stringify(patch), input, result);
        }),
        { numRuns: lawRuns(2500) },
      );
    },
    LAW_TIMEOUT,
  );

  it(
    '[MJ13] every pointer leads somewhere, and favouring current is the partial document',
    () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const { input } = sample(seed);
          const result = mergeContents(input);
          if (result.status !== 'conflict') return;
          const documents = [input.base, input.current, input.proposed].map((side) => readJson(text(side)));
          for (const { at } of result.conflicts) {
            const pointer = 'pointer' in at ? at.pointer : 'lines';
            const leads = documents.some((document) => {
              try {
                return pointer === '' || applyOperations(document, [{ op: 'remove', path: pointer }]) === document;
              } catch {
                return false;
              }
            });
            expectThat(leads, `pointer ${pointer}`, input, result);
            for (const [index, side] of [input.base, input.current, input.proposed].entries()) {
              documents[index] = readJson(text(side));
            }
          }
          const favoured = mergeContents({ ...input, options: { ...input.options, favor: 'current' } });
          const isPartial = favoured.status !== 'clean' || says(contentOf(favoured), contentOf(result));
          expectThat(isPartial, 'favoured', input, favoured);
        }),
        { numRuns: lawRuns(1500) },
      );
    },
    LAW_TIMEOUT,
  );
});

describe('splicing', () => {
  it(
    '[MJ4] one scalar that proposed changed is all that changes in current, however that is written',
    () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const draw = randomDraw(seed);
          const marked = markOne(draw, randomModel(draw, 4));
          if (marked === undefined) return;
          const at = (value: string): Model => replaceMark(marked, value);
          const current = scatter(draw, at('"old"'));
          const proposed = printModel(at('12345678901234567890.50'), randomStyle(draw));
          // Never byte by byte what current is, else no document is even read.
          const base = ` ${printModel(at('"old"'), randomStyle(draw))}`;
          const input = { base: bytes(base), current: bytes(current), proposed: bytes(proposed), path: 'x.json' };
          const result = mergeContents(input);
          const wanted = current.replace('"old"', '12345678901234567890.50');
          // At the end of the file, a newline that proposed alone changed is taken too.
          expectThat(text(contentOf(result)).trim() === wanted.trim(), wanted, input, result);
        }),
        { numRuns: lawRuns(1500) },
      );
    },
    LAW_TIMEOUT,
  );
});

const MARK = '"\u0000mark"';

/** The document with one of its scalars, drawn at random, marked. */
function markOne(draw: Draw, model: Model): Model | undefined {
  if (model.kind === 'scalar') return { kind: 'scalar', text: MARK };
  const size = model.kind === 'array' ? model.elements.length : model.members.length;
  if (size === 0) return undefined;
  const chosen = draw(size);
  if (model.kind === 'array') {
    const inside = markOne(draw, model.elements[chosen] as Model);
    return inside && { kind: 'array', elements: model.elements.with(chosen, inside) };
  }
  const [name, value] = model.members[chosen] as readonly [string, Model];
  // Another identity is another element, which comes as it is written.
  if (name === 'id') return undefined;
  const inside = markOne(draw, value);
  return inside && { kind: 'object', members: model.members.with(chosen, [name, inside]) };
}

function replaceMark(model: Model, value: string): Model {
  if (model.kind === 'scalar') return model.text === MARK ? { kind: 'scalar', text: value } : model;
  if (model.kind === 'array') {
    return { kind: 'array', elements: model.elements.map((each) => replaceMark(each, value)) };
  }
  return { kind: 'object', members: model.members.map(([name, each]) => [name, replaceMark(each, value)] as const) };
}
