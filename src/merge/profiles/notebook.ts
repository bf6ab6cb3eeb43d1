// Jupyter notebooks: cells keyed by `id`, their source merged as text. Outputs and execution counts cannot be merged;
// where both sides ran a cell, they stay with the source that made them, current's first.

import type { MergeConflict } from '../../core/region.ts';
import { parseIndex, parsePointer } from '../json/pointer.ts';
import type { ConflictedMerge, Engine, Note, RegionDecision } from '../types.ts';
import { type Cell, type Cells, cellsOf } from './cells.ts';
import { mergeWithProfile, type Profile, withArrays } from './profile.ts';
import { mergeSource } from './source.ts';

const ARRAYS = { '/cells/*/source': 'atomic', '/cells/*/outputs': 'atomic' } as const;

export const notebook: Profile = {
  engine: 'notebook',
  optionsFor: (given) => withArrays(given, ARRAYS),
  settle(result) {
    const { base, current, proposed } = result.input;
    const sides = { base: cellsOf(base), current: cellsOf(current), proposed: cellsOf(proposed) };
    if (!Object.values(sides).every(({ isKeyed }) => isKeyed)) return { decisions: new Map(), notes: [] };
    return settleCells(result, sides);
  },
  remarks: ({ base, current, proposed }) => {
    const sides = { base: cellsOf(base), current: cellsOf(current), proposed: cellsOf(proposed) };
    if (Object.values(sides).every(({ isKeyed }) => isKeyed)) return remarkOnStale(sides);
    const message = 'Not every cell has an id of its own: cells were merged as a sequence, sources and outputs whole.';
    return [{ code: 'no-cell-ids', message }];
  },
};

interface Sides {
  readonly base: Cells;
  readonly current: Cells;
  readonly proposed: Cells;
}

/** A member of a cell that all three sides have and both changed. */
interface Clash {
  readonly id: string;
  readonly cell: string;
  readonly member: string;
}

/** Cells that one side alone ran, and not with the source that the other side gave them. */
function remarkOnStale({ base, current, proposed }: Sides): readonly Note[] {
  const isStale = (before: Cell, runner: Cell, other: Cell): boolean =>
    runner.run !== before.run &&
    other.run === before.run &&
    other.source !== before.source &&
    other.source !== runner.source;
  const stale = [...base.byId.values()].filter((before) => {
    const [ours, theirs] = [current.byId.get(before.id), proposed.byId.get(before.id)];
    if (ours === undefined || theirs === undefined) return false;
    return isStale(before, ours, theirs) || isStale(before, theirs, ours);
  });
  if (stale.length === 0) return [];
  const message = `One side ran ${shown(stale.map(({ id }) => id))} with a source that the other side changed: run the cells again.`;
  return [{ code: 'outputs-stale', message }];
}

/** Names of cells, for people. */
function shown(cells: readonly string[]): string {
  const some = cells.slice(0, 10).map((id) => JSON.stringify(id.slice(0, 64)));
  return `${some.join(', ')}${cells.length > some.length ? ` and ${cells.length - some.length} more` : ''}`;
}

function settleCells(result: ConflictedMerge, sides: Sides): ReturnType<Profile['settle']> {
  const decisions = new Map<string, RegionDecision>();
  const clashes = result.conflicts.flatMap((conflict) => clashOf(conflict, sides.base));
  const sources = new Map<string, string | undefined>();
  for (const conflict of result.conflicts) {
    const [clash] = clashOf(conflict, sides.base);
    const { base, current, proposed } = conflict;
    if (clash?.member !== 'source' || base === undefined || current === undefined || proposed === undefined) continue;
    const merged = mergeSource({ base, current, proposed }, result.input.options?.budget);
    sources.set(clash.cell, merged?.text);
    if (merged !== undefined) decisions.set(clash.id, { content: merged.json });
  }
  const kept = { current: new Set<string>(), proposed: new Set<string>() };
  for (const { id, cell, member } of clashes) {
    if (member === 'source') continue;
    const use = runBy(cell, sides, sources);
    if (use === undefined) continue;
    decisions.set(id, { use });
    kept[use].add(cell);
  }
  return { decisions, notes: notesOf(kept) };
}

const MEMBERS: readonly string[] = ['source', 'outputs', 'execution_count'];

function clashOf({ id, at, base, current, proposed }: MergeConflict, cells: Cells): readonly Clash[] {
  // Without a base the index may be one of current, and a missing side means that the member was taken away.
  if (!('pointer' in at) || base === undefined || current === undefined || proposed === undefined) return [];
  const [list, index = '', member = '', ...more] = parsePointer(at.pointer) ?? [];
  const cell = list === 'cells' ? cells.list[parseIndex(index) ?? -1] : undefined;
  return cell !== undefined && MEMBERS.includes(member) && more.length === 0 ? [{ id, cell: cell.id, member }] : [];
}

/** The side whose outputs belong to the source that the merged cell has; undefined if that is neither's. */
function runBy(
  id: string,
  { base, current, proposed }: Sides,
  sources: ReadonlyMap<string, string | undefined>,
): 'current' | 'proposed' | undefined {
  const before = base.byId.get(id)?.source;
  const ours = current.byId.get(id)?.source;
  const theirs = proposed.byId.get(id)?.source;
  if (ours === undefined || theirs === undefined) return undefined;
  const merged = sources.has(id) ? sources.get(id) : ours === before ? theirs : ours;
  if (merged === ours) return 'current';
  return merged === theirs ? 'proposed' : undefined;
}

function notesOf(kept: Readonly<Record<'current' | 'proposed', ReadonlySet<string>>>): readonly Note[] {
  return (['current', 'proposed'] as const).flatMap((side) => {
    const cells = [...kept[side]];
    if (cells.length === 0) return [];
    const message = `Both sides ran ${shown(cells)}: the outputs and counts are ${side}’s; run the cells again.`;
    return [{ code: 'outputs-kept', message }];
  });
}

/** Merges notebooks: JSON, with cells by id and sources as text. Never throws on data. */
export const mergeNotebook: Engine = (input) => mergeWithProfile(input, notebook);
