// Settles conflicts of the JSON engine: the merge runs again with the decisions made so far, so that what is written is
// spliced, read again and checked like any merge, and the order of settling does not matter.
import { EntenteError } from '../core/errors.ts';
import { bytesOf } from '../core/hash.ts';
import type { ReceiptEntry } from '../core/receipt.ts';
import { inputOf } from './contents.ts';
import { isParseFailure, parseJson } from './json/parse.ts';
import { mergeDecided } from './json.ts';
import { profileNamed } from './profiles/index.ts';
import { named, profiledInput } from './profiles/profile.ts';
import { both, type Changer } from './receipt.ts';
import type { ConflictedMerge, MergeInput, MergeResult, MergeSide, RegionDecision } from './types.ts';

/** Whether results of that engine are settled here: plain JSON, or JSON under a profile. */
export function isJsonEngine(engine: string): boolean {
  return engine === 'json' || profileNamed(engine) !== undefined;
}

/** The result with one more conflict decided. Throws `misuse` where the decision does not fit. */
export function settleJson(result: ConflictedMerge, id: string, decision: RegionDecision): MergeResult {
  const profile = profileNamed(result.stats.engine);
  if (profile === undefined) return settlePlain(result, id, decision);
  const settled = settlePlain({ ...result, input: profiledInput(result.input, profile) }, id, decision);
  return named(settled, profile, result.input);
}

function settlePlain(result: ConflictedMerge, id: string, decision: RegionDecision): MergeResult {
  // Whoever passes the result on may have put its own input in: the path says again what format that is.
  const input = inputOf(result.input);
  const conflict = result.conflicts.find((each) => each.id === id);
  if (conflict === undefined || isWhole(result)) return settleDocument(result, decision);
  const settled = [...(result.settled ?? []), { id, decision }];
  const decisions = new Map(settled.map((each) => [each.id, each.decision]));
  const taken = new Set<string>();
  const merged = mergeDecided(withoutClock(input), { decisions, taken });
  if (merged.status === 'error' || !taken.has(id)) {
    // A conflict of the document that the merge itself does not have was put there from outside: a veto.
    if ('pointer' in conflict.at && conflict.at.pointer === '') return settleDocument(result, decision);
    throw new EntenteError('misuse', `The merge of this result's input has no conflict ${id}.`, {
      next: 'Merge the same three texts again, with the same path and options, and decide on that result.',
    });
  }
  const notes = result.notes;
  return merged.status === 'clean' ? { ...merged, notes } : { ...merged, notes, input, settled };
}

function isWhole({ conflicts, input }: ConflictedMerge): boolean {
  const isDocument = ({ kind, at }: ConflictedMerge['conflicts'][number]): boolean =>
    kind === 'budget' || kind === 'too-large' || kind === 'binary' || !('pointer' in at);
  return input.current === null || input.proposed === null || conflicts.some(isDocument);
}

/** The time that the first merge had is no limit for a decision. */
function withoutClock(input: MergeInput): MergeInput {
  const { budget, ...options } = input.options ?? {};
  if (budget === undefined) return input;
  const { ms: _, ...left } = budget;
  return { ...input, options: { ...options, budget: left } };
}

function settleDocument({ input, stats, notes }: ConflictedMerge, decision: RegionDecision): MergeResult {
  const { content, by } = documentOf(input, decision);
  const entries: ReceiptEntry[] = [];
  if (input.base !== null) entries.push({ action: 'removed', by: both, pointer: '' });
  if (content !== null) entries.push({ action: 'added', by, pointer: '' });
  for (const side of both) {
    if (input[side] !== null && !by.includes(side)) entries.push({ action: 'dropped', by: [side], pointer: '' });
  }
  const { engine } = stats;
  return {
    status: 'clean',
    content,
    receipt: { engine, entries },
    stats: { engine, clean: 1, conflicts: 0 },
    notes,
  };
}

interface Document {
  readonly content: MergeSide;
  readonly by: readonly Changer[];
}

function documentOf(input: MergeInput, decision: RegionDecision): Document {
  if (!('content' in decision)) {
    const { use } = decision;
    if (use === 'base') return { content: input.base, by: [] };
    if (use !== 'both') return { content: input[use], by: [use] };
    throw new EntenteError('misuse', 'Two JSON documents cannot be put one after the other.', {
      next: 'Use `current`, `proposed` or `base`, or give the content of the document.',
    });
  }
  const content = bytesOf(decision.content);
  const { format, budget } = input.options ?? {};
  const depth = budget?.depth === undefined ? {} : { depth: budget.depth };
  const doc = parseJson(content, { jsonc: format === 'jsonc', ...depth });
  if (!isParseFailure(doc)) return { content, by: [] };
  throw new EntenteError('misuse', `The content is no JSON document: ${doc.message}.`, {
    next: 'Give the text of the whole document.',
  });
}
