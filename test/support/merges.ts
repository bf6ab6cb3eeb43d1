// Random three-way merges for the text engine: texts whose alignment is unique, and texts full of repeated lines.
import { createRandom, type Random } from './random.ts';

export interface Triple {
  readonly base: string;
  readonly current: string;
  readonly proposed: string;
}

export interface Kind {
  readonly name: string;
  /** Several shortest edit scripts may exist. */
  readonly isAmbiguous: boolean;
  readonly make: (random: Random) => Triple;
}

type MakeLine = () => string;

function lineMaker(random: Random, tag: string): MakeLine {
  let count = 0;
  return () => `${tag}${count++} ${random.pick(['oak', 'elm', 'ash', 'yew'])} ${random.below(100)}`;
}

function list(count: number, make: MakeLine): string[] {
  return Array.from({ length: count }, make);
}

/** Replaces, adds and removes short runs of lines. */
function edit(random: Random, lines: readonly string[], edits: number, make: MakeLine): string[] {
  const out = [...lines];
  for (let i = 0; i < edits; i++) {
    const removed = random.chance(0.35) ? 0 : 1 + random.below(3);
    const added = removed > 0 && random.chance(0.4) ? 0 : 1 + random.below(3);
    out.splice(random.below(out.length + 1), removed, ...list(added, make));
  }
  return out;
}

const write = (lines: readonly string[], eol = '\n', ended = true): string =>
  lines.join(eol) + (ended && lines.length > 0 ? eol : '');

function uniqueTriple(random: Random, size: number, edits: number): [string[], string[], string[]] {
  const base = list(3 + random.below(size), lineMaker(random, 'base'));
  const current = edit(random, base, random.below(edits + 1), lineMaker(random, 'current'));
  return [base, current, edit(random, base, random.below(edits + 1), lineMaker(random, 'proposed'))];
}

function repeatedTriple(random: Random, size: number, symbols: readonly string[]): Triple {
  const make = (): string => random.pick(symbols);
  const base = list(random.below(size), make);
  return {
    base: write(base, '\n', random.chance(0.9)),
    current: write(edit(random, base, 1 + random.below(4), make), '\n', random.chance(0.9)),
    proposed: write(edit(random, base, 1 + random.below(4), make), '\n', random.chance(0.9)),
  };
}

export const kinds: readonly Kind[] = [
  {
    name: 'few edits',
    isAmbiguous: false,
    make: (random) => {
      const [base, current, proposed] = uniqueTriple(random, 60, 3);
      return { base: write(base), current: write(current), proposed: write(proposed) };
    },
  },
  {
    name: 'dense edits',
    isAmbiguous: false,
    make: (random) => {
      const [base, current, proposed] = uniqueTriple(random, 40, 12);
      return { base: write(base), current: write(current), proposed: write(proposed) };
    },
  },
  {
    name: 'endings',
    isAmbiguous: false,
    make: (random) => {
      const sides = uniqueTriple(random, 15, 3);
      const eol = random.chance(0.5) ? '\r\n' : '\n';
      const [base, current, proposed] = sides.map((lines) =>
        write(lines, random.chance(0.85) ? eol : '\n', random.chance(0.6)),
      );
      return { base: base ?? '', current: current ?? '', proposed: proposed ?? '' };
    },
  },
  {
    name: 'shared edits',
    isAmbiguous: false,
    make: (random) => {
      const base = list(5 + random.below(30), lineMaker(random, 'base'));
      const shared = edit(random, base, 1 + random.below(3), lineMaker(random, 'shared'));
      const side = (tag: string): string => write(edit(random, shared, random.below(3), lineMaker(random, tag)));
      return { base: write(base), current: side('current'), proposed: side('proposed') };
    },
  },
  { name: 'tiny', isAmbiguous: true, make: (random) => repeatedTriple(random, 5, ['a', 'b', 'c']) },
  { name: 'repeated', isAmbiguous: true, make: (random) => repeatedTriple(random, 40, ['one', 'two', '', '}']) },
  {
    name: 'code',
    isAmbiguous: true,
    make: (random) => repeatedTriple(random, 70, ['{', '}', '', '  return x;', '  if (x) {', '  }', 'f(x)', 'g(x)']),
  },
];

/** `count` merges, the kinds in turn; the same seed gives the same merges. */
export function randomMerges(count: number, seed: number): readonly (Triple & { readonly kind: Kind })[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length];
    if (kind === undefined) throw new Error('no kinds');
    return { kind, ...kind.make(random.fork()) };
  });
}
