// What arrives is not what its name says: cut off, mutated, mixed up. Every engine gives an answer that can be settled and
// proven, or a typed error; nothing throws.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { unmark } from '../../src/cli/show/unmark.ts';
import { isEntenteError } from '../../src/core/errors.ts';
import { prepareGrammar } from '../../src/merge/code/grammars.ts';
import {
  checkReceipt,
  type MergeInput,
  type MergeOptions,
  type MergeResult,
  mergeContents,
  mergeErrorCodes,
  resolveConflict,
} from '../../src/merge/index.ts';
import { parsePolicyDocument } from '../../src/strategies/policy-file.ts';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../support/law-runs.ts';
import type { Triple } from '../support/merges.ts';
import { createRandom, type Random } from '../support/random.ts';
import { edit, type Model, printModel, randomDraw, randomModel, styleFor } from '../support/random-json.ts';
import { markdownTriple } from '../support/random-markdown.ts';
import { manifestTriple, notebookTriple } from '../support/random-profiles.ts';
import { printTomlModel, randomTomlStyle } from '../support/random-toml.ts';
import { printYamlModel, randomYamlStyle } from '../support/random-yaml.ts';

const HOSTILE = [
  '\0',
  '"',
  '{',
  ']',
  '\n',
  '\r',
  '---\n',
  '```\n',
  '\ufeff',
  '- ',
  '&a',
  '*a',
  '\\ud800',
  '<<<<<<< a\n',
];

function mutated(random: Random, text: string): Buffer {
  let bytes = Buffer.from(text);
  for (let i = random.below(3); i > 0; i--) {
    const at = random.below(bytes.length + 1);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (random.below(5)) {
      case 0:
        bytes = Buffer.from(head);
        break;
      case 1:
        bytes = Buffer.concat([head, tail.subarray(random.below(20))]);
        break;
      case 2:
        bytes = Buffer.concat([head, Buffer.of(random.below(256)), tail]);
        break;
      case 3:
        bytes = Buffer.concat([head, tail, head.subarray(random.below(at + 1))]);
        break;
      default:
        bytes = Buffer.concat([head, Buffer.from(random.pick(HOSTILE)), tail]);
    }
  }
  return bytes;
}

function fronted(random: Random): Triple {
  const { base, current, proposed } = markdownTriple(random);
  const page = (text: string): string => `---\ntitle: ${random.below(3)}\nlist: [a, ${random.below(3)}]\n---\n${text}`;
  return { base: page(base), current: page(current), proposed: page(proposed) };
}

/** Three documents of one model, as `print` writes them. */
function modelled(random: Random, printer: (seed: number) => (model: Model) => string): Triple {
  const draw = randomDraw(random.below(0x7fffffff));
  const base = randomModel(draw, 2);
  const print = printer(draw(0x7fffffff));
  const side = (): string => print(edit(draw, base, 1 + draw(3)));
  return { base: print(base), current: side(), proposed: side() };
}

const jsonTriple = (random: Random): Triple =>
  modelled(random, (seed) => {
    const style = styleFor(randomDraw(seed));
    return (model) => printModel(model, style);
  });

/** The same with a comment on some lines. */
function commentedTriple(random: Random): Triple {
  const commented = (text: string): string =>
    text.replace(/,\n/g, (end) => (random.chance(0.3) ? `, // note${end.slice(1)}` : end));
  const { base, current, proposed } = jsonTriple(random);
  return { base: commented(base), current: commented(current), proposed: commented(proposed) };
}

const yamlTriple = (random: Random): Triple =>
  modelled(random, (seed) => {
    const style = randomYamlStyle(randomDraw(seed));
    return (model) => printYamlModel(model, style);
  });

const tomlTriple = (random: Random): Triple =>
  modelled(random, (seed) => {
    const style = randomTomlStyle(randomDraw(seed));
    return (model) => printTomlModel({ kind: 'object', members: [['root', model]] }, style) ?? 'a = 1\n';
  });

function recordsTriple(random: Random): Triple {
  const record = (id: number): string => `{"id":${id},"n":${random.below(3)}}\n`;
  const base = Array.from({ length: random.below(5) }, (_, id) => record(id));
  const side = (): string => base.map((line, id) => (random.chance(0.3) ? record(id) : line)).join('') + record(9);
  return { base: base.join(''), current: side(), proposed: side() };
}

function codeTriple(random: Random): Triple {
  const lines = ["import { a } from 'a';", '', 'export function f(x: number): number {', '  return [1, 2, x];', '}'];
  const side = (): string =>
    lines.flatMap((line, i) => (random.chance(0.2) ? [line, `const c${i} = ${random.below(3)};`] : [line])).join('\n');
  return { base: `${lines.join('\n')}\n`, current: side(), proposed: side() };
}

