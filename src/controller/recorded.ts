// Kept decisions as records: one for each engine and stable id, so that the newest one on the same three texts is the one
// that is kept. Looked up by id alone: a conflict costs a look for each of its places, however many are kept.
import type { Offer, OfferedDecision, RecordedChoice, RecordedDecision } from '../core/recorded.ts';
import type { ConflictRegion } from '../core/resolution.ts';
import { type Evidence, hasKeepablePlaces, stemOf } from '../merge/recorded.ts';
import type { ConflictedMerge, MergeResult } from '../merge/types.ts';
import type { StoredRecord } from '../stores/store.ts';
import type { Context } from './context.ts';

export const RECORDED = 'recorded';

/** A choice as plain data: text where it is text. */
type StoredChoice =
  | { readonly use: 'base' | 'current' | 'proposed' }
  | { readonly content: string; readonly encoding?: 'base64' };

/** What a record holds; `id` and `revision` are the store's. */
export type RecordedValue = Omit<RecordedDecision, 'id' | 'revision' | 'choice'> & { readonly choice: StoredChoice };

/** The id of the record for a place; undefined where the place's id is no stable one. */
export function recordedId(engine: string, region: string): string | undefined {
  const stem = stemOf(region);
  return stem === undefined ? undefined : `${engine}-${stem}`;
}

export function storedChoice(choice: RecordedChoice): StoredChoice {
  if (!('content' in choice)) return choice;
  const bytes = Buffer.from(choice.content);
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes)
    ? { content: text }
    : { content: bytes.toString('base64'), encoding: 'base64' };
}

function choiceOf(choice: StoredChoice): RecordedChoice {
  if ('use' in choice) return choice;
  return { content: new Uint8Array(Buffer.from(choice.content, choice.encoding ?? 'utf8')) };
}

export function isSameChoice(one: RecordedChoice, other: RecordedChoice): boolean {
  if ('content' in one) return 'content' in other && Buffer.compare(one.content, other.content) === 0;
  return 'use' in other && one.use === other.use;
}

export function recordedOf(record: StoredRecord): RecordedDecision {
  const { choice, ...value } = record.value as RecordedValue;
  return { ...value, id: record.id, choice: choiceOf(choice), revision: record.revision };
}

export async function readRecorded(context: Context, id: string): Promise<RecordedDecision | undefined> {
  const record = await context.store.record(context.space, RECORDED, id);
  return record === undefined ? undefined : recordedOf(record);
}

/**
 * The decisions that are kept for the places of a conflict; undefined where there are none. Those of resources that
 * `mayApply` says no to are as if they were not kept.
 */
export async function offerFor(
  context: Context,
  engine: string,
  places: readonly Pick<ConflictRegion, 'id' | 'at'>[],
  mayApply: (resource: string) => boolean = () => true,
): Promise<Offer | undefined> {
  const ids = new Set(places.flatMap(({ id }) => recordedId(engine, id) ?? []));
  const found = await Promise.all([...ids].map((id) => readRecorded(context, id)));
  const known = new Map(
    found.flatMap((decision) => (decision === undefined ? [] : [[decision.id, decision] as const])),
  );
  const decisions = places.flatMap(({ id, at }): readonly OfferedDecision[] => {
    const decision = known.get(recordedId(engine, id) ?? '');
    if (decision === undefined || !mayApply(decision.resource)) return [];
    const isElsewhere = 'pointer' in at && decision.places?.includes(at.pointer) !== true;
    return [{ region: id, decision, ...(isElsewhere ? { elsewhere: true } : {}) }];
  });
  if (decisions.length === 0) return undefined;
  return { complete: decisions.length === places.length, decisions };
}

/** Whether kept decisions may settle a merge: its places are those of an engine of ours. */
export function isOfferable(context: Context, merge: MergeResult | undefined): merge is ConflictedMerge {
  if (merge?.status !== 'conflict' || !hasKeepablePlaces(merge)) return false;
  return !context.engines.has(merge.input.options?.engine ?? 'auto');
}

export async function offerOfMerge(
  context: Context,
  merge: MergeResult | undefined,
  mayApply?: (resource: string) => boolean,
): Promise<Offer | undefined> {
  return isOfferable(context, merge) ? offerFor(context, merge.stats.engine, merge.conflicts, mayApply) : undefined;
}

/** What a merge is settled with, and what its receipt will say of it. */
export function evidenceOf({ conflicts }: ConflictedMerge, { decisions }: Offer): readonly Evidence[] {
  const places = new Map(conflicts.map(({ id, at }) => [id, at]));
  return decisions.flatMap(({ region, decision }) => {
    const at = places.get(region);
    if (at === undefined) return [];
    const { id, agent, conflictId, revision, choice } = decision;
    return [{ use: { id, region, at, agent, conflictId, revision }, choice }];
  });
}
