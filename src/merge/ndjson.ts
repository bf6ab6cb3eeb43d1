// The NDJSON engine, one JSON record a line. Logs that only grew are appended; records with an identity are merged by it
// when the option `arrays: { '': { key } }` names one; everything else is merged by lines.
import { mergeAppend } from './append.ts';
import { isBinary } from './binary.ts';
import type { Context } from './json/context.ts';
import { isParseFailure, parseJson } from './json/parse.ts';
import * as T from './json/tape.ts';
import { mergeDecided } from './json.ts';
import { encodeLike, mergeEnding } from './mirror/encoding.ts';
import { LF, readArray } from './record-array.ts';
import { hasStray } from './record-strays.ts';
import { mergeText } from './text.ts';
import type { Engine, MergeInput, MergeResult, MergeSide } from './types.ts';
import { mergeTrivially, missingSideConflict, wholeConflict } from './whole.ts';

const ENGINE = 'ndjson';

/** Merges records a line. Never throws on data. Options: `arrays`, of which `''` names the identity of records. */
export const mergeNdjson: Engine = (input) => mergeRecords(input, { decisions: new Map(), taken: new Set() });

/** The merge with clashes of records decided by their ids. */
export function mergeRecords(input: MergeInput, settled: Context['settled']): MergeResult {
  const early = mergeTrivially(input, ENGINE) ?? missingSideConflict(input, ENGINE);
  if (early !== undefined) return early;
  const { base, current, proposed, options = {} } = input;
  const bytes = options.budget?.bytes ?? Number.POSITIVE_INFINITY;
  const sides = [base, current, proposed];
  if (sides.some((side) => isBinary(side) || (side?.length ?? 0) > bytes)) return mergeText(input);
  const policy = options.arrays?.[''];
  if (typeof policy === 'object') return mergeKeyed(input, settled);
  return canAppend(input) ? mergeAppend(input) : byLines(input, 'it is more than records put at the end');
}

/** Whole records behind whole records: what both sides added can be put one after the other. */
function canAppend({ base, current, proposed }: MergeInput): boolean {
  const start = base ?? new Uint8Array();
  if (start.length > 0 && start.at(-1) !== LF) return false;
  return [current, proposed].every((side) => {
    if (side === null || Buffer.compare(start, side.subarray(0, start.length)) !== 0) return false;
    return readArray(side.subarray(start.length)) !== undefined;
  });
}

function mergeKeyed(input: MergeInput, settled: Context['settled']): MergeResult {
  const arrays = arraysOf(input);
  if (arrays === undefined) return byLines(input, 'a side is not one JSON record a line');
  const merged = mergeDecided({ ...input, ...arrays }, settled);
  // An array that no side changed in words of its own is told as a whole.
  if (merged.status === 'error') return byLines(input, merged.message);
  if (merged.notes.some(({ code }) => code === 'key-not-unique')) {
    return byLines(input, 'not all records have an identity of their own');
  }
  const stats = { ...merged.stats, engine: ENGINE };
  if (merged.status === 'conflict') {
    const partial = recordsOf(input, merged.partial);
    return { ...merged, partial: partial ?? null, stats, input };
  }
  const content = recordsOf(input, merged.content);
  if (content === undefined) return byLines(input, 'a record does not stand on one line any more');
  return { ...merged, content, stats, receipt: { ...merged.receipt, engine: ENGINE } };
}

/** The sides as JSON arrays; undefined where one is not one record a line. */
export function arraysOf(input: MergeInput): Pick<MergeInput, 'base' | 'current' | 'proposed'> | undefined {
  const { base, current, proposed } = input;
  // Blanks behind it keep apart sides whose records are the same: they are no equal bytes.
  const arrays = [base, current, proposed].map((side, i) => (side === null ? null : readArray(side, i)));
  const [b, c, p] = arrays;
  return b === undefined || c === undefined || p === undefined ? undefined : { base: b, current: c, proposed: p };
}

/** A merged array as a record a line, in current's manner; undefined where a record has come to several lines. */
function recordsOf(input: MergeInput, array: MergeSide): MergeSide | undefined {
  if (array === null) return null;
  const doc = parseJson(array, { depth: Number.POSITIVE_INFINITY });
  if (isParseFailure(doc) || T.kindOf(doc, T.ROOT) !== T.ARRAY) return undefined;
  const records = T.childrenOf(doc, T.ROOT).map((record) => T.valueText(doc, record));
  if (records.some((record) => record.includes('\n'))) return undefined;
  const { current } = input;
  const hasReturns =
    current !== null && Buffer.from(current.buffer, current.byteOffset, current.length).includes('\r\n');
  const text = records.join(hasReturns ? '\r\n' : '\n');
  const [before, ours = '', theirs = ''] = [input.base, current, input.proposed].map(endOf);
  return encodeLike(mergeEnding(text, before, ours, theirs), current);
}

/** The newline that a side ends with; undefined for no side. */
function endOf(side: MergeSide): string | undefined {
  return side === null ? undefined : side.at(-1) === LF ? '\n' : '';
}

function byLines(input: MergeInput, reason: string): MergeResult {
  const merged = mergeText(input);
  if (merged.status === 'error') return merged;
  const result = merged.status === 'clean' && hasStray(input, merged.content) ? straying(input) : merged;
  if (result.status === 'error') return result;
  return { ...result, notes: [...result.notes, { code: 'text-fallback', message: `merged by lines: ${reason}` }] };
}

function straying(input: MergeInput): MergeResult {
  const reason = 'a record that was moved would stand twice, or come back after it was deleted';
  const whole = wholeConflict(input, 'text', 'content', reason);
  // At the root and not by lines: each change is in order, only together they are not.
  return { ...whole, conflicts: whole.conflicts.map((conflict) => ({ ...conflict, at: { pointer: '' } })) };
}
