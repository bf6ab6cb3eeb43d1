// The engine of formats that are merged by way of mirrors (YAML, TOML): the JSON engine decides, the format splices what
// was decided into current's text, and the text is read again. Where that cannot be done without a doubt, the merge is
// one by lines, and what lines say must be what the structure says.
// Longer than most files: the steps from one way of writing to the next stand side by side.
import type { Receipt } from '../../core/receipt.ts';
import { isBinary } from '../binary.ts';
import { keepsComments } from '../json/comment-count.ts';
import type { Clash, Context } from '../json/context.ts';
import { equalValues } from '../json/equal.ts';
import { findMovedApart } from '../json/moved-apart.ts';
import { printMerged } from '../json/print.ts';
import * as T from '../json/tape.ts';
import { dropSwallowed } from '../json/verdict.ts';
import { readBack } from '../json/verify.ts';
import { conflictOf, decideDocuments, notesOf } from '../json.ts';
import { splitLines } from '../lines.ts';
import { turnedEntry } from '../receipt.ts';
import { mergeText } from '../text.ts';
import type { CleanMerge, ConflictedMerge, MergeInput, MergeResult, MergeSide, Note } from '../types.ts';
import { createWatch, OverBudget, type Watch } from '../watch.ts';
import { mergeTrivially, wholeConflict } from '../whole.ts';
import { decodeSide, encodeLike, mergeEnding } from './encoding.ts';
import * as M from './mirror.ts';
import { haveSameNames } from './names.ts';

/** A format that has mirrors. */
export interface Format {
  readonly name: string;
  /** Throws `Unmirrored` with the reason where there is no mirror. */
  readonly read: (text: string, limits: M.Limits) => M.Mirror;
  /**
   * Can it be read at all? What a merge by lines makes of texts that can be read must be one, too. Undefined where that
   * would take too much memory to tell.
   */
  readonly isReadable: (text: string) => boolean | undefined;
  /** Whether what lines made of the sides may mean something else by a name than the side that it is from. */
  readonly mayRebind?: (result: string, sides: readonly string[]) => boolean;
  /** The JSON that says what a value says, given in the format's own words by a decision; undefined where it is none. */
  readonly readValue: (text: string) => string | undefined;
  /** Current's text with the plans of the context spliced in; undefined where one has no place in it. */
  readonly print: (context: Context, mirrors: Mirrors) => string | undefined;
}

export interface Mirrors {
  readonly base: M.Mirror | undefined;
  readonly current: M.Mirror;
  readonly proposed: M.Mirror;
}

/** Merges three documents of a format; `settled`: its clashes decided by their ids. */
export function mergeMirrored(format: Format, input: MergeInput, settled: Context['settled']): MergeResult {
  const { base, current, proposed, options = {} } = input;
  const trivial = mergeTrivially(input, format.name);
  if (trivial !== undefined) return trivial;
  if (current === null || proposed === null) return wholeConflict(input, format.name, 'modified-deleted');
  const bytes = options.budget?.bytes ?? Number.POSITIVE_INFINITY;
  const sides = [base, current, proposed];
  const lines = options.budget?.lines ?? Number.POSITIVE_INFINITY;
  // What has a conflict of its own there.
  const isOver = (side: MergeSide): boolean => (side?.length ?? 0) > bytes || hasMoreLines(side, lines);
  if (sides.some((side) => isBinary(side) || isOver(side))) return mergeText(input);
  const watch = createWatch(options.budget);
  try {
    const read = readSides(format, input, watch);
    if (typeof read === 'string') return mergeByLines(format, input, read);
    return mergeRead(format, input, read, settled, watch);
  } catch (thrown) {
    if (!(thrown instanceof OverBudget)) throw thrown;
    return wholeConflict(input, format.name, 'budget', 'the merge needed more steps or time than it was given');
  }
}

function hasMoreLines(side: MergeSide, most: number): boolean {
  return side !== null && most < side.length && splitLines(side).count > most;
}

/** The mirrors one after another, or why there are none. */
function readSides(
  format: Format,
  { base, current, proposed, options = {} }: MergeInput,
  watch: Watch,
): Mirrors | string {
  const found: (M.Mirror | undefined)[] = [];
  for (const [side, bytes] of Object.entries({ base, current, proposed })) {
    const mirror = bytes === null ? undefined : readMirror(format, bytes, options.budget ?? {});
    if (typeof mirror === 'string') return `${side}: ${mirror}`;
    found.push(mirror);
    // A byte of these formats costs far more than a step.
    watch((bytes?.length ?? 0) * 8);
  }
  const [before, ours, theirs] = found;
  if (ours === undefined || theirs === undefined) return 'a side is absent';
  const mirrors = { base: before, current: ours, proposed: theirs };
  return haveSameNames([before, ours, theirs])
    ? mirrors
    : 'a name is a string on one side and none on another, or is spelled in two ways';
}

