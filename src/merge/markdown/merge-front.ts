// How the front matter of three Markdown texts is merged: as YAML where that says more than its lines do, by lines where
// both say the same, and not at all where the structure sees a clash that the lines do not.
import type { ReceiptEntry } from '../../core/receipt.ts';
import { assemble } from '../assemble.ts';
import { concatBytes } from '../bytes.ts';
import { fillFrom } from '../fill.ts';
import { bytesOfLines, equalLine, type Lines, splitLines } from '../lines.ts';
import { planLines } from '../plan.ts';
import type { Region, Sides } from '../three-way.ts';
import type { MergeInput, MergeOptions, MergeSide, Note } from '../types.ts';
import { OverBudget, type Watch } from '../watch.ts';
import { sameSide } from '../whole.ts';
import { mergeYaml } from '../yaml.ts';
import { frontMatterLines } from './front-matter.ts';

export type MergedFront =
  /** By lines; the regions count from the beginning of the text. */
  | { readonly by: 'lines'; readonly regions: readonly Region[]; readonly notes: readonly Note[] }
  /** By structure: the whole front matter, its fences among it, and what became of its members. */
  | {
      readonly by: 'structure';
      readonly content: Uint8Array;
      readonly entries: readonly ReceiptEntry[];
      readonly notes: readonly Note[];
    };

/** Merges three front matters, fences included. `favor` and `union` are for what is left, and so do not count here. */
export function mergeFront(front: Sides, options: MergeOptions, watch: Watch): MergedFront {
  const plan = planLines(front, (content) => content, options, watch);
  const byLines: MergedFront = { by: 'lines', regions: plan.regions, notes: [] };
  const changers = new Set(plan.regions.map(({ kind }) => kind));
  const isPlain = changers.size === 0 || (changers.size === 1 && !changers.has('conflict'));
  if (isPlain || !haveSameFences(front) || readsOtherwise(options)) return byLines;
  const written = assemble(plan, (region) => fillFrom(plan, region, 'current')).content;
  const merged = mergeYaml(insideOf(front, options));
  if (merged.status === 'error') return byLines;
  const { notes } = merged;
  const content = merged.status === 'clean' ? merged.content : merged.partial;
  const isByLines = sameSide(content, insideOfText(splitLines(written)));
  if (merged.status === 'conflict') {
    if (merged.conflicts.some(({ kind }) => kind === 'budget')) throw new OverBudget();
    const isSeen = isByLines && changers.has('conflict');
    return isSeen ? { ...byLines, notes } : { by: 'lines', regions: [wholeInside(front)], notes };
  }
  if (isByLines && !changers.has('conflict')) return { ...byLines, notes };
  const { entries } = merged.receipt;
  const whole = content === null ? undefined : fenced(front.current, content);
  if (whole === undefined || entries[0]?.pointer === undefined) {
    return { by: 'lines', regions: [wholeInside(front)], notes };
  }
  return { by: 'structure', content: whole, entries, notes };
}

function haveSameFences({ base, current, proposed }: Sides): boolean {
  return [current, proposed].every(
    (side) => equalLine(base, 0, side, 0) && equalLine(base, base.count - 1, side, side.count - 1),
  );
}

/** Options under which lines are equal that YAML tells apart. */
function readsOtherwise({ eol = 'bytes', finalNewline = 'bytes' }: MergeOptions): boolean {
  return eol !== 'bytes' || finalNewline !== 'bytes';
}

/** The YAML between the fences, with the options that mean something to it. */
export function insideOf({ base, current, proposed }: Sides, options: MergeOptions): MergeInput {
  const { arrays, strings, counters, budget } = options;
  return {
    base: mapIn(base),
    current: insideOfText(current),
    proposed: insideOfText(proposed),
    options: {
      ...(arrays === undefined ? {} : { arrays }),
      ...(strings === undefined ? {} : { strings }),
      ...(counters === undefined ? {} : { counters }),
      ...(budget === undefined ? {} : { budget }),
    },
  };
}

/** What the sides' members are held against: nothing at all is a map without members. */
function mapIn(base: Lines): NonNullable<MergeSide> {
  const inside = insideOfText(base);
  return Buffer.from(inside).toString('latin1').trim() === '' ? Buffer.from('{}\n') : inside;
}

/** What stands between the first and the last line of a front matter. */
function insideOfText(lines: Lines): NonNullable<MergeSide> {
  return bytesOfLines(lines, 1, lines.count - 1);
}

function wholeInside({ base, current, proposed }: Sides): Region {
  return {
    kind: 'conflict',
    baseStart: 1,
    baseEnd: base.count - 1,
    currentStart: 1,
    currentEnd: current.count - 1,
    proposedStart: 1,
    proposedEnd: proposed.count - 1,
  };
}

/** The merged YAML between current's fences; undefined if it would not be read as that again. */
function fenced(current: Lines, inside: Uint8Array): Uint8Array | undefined {
  const [open, close] = [bytesOfLines(current, 0, 1), bytesOfLines(current, current.count - 1, current.count)];
  const whole = concatBytes([open, inside, close]);
  const lines = splitLines(whole);
  const isRead = frontMatterLines(lines) === lines.count && sameSide(insideOfText(lines), inside);
  return isRead ? whole : undefined;
}
