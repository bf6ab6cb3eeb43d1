// The laws of a three-way merge for YAML and TOML, on random documents in random manners, with comments; and a fuzz of
// both readers. Seeds come from fast-check, which prints the failing one; documents are built from the seed alone.
// Longer than most: the two formats hold the same laws, on the same samples.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns } from '../../../test/support/law-runs.ts';
import { type Draw, edit, type Model, randomDraw, randomModel } from '../../../test/support/random-json.ts';
import { printTomlModel, randomTomlStyle } from '../../../test/support/random-toml.ts';
import { printYamlModel, randomYamlStyle } from '../../../test/support/random-yaml.ts';
import { checkReceipt } from '../check-receipt.ts';
import { equalValues } from '../json/equal.ts';
import { isParseFailure, parseJson } from '../json/parse.ts';
import * as T from '../json/tape.ts';
import { mergeJson } from '../json.ts';
import { mergeContents } from '../merge.ts';
import { resolveConflict } from '../resolve-region.ts';
import { tomlFormat } from '../toml.ts';
import type { CleanMerge, MergeInput, MergeOptions, MergeResult } from '../types.ts';
import { yamlFormat } from '../yaml.ts';
import { type Format, readMirror } from './engine.ts';
import type { Mirror } from './mirror.ts';

const seeds: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0x7fffffff });
const runs = (count: number): { numRuns: number; seed: number } => ({ numRuns: lawRuns(count), seed: 20_240_601 });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const shown = (side: Uint8Array | null): string => (side === null ? 'absent' : Buffer.from(side).toString());

type Print = (model: Model, mark?: string) => Uint8Array;

interface Kind {
  readonly format: Format;
  readonly model: (draw: Draw) => Model;
  readonly manner: (draw: Draw) => Print;
  /** A manner in which what a value looks like does not change with what it says, without comments. */
  readonly plainManner: (draw: Draw) => Print;
  /** Whether an edit leaves each value in the form in which it stands: a row that became a table has moved. */
  readonly keepsForm: (before: Model, after: Model) => boolean;
}

/** Mostly small: a law is tried on many documents rather than on large ones. */
const smallModel = (draw: Draw): Model => randomModel(draw, draw(16) === 0 ? 3 : 2);

const yaml: Kind = {
  format: yamlFormat,
  model: smallModel,
  manner(draw) {
    const style = randomYamlStyle(draw);
    return (model, mark) => bytes(printYamlModel(model, style, mark));
  },
  plainManner(draw) {
    const style = { ...randomYamlStyle(draw), flow: 0, comments: 0 };
    return (model) => bytes(printYamlModel(model, style));
  },
  keepsForm: () => true,
};

const toml: Kind = {
  format: tomlFormat,
  model: smallModel,
  manner(draw) {
    const style = randomTomlStyle(draw);
    return (model, mark) => bytes(printTomlModel(inTables(model), style, mark) ?? '');
  },
  plainManner(draw) {
    const style = { ...randomTomlStyle(draw), inline: 0, comments: 0 };
    return (model) => bytes(printTomlModel(inTables(model), style) ?? '');
  },
  keepsForm(before, after) {
    const forms = new Map(formsOf(before));
    return formsOf(after).every(([place, form]) => (forms.get(place) ?? form) === form);
  },
};

/** In which form TOML has the values: rows, tables or arrays of tables. Elements of arrays stand at one place. */
function formsOf(model: Model, place: string = ''): (readonly [string, string])[] {
  const inner =
    model.kind === 'object'
      ? model.members
      : model.kind === 'array'
        ? model.elements.map((each) => ['*', each] as const)
        : [];
  const isTables = model.kind === 'array' && inner.length > 0 && inner.every(([, { kind }]) => kind === 'object');
  const form = model.kind === 'object' ? 'table' : isTables ? 'tables' : 'row';
  return [[place, form], ...inner.flatMap(([name, each]) => formsOf(each, `${place}/${name}`))];
}

/** What TOML has words for: a table at the root, no null, no lone surrogate. */
function inTables(model: Model): Model {
  if (model.kind === 'object')
    return { kind: 'object', members: model.members.map(([name, each]) => [name, within(each)]) };
  return { kind: 'object', members: [['root', within(model)]] };
}