const formats: readonly {
  readonly path: string;
  readonly engine: string;
  readonly make: (random: Random) => Triple;
  readonly more?: MergeOptions;
}[] = [
  { path: 'b.json', engine: 'auto', make: jsonTriple },
  { path: 'a.jsonc', engine: 'auto', make: commentedTriple },
  { path: 'a.yaml', engine: 'auto', make: yamlTriple },
  { path: 'a.toml', engine: 'auto', make: tomlTriple },
  { path: 'a.ndjson', engine: 'auto', make: recordsTriple },
  { path: 'b.ndjson', engine: 'auto', make: recordsTriple, more: { arrays: { '': { key: 'id' } } } },
  { path: 'a.log', engine: 'append', make: recordsTriple },
  { path: 'a.ts', engine: 'auto', make: codeTriple, more: { commutative: true } },
  { path: 'a.py', engine: 'auto', make: codeTriple },
  { path: 'a.md', engine: 'auto', make: markdownTriple },
  { path: 'b.md', engine: 'auto', make: fronted },
  { path: 'CHANGELOG.md', engine: 'changelog', make: markdownTriple },
  { path: 'a.ipynb', engine: 'auto', make: notebookTriple },
  { path: 'package.json', engine: 'auto', make: manifestTriple },
  { path: 'package-lock.json', engine: 'auto', make: manifestTriple },
  { path: 'a.json', engine: 'auto', make: notebookTriple },
  { path: 'a', engine: 'auto', make: manifestTriple },
  { path: 'a.txt', engine: 'auto', make: markdownTriple },
];

/** Comments that clash are no comments of the base, and may have no place in proposed: that is refused with a code. */
function settled(open: MergeResult, use: 'base' | 'current' | 'proposed', path: string): MergeResult | undefined {
  let result = open;
  try {
    while (result.status === 'conflict') result = resolveConflict(result, result.conflicts[0]?.id ?? '', { use });
  } catch (error) {
    if (path === 'a.jsonc' && use !== 'current' && isEntenteError(error) && error.code === 'misuse') return undefined;
    throw error;
  }
  return result;
}

beforeAll(async () => {
  for (const { path } of formats) await prepareGrammar(path);
});

describe.each(formats)('mutated $path', { timeout: LAW_TIMEOUT }, ({ path, engine, make, more }) => {
  it('[MT24] [BI4] has an answer that can be settled and proven, or a typed error', () => {
    const property = fc.property(fc.integer({ min: 0, max: 0x7fffffff }), (seed) => {
      const random = createRandom(seed);
      const { base, current, proposed } = make(random);
      const [b, c, p] = [base, current, proposed].map((text) => mutated(random, text)) as [Buffer, Buffer, Buffer];
      const input: MergeInput = {
        base: b,
        current: c,
        proposed: p,
        path,
        options: { engine, bumps: 'higher', ...more },
      };
      const result = mergeContents(input);
      if (result.status === 'error') {
        expect(mergeErrorCodes).toContain(result.code);
        return;
      }
      if (result.status === 'clean') {
        expect(checkReceipt(input, result).problems).toEqual([]);
        return;
      }
      for (const use of ['base', 'current', 'proposed'] as const) {
        const decided = settled(result, use, path);
        if (decided !== undefined) expect(checkReceipt(input, decided, { decided: true }).problems).toEqual([]);
      }
    });
    fc.assert(property, { numRuns: lawRuns(400), seed: lawSeed(1_177) });
  });
});

/** What throws anything but an error with a code is a fault. */
function tryOut(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!isEntenteError(error)) throw error;
  }
}

describe('mutated files that are no sides of a merge', { timeout: LAW_TIMEOUT }, () => {
  const settings = { numRuns: lawRuns(2_000), seed: lawSeed(1_178) };
  const seeds = fc.integer({ min: 0, max: 0x7fffffff });

  it('[MT24] [BI4] a file with markers is taken apart or refused with a code', () => {
    const marked = '<<<<<<< a\none\n||||||| b\nzero\n=======\ntwo\n>>>>>>> c\n';
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = createRandom(seed);
        const content = mutated(random, `${markdownTriple(random).base}${marked}x\n${marked}`);
        tryOut(() => unmark(content, 'x'));
      }),
      settings,
    );
  });

  it('[BI5] what is given as a policy is one, or is refused with a code', () => {
    const policy = {
      rules: [
        ['**/*.json', 'merge(json)'],
        ['a/**', { strategy: 'merge', engine: 'text', options: { favor: 'current' }, otherwise: 'keepBoth' }],
      ],
      default: 'retry(3)',
    };
    const anything = fc.oneof(
      fc.anything({ maxDepth: 3 }),
      fc.record({ rules: fc.array(fc.tuple(fc.anything({ maxDepth: 1 }), fc.anything({ maxDepth: 2 }))) }),
    );
    fc.assert(
      fc.property(seeds, anything, (seed, other) => {
        tryOut(() => parsePolicyDocument(other));
        const text = mutated(createRandom(seed), JSON.stringify(policy)).toString();
        let value: unknown = text;
        try {
          value = JSON.parse(text);
        } catch {
          // Not JSON: a text is no policy either.
        }
        tryOut(() => parsePolicyDocument(value));
      }),
      settings,
    );
  });
});
