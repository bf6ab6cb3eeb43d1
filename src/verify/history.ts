// A recorded history: what each process called, when, and what it was told. One JSON object a line; the format is
// described in docs/verify.md. Nothing here decides whether the history is right: that is check-history.ts.
import { EntenteError } from '../core/errors.ts';

export const operationTypes = ['read', 'write', 'conflict'] as const;
export const operationOutcomes = ['ok', 'unknown', 'failed'] as const;

export interface HistoryOperation {
  /** Who called: a process, a thread or an agent. Free text. */
  readonly process: string;
  readonly resource: string;
  /** `read` saw a version; `write` installed one; `conflict` is a refused write that was told the current version. */
  readonly type: (typeof operationTypes)[number];
  /** When it was called and when it returned, by one monotonic clock that all processes share. Any unit. */
  readonly call: number;
  readonly return: number;
  /** The version that was seen or installed; 0: the resource never was. */
  readonly version: number;
  /** The hash of that version; `''` for what is absent or deleted. */
  readonly hash: string;
  /** Writes: the version that the writer said it was replacing. Left out where the store chose it (a merge). */
  readonly expected?: number;
  /**
   * `unknown`: a write without an answer, which may have installed `version` or nothing. `failed`: certainly nothing
   * happened, and nothing was learnt.
   */
  readonly outcome: (typeof operationOutcomes)[number];
  /** The revision of the version that was seen or installed. */
  readonly revision?: number;
  /** Writes: the commit's id. Two lines with the same one are two answers to one write (a replay), not two writes. */
  readonly commit?: string;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isOptional = (value: unknown, check: (value: unknown) => boolean): boolean => value === undefined || check(value);
const isOneOf = (words: readonly string[], value: unknown): boolean =>
  typeof value === 'string' && words.includes(value);

/** What is wrong with a line, in words; undefined when nothing is. */
function faultOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not a JSON object';
  const raw = value as Record<string, unknown>;
  if (typeof raw['process'] !== 'string') return 'has no "process" (text)';
  if (typeof raw['resource'] !== 'string') return 'has no "resource" (text)';
  if (!isOneOf(operationTypes, raw['type'])) return `has no "type" (one of ${operationTypes.join(', ')})`;
  if (!isOneOf(operationOutcomes, raw['outcome'])) return `has no "outcome" (one of ${operationOutcomes.join(', ')})`;
  if (!isTime(raw['call']) || !isTime(raw['return'])) return 'has no "call" or "return" (numbers)';
  if (raw['return'] < raw['call']) return 'returns before it is called';
  if (!isCount(raw['version'])) return 'has no "version" (a whole number from 0)';
  if (typeof raw['hash'] !== 'string') return 'has no "hash" (text)';
  if (!isOptional(raw['expected'], isCount)) return 'has a malformed "expected"';
  if (!isOptional(raw['revision'], isCount)) return 'has a malformed "revision"';
  if (!isOptional(raw['commit'], (commit) => typeof commit === 'string')) return 'has a malformed "commit"';
  return undefined;
}

function parseLine(line: string, number: number): HistoryOperation {
  let value: unknown;
  let fault: string | undefined;
  try {
    value = JSON.parse(line);
    fault = faultOf(value);
  } catch {
    fault = 'is not JSON';
  }
  if (fault !== undefined) {
    throw new EntenteError('misuse', `Line ${number} of the history ${fault}.`, {
      next: 'Give one JSON object a line, as docs/verify.md describes.',
      line: number,
    });
  }
  return value as HistoryOperation;
}

/** Reads a history, one operation a line; empty lines are skipped. Throws `misuse` with the number of a bad line. */
export function* parseHistory(lines: Iterable<string>): Generator<HistoryOperation, void, undefined> {
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (line.trim() !== '') yield parseLine(line, number);
  }
}

/** The same for lines that arrive over time, such as `readline` on a file. */
export async function* parseHistoryStream(
  lines: AsyncIterable<string>,
): AsyncGenerator<HistoryOperation, void, undefined> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() !== '') yield parseLine(line, number);
  }
}

/** One line of a history file, without its line end. */
export function formatOperation(operation: HistoryOperation): string {
  return JSON.stringify(operation);
}
