// Documents that are given to their parser in pieces mean what they mean in one piece, as small as the pieces may be.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
import { type Draw, printModel, randomDraw, randomModel, randomStyle } from '../../../test/support/random-json.ts';
import { inTables, printTomlModel, randomTomlStyle } from '../../../test/support/random-toml.ts';
import { printYamlModel, randomYamlStyle } from '../../../test/support/random-yaml.ts';
import { readToml, readPieces as tomlPieces } from '../toml/read.ts';
import { readJson, readWhole, readYaml, readPieces as yamlPieces } from '../yaml/read.ts';
import { type Mirror, Unmirrored } from './mirror.ts';

const seeds: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0x7fffffff });
const runs = (count: number): { numRuns: number; seed: number } => ({ numRuns: lawRuns(count), seed: lawSeed(77_120) });

const YAML_NOISE =
  '\t|- |: |&a |*a |!!x |"|\'|[|]|{|}|, |||>|\n|\r|#|---\n|...\n|<<: |? |\n\n|\n  |\n    |x: |  |-|:| #c\n|: |\n|: |+\n\n|`|@|%'
    .split('|')
    .concat(['|', '|\n', '>-\n']);
const JSON_NOISE = [
  '\t',
  ' ',
  '\n',
  '\r',
  '\r\n',
  '#',
  ' # c',
  '"',
  ',',
  ', ',
  ':',
  '{',
  '}',
  '[',
  ']',
  '---',
  '\n---\n',
  '\\',
].concat([
  '\\u0000',
  '\\/',
  '\\ud83d\\ude00',
  '😀',
  'é',
  '\ufeff',
  '\u2028',
  '\u0085',
  '\u007f',
  '0',
  '-',
  'e5',
  '.5',
  'true',
  '<<',
  '&a',
  '%',
  '~',
]);
const TOML_NOISE = [
  '\t',
  '[',
  ']',
  '[[',
  ']]',
  '"',
  "'",
  '"""',
  "'''",
  '=',
  '.',
  '\n',
  '\r\n',
  '#',
  '{',
  '}',
  ',',
  '\\',
].concat([
  '[a]\n',
  '[[a]]\n',
  'a.b = 1\n',
  '[a.b]\n',
  'a = { b.c = 1, d = 2 }\n',
  'x = """\n[a]\n"""\n',
  '0',
  '1',
  '-',
  '_',
]);

/** What a reader makes of a text, to be compared. */
function told(read: () => Mirror | undefined): unknown {
  try {
    const mirror: Mirror | undefined = read();
    if (mirror === undefined) return undefined;
    const { doc, places, comments, names, hasOpaque, ...rest } = mirror;
    const { text, ...more } = rest;
    const lists = { places: [...places], comments, odd: [...names.odd], quoted: [...names.quoted] };
    return { json: doc.bytes.toString(), ...lists, hasOpaque, text, ...more };
  } catch (thrown) {
    if (thrown instanceof Unmirrored) return thrown.message;
    throw thrown;
  }
}

/** What the document says, whatever its comments. */
function saysOf(told: unknown): { readonly json: unknown } {
  return { json: typeof told === 'object' && told !== null && 'json' in told ? told.json : told };
}

