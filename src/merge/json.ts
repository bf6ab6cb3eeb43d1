// The JSON engine: a lossless structural three-way merge of JSON and JSONC. Sides that are no JSON are errors, never a
// text merge: merging lines could make a document that nobody wrote.
import type { ReceiptEntry } from '../core/receipt.ts';
import { conflictId, createIdDealer } from './conflict-id.ts';
import { hasAllComments, isOpenInComments, mergeComments, refuseStrayComments } from './json/comments.ts';
import { BOTH, type Changer, type Clash, type Context } from './json/context.ts';
import { equalValues } from './json/equal.ts';
import { findMovedApart } from './json/moved-apart.ts';
import { DEFAULT_DEPTH, isParseFailure, type ParseFailure, parseJson } from './json/parse.ts';
import { compilePatterns } from './json/pointer.ts';
import { printMerged } from './json/print.ts';
import { styleOf } from './json/style.ts';
import { mergeHead, mergeTail } from './json/tail.ts';
import * as T from './json/tape.ts';
import { mergePlaces } from './json/values.ts';
import { dropSwallowed } from './json/verdict.ts';
import { readBack } from './json/verify.ts';
import { turnedEntry } from './receipt.ts';
import { mergeText } from './text.ts';
import type { Engine, FailedMerge, MergeInput, MergeOptions, MergeResult, MergeSide, Note } from './types.ts';
import { createWatch, OverBudget, type Watch } from './watch.ts';
import { sameSide } from './whole.ts';

const ENGINE = 'json';

/** Merges JSON documents by structure. Never throws on data. Options: `format`, `arrays`, `strings`, `counters`, `favor`, `budget`. */
export const mergeJson: Engine = (input) => mergeDecided(input, { decisions: new Map(), taken: new Set() });

/** The merge with clashes decided by their ids: those of the conflicts that it has without decisions. */
export function mergeDecided(input: MergeInput, settled: Context['settled']): MergeResult {
  const { base, current, proposed } = input;
  if (sameSide(current, proposed)) return wholeMerge(base, current, BOTH);
  if (sameSide(base, current)) return wholeMerge(base, proposed, ['proposed']);
  if (sameSide(base, proposed)) return wholeMerge(base, current, ['current']);
  if (current === null || proposed === null) return wholeConflict(input, { kind: 'modified-deleted' });
  const bytes = input.options?.budget?.bytes ?? Number.POSITIVE_INFINITY;
  if (Math.max(base?.length ?? 0, current.length, proposed.length) > bytes) {
    return wholeConflict(input, { kind: 'too-large', reason: `a side has more than ${bytes} bytes` });
  }
  try {
    return mergePresent(input, current, proposed, settled);
  } catch (thrown) {
    if (!(thrown instanceof OverBudget)) throw thrown;
    return wholeConflict(input, { kind: 'budget', reason: 'the merge needed more steps or time than it was given' });
  }
}

function mergePresent(
  input: MergeInput,
  current: Uint8Array,
  proposed: Uint8Array,
  settled: Context['settled'],
): MergeResult {
  const { base, options = {} } = input;
  const watch = createWatch(options.budget);
  const docs: T.Doc[] = [];
  for (const [side, bytes] of [
    ['base', base ?? EMPTY],
    ['current', current],
    ['proposed', proposed],
  ] as const) {
    const { depth = DEFAULT_DEPTH, nodes = Number.POSITIVE_INFINITY } = options.budget ?? {};
    const doc = parseJson(bytes, { jsonc: options.format === 'jsonc', depth, nodes });
    if (!isParseFailure(doc)) docs.push(doc);
    else if (doc.failure === 'nodes')
      return wholeConflict(input, { kind: 'budget', reason: `${side}: ${doc.message}` });
    else return failed(side, doc);
    watch(bytes.length);
  }
  return finish(input, decideDocuments(docs as [T.Doc, T.Doc, T.Doc], base !== null, options, settled, watch));
}

/** Stands for an absent base; no node of it is ever looked at. */
export const EMPTY: Uint8Array = new Uint8Array([0x30]);

/** What three parsed documents come to: plans on nodes of current, clashes, and the lines of a receipt. Throws OverBudget. */
export function decideDocuments(
  docs: readonly [T.Doc, T.Doc, T.Doc],
  hasBase: boolean,
  options: MergeOptions,
  settled: Context['settled'],
  watch: Watch,
): Context {
  const context = createContext(docs, options, settled, watch);
  mergePlaces(context, {
    base: hasBase ? T.ROOT : T.ABSENT,
    current: T.ROOT,
    proposed: T.ROOT,
    place: undefined,
  });
  return context;
}

function createContext(
  [base, current, proposed]: readonly [T.Doc, T.Doc, T.Doc],
  options: MergeOptions,
  settled: Context['settled'],
  watch: Watch,
): Context {
  const { depth } = options.budget ?? {};
  return {
    base,
    current,
    proposed,
    arrays: compilePatterns(Object.entries(options.arrays ?? {})),
    strings: compilePatterns(Object.entries(options.strings ?? {})),
    counters: compilePatterns((options.counters ?? []).map((pattern) => [pattern, true] as const)),
    plans: new Map(),
    work: [],
    clashes: [],
    decided: [],
    dealId: createIdDealer(),
    settled,
    favor: options.favor,
    depth: depth === undefined ? {} : { depth },
    foreign: [],
    swallowed: [],
    isGone: false,
    entries: [],
    notes: new Set(),
    clashingComments: [],
    watch,
  };
}

