// Runs a merge for the controller: small ones here under a short budget, everything else in a worker thread, so that
// the event loop never stands still for long (rule C8). Custom engines get copies, and what they throw is a value.
// Nothing counts as clean that the independent checker has not proved, in the same thread as the merge.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MergeConflict, RegionKind } from '../core/region.ts';
import { UNWOVEN } from '../merge/code/finish.ts';
import { prepareGrammar } from '../merge/code/grammars.ts';
import { mergeContents } from '../merge/merge.ts';
import { offloadMerge } from '../merge/offload.ts';
import { proved, UNPROVED } from '../merge/prove.ts';
import type { CleanMerge, Engine, MergeInput, MergeOptions, MergeResult, MergeSide, Note } from '../merge/types.ts';
import { isLight } from '../merge/weight.ts';
import type { Merge } from '../strategies/types.ts';
import { timerMs } from './backoff.ts';
import type { Context } from './context.ts';
import { copyOf, isWhole, resultOf, threw } from './custom-engine.ts';

export interface Sides {
  readonly base: MergeSide;
  readonly current: MergeSide;
  readonly proposed: MergeSide;
  readonly path: string;
  readonly mediaType?: string;
}

/** How long a light merge may take in this thread; after that, and all others, a worker does it. */
const INLINE_MS = 20;
/** Beyond this the proof of a merge, which takes about as long again, has a turn of the event loop to itself. */
const PROOF_BYTES = 16 * 1024;

export async function runMerge(
  context: Context,
  sides: Sides,
  strategy?: Pick<Merge, 'engine' | 'options' | 'validate'>,
): Promise<MergeResult> {
  const engine = strategy?.engine ?? 'auto';
  const registered = context.engines.get(engine);
  const input = inputOf(context, sides, engine, strategy?.options);
  const result = await context.aroundMerge(() =>
    registered === undefined ? runBuiltIn(context, input) : runCustom(context, registered, input),
  );
  warnOfFault(context, result, sides.path);
  return fitting(context, result, input, strategy);
}

/** The result, or the conflict that it is because it is too large or its validator vetoes it. */
export function fitting(
  context: Context,
  result: MergeResult,
  input: MergeInput,
  strategy: Pick<Merge, 'validate'> | undefined,
): MergeResult {
  const sized = withinSize(result, input, context.limits.contentBytes);
  return withNotes(strategy?.validate === undefined ? sized : validated(sized, input, strategy.validate));
}

const MOST_NOTES = 20;
const NOTE_LENGTH = 500;

/** The receipt is what is stored and told of a merge, so the notes go with it; those of others may be anything. */
function withNotes(result: MergeResult): MergeResult {
  if (result.status !== 'clean') return result;
  const notes = result.notes.filter(isNote).slice(0, MOST_NOTES).map(shortened);
  return notes.length === 0 ? result : { ...result, receipt: { ...result.receipt, notes } };
}

function shortened({ code, message }: Note): Note {
  return { code: code.slice(0, NOTE_LENGTH), message: message.slice(0, NOTE_LENGTH) };
}

function isNote(value: unknown): value is Note {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message } = value as Partial<Note>;
  return typeof code === 'string' && typeof message === 'string';
}

/** A merge that did not prove itself is a fault of its engine: the change is kept as a conflict, and somebody is told. */
export function warnOfFault(context: Context, result: MergeResult, path: string): void {
  if (result.status !== 'conflict') return;
  const fault = result.notes.find(({ code }) => code === UNPROVED);
  if (fault !== undefined) context.onWarning(`${path}: ${fault.message}; it was not stored.`);
}

function inputOf(context: Context, sides: Sides, engine: string, options: MergeOptions | undefined): MergeInput {
  const { limits } = context;
  const budget = {
    bytes: limits.mergeBytes,
    lines: limits.mergeLines,
    depth: limits.jsonDepth,
    nodes: limits.jsonNodes,
    ms: limits.mergeMs,
    ...options?.budget,
  };
  return { ...sides, options: { ...options, engine, budget } };
}

