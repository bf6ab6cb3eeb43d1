// A merge as the bytes of a file: the clean content, or a text in which every place that is not decided stands between
// markers. Structures are merged by structure, and only what clashes in them is marked: the document is written once with
// every clash as current has it and once as proposed has it, and the lines in which the two differ are the conflict.
import { chooseEngine } from '../../merge/choose.ts';
import {
  type ConflictedMerge,
  type ConflictStyle,
  type MergeContents,
  type MergeResult,
  mergeContents,
  renderConflicts,
  resolveConflict,
} from '../../merge/index.ts';
import { LOCK } from '../../merge/lock.ts';
import { mergeProved } from '../../merge/prove.ts';
import { growMarkers } from './marker-size.ts';

export interface MarkedLabels {
  readonly base: string;
  readonly current: string;
  readonly proposed: string;
}

export interface MarkedInput {
  /** null: both sides added the file. */
  readonly base: Uint8Array | null;
  readonly current: Uint8Array;
  readonly proposed: Uint8Array;
  /** Chooses the engine where none is named. */
  readonly path: string;
  readonly engine?: string;
  readonly style: ConflictStyle;
  readonly labels: MarkedLabels;
  /** The least length of markers. */
  readonly size: number;
}

export type Marked =
  | {
      readonly status: 'clean';
      readonly engine: string;
      readonly content: Uint8Array;
      /** What the engine says of a clean merge. */
      readonly notes: readonly string[];
    }
  | {
      readonly status: 'conflict';
      readonly engine: string;
      readonly content: Uint8Array;
      readonly conflicts: number;
      /** Whether the markers show the base, so that the merge can be made again from them. */
      readonly based: boolean;
      /** What the engines say beside the places themselves. */
      readonly reasons: readonly string[];
    }
  /** No text, or a file that is written anew by its own tool: markers would help nobody. Current stays. */
  | { readonly status: 'unmarked'; readonly engine: string; readonly reasons: readonly string[] };

/** Merges and marks. Never throws on data: what cannot be read is marked wherever the two sides differ. */
export function mergeMarked(input: MarkedInput): Marked {
  const result = mergeByPath(input);
  if (result.status === 'clean') {
    const { stats, content, notes } = result;
    return {
      status: 'clean',
      engine: stats.engine,
      content: content ?? new Uint8Array(),
      notes: notes.map(({ message }) => message),
    };
  }
  const { labels, size } = input;
  const engine = result.status === 'conflict' ? result.stats.engine : chosenEngine(input);
  if (engine === LOCK) return { status: 'unmarked', engine, reasons: reasonsOf(result) };
  const rendered = render(input, result);
  if (rendered === undefined) return { status: 'unmarked', engine, reasons: ['it is no text'] };
  const content = growMarkers(rendered.text, labels, size);
  const conflicts = result.status === 'conflict' ? result.conflicts.length : 1;
  return { status: 'conflict', engine, content, conflicts, based: rendered.based, reasons: reasonsOf(result) };
}

function mergeByPath({ base, current, proposed, path, engine = 'auto' }: MarkedInput): MergeResult {
  const contents: MergeContents = { base, current, proposed, path, options: { engine } };
  const result = mergeProved(contents);
  // Many a `.json` is JSON with comments. Where the base is, its sides may be.
  const commented = result.status === 'error' && result.code === 'syntax' && result.at?.side === 'base';
  if (!commented || !path.toLowerCase().endsWith('.json')) return result;
  const again = mergeProved({ ...contents, options: { engine, format: 'jsonc' } });
  return again.status === 'error' ? result : again;
}

/** The one that could not read a side. */
function chosenEngine({ base, current, proposed, path, engine = 'auto' }: MarkedInput): string {
  return chooseEngine({ base, current, proposed, path, options: { engine } }).engine;
}

function reasonsOf(result: Exclude<MergeResult, { status: 'clean' }>): readonly string[] {
  if (result.status === 'error') return [`${result.code}${placeOf(result.at)}: ${result.message}`];
  return [...new Set(result.conflicts.flatMap(({ reason }) => reason ?? []))];
}

function placeOf(at: Extract<MergeResult, { status: 'error' }>['at']): string {
  return at?.side === undefined ? '' : ` in ${at.side}`;
}

interface Rendered {
  readonly text: Uint8Array;
  readonly based: boolean;
}

/** Undefined for what is no text. */
function render(input: MarkedInput, result: Exclude<MergeResult, { status: 'clean' }>): Rendered | undefined {
  if (result.status === 'error') return renderDifferences(input.current, input.proposed, input.labels);
  if (result.conflicts.some(({ kind }) => kind === 'binary')) return undefined;
  if (result.conflicts.every(({ at }) => 'lines' in at)) return styled(input, result);
  return renderStructure(input, result);
}

function styled({ style, labels }: MarkedInput, result: ConflictedMerge): Rendered {
  return { text: renderConflicts(result, style, labels), based: style !== 'merge' };
}

function renderStructure(input: MarkedInput, result: ConflictedMerge): Rendered | undefined {
  const current = settle(result, 'current');
  const proposed = settle(result, 'proposed');
  const { labels } = input;
  if (current === undefined || proposed === undefined || same(current, proposed)) {
    return renderDifferences(input.current, input.proposed, labels);
  }
  const base = settle(result, 'base');
  const byLines = base === undefined ? undefined : mergeText({ base, current, proposed });
  // Lines may agree where the structure does not: what they would settle must stand between markers too.
  if (byLines === undefined || !leavesAll(byLines, base, current, proposed)) {
    return renderDifferences(current, proposed, labels);
  }
  return styled(input, byLines);
}

/** The document with every clash decided for one side; undefined where there is none such. */
function settle(conflicted: ConflictedMerge, use: 'base' | 'current' | 'proposed'): Uint8Array | undefined {
  let result: MergeResult = conflicted;
  for (const { id } of conflicted.conflicts) {
    if (result.status === 'conflict' && result.conflicts.some((open) => open.id === id)) {
      result = resolveConflict(result, id, { use });
    }
  }
  return result.status === 'clean' ? (result.content ?? undefined) : undefined;
}

/** Whether the merge by lines decided nothing: outside its conflicts, the sides are equal. */
function leavesAll(
  byLines: MergeResult,
  base: Uint8Array | undefined,
  current: Uint8Array,
  proposed: Uint8Array,
): byLines is ConflictedMerge {
  if (byLines.status !== 'conflict' || base === undefined || byLines.partial === null) return false;
  const favoured = mergeText({ base, current, proposed }, 'proposed');
  const whole = favoured.status === 'clean' && favoured.content !== null && same(favoured.content, proposed);
  return whole && same(byLines.partial, current);
}

function mergeText(
  sides: { readonly base: Uint8Array | null; readonly current: Uint8Array; readonly proposed: Uint8Array },
  favor?: 'proposed',
): MergeResult {
  return mergeContents({ ...sides, options: { engine: 'text', ...(favor === undefined ? {} : { favor }) } });
}

/** Every line in which the two differ, between markers. */
function renderDifferences(current: Uint8Array, proposed: Uint8Array, labels: MarkedLabels): Rendered | undefined {
  const result = mergeText({ base: null, current, proposed });
  if (result.status !== 'conflict' || result.conflicts.some(({ kind }) => kind === 'binary')) return undefined;
  return { text: renderConflicts(result, 'merge', labels), based: false };
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
