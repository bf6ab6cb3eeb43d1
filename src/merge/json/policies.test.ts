// The laws of a merge under every policy of arrays, strings and numbers, in every manner of writing, and the patch of a
// merge put to an applier that is not ours.
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { bytes, type JsonSides, seeds, text, told } from '../../../test/support/json-sides.ts';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
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

const TRIES = 5_000;
const runs = { numRuns: lawRuns(TRIES), seed: lawSeed(20_240_707) };

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
  readonly input: JsonSides;
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

function expectThat(isRight: boolean, what: string, input: MergeInput, result: MergeResult): void {
  if (!isRight) throw new Error(`${what}\n${told(input, result)}`);
}

const says = (a: Uint8Array, b: Uint8Array): boolean => sameValue(readJson(text(a)), readJson(text(b)));

type Law = (sample: Sample, result: MergeResult) => void;

const givesWay: Law = ({ base, print, input }) => {
  const again = print(base);
  for (const side of ['current', 'proposed'] as const) {
    const sides = { ...input, [side]: again };
    const result = mergeContents(sides);
    const other = side === 'current' ? input.proposed : input.current;
    expectThat(result.status === 'clean' && says(contentOf(result), other), `unchanged ${side}`, sides, result);
  }
};

const isSymmetric: Law = ({ input }, result) => {
  const { current, proposed } = input;
  const swapped = mergeContents({ ...input, current: proposed, proposed: current });
  const [one, other] = [result, swapped].map((each) => (each.status === 'conflict' ? each.conflicts.length : 0));
  expectThat(result.status === swapped.status && one === other, 'swapped', input, result);
};

const isProven: Law = ({ input }, result) => {
  if (result.status === 'clean') expectThat(checkReceipt(input, result).ok, 'the receipt', input, result);
};

const isPatch: Law = ({ input }, result) => {
  const patch = diffAsPatch(input.current, contentOf(result));
  const patched = applyOperations(readJson(text(input.current)), patch);
  expectThat(sameValue(patched, readJson(text(contentOf(result)))), JSON.stringify(patch), input, result);
};

/** Does a pointer lead to something? The applier removes it where it does. */
function leads(side: Uint8Array, pointer: string): boolean {
  try {
    if (pointer !== '') applyOperations(readJson(text(side)), [{ op: 'remove', path: pointer }]);
    return true;
  } catch {
    return false;
  }
}

const pointsSomewhere: Law = ({ input }, result) => {
  if (result.status !== 'conflict') return;
  for (const { at } of result.conflicts) {
    const pointer = 'pointer' in at ? at.pointer : 'lines';
    const isThere = [input.base, input.current, input.proposed].some((side) => leads(side, pointer));
    expectThat(isThere, `pointer ${pointer}`, input, result);
  }
  const favoured = mergeContents({ ...input, options: { ...input.options, favor: 'current' } });
  const isPartial = favoured.status !== 'clean' || says(contentOf(favoured), contentOf(result));
  expectThat(isPartial, 'favoured', input, favoured);
};

describe('the laws under every policy', () => {
  it(
    '[MJ8] [MJ9] [MJ10] [MJ11] [MJ13] [MJ20] [MJ21] [MJ22] [MJ24] random merges hold each: the same sides, the swapped ones, receipt, patch, pointers',
    () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const one = sample(seed);
          const result = mergeContents(one.input);
          for (const law of [givesWay, isSymmetric, isProven, isPatch, pointsSomewhere]) law(one, result);
        }),
        runs,
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
        runs,
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