function within(model: Model): Model {
  if (model.kind === 'object')
    return { kind: 'object', members: model.members.map(([name, each]) => [name, within(each)]) };
  if (model.kind === 'array') return { kind: 'array', elements: model.elements.map(within) };
  return model.text === 'null' || model.text.includes('ud800') ? { kind: 'scalar', text: '"none"' } : model;
}

interface Sides extends MergeInput {
  readonly base: Uint8Array;
  readonly current: Uint8Array;
  readonly proposed: Uint8Array;
}

/** The parser of TOML takes some documents for none that are some: those are left out. */
function isRead({ format }: Kind, sides: Sides): boolean {
  return [sides.base, sides.current, sides.proposed].every((side) => typeof readMirror(format, side, {}) !== 'string');
}

function sample(kind: Kind, seed: number): Sides {
  for (let next = seed; ; next++) {
    const sides = drawn(kind, next);
    if (isRead(kind, sides)) return sides;
  }
}

function drawn(kind: Kind, seed: number): Sides {
  const draw = randomDraw(seed);
  const base = kind.model(draw);
  const print = kind.manner(draw);
  const other = (): Print => (draw(6) === 0 ? kind.manner(draw) : print);
  const mark = (name: string): string => (draw(6) === 0 ? name : '');
  const [ours, theirs] = [edit(draw, base, 1 + draw(3)), edit(draw, base, 1 + draw(3))];
  return { base: print(base), current: other()(ours, mark('c')), proposed: other()(theirs, mark('p')) };
}

function mirrorOf({ format }: Kind, side: Uint8Array | null): Mirror {
  const mirror = side === null ? 'absent' : readMirror(format, side, {});
  if (typeof mirror === 'string') throw new Error(`${mirror}\n${shown(side)}`);
  return mirror;
}

function isSame(a: T.Doc, b: T.Doc): boolean {
  return equalValues(a, T.ROOT, b, T.ROOT);
}

function told(sides: Sides, result: MergeResult): string {
  const all = `base\n${shown(sides.base)}\ncurrent\n${shown(sides.current)}\nproposed\n${shown(sides.proposed)}`;
  const content = result.status === 'clean' ? result.content : result.status === 'conflict' ? result.partial : null;
  return `${all}\n${result.status}\n${shown(content)}${result.status === 'error' ? result.message : JSON.stringify(result.notes)}`;
}

function merge({ format }: Kind, sides: MergeInput, options: MergeOptions = {}): MergeResult {
  return mergeContents({ ...sides, options: { ...options, engine: format.name } });
}

function swapped(sides: Sides): Sides {
  return { ...sides, current: sides.proposed, proposed: sides.current };
}

/** The merge of the mirrors by the JSON engine. */
function decidedJson(kind: Kind, sides: Sides): T.Doc | undefined {
  const [base, current, proposed] = [sides.base, sides.current, sides.proposed].map((side, i) =>
    Buffer.concat([mirrorOf(kind, side).doc.bytes, Buffer.alloc(i, ' ')]),
  );
  const result = mergeJson({ base: base ?? null, current: current ?? null, proposed: proposed ?? null });
  const doc = result.status === 'clean' && result.content !== null ? parseJson(result.content) : undefined;
  return doc === undefined || isParseFailure(doc) ? undefined : doc;
}

function isStructural(kind: Kind, result: MergeResult): result is CleanMerge {
  return result.status === 'clean' && result.receipt.engine === kind.format.name;
}

