// The laws of a three-way merge for YAML and TOML, on random documents in random manners, with comments; and a fuzz of
// both readers. Seeds come from fast-check, which prints the failing one; documents are built from the seed alone. The
// parsers take nearly all of the time: all laws are asked of one triple, and each text of it is read once.
// Longer than most: the two formats hold the same laws, on the same samples.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
import { type Draw, edit, type Model, randomDraw, randomModel } from '../../../test/support/random-json.ts';
import { inTables, printTomlModel, randomTomlStyle } from '../../../test/support/random-toml.ts';
import { printYamlModel, randomYamlStyle } from '../../../test/support/random-yaml.ts';
import { checkReceipt } from '../check-receipt.ts';
import { equalValues } from '../json/equal.ts';
import { isParseFailure, parseJson } from '../json/parse.ts';
import * as T from '../json/tape.ts';
import { mergeJson } from '../json.ts';
import { mergeContents } from '../merge.ts';
import { resolveConflict } from '../resolve-region.ts';
import { tomlFormat } from '../toml.ts';
import type { CleanMerge, MergeInput, MergeOptions, MergeResult, MergeSide } from '../types.ts';
import { yamlFormat } from '../yaml.ts';
import { checkMirrored } from './check.ts';
import { type Format, mergeMirrored, readMirror } from './engine.ts';
import { type Mirror, Unmirrored } from './mirror.ts';

const seeds: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0x7fffffff });
const TRIES = 5_000;
const runs = { numRuns: lawRuns(TRIES), seed: lawSeed(20_240_601) };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const shown = (side: MergeSide): string => (side === null ? 'absent' : Buffer.from(side).toString());

type Print = (model: Model, mark?: string) => Uint8Array;

interface Kind {
  /** Reads each text once. */
  readonly format: Format;
  /** Forgets what was read. */
  readonly forget: () => void;
  readonly manner: (draw: Draw) => Print;
  /** A manner without comments. */
  readonly plainManner: (draw: Draw) => Print;
}

function kindOf(own: Format, manner: Kind['manner'], plainManner: Kind['plainManner']): Kind {
  const known = new Map<string, Mirror | Unmirrored>();
  const read = (text: string): Mirror | Unmirrored => {
    try {
      return own.read(text, {});
    } catch (thrown) {
      if (thrown instanceof Unmirrored) return thrown;
      throw thrown;
    }
  };
  const remembered: Format['read'] = (text) => {
    const found = known.get(text) ?? read(text);
    known.set(text, found);
    if (found instanceof Unmirrored) throw found;
    return found;
  };
  return { format: { ...own, read: remembered }, forget: () => known.clear(), manner, plainManner };
}

const yaml = kindOf(
  yamlFormat,
  (draw) => {
    const style = randomYamlStyle(draw);
    return (model, mark) => bytes(printYamlModel(model, style, mark));
  },
  (draw) => {
    const style = { ...randomYamlStyle(draw), comments: 0 };
    return (model) => bytes(printYamlModel(model, style));
  },
);

const toml = kindOf(
  tomlFormat,
  (draw) => {
    const style = randomTomlStyle(draw);
    return (model, mark) => bytes(printTomlModel(inTables(model), style, mark) ?? '');
  },
  (draw) => {
    const style = { ...randomTomlStyle(draw), comments: 0 };
    return (model) => bytes(printTomlModel(inTables(model), style) ?? '');
  },
);

/** Mostly small: a law is tried on many documents rather than on large ones. */
const smallModel = (draw: Draw): Model => randomModel(draw, draw(16) === 0 ? 3 : 2);

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
    kind.forget();
    const sides = drawn(kind, next);
    if (isRead(kind, sides)) return sides;
  }
}

function drawn(kind: Kind, seed: number): Sides {
  const draw = randomDraw(seed);
  const base = smallModel(draw);
  const print = kind.manner(draw);
  const other = (): Print => (draw(6) === 0 ? kind.manner(draw) : print);
  const mark = (name: string): string => (draw(6) === 0 ? name : '');
  const [ours, theirs] = [edit(draw, base, 1 + draw(3)), edit(draw, base, 1 + draw(3))];
  return { base: print(base), current: other()(ours, mark('c')), proposed: other()(theirs, mark('p')) };
}