/** The mirror of a document, or why it has none. */
export function readMirror(format: Format, bytes: Uint8Array, limits: M.Limits): M.Mirror | string {
  const text = decodeSide(bytes);
  return text === undefined ? 'it is not valid UTF-8' : readText(format, text, limits);
}

function readText(format: Format, text: string, limits: M.Limits): M.Mirror | string {
  try {
    return format.read(text, limits);
  } catch (thrown) {
    if (thrown instanceof M.Unmirrored) return thrown.message;
    if (thrown instanceof RangeError) return 'it is nested too deeply';
    throw thrown;
  }
}

function mergeRead(
  format: Format,
  input: MergeInput,
  mirrors: Mirrors,
  settled: Context['settled'],
  watch: Watch,
): MergeResult {
  const ours = weave(format, input, mirrors, settled, watch);
  const { context } = ours;
  const apart = mirrors.base === undefined ? undefined : findMovedApart(context);
  if (apart !== undefined) return vetoed(format, input, apart);
  if (context.isGone) return cleanOf(format, ours, null);
  const isSettled = settled.decisions.size > 0 || input.options?.favor !== undefined;
  if (context.clashes.length > 0) {
    return ours.isOpaque && !isSettled
      ? mergeByLines(format, input, OPAQUE_REASON)
      : clashed(format, input, mirrors, ours);
  }
  if (ours.content !== undefined) return cleanOf(format, ours, ours.content);
  if (settled.decisions.size > 0)
    return vetoed(format, input, 'the decided document cannot be written into current’s text');
  // Current's changes in proposed's text say the same, and find a place for what proposed wrote around its own.
  const swapped = { ...input, current: input.proposed, proposed: input.current };
  const exchanged = { ...mirrors, current: mirrors.proposed, proposed: mirrors.current };
  const theirs = isSettled ? undefined : weave(format, swapped, exchanged, settled, watch);
  if (theirs?.content !== undefined && theirs.context.clashes.length === 0) {
    return cleanOf(format, theirs, theirs.content, true);
  }
  return mergeByLines(
    format,
    input,
    ours.isOpaque ? OPAQUE_REASON : UNPLACED_REASON,
    ours.isOpaque ? undefined : ours.decided,
  );
}

const OPAQUE_REASON = 'a change touches an anchor, an alias, a tag, or something else that only the format has';
const UNPLACED_REASON = 'a change or a comment has no safe place in the other side’s text';

interface Weave {
  readonly context: Context;
  /** What the merge says. */
  readonly decided: T.Doc | undefined;
  /** The text that says it; undefined where there is none that is right. */
  readonly content: Uint8Array | undefined;
  /** A change touches what only the format has. */
  readonly isOpaque: boolean;
  readonly losesComments: boolean;
}

function weave(format: Format, input: MergeInput, mirrors: Mirrors, settled: Context['settled'], watch: Watch): Weave {
  const { base, current, proposed } = mirrors;
  const docs = [base?.doc ?? current.doc, current.doc, proposed.doc] as const;
  const context = decideDocuments(docs, base !== undefined, input.options ?? {}, settled, watch);
  dropSwallowed(context);
  const isOpaque = touchesOpaque(context, mirrors);
  const decided = context.isGone ? undefined : readBack(context, printMerged(context, [], NO_ENDS));
  const none = { context, decided, content: undefined, isOpaque, losesComments: false };
  if (isOpaque || decided === undefined) return none;
  const printed = format.print(context, mirrors);
  if (printed === undefined) return none;
  const text = mergeEnding(printed, base?.text, current.text, proposed.text);
  const result = readPrinted(format, text);
  if (result === undefined || !equalValues(decided, T.ROOT, result.doc, T.ROOT)) return none;
  if (!haveSameNames([result, base, current, proposed])) return none;
  const losesComments = !keepsComments(base?.comments ?? [], current.comments, proposed.comments, result.comments);
  // What a clash leaves open or a decision leaves out takes its comments along.
  const isDecided = context.decided.length > 0 || context.clashes.length > 0;
  return losesComments && !isDecided ? none : { ...none, content: encodeLike(text, input.current), losesComments };
}

const NO_ENDS = { head: undefined, tail: undefined };

function readPrinted(format: Format, text: string): M.Mirror | undefined {
  if (!text.isWellFormed() || text.startsWith('\ufeff')) return undefined;
  const mirror = readText(format, text, { depth: Number.POSITIVE_INFINITY, places: false });
  return typeof mirror === 'string' ? undefined : mirror;
}

