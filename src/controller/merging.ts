// Runs a merge for the controller: small ones here under a short budget, everything else in a worker thread, so that
// the event loop never stands still for long (rule C8). Custom engines get copies, and what they throw is a value.
import type { MergeConflict } from '../core/region.ts';
import { mergeContents } from '../merge/merge.ts';
import { offloadMerge } from '../merge/offload.ts';
import type { Engine, MergeInput, MergeOptions, MergeResult, MergeSide } from '../merge/types.ts';
import type { Merge } from '../strategies/types.ts';
import { timerMs } from './backoff.ts';
import type { Context } from './context.ts';

export interface Sides {
  readonly base: MergeSide;
  readonly current: MergeSide;
  readonly proposed: MergeSide;
  readonly path: string;
  readonly mediaType?: string;
}

/** What is merged in this thread: beyond this, or after this many milliseconds, a worker does it. */
const INLINE_BYTES = 256 * 1024;
const INLINE_MS = 20;

export async function runMerge(
  context: Context,
  sides: Sides,
  strategy?: Pick<Merge, 'engine' | 'options' | 'validate'>,
): Promise<MergeResult> {
  const engine = strategy?.engine ?? 'auto';
  const registered = context.engines.get(engine);
  const input = inputOf(context, sides, engine, strategy?.options);
  const result =
    registered === undefined ? await runBuiltIn(context, input) : await runCustom(context, registered, input);
  return strategy?.validate === undefined ? result : validated(result, input, strategy.validate);
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
  if (largest(input) <= INLINE_BYTES) {
    const budget = { ...input.options?.budget, ms: Math.min(INLINE_MS, context.limits.mergeMs) };
    const quick = mergeContents({ ...input, options: { ...input.options, budget } });
    if (!overBudget(quick)) return quick.status === 'conflict' ? { ...quick, input } : quick;
  }
  return offloadMerge(input, { ms: context.limits.mergeMs });
}

function largest(input: MergeInput): number {
  return Math.max(input.base?.length ?? 0, input.current?.length ?? 0, input.proposed?.length ?? 0);
}

function overBudget(result: MergeResult): boolean {
  return result.status === 'conflict' && result.conflicts.some((conflict) => conflict.kind === 'budget');
}

async function runCustom(context: Context, engine: Engine | string, input: MergeInput): Promise<MergeResult> {
  if (typeof engine === 'string') return offloadMerge(input, { ms: context.limits.customMs, modulePath: engine });
  const copy = { ...input, base: copyOf(input.base), current: copyOf(input.current), proposed: copyOf(input.proposed) };
  try {
    const result = await withDeadline(engine(copy), context.limits.customMs);
    return isMergeResult(result) ? result : threw('the engine answered something that is no merge result');
  } catch (error) {
    return threw(error instanceof Error ? error.message : String(error));
  }
}

function copyOf(side: MergeSide): MergeSide {
  return side === null ? null : side.slice();
}

function threw(message: string): MergeResult {
  return { status: 'error', code: 'strategy-threw', message: message.slice(0, 500) };
}

function isMergeResult(value: unknown): value is MergeResult {
  if (typeof value !== 'object' || value === null) return false;
  const result = value as { readonly status?: unknown; readonly content?: unknown; readonly conflicts?: unknown };
  if (result.status === 'clean') return result.content === null || result.content instanceof Uint8Array;
  return result.status === 'error' || (result.status === 'conflict' && Array.isArray(result.conflicts));
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

/** A veto makes a clean merge a conflict with that reason (trap T26: a merge is not neutral). */
function validated(result: MergeResult, input: MergeInput, validate: NonNullable<Merge['validate']>): MergeResult {
  if (result.status !== 'clean' || result.content === null) return result;
  let verdict: unknown;
  try {
    verdict = validate(result.content.slice());
  } catch (error) {
    verdict = error instanceof Error ? error.message : String(error);
  }
  if (verdict === undefined || verdict === true) return result;
  const reason = typeof verdict === 'string' && verdict !== '' ? verdict : 'the validator refused the merged content';
  const conflict: MergeConflict = {
    id: 'validate',
    kind: 'content',
    at: { pointer: '' },
    reason: `validate: ${reason.slice(0, 500)}`,
    ...(input.base === null ? {} : { base: input.base }),
    ...(input.current === null ? {} : { current: input.current }),
    ...(input.proposed === null ? {} : { proposed: input.proposed }),
  };
  return {
    status: 'conflict',
    conflicts: [conflict],
    partial: input.current,
    stats: { ...result.stats, conflicts: 1 },
    notes: result.notes,
    input,
  };
}