/** Whether a name has an inline table, and a header as well. */
function hasInlineAndHeader(text: string): boolean {
  const names = [...text.matchAll(/^[ \t]*([^=\n]*?)[ \t]*=[ \t]*\{/gm)].map(([, name = '']) => name);
  const headers = [...text.matchAll(/^[ \t]*\[+(.*?)\]+/gm)].map(([, header = '']) => header);
  return names.some((name) => headers.some((header) => header !== '' && header.endsWith(`.${name}`)));
}

/** Answers what the whole document says. */
function expectSameToml(text: string, size: number): unknown {
  const whole = told(() => readToml(text, {}, Number.POSITIVE_INFINITY));
  const pieces = told(() => readToml(text, {}, size));
  // The parser takes some documents for none that are some: with an inline table in one element of an array and a header of
  // the same name in a later one.
  if (typeof whole !== 'string') expect(pieces).toEqual(whole);
  else if (typeof pieces !== 'string' && !hasInlineAndHeader(text)) throw new Error(`${whole}\n${text}`);
  return whole;
}

/** Could it be cut? A name that comes twice is found at the end. */
function isRead(read: () => Mirror | undefined): boolean {
  return told(read) !== undefined;
}

function mutated(draw: Draw, text: string, noise: readonly string[], count: number): string {
  let now = text;
  for (let i = 0; i < count; i++) {
    const at = draw(now.length + 1);
    const what = noise[draw(noise.length)] ?? '';
    const kind = draw(4);
    if (kind === 0) now = now.slice(0, at) + now.slice(at + 1 + draw(20));
    else now = now.slice(0, at) + what + now.slice(at);
  }
  return now;
}

describe('documents in pieces', { timeout: LAW_TIMEOUT }, () => {
  it('[YM14] YAML in pieces of one item is YAML in one piece: values, places, comments, names', () => {
    const counts = { plain: 0, plainCut: 0, cut: 0 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = randomDraw(seed);
        const style = randomYamlStyle(draw);
        const plain = printYamlModel(randomModel(draw, 4), style, 'x');
        const isPlain = draw(3) === 0;
        const text = isPlain ? plain : mutated(draw, plain, YAML_NOISE, 1 + draw(3));
        const size = draw(2) === 0 ? 1 : draw(80);
        const whole = told(() => readYaml(text, {}, Number.POSITIVE_INFINITY));
        const pieces = told(() => readYaml(text, {}, size));
        // In one piece a comment further left than the item that it stands in makes the parser refuse some that are YAML.
        if (typeof whole === 'string' && typeof pieces !== 'string') {
          const uncommented = text.replace(/^[ \t]*#.*\n/gm, '');
          expect(pieces).toMatchObject(saysOf(told(() => readYaml(uncommented, {}, Number.POSITIVE_INFINITY))));
        } else expect(pieces).toEqual(whole);
        const isCut = !/^%/m.test(text) && isRead(() => yamlPieces(text, {}, size));
        if (isCut) counts.cut += 1;
        // What is one value is not cut, nor what is in brackets as a whole.
        if (isPlain && /^\s*[a-z]+:\s/m.test(text) && style.flow === 0) {
          counts.plain += 1;
          if (isCut) counts.plainCut += 1;
        }
      }),
      runs(4_000),
    );
    expect(counts.cut).toBeGreaterThan(lawRuns(4_000) / 5);
    expect(counts.plainCut).toBeGreaterThan(counts.plain * 0.9);
  });

  it.each([
    '- {}\n\n    - -: 0\n-\n- 1\n',
    '- false\r\n- {}\r\n\n    - -: 0\r\n-\r\n- {b: [1e400, -0, ""], a/b: ""}\r\n- -0\r\n',
    'a: {}\n  b: 1\nc: 1\n',
    'a: [1] x\nb: 1\n',
    'a:\n  [1]\n  - 2\nb: 1\n',
    'a: [1]#c\nb: 1\n',
    '- {}\u00a0\n-\n- {b: [1e400, -0, ""], a/b: ""}\n- -0\n',
    'a: {}\u2003#c\nb: 1\n',
  ])('[YM14] what stands behind JSON in an item is read with it, or refused with it: %j', (text) => {
    expect(told(() => readYaml(text, {}, 1))).toEqual(told(() => readYaml(text, {}, Number.POSITIVE_INFINITY)));
    expect(told(() => readYaml(text, {}, 1))).toMatch(/it is no YAML/);
  });

  it('[YM16] JSON in YAML is read as the parser of YAML reads it: values, places, names', () => {
    let read = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = randomDraw(seed);
        const plain = printModel(randomModel(draw, 3), randomStyle(draw));
        const text = draw(3) === 0 ? plain : mutated(draw, plain, JSON_NOISE, 1 + draw(2));
        const json = told(() => readJson(text, {}));
        if (json === undefined) return;
        read += 1;
        expect(json).toEqual(told(() => readWhole(text, {})));
        // As a value in a block collection, where its lines may have to begin deeper.
        const [key, pad] = [`k${draw(9)}: `, ' '.repeat(draw(3))];
        const inner = text.trim().replaceAll('\n', `\n${pad}`);
        const block = draw(2) === 0 ? `a: 1\n${key}${inner}\nz: 1\n` : `- 1\n- ${inner} # c\n- 2\n`;
        expect(told(() => readYaml(block, {}, 1))).toEqual(told(() => readWhole(block, {})));
      }),
      runs(4_000),
    );
    expect(read).toBeGreaterThan(lawRuns(4_000) / 4);
  });

  it('[TM13] TOML in pieces of one row is TOML in one piece: values, places, comments, rows and headers', () => {
    const counts = { cut: 0, plain: 0, plainCut: 0 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = randomDraw(seed);
        const plain = printTomlModel(inTables(randomModel(draw, 4)), randomTomlStyle(draw), 'x') ?? '';
        const isPlain = draw(3) === 0;
        const text = isPlain ? plain : mutated(draw, plain, TOML_NOISE, 1 + draw(3));
        const size = draw(2) === 0 ? 1 : draw(80);
        const whole = expectSameToml(text, size);
        const isCut = isRead(() => tomlPieces(text, {}, size));
        if (isCut) counts.cut += 1;
        if (isPlain && typeof whole !== 'string') {
          counts.plain += 1;
          if (isCut) counts.plainCut += 1;
        }
      }),
      runs(4_000),
    );
    expect(counts.cut).toBeGreaterThan(lawRuns(4_000) / 4);
    expect(counts.plainCut).toBeGreaterThan(counts.plain * 0.9);
  });
});