function lawsOf(kind: Kind, each: number): void {
  it(
    `[YM1] [TM1] a side that changed nothing, or both sides alike, give the other, as bytes (${kind.format.name})`,
    () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const { base, current } = sample(kind, seed);
          for (const sides of [
            { base, current: base, proposed: current },
            { base, current, proposed: base },
            { base, current, proposed: current },
          ]) {
            const result = merge(kind, sides);
            if (result.status !== 'clean') throw new Error(told(sides, result));
            expect(shown(result.content)).toBe(shown(current));
          }
        }),
        runs(each),
      );
    },
    LAW_TIMEOUT,
  );

  it(
    `[YM2] [TM2] the outcome is the same when the sides are swapped (${kind.format.name})`,
    () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const sides = sample(kind, seed);
          const [one, other] = [merge(kind, sides), merge(kind, swapped(sides))];
          if (one.status !== other.status) throw new Error(`${told(sides, one)}\n${told(swapped(sides), other)}`);
          if (one.status !== 'conflict' || other.status !== 'conflict') return;
          if (one.conflicts.length !== other.conflicts.length) throw new Error(told(sides, one));
        }),
        runs(each),
      );
    },
    LAW_TIMEOUT,
  );

  it(
    `[YM3] [TM3] a clean merge says what the JSON engine decides, in scalars of the inputs, with all comments, proven (${kind.format.name})`,
    () => {
      let structural = 0;
      let clean = 0;
      fc.assert(
        fc.property(seeds, (seed) => {
          const sides = sample(kind, seed);
          const result = merge(kind, sides);
          if (result.status === 'error') throw new Error(told(sides, result));
          if (result.status !== 'clean') return;
          clean++;
          const check = checkReceipt({ ...sides, options: {} }, result);
          if (!check.ok) throw new Error(`${check.problems.join('\n')}\n${told(sides, result)}`);
          const { doc } = mirrorOf(kind, result.content);
          const known = new Set([sides.base, sides.current, sides.proposed].flatMap((side) => scalarsOf(kind, side)));
          for (const scalar of scalarsOf(kind, result.content))
            if (!known.has(scalar)) throw new Error(told(sides, result));
          if (!isStructural(kind, result)) return;
          structural++;
          const decided = [decidedJson(kind, sides), decidedJson(kind, swapped(sides))];
          if (!decided.some((one) => one !== undefined && isSame(one, doc))) throw new Error(told(sides, result));
        }),
        runs(each),
      );
      expect(structural).toBeGreaterThan(clean * 0.8);
      expect(clean).toBeGreaterThan(each / 5);
    },
    LAW_TIMEOUT,
  );

  it(
    `[YM4] [TM4] edits of different members are always clean where the manner is one (${kind.format.name})`,
    () => {
      let tried = 0;
      fc.assert(
        fc.property(seeds, (seed) => {
          const draw = randomDraw(seed);
          const [a, b] = [kind.model(draw), kind.model(draw)];
          const print = kind.plainManner(draw);
          const root = (x: Model, y: Model): Uint8Array => {
            const members = [
              ['x', x],
              ['middle', { kind: 'scalar', text: '1' }],
              ['y', y],
            ] as const;
            return print({ kind: 'object', members });
          };
          const [ours, theirs] = [edit(draw, a, 2), edit(draw, b, 2)];
          const sides = { base: root(a, b), current: root(ours, b), proposed: root(a, theirs) };
          if (!isRead(kind, sides) || !kind.keepsForm(a, ours) || !kind.keepsForm(b, theirs)) return;
          tried++;
          const result = merge(kind, sides);
          if (result.status !== 'clean') throw new Error(told(sides, result));
          const expected = mirrorOf(kind, root(ours, theirs)).doc;
          if (!isSame(mirrorOf(kind, result.content).doc, expected)) throw new Error(told(sides, result));
        }),
        runs(each),
      );
      expect(tried).toBeGreaterThan(each / 2);
    },
    LAW_TIMEOUT,
  );

  it(
    `[YM5] [TM5] a result or a receipt that was changed does not pass the checker (${kind.format.name})`,
    () => {
      let tampered = 0;
      fc.assert(
        fc.property(seeds, fc.constantFrom('base', 'current', 'proposed'), (seed, side) => {
          const sides = sample(kind, seed);
          const result = merge(kind, sides);
          if (!isStructural(kind, result) || result.content === null) return;
          const { entries } = result.receipt;
          const input = { ...sides, options: {} };
          if (entries.length > 1) {
            const lessened = { ...result, receipt: { ...result.receipt, entries: entries.slice(0, -1) } };
            if (checkReceipt(input, lessened).ok) throw new Error(told(sides, result));
          }
          const other = sides[side];
          if (!isSame(mirrorOf(kind, other).doc, mirrorOf(kind, result.content).doc)) {
            tampered++;
            if (checkReceipt(input, { ...result, content: other }).ok) throw new Error(told(sides, result));
          }
          const commented = bytes(`${shown(result.content)}\n# of nobody\n`);
          if (checkReceipt(input, { ...result, content: commented }).ok) throw new Error(told(sides, result));
        }),
        runs(each / 2),
      );
      expect(tampered).toBeGreaterThan(each / 20);
    },
    LAW_TIMEOUT,
  );

  it(
    `[YM6] [TM6] all conflicts settled for current give the partial document, and settled merges pass the checker (${kind.format.name})`,
    () => {
      let settledOnes = 0;
      fc.assert(
        fc.property(seeds, fc.constantFrom('current', 'proposed'), (seed, use) => {
          const sides = sample(kind, seed);
          const result = merge(kind, sides);
          if (result.status !== 'conflict' || result.stats.engine !== kind.format.name || result.partial === null)
            return;
          let settled: MergeResult = result;
          for (const { id } of result.conflicts) {
            if (settled.status === 'conflict' && settled.conflicts.some((one) => one.id === id)) {
              settled = resolveConflict(settled, id, { use });
            }
          }
          if (settled.status !== 'clean') return;
          settledOnes++;
          if (use === 'current') expect(shown(settled.content)).toBe(shown(result.partial));
          const check = checkReceipt(result.input, settled, { decided: true });
          if (!check.ok) throw new Error(`${check.problems.join('\n')}\n${told(sides, settled)}`);
          const favoured = merge(kind, sides, { favor: use });
          if (favoured.status === 'clean' && isStructural(kind, favoured) && use === 'current') {
            expect(shown(favoured.content)).toBe(shown(result.partial));
          }
        }),
        runs(each),
      );
      expect(settledOnes).toBeGreaterThan(each / 20);
    },
    LAW_TIMEOUT,
  );

  it(
    `[YM7] [TM7] documents that are cut, mutated and mixed never throw, and never merge into what cannot be read (${kind.format.name})`,
    () => {
      const noise = fc.constantFrom(
        '\t',
        '- ',
        ': ',
        '&a ',
        '*a',
        '!!x ',
        '"',
        "'",
        '[',
        '}',
        '|',
        '\n',
        '\r',
        '#',
        '=',
        '[[',
        '\u0000',
        '\ufeff',
        '---\n',
        '<<: ',
      );
      fc.assert(
        fc.property(seeds, fc.array(fc.tuple(fc.nat(2), fc.nat(400), noise), { maxLength: 5 }), (seed, changes) => {
          const sides = sample(kind, seed);
          const texts = [sides.base, sides.current, sides.proposed].map(shown);
          for (const [side, at, what] of changes) {
            const text = texts[side] ?? '';
            const cut = at % (text.length + 1);
            texts[side] = at % 3 === 0 ? text.slice(0, cut) : text.slice(0, cut) + what + text.slice(cut);
          }
          const [base = '', current = '', proposed = ''] = texts;
          const mutated = { base: bytes(base), current: bytes(current), proposed: bytes(proposed) };
          const result = merge(kind, mutated);
          if (result.status === 'error') throw new Error(told(mutated, result));
          if (result.status !== 'clean' || result.content === null) return;
          const isRead = texts.every(
            (text) => !text.includes('\u0000') && kind.format.isReadable(text.replace(/^\ufeff/, '')),
          );
          const isWritten = kind.format.isReadable(shown(result.content).replace(/^\ufeff/, ''));
          if (isRead && !isWritten) throw new Error(told(mutated, result));
          if (!checkReceipt({ ...mutated, options: {} }, result).ok) throw new Error(told(mutated, result));
        }),
        runs(each),
      );
    },
    LAW_TIMEOUT,
  );
}

function scalarsOf(kind: Kind, side: Uint8Array | null): string[] {
  const { doc } = mirrorOf(kind, side);
  const found: string[] = [];
  for (let node = 0; node < doc.length; node += T.RECORD) {
    if (!T.isContainer(doc, node)) found.push(T.valueText(doc, node));
  }
  return found;
}

describe('laws of the YAML merge', () => lawsOf(yaml, 5_000));
describe('laws of the TOML merge', () => lawsOf(toml, 5_000));
