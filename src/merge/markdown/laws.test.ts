// Laws of the Markdown merges, on random documents whose lines are all different.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
import { createRandom } from '../../../test/support/random.ts';
import { markdownTriple } from '../../../test/support/random-markdown.ts';
import { checkReceipt, type MergeInput, type MergeResult, mergeContents, resolveConflict } from '../index.ts';
import { areAlike } from './alike.ts';

const options = { numRuns: lawRuns(5_000), seed: lawSeed(4_071) };
const seeds = fc.integer({ min: 0, max: 0x7fffffff });
const engines = ['markdown', 'changelog'] as const;
const bytes = (text: string): Uint8Array => Buffer.from(text);
const show = (side: Uint8Array | null): string => Buffer.from(side ?? []).toString();
const contentOf = (result: MergeResult): string | null => (result.status === 'clean' ? show(result.content) : null);
const partialOf = (result: MergeResult): string =>
  contentOf(result) ?? ('partial' in result ? show(result.partial) : '');
const linesOf = (text: string): string[] => text.split('\n').filter((line) => /[a-z]\d/.test(line));

function inputOf(seed: number, engine: string): MergeInput {
  const { base, current, proposed } = markdownTriple(createRandom(seed));
  return { base: bytes(base), current: bytes(current), proposed: bytes(proposed), options: { engine } };
}

const swapped = (input: MergeInput): MergeInput => ({ ...input, current: input.proposed, proposed: input.current });

describe.each(engines)('laws of the %s merge', { timeout: LAW_TIMEOUT }, (engine) => {
  it('[MD6] [CG5] loses no line, brings none back, invents none, and the checker agrees', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const input = inputOf(seed, engine);
        const result = mergeContents(input);
        if (result.status !== 'clean') return;
        expect(checkReceipt(input, result).problems).toEqual([]);
        // Lines that moved past a blank one come back in any merge by lines: blocks bring back no more.
        const plain = new Set(linesOf(partialOf(mergeContents({ ...input, options: { engine: 'text' } }))));
        const [base, current, proposed] = [input.base, input.current, input.proposed].map(
          (side) => new Set(linesOf(show(side))),
        ) as [Set<string>, Set<string>, Set<string>];
        const written = linesOf(show(result.content));
        const due = [
          ...[...base].filter((line) => current.has(line) && proposed.has(line)),
          ...[...current, ...proposed].filter((line) => !base.has(line)),
        ];
        expect(due.filter((line) => !written.includes(line))).toEqual([]);
        expect(written.filter((line) => !due.includes(line) && !plain.has(line))).toEqual([]);
      }),
      options,
    );
  });

  it('[MD6] [CG5] swapping the sides swaps the conflicts, and what is clean stays clean', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const input = inputOf(seed, engine);
        const one = mergeContents(input);
        const other = mergeContents(swapped(input));
        expect(other.status).toBe(one.status);
        if (engine === 'markdown') expect(contentOf(other)).toBe(contentOf(one));
        if (one.status !== 'conflict' || other.status !== 'conflict') return;
        expect(other.conflicts.map((c) => [c.base, c.proposed, c.current])).toEqual(
          one.conflicts.map((c) => [c.base, c.current, c.proposed]),
        );
      }),
      options,
    );
  });

  it('[MD6] [CG5] favouring or settling for current gives the partial, in any order, and it is proven', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const input = inputOf(seed, engine);
        const open = mergeContents(input);
        if (open.status !== 'conflict') return;
        const favoured = mergeContents({ ...input, options: { engine, favor: 'current' } });
        expect(contentOf(favoured)).toBe(show(open.partial));
        const settle = (ids: readonly string[], use: 'current' | 'proposed'): MergeResult =>
          ids.reduce<MergeResult>((result, id) => resolveConflict(result, id, { use }), open);
        const ids = open.conflicts.map(({ id }) => id);
        expect(contentOf(settle(ids, 'current'))).toBe(show(open.partial));
        const settled = settle([...ids].reverse(), 'proposed');
        expect(contentOf(settled)).toBe(contentOf(settle(ids, 'proposed')));
        expect(checkReceipt(input, settled, { decided: true }).problems).toEqual([]);
      }),
      options,
    );
  });

  it('[MD1] [CG5] what merges by lines is what it is by lines', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const input = inputOf(seed, engine);
        const plain = mergeContents({ ...input, options: { engine: 'text' } });
        if (plain.status !== 'clean') return;
        const result = mergeContents(input);
        // A change log may see an entry under a wrong heading where lines see nothing.
        if (engine === 'changelog' && result.status === 'conflict') return;
        expect(contentOf(result)).toBe(contentOf(plain));
      }),
      options,
    );
  });

  it('[MD6] [CG5] a lost line does not pass the checker', () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, at) => {
        const input = inputOf(seed, engine);
        const result = mergeContents(input);
        const lines = contentOf(result)?.split('\n') ?? [];
        if (result.status !== 'clean' || lines.length < 3) return;
        lines.splice(at % (lines.length - 1), 1);
        expect(checkReceipt(input, { ...result, content: Buffer.from(lines.join('\n')) }).ok).toBe(false);
      }),
      options,
    );
  });
});

