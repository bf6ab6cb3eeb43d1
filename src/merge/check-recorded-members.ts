// The checker of kept decisions in structures: each place is found again by its pointer in the three documents and in the
// result.

import { conflictId } from './conflict-id.ts';
import { isSameValue } from './json/check-values.ts';
import { isParseFailure, parseJson } from './json/parse.ts';
import * as T from './json/tape.ts';
import { createLocator, type Locator } from './locate.ts';
import type { Evidence } from './recorded.ts';
import type { CleanMerge, MergeInput, MergeSide } from './types.ts';

type Entry = CleanMerge['receipt']['entries'][number];

/** The stable id that a kept decision is for. */
export function isFor({ use }: Evidence, engine: string, id: string): boolean {
  return use.id === `${engine}-${id}`;
}

/** Each loss lies at a decided place, and a value has the decided text where its place can be found again. */
export function memberProblems(
  input: MergeInput,
  result: CleanMerge,
  evidence: readonly Evidence[],
): readonly string[] {
  const locators = locatorsOf(input, result);
  const problems = evidence.flatMap((each) =>
    locators === undefined ? [] : (memberProblem(each, result, locators) ?? []),
  );
  return [...lossProblems(result, evidence), ...problems];
}

/** What is left out of a structure although no decision says so. */
export function lossProblems({ receipt }: CleanMerge, evidence: readonly Evidence[]): readonly string[] {
  const places = evidence.map(({ use }) => ('pointer' in use.at ? use.at.pointer : ''));
  const losses = receipt.entries.filter(
    ({ action, by }) => action === 'dropped' || (action === 'added' && by.length === 0),
  );
  return losses
    .filter((entry) => !places.some((place) => isLossAt(entry, place)))
    .map(({ pointer = '' }) => `${pointer}: something is left out that no recorded decision leaves out`);
}

/** Elements of an array are told by the array's place and their range in it. */
function isLossAt({ action, pointer = '', from }: Entry, place: string): boolean {
  if (pointer === place) return true;
  const isElement = from !== undefined || (action === 'added' && isIndex(pointer));
  if (!isElement) return false;
  const array = from === undefined ? parentOf(pointer) : pointer;
  return array === place || array === parentOf(place);
}

function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
}

function isIndex(pointer: string): boolean {
  return /^\d+$/.test(pointer.slice(pointer.lastIndexOf('/') + 1));
}

type Locators = { readonly [text in 'base' | 'current' | 'proposed' | 'result']: Locator | undefined };

function locatorsOf(input: MergeInput, { receipt, content }: CleanMerge): Locators | undefined {
  if (content === null) return undefined;
  const locator = (side: MergeSide): Locator | undefined =>
    side === null ? undefined : createLocator(receipt, side, content);
  const { base, current, proposed } = input;
  return {
    base: locator(base),
    current: locator(current),
    proposed: locator(proposed),
    result: locator(content),
  };
}

/** An element that has another number on each side is known to its engine alone, and so not proved. */
function memberProblem(each: Evidence, { receipt }: CleanMerge, locators: Locators): string | undefined {
  const { use, choice } = each;
  if (!('pointer' in use.at)) return undefined;
  const { pointer } = use.at;
  const textOf = (name: keyof Locators): Buffer | null => {
    const found = locators[name]?.pointer(pointer);
    return found === undefined ? null : Buffer.from(found.text);
  };
  const [base, current, proposed, result] = [textOf('base'), textOf('current'), textOf('proposed'), textOf('result')];
  const expected = 'content' in choice ? Buffer.from(choice.content) : { base, current, proposed }[choice.use];
  const isOther = `${pointer}: what stands there is not what was decided`;
  // Other formats make their ids from what a value says, not from how it is spelled; and of several lines each may be
  // indented anew.
  if (receipt.engine === 'yaml' || receipt.engine === 'toml') return mayBeSame(expected, result) ? undefined : isOther;
  if (!isFor(each, receipt.engine, conflictId(base, current, proposed)))
    return `${pointer}: the decision was made on other texts`;
  return isSameJson(expected, result) ? undefined : isOther;
}

/** A value in one line is copied as it is. */
function mayBeSame(expected: Buffer | null, result: Buffer | null): boolean {
  if (expected === null || result === null) return expected === result;
  const [one, other] = [expected, result].map((text) => text.toString('latin1').trim()) as [string, string];
  return one.includes('\n') || other.includes('\n') || one === other;
}

/** Equal values; a text that is moved may be indented anew. */
function isSameJson(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  const [one, other] = [a, b].map((text) => parseJson(text, { jsonc: true }));
  if (one === undefined || other === undefined || isParseFailure(one) || isParseFailure(other)) return false;
  return isSameValue(one, T.ROOT, other, T.ROOT);
}