function finish(input: MergeInput, context: Context, isTurned = false): MergeResult {
  const hasBase = input.base !== null;
  if (context.isGone) return finishAs(input, context, null);
  const apart = hasBase ? findMovedApart(context) : undefined;
  if (apart !== undefined) return wholeConflict(input, { kind: 'content', reason: apart });
  const comments = mergeComments(context, hasBase);
  const ends = { head: mergeHead(context, hasBase), tail: mergeTail(context, hasBase) };
  const content = printMerged(context, comments, ends);
  const result = readBack(context, content);
  if (result === undefined) {
    return wholeConflict(input, { kind: 'content', reason: 'the printed document did not read back as it was merged' });
  }
  const isDoubtful = context.clashes.length > 0 || !hasAllComments(context, result);
  if (!isTurned && isDoubtful && isOpenInComments(context)) {
    const lines = sameByLines(input, context, result);
    const other = lines === undefined ? turned(input, context) : cleanOf(context, lines);
    if (other !== undefined) return other;
  }
  refuseStrayComments(context, result, hasBase);
  dropSwallowed(context);
  return finishAs(input, context, content);
}

/** The merge by lines, where it says what the structure says and has each comment in its place. */
function sameByLines(input: MergeInput, context: Context, result: T.Doc): Uint8Array | undefined {
  const { budget } = input.options ?? {};
  const merged = mergeText({ ...input, options: budget === undefined ? {} : { budget } });
  if (merged.status !== 'clean' || merged.content === null) return undefined;
  const doc = parseJson(merged.content, { jsonc: true, depth: Number.POSITIVE_INFINITY });
  const isSame = !isParseFailure(doc) && equalValues(result, T.ROOT, doc, T.ROOT) && hasAllComments(context, doc);
  return isSame ? merged.content : undefined;
}

/** Current's changes in proposed's text, which may have a place for the comments that proposed wrote. */
function turned(input: MergeInput, { base, current, proposed, watch }: Context): MergeResult | undefined {
  if (mannerOf(current) !== mannerOf(proposed)) return undefined;
  const swapped: MergeInput = { ...input, current: input.proposed, proposed: input.current };
  const settled = { decisions: new Map(), taken: new Set<string>() };
  const docs = [base, proposed, current] as const;
  const merged = finish(swapped, decideDocuments(docs, input.base !== null, input.options ?? {}, settled, watch), true);
  if (merged.status !== 'clean') return undefined;
  const { engine, entries } = merged.receipt;
  return { ...merged, receipt: { engine, entries: entries.map(turnedEntry) } };
}

/** What is current's whatever proposed has: line ends and byte order mark. */
function mannerOf(doc: T.Doc): string {
  return styleOf(doc).eol + (doc.bytes[0] === 0xef);
}

function finishAs(input: MergeInput, context: Context, content: MergeSide): MergeResult {
  const { clashes, entries } = context;
  if (clashes.length === 0) return cleanOf(context, content);
  return {
    status: 'conflict',
    conflicts: clashes.map(conflictOf),
    partial: content,
    stats: { engine: ENGINE, clean: entries.length, conflicts: clashes.length },
    notes: notesOf(context),
    input,
  };
}

function cleanOf(context: Context, content: MergeSide): MergeResult {
  const { entries } = context;
  const kept: ReceiptEntry = { action: 'kept', by: [], pointer: '' };
  const stats = { engine: ENGINE, clean: entries.length, conflicts: 0 };
  return {
    ...{ status: 'clean', content, receipt: { engine: ENGINE, entries: [kept, ...entries] } },
    ...{ stats, notes: notesOf(context) },
  };
}

export function notesOf(context: Context): Note[] {
  return [...context.notes].map((key) => ({
    code: 'key-not-unique',
    message: `An array was merged as a sequence: not all of its elements have a "${key}" of their own.`,
  }));
}

export function conflictOf({ pointer, ...rest }: Clash): ConflictOf {
  return { at: { pointer }, ...rest };
}

type ConflictOf = Extract<MergeResult, { status: 'conflict' }>['conflicts'][number];

function failed(
  side: 'base' | 'current' | 'proposed',
  { failure, offset, pointer, message }: ParseFailure,
): FailedMerge {
  return {
    status: 'error',
    code: failure === 'nodes' ? 'syntax' : failure,
    at: { side, offset, ...(pointer === undefined ? {} : { pointer }) },
    message: `The ${side} side is not JSON that can be merged: ${message}.`,
  };
}

/** The outcome that follows from the bytes alone: nothing is parsed. */
function wholeMerge(base: MergeSide, content: MergeSide, by: readonly Changer[]): MergeResult {
  const entries: ReceiptEntry[] = [];
  if (sameSide(base, content)) entries.push({ action: 'kept', by: [], pointer: '' });
  else {
    if (base !== null) entries.push({ action: 'removed', by, pointer: '' });
    if (content !== null) entries.push({ action: 'added', by, pointer: '' });
  }
  const stats = { engine: ENGINE, clean: sameSide(base, content) ? 0 : 1, conflicts: 0 };
  return { status: 'clean', content, receipt: { engine: ENGINE, entries }, stats, notes: [] };
}

function wholeConflict(input: MergeInput, { kind, reason }: Pick<Clash, 'kind' | 'reason'>): MergeResult {
  const { base, current, proposed } = input;
  const clash: Clash = {
    id: conflictId(base, current, proposed),
    pointer: '',
    kind,
    ...(reason === undefined ? {} : { reason }),
    ...(base === null ? {} : { base }),
    ...(current === null ? {} : { current }),
    ...(proposed === null ? {} : { proposed }),
  };
  const stats = { engine: ENGINE, clean: 0, conflicts: 1 };
  return {
    status: 'conflict',
    conflicts: [conflictOf(clash)],
    partial: current,
    stats,
    notes: [],
    input,
  };
}
