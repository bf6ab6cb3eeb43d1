// Settles conflicts of formats that are merged by way of mirrors: the merge runs again with the decisions made so far,
// so that what is written is read again and checked like any merge.
import { EntenteError } from '../../core/errors.ts';
import { bytesOf } from '../../core/hash.ts';
import type { ConflictedMerge, MergeInput, MergeResult, RegionDecision } from '../types.ts';
import { decodeSide } from './encoding.ts';
import { type Structure, structureNamed } from './formats.ts';

/**
 * The result with one more conflict decided; undefined where the conflict is none of the structure. Throws `misuse` for
 * a decision that does not fit.
 */
export function settleMirrored(result: ConflictedMerge, id: string, decision: RegionDecision): MergeResult | undefined {
  const format = structureNamed(result.stats.engine);
  const conflict = result.conflicts.find((each) => each.id === id);
  if (format === undefined || conflict === undefined || !('pointer' in conflict.at)) return undefined;
  const settled = [...(result.settled ?? []), { id, decision }];
  const decisions = new Map(settled.map((each) => [each.id, inJson(format, each.decision)]));
  const taken = new Set<string>();
  const merged = format.merge(withoutClock(result.input), { decisions, taken });
  if (merged.status === 'error' || !taken.has(id)) return undefined;
  const { input } = result;
  return merged.status === 'clean' ? merged : { ...merged, input, settled };
}

/** A value that a decision brings, as JSON. */
function inJson(format: Structure, decision: RegionDecision): RegionDecision {
  if (!('content' in decision)) return decision;
  const text = decodeSide(bytesOf(decision.content));
  const content = text === undefined ? undefined : format.readValue(text);
  if (content !== undefined) return { ...decision, content };
  throw new EntenteError('misuse', `The content is no value that can be written into ${format.name}.`, {
    next: 'Give the text of the value at that place, without anchors, aliases and tags; JSON will do.',
  });
}

/** The time that the first merge had is no limit for a decision. */
function withoutClock(input: MergeInput): MergeInput {
  const { budget, ...options } = input.options ?? {};
  if (budget === undefined) return input;
  const { ms: _, ...left } = budget;
  return { ...input, options: { ...options, budget: left } };
}
