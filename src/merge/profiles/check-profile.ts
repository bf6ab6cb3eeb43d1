// The checker of merges under a profile: the JSON checker proves the document with every decision allowed, then each
// loss that the receipt tells is shown to be one that the profile's rules allow. The merger's code is not used.
import type { ReceiptEntry } from '../../core/receipt.ts';
import { checkJsonReceipt, type JsonDrop } from '../json/check.ts';
import { parseIndex, parsePointer } from '../json/pointer.ts';
import type { CleanMerge, MergeInput } from '../types.ts';
import { type Cell, type Cells, cellsOf, fieldOf, parseValue } from './cells.ts';

/** What is wrong with a clean merge of `package-json` or `notebook`; `input` holds the profile's options. */
export function checkProfiled(input: MergeInput, result: CleanMerge, decided: boolean): readonly JsonDrop[] {
  const { dropped } = checkJsonReceipt(input, result, true);
  if (decided || dropped.length > 0) return dropped;
  const { favor } = input.options ?? {};
  const { entries } = result.receipt;
  const isFavoured = ({ by }: ReceiptEntry): boolean => favor !== undefined && by.length === 1 && by[0] !== favor;
  const losses = entries.filter((each) => each.action === 'dropped' && !isFavoured(each));
  const inventions = entries.filter(({ action, by }) => action === 'added' && by.length === 0);
  if (losses.length === 0 && inventions.length === 0) return [];
  const isAllowed = result.receipt.engine === 'notebook' ? cellRule(input, result) : bumpRule(input, result);
  return [...losses, ...inventions]
    .filter((entry) => !isAllowed(entry))
    .map(({ pointer = '' }) => ({ pointer, problem: 'something is dropped that no rule of the profile drops' }));
}

type Rule = (entry: ReceiptEntry) => boolean;

/** The lower of two versions of a dependency, by an order of its own: numbers compared as digits. */
function bumpRule(input: MergeInput, result: CleanMerge): Rule {
  if (input.options?.bumps !== 'higher') return () => false;
  const documents = [input.base, input.current, input.proposed, result.content].map(parseValue);
  return ({ action, by, pointer = '' }) => {
    const [list = '', name = '', ...more] = parsePointer(pointer) ?? [];
    if (
      action !== 'dropped' ||
      by.length !== 1 ||
      more.length > 0 ||
      !/^(dev|peer|optional)?dependencies$/i.test(list)
    ) {
      return false;
    }
    const [before, ours, theirs, taken] = documents.map((document) => versionAt(document, list, name));
    if (before === undefined || ours === undefined || theirs === undefined || taken === undefined) return false;
    const lost = by[0] === 'current' ? ours : theirs;
    const other = by[0] === 'current' ? theirs : ours;
    return (
      taken.text === other.text &&
      taken.order > lost.order &&
      lost.order > before.order &&
      taken.line === lost.line &&
      taken.operator === lost.operator
    );
  };
}

interface Version {
  readonly text: string;
  readonly operator: string;
  /** Compares as text like the version does. */
  readonly order: string;
  /** What two compatible versions share. */
  readonly line: string;
}

function versionAt(document: unknown, list: string, name: string): Version | undefined {
  const text = fieldOf(fieldOf(document, list), name);
  if (typeof text !== 'string') return undefined;
  const [, operator = '', numbers = ''] = /^([^\d]*)(\d+\.\d+\.\d+)$/.exec(text) ?? [];
  if (numbers === '' || !['', '^', '~', '>=', '='].includes(operator)) return undefined;
  const order = numbers
    .split('.')
    .map((digits) => digits.padStart(12, '0'))
    .join('.');
  return { text, operator, order, line: /^((0\.){0,2}\d+)/.exec(numbers)?.[1] ?? '' };
}

interface Books {
  readonly base: Cells;
  readonly current: Cells;
  readonly proposed: Cells;
  readonly result: Cells;
}

function cellRule(input: MergeInput, result: CleanMerge): Rule {
  const books: Books = {
    base: cellsOf(input.base),
    current: cellsOf(input.current),
    proposed: cellsOf(input.proposed),
    result: cellsOf(result.content),
  };
  return ({ action, by, pointer = '' }) => {
    const [list, index = '', member = '', ...more] = parsePointer(pointer) ?? [];
    if (list !== 'cells' || more.length > 0) return false;
    const at = (action === 'added' ? books.result : books.base).list[parseIndex(index) ?? -1];
    const cell = at === undefined ? undefined : places(books, at.id);
    if (cell === undefined) return false;
    if (member === 'source') return cell.base !== undefined && isMerged({ ...cell, base: cell.base });
    return (member === 'outputs' || member === 'execution_count') && action === 'dropped' && ranAs(cell, by[0]);
  };
}

interface Places {
  /** Undefined for a cell of the base that had none: then nothing of it can be merged, only taken as a side has it. */
  readonly base: string | undefined;
  readonly current: string;
  readonly proposed: string;
  readonly result: string;
}

function places({ base, current, proposed, result }: Books, id: string): Places | undefined {
  const [b, c, p, r] = [base, current, proposed, result].map((cells): Cell | undefined => cells.byId.get(id));
  if (b === undefined || c?.source === undefined || p?.source === undefined || r?.source === undefined) {
    return undefined;
  }
  return { base: b.source, current: c.source, proposed: p.source, result: r.source };
}

/** Outputs of a side are lost only to those of the side that has the cell's source; of two that have it, to current's. */
function ranAs({ current, proposed, result }: Places, lost: string | undefined): boolean {
  return lost === 'current' ? result === proposed && result !== current : result === current;
}

/** Line by line, by counting: what both kept is there, what one added is there, what one removed is gone. */
function isMerged({ base, current, proposed, result }: Places & { readonly base: string }): boolean {
  const [before, ours, theirs, after] = [base, current, proposed, result].map(tally) as [Tally, Tally, Tally, Tally];
  return [...new Set([...before.keys(), ...ours.keys(), ...theirs.keys(), ...after.keys()])].every((line) => {
    const count = (lines: Tally): number => lines.get(line) ?? 0;
    const steps = [count(ours) - count(before), count(theirs) - count(before)] as const;
    const sum = count(before) + steps[0] + steps[1];
    // The same step on both sides may be one change or two.
    const shared = steps[0] * steps[1] > 0 ? Math.sign(steps[0]) * Math.min(...steps.map(Math.abs)) : 0;
    return count(after) >= Math.min(sum, sum - shared) && count(after) <= Math.max(sum, sum - shared);
  });
}

type Tally = ReadonlyMap<string, number>;

function tally(text: string): Tally {
  const counts = new Map<string, number>();
  for (const line of text.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}