const enclosing = { ...options, numRuns: lawRuns(1_000) };

describe('laws of what is enclosed', { timeout: LAW_TIMEOUT }, () => {
  /** What each line with a mark stands in, by its first mark. */
  function enclosed(text: string): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    let open = '';
    for (const line of text.split('\n')) {
      const mark = /[a-z]\d+/.exec(line)?.[0];
      if (mark !== undefined) found.set(mark, open);
      else if (open === '') open = /^(?:```|~~~|<!--)/.exec(line)?.[0] ?? '';
      else if (line === (open === '<!--' ? '-->' : open)) open = '';
    }
    return found;
  }

  function standAsMeant(sides: readonly [string, string, string], text: string): void {
    const [base, current, proposed] = sides.map(enclosed) as [States, States, States];
    for (const [mark, is] of enclosed(text)) {
      const [b, c, p] = [base, current, proposed].map((states) => states.get(mark));
      // A line that came back is a matter of lines, not of what it stands in; a new one may look like an edit of an old one.
      if ((b !== undefined && (c === undefined || p === undefined)) || isEdit(sides, mark)) continue;
      expect(is, mark).toBe(c === b ? p : p === b || p === c ? c : 'neither');
    }
  }

  /** Whether the line with a mark is half of one of the base that its side does not have any more. */
  function isEdit([base, ...sides]: readonly [string, string, string], mark: string): boolean {
    return sides.some((side) => {
      const lines = side.split('\n');
      const line = lines.find((each) => each.includes(`${mark} `));
      return line !== undefined && base.split('\n').some((old) => !lines.includes(old) && areAlike(old, line));
    });
  }

  it('[MD8] what a side wrote stands in no code and no comment of the other one', () => {
    let [clean, refused] = [0, 0];
    fc.assert(
      fc.property(seeds, (seed) => {
        const { base, current, proposed } = markdownTriple(createRandom(seed), { wraps: true });
        const input = { base, current, proposed, options: { engine: 'markdown' } };
        const [one, other] = [mergeContents(input), mergeContents({ ...input, current: proposed, proposed: current })];
        expect(other.status).toBe(one.status);
        if (one.status !== 'clean') {
          if (mergeContents({ ...input, options: { engine: 'text' } }).status === 'clean') refused += 1;
          const favoured = mergeContents({ ...input, options: { engine: 'markdown', favor: 'current' } });
          expect(contentOf(favoured)).toBe(partialOf(one));
          return;
        }
        clean += 1;
        expect(checkReceipt(input, one).problems).toEqual([]);
        standAsMeant([base, current, proposed], contentOf(one) ?? '');
      }),
      enclosing,
    );
    expect(refused).toBeGreaterThan(0);
    expect(clean).toBeGreaterThan(enclosing.numRuns / 5);
  });
});

type States = ReadonlyMap<string, string>;

describe('laws of front matter', { timeout: LAW_TIMEOUT }, () => {
  /** Markdown with front matter: a few members, some of them lists, one to a line. */
  function frontedInput(seed: number): MergeInput {
    const random = createRandom(seed);
    const { base, current, proposed } = markdownTriple(random);
    const members = ['title: a', 'tags: [x, y]', 'date: 2020', 'draft: false # soon', 'list:\n  - a\n  - b'];
    const start = members.filter(() => random.chance(0.7));
    const edit = (): string => {
      const next = start.flatMap((member) => {
        if (random.chance(0.1)) return [];
        if (random.chance(0.7)) return [member];
        return [member.replace(/[axf2]/, (found) => `${found}${random.below(3)}`)];
      });
      if (random.chance(0.3)) next.splice(random.below(next.length + 1), 0, `${random.pick(['new', 'more'])}: 1`);
      return next.map((member) => `${member}\n`).join('');
    };
    const write = (front: string, body: string): Uint8Array => bytes(`---\n${front}---\n${body}`);
    const head = start.map((member) => `${member}\n`).join('');
    return {
      base: write(head, base),
      current: write(edit(), current),
      proposed: write(edit(), proposed),
      options: { engine: 'markdown' },
    };
  }

  const frontOf = (text: string): string => /^---\n([\s\S]*?)---\n/.exec(text)?.[1] ?? '';

  function yamlOf(input: MergeInput): MergeResult {
    const [base = '', current = '', proposed = ''] = [input.base, input.current, input.proposed].map((side) =>
      frontOf(show(side)),
    );
    // Between its marks an empty one is a map without members; an empty YAML document is null.
    const start = base === '' && current !== '' && proposed !== '' ? '{}\n' : base;
    return mergeContents({ base: start, current, proposed, options: { engine: 'yaml' } });
  }

  it('[MD3] [MD6] front matter is what YAML says it is, settled and favoured alike, and it is proven', () => {
    let structured = 0;
    fc.assert(
      fc.property(seeds, fc.constantFrom('current', 'proposed'), (seed, use) => {
        const input = frontedInput(seed);
        const result = mergeContents(input);
        if (result.status === 'clean') {
          expect(checkReceipt(input, result).problems).toEqual([]);
          expect(contentOf(yamlOf(input))).toBe(frontOf(show(result.content)));
          if (result.receipt.entries[0]?.pointer !== undefined) structured += 1;
          return;
        }
        if (result.status !== 'conflict') throw new Error(result.status);
        const settled = result.conflicts.reduce<MergeResult>(
          (each, { id }) => resolveConflict(each, id, { use }),
          result,
        );
        expect(checkReceipt(input, settled, { decided: true }).problems).toEqual([]);
        const favoured = mergeContents({ ...input, options: { engine: 'markdown', favor: use } });
        expect(contentOf(favoured)).toBe(contentOf(settled));
        if (use === 'current') expect(contentOf(settled)).toBe(show(result.partial));
      }),
      options,
    );
    expect(structured).toBeGreaterThan(50);
  });

  it('[MD3] two sides that each add a member to an empty one are joined', () => {
    const [base, current, proposed] = ['', 'more: 1\n', 'new: 1\n'].map((front) => `---\n${front}---\ntext\n`);
    const result = mergeContents({
      base: base ?? '',
      current: current ?? '',
      proposed: proposed ?? '',
      options: { engine: 'markdown' },
    });
    expect(contentOf(result)).toBe('---\nmore: 1\nnew: 1\n---\ntext\n');
  });

  it('[MD3] swapping the sides of front matter swaps what clashes', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const input = frontedInput(seed);
        const [one, other] = [mergeContents(input), mergeContents(swapped(input))];
        expect(other.status).toBe(one.status);
      }),
      options,
    );
  });
});

describe('Markdown and text', () => {
  it('[MD2] blocks solve conflicts of lines, and never the other way round', () => {
    let [solved, open] = [0, 0];
    for (let seed = 0; seed < 3_000; seed++) {
      const input = inputOf(seed, 'markdown');
      const plain = mergeContents({ ...input, options: { engine: 'text' } });
      if (plain.status !== 'conflict') continue;
      open += 1;
      if (mergeContents(input).status === 'clean') solved += 1;
    }
    expect(open).toBeGreaterThan(300);
    expect(solved).toBeGreaterThan(open / 20);
  });
});
