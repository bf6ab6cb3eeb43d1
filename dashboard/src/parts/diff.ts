// What changed between two short texts, for showing: lines, and words within lines that belong together. Merges are the
// server's business; this only colours.

export type Mark = 'same' | 'added' | 'removed';

export interface Run {
  readonly mark: Mark;
  readonly text: string;
}

export interface DiffLine {
  readonly mark: Mark;
  /** The line in runs: what of it changed, and what did not. */
  readonly runs: readonly Run[];
}

/** Beyond this many pairs of tokens the middle counts as replaced. */
const MOST_PAIRS = 600_000;

type Push = (mark: Mark, token: string) => void;

/** For each pair of places: how long the longest common subsequence from there on is. */
function commonOf(a: readonly string[], b: readonly string[]): (i: number, j: number) => number {
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  return at;
}

/** The differing middles of two lists, token by token. */
function compareMiddles(a: readonly string[], b: readonly string[], push: Push): void {
  let [i, j] = [0, 0];
  if (a.length * b.length <= MOST_PAIRS) {
    const at = commonOf(a, b);
    while (i < a.length && j < b.length) {
      if (a[i] === b[j]) {
        push('same', a[i] ?? '');
        i += 1;
        j += 1;
      } else if (at(i + 1, j) >= at(i, j + 1)) {
        push('removed', a[i] ?? '');
        i += 1;
      } else {
        push('added', b[j] ?? '');
        j += 1;
      }
    }
  }
  for (const token of a.slice(i)) push('removed', token);
  for (const token of b.slice(j)) push('added', token);
}

/** Runs of tokens with the same mark. */
function runsOf(a: readonly string[], b: readonly string[]): readonly (readonly [mark: Mark, tokens: string[]])[] {
  const runs: [Mark, string[]][] = [];
  const push: Push = (mark, token) => {
    const last = runs.at(-1);
    if (last?.[0] === mark) last[1].push(token);
    else runs.push([mark, [token]]);
  };
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - start && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  for (const token of a.slice(0, start)) push('same', token);
  compareMiddles(a.slice(start, a.length - tail), b.slice(start, b.length - tail), push);
  for (const token of a.slice(a.length - tail)) push('same', token);
  return runs;
}

export function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split(/(?<=\n)/);
  return lines.map((line) => line.replace(/\r?\n$/, ''));
}

const wordsOf = (line: string): readonly string[] => line.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];

/** A removed and an added line as one change of words, where they have enough in common to be told so. */
function pairOf(before: string, after: string): readonly [DiffLine, DiffLine] {
  const runs = runsOf(wordsOf(before), wordsOf(after));
  const same = runs
    .filter(([mark]) => mark === 'same')
    .reduce((sum, [, tokens]) => sum + tokens.join('').trim().length, 0);
  const whole = same * 3 < Math.max(before.trim().length, after.trim().length);
  const side = (mark: 'added' | 'removed', line: string): DiffLine => ({
    mark,
    runs: whole
      ? [{ mark, text: line }]
      : runs
          .filter(([one]) => one === 'same' || one === mark)
          .map(([one, tokens]) => ({ mark: one, text: tokens.join('') })),
  });
  return [side('removed', before), side('added', after)];
}

/** The lines of both texts in order, each marked; changed lines that stand for each other are compared by words. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const runs = runsOf(linesOf(before), linesOf(after));
  const lines: DiffLine[] = [];
  for (let i = 0; i < runs.length; i += 1) {
    const [mark, tokens] = runs[i] ?? ['same', []];
    const next = runs[i + 1];
    if (mark !== 'same' && next !== undefined && next[0] !== 'same') {
      const [removed, added] = mark === 'removed' ? [tokens, next[1]] : [next[1], tokens];
      const pairs = removed.slice(0, added.length).map((line, index) => pairOf(line, added[index] ?? ''));
      const rest = (side: string[], of: 'added' | 'removed'): readonly DiffLine[] =>
        side.slice(pairs.length).map((text) => ({ mark: of, runs: [{ mark: of, text }] }));
      lines.push(...pairs.map(([line]) => line), ...rest(removed, 'removed'));
      lines.push(...pairs.map(([, line]) => line), ...rest(added, 'added'));
      i += 1;
    } else lines.push(...tokens.map((text) => ({ mark, runs: [{ mark, text }] })));
  }
  return lines;
}
