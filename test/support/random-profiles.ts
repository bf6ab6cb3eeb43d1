// Random notebooks and package.json files, and edits of them.
import type { Triple } from './merges.ts';
import type { Random } from './random.ts';

interface Cell {
  readonly id: string | undefined;
  readonly lines: readonly string[];
  readonly isWhole: boolean;
  readonly count: number | null;
  readonly outputs: readonly unknown[];
}

const printCell = ({ id, lines, isWhole, count, outputs }: Cell): unknown => ({
  cell_type: 'code',
  execution_count: count,
  ...(id === undefined ? {} : { id }),
  metadata: {},
  outputs,
  source: isWhole ? lines.join('\n') : lines.map((line, i) => (i + 1 < lines.length ? `${line}\n` : line)),
});

function print(random: Random, cells: readonly Cell[]): string {
  const book = { cells: cells.map(printCell), metadata: {}, nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(book, null, random.pick([1, 1, 2, 0]))}${random.chance(0.9) ? '\n' : ''}`;
}

function newCell(random: Random, id: string | undefined): Cell {
  const lines = Array.from({ length: random.below(7) }, () => `${random.pick(['x', 'y', 'é'])} = ${random.below(4)}`);
  return { id, lines, isWhole: random.chance(0.3), count: null, outputs: [] };
}

function ran(random: Random, cell: Cell): Cell {
  const count = random.below(9);
  return { ...cell, count, outputs: [{ name: 'stdout', output_type: 'stream', text: [`${count}`] }] };
}

function edited(random: Random, cells: readonly Cell[], tag: string | undefined): Cell[] {
  let next = [...cells];
  for (let i = random.below(4); i > 0; i--) {
    const at = random.below(next.length + 1);
    const cell = next[at];
    const choice = random.below(10);
    if (cell === undefined || choice === 0) {
      next.splice(at, 0, newCell(random, tag === undefined ? undefined : `${tag}${i}`));
    } else if (choice === 1) next.splice(at, 1);
    else if (choice === 2) next = [...next.slice(0, at), ...next.slice(at + 1), cell];
    else if (choice < 6) next[at] = ran(random, cell);
    else next[at] = editedSource(random, cell);
  }
  return random.chance(0.2) ? next.map((cell) => ran(random, cell)) : next;
}

function editedSource(random: Random, cell: Cell): Cell {
  const lines = [...cell.lines];
  const at = random.below(lines.length + 1);
  lines.splice(at, random.below(2), ...(random.chance(0.8) ? [`z = ${random.below(100)}`] : []));
  return { ...cell, lines };
}

/** Three notebooks; one in ten has no ids. */
export function notebookTriple(random: Random): Triple {
  const isKeyed = random.chance(0.9);
  const base = Array.from({ length: random.below(5) }, (_, i) => {
    const cell = newCell(random, isKeyed ? `b${i}` : undefined);
    return random.chance(0.5) ? ran(random, cell) : cell;
  });
  return {
    base: print(random, base),
    current: print(random, edited(random, base, isKeyed ? random.pick(['c', 'n']) : undefined)),
    proposed: print(random, edited(random, base, isKeyed ? random.pick(['p', 'n']) : undefined)),
  };
}

interface Manifest {
  readonly name: string;
  readonly files: readonly string[];
  readonly keywords: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
}

const NAMES = ['a', 'b', 'c', '@d/e', '__proto__'];

function version(random: Random): string {
  const parts = [random.below(3), random.below(3), random.below(12)];
  return random.chance(0.1) ? random.pick(['latest', '*', '1.x']) : random.pick(['^', '^', '~', '']) + parts.join('.');
}

function someOf(random: Random): readonly string[] {
  return NAMES.filter(() => random.chance(0.5));
}

function manifest(random: Random): Manifest {
  const dependencies = Object.fromEntries(someOf(random).map((name) => [name, version(random)]));
  return { name: 'x', files: someOf(random), keywords: someOf(random), dependencies };
}

function editedManifest(random: Random, base: Manifest): Manifest {
  const dependencies = Object.entries(base.dependencies).flatMap(([name, old]) => {
    if (random.chance(0.1)) return [];
    return [[name, random.chance(0.5) ? version(random) : old] as const];
  });
  return {
    name: random.chance(0.1) ? random.pick(['y', 'z']) : base.name,
    files: random.chance(0.5) ? someOf(random) : base.files,
    keywords: random.chance(0.5) ? [...base.keywords, random.pick(['new', 'other'])] : base.keywords,
    dependencies: Object.fromEntries(dependencies),
  };
}

/** Three package.json files. */
export function manifestTriple(random: Random): Triple {
  const base = manifest(random);
  const text = (value: Manifest): string => `${JSON.stringify(value, null, random.pick([2, 2, 4]))}\n`;
  return {
    base: text(base),
    current: text(editedManifest(random, base)),
    proposed: text(editedManifest(random, base)),
  };
}