function mirrorOf({ format }: Kind, side: MergeSide): Mirror {
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

function merge({ format }: Kind, input: MergeInput, options: MergeOptions = {}): MergeResult {
  return mergeMirrored(format, { ...input, options }, { decisions: new Map(), taken: new Set() });
}

/** The merge as it is called from outside. */
function mergeOutside({ format }: Kind, sides: MergeInput): MergeResult {
  return mergeContents({ ...sides, options: { engine: format.name } });
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

function scalarsOf(kind: Kind, side: MergeSide): string[] {
  const { doc } = mirrorOf(kind, side);
  const found: string[] = [];
  for (let node = 0; node < doc.length; node += T.RECORD) {
    if (!T.isContainer(doc, node)) found.push(T.valueText(doc, node));
  }
  return found;
}

/** A random triple, and its merge. */
interface Trial {
  readonly seed: number;
  readonly sides: Sides;
  readonly result: MergeResult;
}

type Tally = { structural: number; clean: number; tampered: number; settled: number };

type Law = (kind: Kind, trial: Trial, tally: Tally) => void;

const givesWay: Law = (kind, { sides: { base, current, proposed } }) => {
  for (const sides of [
    { base, current: base, proposed: current },
    { base, current, proposed: base },
    { base: proposed, current, proposed: current },
  ]) {
    const result = mergeOutside(kind, sides);
    if (result.status !== 'clean') throw new Error(told(sides, result));
    expect(shown(result.content)).toBe(shown(current));
  }
};

const isSymmetric: Law = (kind, { sides, result: one }) => {
  const other = merge(kind, swapped(sides));
  if (one.status !== other.status) throw new Error(`${told(sides, one)}\n${told(swapped(sides), other)}`);
  if (one.status !== 'conflict' || other.status !== 'conflict') return;
  if (one.conflicts.length !== other.conflicts.length) throw new Error(told(sides, one));
};

const saysWhatIsDecided: Law = (kind, { seed, sides, result }, tally) => {
  if (result.status === 'error') throw new Error(told(sides, result));
  if (result.status !== 'clean') return;
  tally.clean += 1;
  const isOwn = isStructural(kind, result);
  const problems = isOwn && seed % 8 > 0 ? checkMirrored(kind.format, sides, result).dropped : checked(sides, result);
  if (problems.length > 0) throw new Error(`${JSON.stringify(problems)}\n${told(sides, result)}`);
  const { doc } = mirrorOf(kind, result.content);
  const known = new Set([sides.base, sides.current, sides.proposed].flatMap((side) => scalarsOf(kind, side)));
  for (const scalar of scalarsOf(kind, result.content)) if (!known.has(scalar)) throw new Error(told(sides, result));
  if (!isOwn) return;
  tally.structural += 1;
  const isDecided = (by: Sides): boolean => {
    const decided = decidedJson(kind, by);
    return decided !== undefined && isSame(decided, doc);
  };
  if (!isDecided(sides) && !isDecided(swapped(sides))) throw new Error(told(sides, result));
};

/** By the checker as it is called from outside. */
function checked(sides: Sides, result: MergeResult): readonly string[] {
  return checkReceipt({ ...sides, options: {} }, result).problems;
}

const refusesWhatWasChanged: Law = (kind, { seed, sides, result }, tally) => {
  if (!isStructural(kind, result) || result.content === null) return;
  const isAccepted = (changed: CleanMerge): boolean => checkMirrored(kind.format, sides, changed).ok;
  const { entries } = result.receipt;
  if (entries.length > 1) {
    const lessened = { ...result, receipt: { ...result.receipt, entries: entries.slice(0, -1) } };
    if (isAccepted(lessened)) throw new Error(told(sides, result));
  }
  const other = [sides.base, sides.current, sides.proposed][seed % 3] ?? null;
  if (!isSame(mirrorOf(kind, other).doc, mirrorOf(kind, result.content).doc)) {
    tally.tampered += 1;
    if (isAccepted({ ...result, content: other })) throw new Error(told(sides, result));
  }
  const commented = bytes(`${shown(result.content)}\n# of nobody\n`);
  if (isAccepted({ ...result, content: commented })) throw new Error(told(sides, result));
};

const isSettled: Law = (kind, { seed, sides, result }, tally) => {
  if (result.status !== 'conflict' || result.stats.engine !== kind.format.name || result.partial === null) return;
  const use = seed % 2 === 0 ? 'current' : 'proposed';
  let settled: MergeResult = result;
  for (const { id } of result.conflicts) {
    if (settled.status === 'conflict' && settled.conflicts.some((one) => one.id === id)) {
      settled = resolveConflict(settled, id, { use });
    }
  }
  if (settled.status !== 'clean') return;
  tally.settled += 1;
  if (use === 'current') expect(shown(settled.content)).toBe(shown(result.partial));
  const check = checkReceipt(result.input, settled, { decided: true });
  if (!check.ok) throw new Error(`${check.problems.join('\n')}\n${told(sides, settled)}`);
  const favoured = merge(kind, sides, { favor: use });
  if (favoured.status === 'clean' && isStructural(kind, favoured) && use === 'current') {
    expect(shown(favoured.content)).toBe(shown(result.partial));
  }
};

/** No result is an error, and what can be read merges into what can be, proven. */
function isReadThen(kind: Kind, { sides, result }: Trial): void {
  if (result.status === 'error') throw new Error(told(sides, result));
  if (result.status !== 'clean' || result.content === null) return;
  const isProven = isStructural(kind, result)
    ? checkMirrored(kind.format, sides, result).ok
    : checked(sides, result).length === 0;
  const isReadable = (side: MergeSide): boolean => kind.format.isReadable(shown(side).replace(/^\ufeff/, '')) === true;
  const isText = (side: MergeSide): boolean => side?.includes(0) !== true && isReadable(side);
  const isLost = !isReadable(result.content) && [sides.base, sides.current, sides.proposed].every(isText);
  if (!isProven || isLost) throw new Error(told(sides, result));
}

const laws: { readonly [name: string]: Law } = {
  'YM1, TM1': givesWay,
  'YM2, TM2': isSymmetric,
  'YM3, TM3': saysWhatIsDecided,
  'YM5, TM5': refusesWhatWasChanged,
  'YM6, TM6': isSettled,
};

const NOISE = '\t|- |: |&a |*a |!!x |"|\'|[|}|||\n|\r|#|=|[[|\u0000|\ufeff|---\n|<<: '
  .split('|')
  .filter(Boolean)
  .concat('|');

function mutated(draw: Draw, sides: Sides): readonly string[] {
  const texts = [sides.base, sides.current, sides.proposed].map(shown);
  for (let count = draw(6); count > 0; count--) {
    const side = draw(3);
    const text = texts[side] ?? '';
    const cut = draw(text.length + 1);
    texts[side] = draw(3) === 0 ? text.slice(0, cut) : text.slice(0, cut) + NOISE[draw(NOISE.length)] + text.slice(cut);
  }
  return texts;
}

function lawsOf(kind: Kind): void {
  const { name } = kind.format;

  it(
    `[YM1] [YM2] [YM3] [YM5] [YM6] [TM1] [TM2] [TM3] [TM5] [TM6] random triples hold each law (${name})`,
    () => {
      const tally: Tally = { structural: 0, clean: 0, tampered: 0, settled: 0 };
      fc.assert(
        fc.property(seeds, (seed) => {
          const sides = sample(kind, seed);
          const trial = { seed, sides, result: merge(kind, sides) };
          for (const [law, hold] of Object.entries(laws)) {
            try {
              hold(kind, trial, tally);
            } catch (thrown) {
              throw new Error(law, { cause: thrown });
            }
          }
        }),
        runs,
      );
      expect(tally.structural).toBeGreaterThan(tally.clean * 0.8);
      expect(tally.clean).toBeGreaterThan(runs.numRuns / 5);
      expect(tally.tampered).toBeGreaterThan(runs.numRuns / 20);
      expect(tally.settled).toBeGreaterThan(runs.numRuns / 20);
    },
    LAW_TIMEOUT,
  );

  it(
    `[YM4] [TM4] edits of different members are always clean where the manner is one (${name})`,
    () => {
      let tried = 0;
      fc.assert(
        fc.property(seeds, (seed) => {
          kind.forget();
          const draw = randomDraw(seed);
          const [a, b] = [smallModel(draw), smallModel(draw)];
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
          if (!isRead(kind, sides)) return;
          tried++;
          const result = merge(kind, sides);
          if (result.status !== 'clean') throw new Error(told(sides, result));
          const expected = mirrorOf(kind, root(ours, theirs)).doc;
          if (!isSame(mirrorOf(kind, result.content).doc, expected)) throw new Error(told(sides, result));
        }),
        runs,
      );
      expect(tried).toBeGreaterThan(runs.numRuns * 0.9);
    },
    LAW_TIMEOUT,
  );

  it(
    `[YM7] [TM7] documents that are cut, mutated and mixed never throw, and never merge into what cannot be read (${name})`,
    () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          kind.forget();
          const [base = '', current = '', proposed = ''] = mutated(randomDraw(seed + 1), drawn(kind, seed));
          const sides = { base: bytes(base), current: bytes(current), proposed: bytes(proposed) };
          const result = merge(kind, sides);
          if (seed % 8 === 0) expect(mergeOutside(kind, sides).status).toBe(result.status);
          isReadThen(kind, { seed, sides, result });
        }),
        runs,
      );
    },
    LAW_TIMEOUT,
  );
}

describe('laws of the YAML merge', () => lawsOf(yaml));
describe('laws of the TOML merge', () => lawsOf(toml));
