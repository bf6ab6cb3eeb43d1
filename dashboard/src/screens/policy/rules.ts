// A policy as rows that somebody edits, and back. What the server refuses is the server's to say; here only what is no
// JSON at all is caught.
import { type PolicyDocument, type Rehearsal, type StrategySpec, wordsOfSpec } from '../../api/policy.ts';

export interface RuleRow {
  /** Stays with the row while it is moved. */
  readonly key: number;
  readonly pattern: string;
  /** `merge(text)`, or an object as JSON. */
  readonly strategy: string;
}

export interface Draft {
  readonly rows: readonly RuleRow[];
  readonly fallback: string;
}

/** What people mostly choose; every other one may be typed. */
export const STRATEGIES: readonly { readonly text: string; readonly gives: string }[] = [
  { text: 'merge(auto)', gives: 'merges by the kind of file; what clashes waits for a person' },
  { text: 'merge(text)', gives: 'merges line by line; what clashes waits for a person' },
  { text: 'merge(json)', gives: 'merges by keys; what clashes waits for a person' },
  { text: 'merge(append)', gives: 'keeps what both added to the end' },
  { text: 'firstWriterWins', gives: 'who comes second is refused and told why' },
  { text: 'retry(3)', gives: 'who comes second gets it back to try again, 3 times' },
  { text: 'escalate', gives: 'every clash waits for a person' },
  { text: 'keepBoth', gives: 'both are kept, the second under another name' },
  { text: 'abortBoth', gives: 'neither is kept' },
  { text: 'lastWriterWins', gives: 'who comes second writes over the first: changes are lost' },
];

export function draftOf({ rules, default: fallback }: PolicyDocument): Draft {
  return {
    rows: rules.map(([pattern, spec], key) => ({ key, pattern, strategy: wordsOfSpec(spec) })),
    fallback: fallback === undefined ? '' : wordsOfSpec(fallback),
  };
}

/** Throws a SyntaxError for an object that is no JSON. */
function specOf(text: string): StrategySpec {
  const trimmed = text.trim();
  return trimmed.startsWith('{') ? (JSON.parse(trimmed) as StrategySpec) : trimmed;
}

/** The document of what is written there; throws where a strategy is half an object. */
export function documentOf({ rows, fallback }: Draft): PolicyDocument {
  return {
    rules: rows.map(({ pattern, strategy }) => [pattern.trim(), specOf(strategy)] as const),
    ...(fallback.trim() === '' ? {} : { default: specOf(fallback) }),
  };
}

/** The rows with one of them a place further up (-1) or down (1). */
export function moved(rows: readonly RuleRow[], index: number, by: -1 | 1): readonly RuleRow[] {
  const row = rows[index];
  const target = index + by;
  if (row === undefined || target < 0 || target >= rows.length) return rows;
  const others = rows.filter((one) => one !== row);
  return [...others.slice(0, target), row, ...others.slice(target)];
}

export function withRow(rows: readonly RuleRow[]): readonly RuleRow[] {
  const key = Math.max(-1, ...rows.map((row) => row.key)) + 1;
  return [...rows, { key, pattern: '', strategy: 'merge(auto)' }];
}

const DAY = 86_400_000;

/** `With these rules, in the last 7 days: 0 lost, 2 escalated, 12 merged.` */
export function sentenceOf({ since, until, clashes, would, lost, changed }: Rehearsal): string {
  const days = Math.max(1, Math.round((until - since) / DAY));
  const time = days === 1 ? 'in the last day' : `in the last ${days} days`;
  if (clashes === 0) return `Nothing clashed ${time}: these rules would have had nothing to decide.`;
  const others = Object.entries(would).filter(
    ([ending, count]) => ending !== 'escalated' && ending !== 'overwritten' && count > 0,
  );
  const parts = [
    `${lost} lost`,
    `${would['escalated'] ?? 0} escalated`,
    ...others.map(([ending, count]) => `${count} ${ENDINGS[ending] ?? ending}`),
  ];
  const same =
    changed === 0 ? ' Nothing would have ended otherwise.' : ` ${changed} of ${clashes} would have ended otherwise.`;
  return `With these rules, ${time}: ${parts.join(', ')}.${same}`;
}

export const ENDINGS: { readonly [ending: string]: string } = {
  merged: 'merged',
  escalated: 'escalated',
  handedBack: 'handed back',
  rejected: 'refused',
  retry: 'given back to try again',
  split: 'kept twice',
  aborted: 'aborted',
  overwritten: 'written over unseen',
  unclear: 'unclear',
};
