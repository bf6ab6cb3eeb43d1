// Merges the source of one notebook cell as text and writes it as JSON again, in the form that current's has.
import { isParseFailure, parseJson } from '../json/parse.ts';
import * as T from '../json/tape.ts';
import { mergeText } from '../text.ts';
import type { MergeBudget } from '../types.ts';
import { sourceText } from './cells.ts';

/** The source of a cell on the three sides, as JSON texts. */
export interface SourceTexts {
  readonly base: Uint8Array;
  readonly current: Uint8Array;
  readonly proposed: Uint8Array;
}

export interface MergedSource {
  readonly text: string;
  /** The JSON text of it. */
  readonly json: string;
}

/** The merged source; undefined where the changes meet, or where a side is no source. */
export function mergeSource(sides: SourceTexts, budget: MergeBudget | undefined): MergedSource | undefined {
  const [base, current, proposed] = [sides.base, sides.current, sides.proposed].map(readSource);
  if (base === undefined || current === undefined || proposed === undefined) return undefined;
  // The last line of a source has no newline: with one, a line added behind it is no change of it.
  const [b, c, p] = [base, current, proposed].map(({ text }) => Buffer.from(`${text}\n`)) as [Buffer, Buffer, Buffer];
  const merged = mergeText({ base: b, current: c, proposed: p, options: budget === undefined ? {} : { budget } });
  if (merged.status !== 'clean' || merged.content === null) return undefined;
  const text = Buffer.from(merged.content).toString('utf8').replace(/\n$/, '');
  return { text, json: current.tokens === undefined ? JSON.stringify(text) : listText(text, current, proposed) };
}

interface Source {
  readonly text: string;
  /** How each line is spelled; undefined for a source that is one string. */
  readonly tokens: ReadonlyMap<string, string> | undefined;
  readonly isMultiline: boolean;
}

function readSource(json: Uint8Array): Source | undefined {
  const doc = parseJson(json);
  const text = isParseFailure(doc) ? undefined : sourceText(JSON.parse(T.valueText(doc, T.ROOT)));
  if (isParseFailure(doc) || text === undefined) return undefined;
  if (T.kindOf(doc, T.ROOT) !== T.ARRAY) return { text, tokens: undefined, isMultiline: false };
  const tokens = new Map<string, string>();
  const children = T.childrenOf(doc, T.ROOT);
  for (const [i, child] of children.entries()) {
    const line = T.stringOf(doc, child);
    const newline = line.indexOf('\n');
    // Elements that are no lines would be cut anew all over the cell.
    if (i + 1 < children.length ? newline !== line.length - 1 : newline >= 0 && newline < line.length - 1) {
      return undefined;
    }
    tokens.set(line, T.valueText(doc, child));
  }
  return { text, tokens, isMultiline: json.includes(0x0a) };
}

function listText(text: string, current: Source, proposed: Source): string {
  const lines = text === '' ? [] : (text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
  const tokens = lines.map((line) => current.tokens?.get(line) ?? proposed.tokens?.get(line) ?? JSON.stringify(line));
  if (tokens.length === 0) return '[]';
  return current.isMultiline ? `[\n ${tokens.join(',\n ')}\n]` : `[${tokens.join(', ')}]`;
}
