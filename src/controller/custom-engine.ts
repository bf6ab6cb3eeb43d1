// Engines of others: what they are given, and what their answer comes to. Whatever it is, it becomes a merge result or none.
import type { Receipt } from '../core/receipt.ts';
import type { MergeConflict } from '../core/region.ts';
import {
  type FailedMerge,
  type MergeInput,
  type MergeResult,
  type MergeSide,
  type MergeStats,
  mergeErrorCodes,
} from '../merge/types.ts';

/** Copies of the sides: what an engine does to them is nobody else's. */
export function copyOf(input: MergeInput): MergeInput {
  const copy = (side: MergeSide): MergeSide => (side === null ? null : new Uint8Array(side));
  return { ...input, base: copy(input.base), current: copy(input.current), proposed: copy(input.proposed) };
}

export function threw(message: string): FailedMerge {
  return { status: 'error', code: 'strategy-threw', message: message.slice(0, 500) };
}

/** What it answered, made whole: stats, notes and the receipt's list may be left out. Undefined for what is no result. */
export function resultOf(value: unknown, input: MergeInput): MergeResult | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { status, content, conflicts, partial, receipt, stats, notes, message, code } = value as Record<
    string,
    unknown
  >;
  const engine = input.options?.engine ?? 'custom';
  const list = Array.isArray(conflicts) ? conflicts : [];
  const whole = {
    stats: isStats(stats) ? stats : { engine, clean: 0, conflicts: list.length },
    notes: Array.isArray(notes) ? notes : [],
  };
  if (status === 'error') {
    const failed = threw(typeof message === 'string' ? message : 'the engine failed');
    const known = mergeErrorCodes.find((name) => name === code);
    return known === undefined ? failed : { ...failed, code: known };
  }
  if (status === 'clean') {
    if (content !== null && !(content instanceof Uint8Array)) return undefined;
    return { status, content, receipt: isReceipt(receipt) ? receipt : { engine, entries: [] }, ...whole };
  }
  if (status !== 'conflict' || list.length === 0 || !list.every(isRegion)) return undefined;
  return { status, conflicts: list, partial: partial instanceof Uint8Array ? partial : input.current, ...whole, input };
}

function isRegion(value: unknown): value is MergeConflict {
  return typeof value === 'object' && value !== null && 'kind' in value && 'at' in value;
}

/** Characters of the receipt of an engine of others, which is kept as JSON. */
const MAX_RECEIPT = 1024 * 1024;

function isReceipt(value: unknown): value is Receipt {
  if (typeof value !== 'object' || value === null || !Array.isArray((value as Partial<Receipt>).entries)) return false;
  try {
    return JSON.stringify(value).length <= MAX_RECEIPT;
  } catch {
    return false;
  }
}

function isStats(value: unknown): value is MergeStats {
  return typeof value === 'object' && value !== null && typeof (value as Partial<MergeStats>).clean === 'number';
}

/** True for an answer that needs nothing to be filled in, which a thread has proved already. */
export function isWhole(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { stats, notes, receipt } = value as { readonly [field: string]: unknown };
  return [stats, receipt].every((part) => typeof part === 'object' && part !== null) && Array.isArray(notes);
}
