// What others put into a merged content, read out of its receipt: the model that sent the change has to know that what is
// stored is not what it sent.
import type { Receipt, ReceiptEntry } from '../core/receipt.ts';
import { linesOf } from './range.ts';
import { cut } from './say.ts';

const MAX_CHARS = 4000;
const MAX_PLACES = 40;
const MAX_PLACE_CHARS = 800;

export interface MergedPlace {
  readonly action: 'added' | 'removed' | 'changed' | 'left out';
  /** Lines of what is stored now; of what was read, where they were removed. */
  readonly lines?: string;
  readonly path?: string;
  readonly text?: string;
}

const ACTIONS = { kept: 'changed', added: 'added', removed: 'removed', woven: 'changed', dropped: 'left out' } as const;

export interface MergedDiff {
  readonly places: readonly MergedPlace[];
  /** Places that there was no room for. */
  readonly left: number;
}

/** The places of `receipt` that are not the caller's own. */
export function mergedDiff(receipt: Receipt, content: string | undefined): MergedDiff {
  const lines = content === undefined ? [] : linesOf(content);
  const foreign = receipt.entries.filter(
    ({ action, by }) => action !== 'kept' && (action === 'dropped' ? by.includes('proposed') : !isOwn(by)),
  );
  const places: MergedPlace[] = [];
  let room = MAX_CHARS;
  for (const entry of foreign.slice(0, MAX_PLACES)) {
    const place = placeOf(entry, lines);
    room -= place.text?.length ?? 0;
    if (room < 0) break;
    places.push(place);
  }
  return { places, left: foreign.length - places.length };
}

function placeOf({ action, base, result, pointer }: ReceiptEntry, lines: readonly string[]): MergedPlace {
  const isThere = action === 'added' || action === 'woven';
  const range = isThere ? result : base;
  const text = isThere && range !== undefined ? cut(lines.slice(...range).join(''), MAX_PLACE_CHARS).text : '';
  return {
    action: ACTIONS[action],
    ...(range === undefined ? {} : { lines: lineWord(range) }),
    ...(pointer === undefined ? {} : { path: pointer }),
    ...(text === '' ? {} : { text }),
  };
}

function lineWord([from, to]: readonly [number, number]): string {
  return to > from + 1 ? `${from + 1}-${to}` : `${from + 1}`;
}

function isOwn(by: readonly string[]): boolean {
  return by.includes('proposed') && !by.includes('current');
}

export function mergedText({ places, left }: MergedDiff): string {
  const said = places.map(({ action, lines, path, text }) => {
    const place = action === 'removed' ? 'what you read had as lines' : 'lines';
    const where = path ?? (lines === undefined ? '' : `${place} ${lines}`);
    return `${action} ${where}`.trim() + (text === undefined ? '' : `:\n${text}${text.endsWith('\n') ? '' : '\n'}`);
  });
  const rest = left === 0 ? [] : [`(and ${left} more)`];
  return [...said, ...rest].map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join('');
}