/** Does a plan or a clash lie at, or bring, what JSON cannot mirror? */
function touchesOpaque(context: Context, { base, current, proposed }: Mirrors): boolean {
  if (!current.hasOpaque && !proposed.hasOpaque && base?.hasOpaque !== true) return false;
  const marks = [context.clashes, context.decided]
    .flat()
    .flatMap((clash) => [clash.base, clash.current, clash.proposed]);
  if (marks.some((side) => side !== undefined && Buffer.from(side).includes('\\u0000'))) return true;
  for (const [node, plan] of context.plans) {
    if (plan.kind === 'take') {
      if (M.holdsOpaque(current, node) || isForeignOpaque(context, plan.node, proposed)) return true;
    } else if (plan.kind === 'items') {
      const kept = new Set(plan.items);
      const gone = T.childrenOf(current.doc, node).filter((child) => !kept.has(child));
      if (gone.some((child) => M.holdsOpaque(current, child))) return true;
      if (plan.items.some((item) => item < 0 && isForeignOpaque(context, ~item, proposed))) return true;
    }
  }
  return false;
}

/** Values of the base and of decisions are searched in the same way: their opaque strings begin with the mark. */
function isForeignOpaque(context: Context, number: number, proposed: M.Mirror): boolean {
  if (number < context.proposed.length) return M.holdsOpaque(proposed, number);
  const foreign = context.foreign[number - context.proposed.length];
  return foreign !== undefined && T.valueText(foreign.doc, foreign.node).includes('\\u0000');
}

function cleanOf(format: Format, { context, losesComments }: Weave, content: MergeSide, isTurned = false): CleanMerge {
  const own = isTurned ? context.entries.map(turnedEntry) : context.entries;
  const receipt: Receipt = { engine: format.name, entries: [{ action: 'kept', by: [], pointer: '' }, ...own] };
  const stats = { engine: format.name, clean: own.length, conflicts: 0 };
  const notes = losesComments ? [...notesOf(context), LOST_COMMENTS] : notesOf(context);
  return { status: 'clean', content, receipt, stats, notes };
}

const LOST_COMMENTS: Note = {
  code: 'comments-left-out',
  message: 'a decision or an option left out a value, and comments of that side went with it',
};

/** The clashes as conflicts, their sides as the documents spell them. */
function clashed(format: Format, input: MergeInput, mirrors: Mirrors, { context, content }: Weave): ConflictedMerge {
  const { clashes, entries } = context;
  const spelled = (clash: Clash): Clash => {
    const sides = { base: mirrors.base, current: mirrors.current, proposed: mirrors.proposed };
    const found = Object.entries(sides).flatMap(([side, mirror]) => {
      const bytes = clash[side as keyof Mirrors];
      return bytes === undefined || mirror === undefined ? [] : [[side, M.sourceOf(mirror, bytes)] as const];
    });
    return { ...clash, ...Object.fromEntries(found) };
  };
  return {
    status: 'conflict',
    conflicts: clashes.map(spelled).map(conflictOf),
    partial: content ?? null,
    stats: { engine: format.name, clean: entries.length, conflicts: clashes.length },
    notes: notesOf(context),
    input,
  };
}

/** The fall-back. `decided`: what the structure says the merge must say. */
function mergeByLines(format: Format, input: MergeInput, reason: string, decided?: T.Doc): MergeResult {
  const result = mergeText(input);
  if (result.status === 'error') return result;
  const notes = [
    ...result.notes,
    { code: 'text-fallback', message: `merged by lines, ${format.name} sides: ${reason}` },
  ];
  if (result.status !== 'clean' || result.content === null) return { ...result, notes };
  const doubt = doubtOf(format, input, result.content, decided);
  return doubt === undefined ? { ...result, notes } : { ...vetoed(format, input, doubt), notes };
}

function doubtOf(format: Format, input: MergeInput, content: Uint8Array, decided?: T.Doc): string | undefined {
  const text = decodeSide(content);
  const sides = [input.base, input.current, input.proposed].map((side) => (side === null ? '' : decodeSide(side)));
  const isReadable = (each: string | undefined): boolean | undefined =>
    each === undefined ? false : format.isReadable(each);
  // Where a side cannot be read, lines are all there is.
  if (!sides.some((side) => isReadable(side) === false)) {
    const isRead = isReadable(text);
    if (isRead === false) return `merged by lines it would be no ${format.name} any more`;
    if (isRead === undefined)
      return `it is too large to be read as a whole, so nothing shows that lines keep it ${format.name}`;
  }
  const texts = sides.slice(1).map((each) => each ?? '');
  if (format.mayRebind?.(text ?? '', texts) === true)
    return 'merged by lines an alias may get another anchor of its name';
  if (decided === undefined || text === undefined) return undefined;
  const mirror = readPrinted(format, text);
  const isSame = mirror !== undefined && equalValues(decided, T.ROOT, mirror.doc, T.ROOT);
  return isSame ? undefined : 'merged by lines it would say something else than merged by its structure';
}

function vetoed(format: Format, input: MergeInput, reason: string): ConflictedMerge {
  const whole = wholeConflict(input, format.name, 'content', reason);
  return { ...whole, conflicts: whole.conflicts.map((conflict) => ({ ...conflict, at: { pointer: '' } })) };
}