async function runBuiltIn(context: Context, input: MergeInput): Promise<MergeResult> {
  try {
    await prepareGrammar(input.path);
    if (isLight(input)) {
      const budget = { ...input.options?.budget, ms: Math.min(INLINE_MS, context.limits.mergeMs) };
      const quick = mergeContents({ ...input, options: { ...input.options, budget } });
      if (quick.status === 'clean' && largest(input) > PROOF_BYTES) await nextTurn();
      if (!overBudget(quick)) return quick.status === 'conflict' ? { ...quick, input } : proved(input, quick);
    }
    return await offloadMerge(input, { ms: context.limits.mergeMs });
  } catch (error) {
    // A policy may name an engine that is not registered here: a stored one is made elsewhere. The change is kept.
    return threw(error instanceof Error ? error.message : String(error));
  }
}

function largest(input: MergeInput): number {
  return Math.max(input.base?.length ?? 0, input.current?.length ?? 0, input.proposed?.length ?? 0);
}

function overBudget(result: MergeResult): boolean {
  if (result.status !== 'conflict') return false;
  return result.conflicts.some(({ kind }) => kind === 'budget') || result.notes.some(({ code }) => code === UNWOVEN);
}

async function runCustom(context: Context, engine: Engine | string, input: MergeInput): Promise<MergeResult> {
  try {
    const answer = await askEngine(context, engine, input);
    const result = resultOf(answer, input) ?? threw('the engine answered something that is no merge result');
    // A thread proves what it can; what had to be made whole first is proved here.
    return typeof engine === 'string' && isWhole(answer) ? result : proved(input, result);
  } catch (error) {
    return threw(error instanceof Error ? error.message : String(error));
  }
}

function askEngine(context: Context, engine: Engine | string, input: MergeInput): Promise<unknown> {
  if (typeof engine === 'string') return offloadMerge(input, { ms: context.limits.customMs, modulePath: engine });
  return withDeadline(Promise.resolve(engine(copyOf(input))), context.limits.customMs);
}

/** A function's promise is given up after the deadline; a function that never awaits cannot be stopped this way. */
export async function withDeadline<T>(work: T | Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not answer within ${ms} ms`)), timerMs(ms));
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Two contents within the limit may merge to one beyond it, which nobody could change any more. */
function withinSize(result: MergeResult, input: MergeInput, limit: number): MergeResult {
  if (result.status !== 'clean' || result.content === null || result.content.length <= limit) return result;
  return refused(
    result,
    input,
    'too-large',
    `too-large: the merged content has ${result.content.length} bytes of ${limit}`,
  );
}

/** A veto makes a clean merge a conflict with that reason (trap T26: a merge is not neutral). */
export function validated(
  result: MergeResult,
  input: MergeInput,
  validate: NonNullable<Merge['validate']>,
): MergeResult {
  if (result.status !== 'clean' || result.content === null) return result;
  let verdict: unknown;
  try {
    verdict = validate(new Uint8Array(result.content));
  } catch (error) {
    verdict = error instanceof Error ? error.message : String(error);
  }
  if (verdict === undefined || verdict === true) return result;
  const reason = typeof verdict === 'string' && verdict !== '' ? verdict : 'the validator refused the merged content';
  return refused(result, input, 'content', `validate: ${reason.slice(0, 500)}`);
}

function refused(result: CleanMerge, input: MergeInput, kind: RegionKind, reason: string): MergeResult {
  const { base, current, proposed } = input;
  const conflict: MergeConflict = {
    id: reason.slice(0, reason.indexOf(':')),
    kind,
    at: { pointer: '' },
    reason,
    ...(base === null ? {} : { base }),
    ...(current === null ? {} : { current }),
    ...(proposed === null ? {} : { proposed }),
  };
  const stats = { ...result.stats, conflicts: 1 };
  return { status: 'conflict', conflicts: [conflict], partial: current, stats, notes: result.notes, input };
}
