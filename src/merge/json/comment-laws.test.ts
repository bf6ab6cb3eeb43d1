// Comments on lines of their own between members and elements, in each format that has any: each stands in the result as
// often as the sides together say, and no line is there that nobody wrote.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
import { createRandom, type Random } from '../../../test/support/random.ts';
import { checkReceipt, mergeContents } from '../index.ts';

/** A comment, or an item with its value. */
type Line = { readonly comment: string } | { readonly name: string; readonly value: number };

interface Format {
  readonly path: string;
  readonly mark: string;
  readonly head: string;
  readonly item: (name: string, value: number) => string;
  readonly comma: boolean;
  readonly tail: string;
}

const formats: { readonly [name: string]: Format } = {
  'JSONC objects': {
    ...{ path: 'a.jsonc', mark: '  //', head: '{\n', tail: '}\n', comma: true },
    item: (name, value) => `  "${name}": ${value}`,
  },
  'JSONC arrays': {
    ...{ path: 'a.jsonc', mark: '  //', head: '[\n', tail: ']\n', comma: true },
    item: (name, value) => `  "${name} ${value}"`,
  },
  'YAML maps': {
    ...{ path: 'a.yaml', mark: '  #', head: 'top:\n', tail: 'end: 1\n', comma: false },
    item: (name, value) => `  ${name}: ${value}`,
  },
  'YAML lists': {
    ...{ path: 'a.yaml', mark: '  #', head: 'top:\n', tail: 'end: 1\n', comma: false },
    item: (name, value) => `  - ${name} ${value}`,
  },
  'YAML brackets': {
    ...{ path: 'a.yaml', mark: '  #', head: 'top: [\n', tail: ']\n', comma: true },
    item: (name, value) => `  ${name} ${value}`,
  },
  'TOML tables': {
    ...{ path: 'a.toml', mark: '#', head: '[top]\n', tail: '[end]\n', comma: false },
    item: (name, value) => `${name} = ${value}`,
  },
  'TOML arrays': {
    ...{ path: 'a.toml', mark: '  #', head: 'top = [\n', tail: ']\n', comma: true },
    item: (name, value) => `  "${name} ${value}"`,
  },
};

function write({ mark, head, item, comma, tail }: Format, lines: readonly Line[], isTrailing: boolean): string {
  const last = lines.findLastIndex((line) => 'name' in line);
  const texts = lines.map((line, i) => {
    if ('comment' in line) return `${mark} ${line.comment}\n`;
    return `${item(line.name, line.value)}${comma && (i < last || isTrailing) ? ',' : ''}\n`;
  });
  return head + texts.join('') + tail;
}

/** One line changed, put in, taken out, or made an item of a comment. */
function edited(random: Random, base: readonly Line[], side: string): readonly Line[] {
  const at = random.below(base.length);
  const old = base[at] as Line;
  switch (random.below(4)) {
    case 0:
      return base.toSpliced(at, 1);
    case 1:
      return base.toSpliced(random.below(base.length + 1), 0, { name: `${side}new`, value: 1 });
    case 2:
      return base.toSpliced(random.below(base.length + 1), 0, { comment: `${side}note` });
    default:
      return base.with(at, 'name' in old ? { ...old, value: 2 } : { name: `was${old.comment}`, value: 3 });
  }
}

const bare = (line: string): string => line.trim().replace(/,$/, '');

describe.each(Object.entries(formats))('comments between lines of %s', (_, format) => {
  it('[MJ12] [MJ32] [YM3] [TM3] none is lost, doubled or back, and none has another line', {
    timeout: LAW_TIMEOUT,
  }, () => {
    let clean = 0;
    const numRuns = lawRuns(400);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = createRandom(seed);
        const isTrailing = random.chance(0.5);
        const base = Array.from(
          { length: 3 + random.below(5) },
          (_none, i): Line => (random.chance(0.35) ? { comment: `note${i}` } : { name: `k${i}`, value: 1 }),
        );
        const sides = [base, edited(random, base, 'c'), edited(random, base, 'p')];
        if (!sides.every((lines) => lines.some((line) => 'name' in line))) return;
        const [before, current, proposed] = sides.map((lines) => write(format, lines, isTrailing)) as [
          string,
          string,
          string,
        ];
        const input = { base: before, current, proposed, path: format.path };
        const result = mergeContents(input);
        expect(mergeContents({ ...input, current: proposed, proposed: current }).status).toBe(result.status);
        if (result.status !== 'clean') return;
        clean += 1;
        expect(checkReceipt(input, result).problems).toEqual([]);
        const lines = Buffer.from(result.content ?? [])
          .toString()
          .split('\n');
        const written = new Set([before, current, proposed].flatMap((text) => text.split('\n').map(bare)));
        // The last item that goes leaves the container empty, in brackets.
        expect(lines.filter((line) => !written.has(bare(line)) && !/[{[][}\]]$/.test(line))).toEqual([]);
        const count = (text: readonly string[], line: string): number =>
          text.filter((each) => bare(each) === line).length;
        for (const line of [...written].filter((each) => each.startsWith(format.mark.trim()))) {
          const [b, c, p] = [before, current, proposed].map((text) => count(text.split('\n'), line)) as [
            number,
            number,
            number,
          ];
          expect(count(lines, line), line).toBe(c === p ? c : c + p - b);
        }
      }),
      { numRuns, seed: lawSeed(20_261_129) },
    );
    expect(clean).toBeGreaterThan(numRuns / 2);
  });
});
