// A receipt as it is kept beside its commit: JSON, in which runs of lines are words. A merge of a text that many change
// has an entry for every few lines, and each names where it stands; but nearly all begin where the one before ended.
import { Buffer } from 'node:buffer';
import { invariant } from '../core/errors.ts';
import type { Receipt, ReceiptEntry } from '../core/receipt.ts';

/**
 * Instead of `entries`: words, one for each entry, in strings of as many as follow one another, and the other entries as
 * they are. A word is the action (`k`, `a`, `r`: kept, added, removed), the sides (`c`, `p`) and the number of lines; they
 * begin where the lines of the entry before end.
 */
type Kept = Omit<Receipt, 'entries'> & { readonly runs: readonly (string | ReceiptEntry)[] };

const ACTIONS: { readonly [letter: string]: 'kept' | 'added' | 'removed' } = { k: 'kept', a: 'added', r: 'removed' };
const WORD = /^([kar])([cp]*)(\d+)$/;

/** Where the next lines begin, in the base and in the result. */
interface Place {
  base: number;
  result: number;
}

export function receiptBytes(receipt: Receipt): Uint8Array {
  const { entries, ...rest } = receipt;
  // An engine of others may call anything an entry: then all is written out as it is.
  if ('runs' in rest || !entries.every(isEntry)) return Buffer.from(JSON.stringify(receipt));
  const runs: (string | ReceiptEntry)[] = [];
  const place: Place = { base: 0, result: 0 };
  let words = '';
  for (const entry of entries) {
    const word = wordOf(entry, place);
    if (word === undefined) {
      if (words !== '') runs.push(words);
      words = '';
      runs.push(entry);
    } else words = words === '' ? word : `${words} ${word}`;
    move(place, entry);
  }
  if (words !== '') runs.push(words);
  return Buffer.from(JSON.stringify({ ...rest, runs } satisfies Kept));
}

/** Also one without words, whose entries are all written out: from before there were any, or of an engine of others. */
export function parseReceipt(bytes: Uint8Array): Receipt {
  const kept = JSON.parse(Buffer.from(bytes).toString('utf8')) as Receipt | Kept;
  if ('entries' in kept) return kept;
  const { runs, engine, ...rest } = kept;
  const entries: ReceiptEntry[] = [];
  const place: Place = { base: 0, result: 0 };
  for (const run of runs)
    for (const part of typeof run === 'string' ? run.split(' ') : [run]) {
      const entry = typeof part === 'string' ? entryOf(part, place) : part;
      entries.push(entry);
      move(place, entry);
    }
  return { engine, entries, ...rest };
}

function move(place: Place, { base, result }: ReceiptEntry): void {
  if (base !== undefined) place.base = base[1];
  if (result !== undefined) place.result = result[1];
}

function isEntry(value: unknown): value is ReceiptEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { by, base, result } = value as Partial<ReceiptEntry>;
  return Array.isArray(by) && isRange(base) && isRange(result);
}

function isRange(value: unknown): boolean {
  if (value === undefined) return true;
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number';
}

/** An engine of others may write what it likes: only what comes out again as it was is made a word. */
function wordOf(entry: ReceiptEntry, place: Place): string | undefined {
  const { action, by, base, result } = entry;
  const sides = lettersOf(by);
  if (sides === undefined) return undefined;
  switch (action) {
    case 'kept': {
      const lines = linesFrom(place.base, base);
      const isSame = lines !== undefined && lines === linesFrom(place.result, result);
      return isSame && hasFields(entry, 4) ? `k${sides}${lines}` : undefined;
    }
    case 'added': {
      const lines = linesFrom(place.result, result);
      return lines !== undefined && hasFields(entry, 3) ? `a${sides}${lines}` : undefined;
    }
    case 'removed': {
      const lines = linesFrom(place.base, base);
      return lines !== undefined && hasFields(entry, 3) ? `r${sides}${lines}` : undefined;
    }
    default:
      return undefined;
  }
}

/** Counted without a list of their names: a receipt has an entry for every few lines. */
function hasFields(entry: ReceiptEntry, count: number): boolean {
  let fields = 0;
  for (const name in entry) if (Object.hasOwn(entry, name)) fields += 1;
  return fields === count;
}

function lettersOf(by: ReceiptEntry['by']): string | undefined {
  let letters = '';
  for (const side of by) {
    if (side !== 'current' && side !== 'proposed') return undefined;
    letters += side === 'current' ? 'c' : 'p';
  }
  return letters;
}

/** How many lines a range has that begins there; undefined for any other. */
function linesFrom(begin: number, range: readonly [number, number] | undefined): number | undefined {
  if (range === undefined || range.length !== 2 || range[0] !== begin) return undefined;
  const lines = range[1] - begin;
  return Number.isSafeInteger(lines) && lines >= 0 ? lines : undefined;
}

function entryOf(word: string, { base, result }: Place): ReceiptEntry {
  const [, letter = '', sides = '', count = ''] = WORD.exec(word) ?? [];
  const action = ACTIONS[letter];
  invariant(action !== undefined, 'a receipt that was kept in another form');
  const by = Array.from(sides, (side) => (side === 'c' ? 'current' : 'proposed'));
  const lines = Number(count);
  return {
    ...{ action, by },
    ...(action === 'added' ? {} : { base: [base, base + lines] as const }),
    ...(action === 'removed' ? {} : { result: [result, result + lines] as const }),
  };
}
