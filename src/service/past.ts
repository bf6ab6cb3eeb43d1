// What an entry of the log was, as far as it tells: a clash and what became of it, a conflict that was opened or ended.
import { conflictOf, sideContent } from '../controller/conflicts.ts';
import { parseReceipt } from '../controller/kept-receipt.ts';
import type { PastClash } from '../controller/rehearse.ts';
import type { ConflictKind } from '../core/conflict-kind.ts';
import type { Conflict } from '../core/resolution.ts';
import type { LogEntry } from '../stores/store.ts';
import type { Call } from './operation.ts';

export const pastOutcomes = ['merged', 'escalated', 'split', 'aborted', 'overwritten'] as const;
export type PastOutcome = (typeof pastOutcomes)[number];

function isDecision({ meta }: LogEntry): boolean {
  return meta.strategy?.startsWith('resolve(') === true;
}

/** A person's or a judge's decision on a conflict; not where the conflict only moved on. */
export function endsConflict(entry: LogEntry): string | undefined {
  const { conflictId, outcome } = entry.meta;
  return isDecision(entry) && outcome !== 'recorded' ? conflictId : undefined;
}

/** What a policy made of a clash; undefined for what was none. */
export function pastOutcome(entry: LogEntry): PastOutcome | undefined {
  const { outcome, strategy, overwrote } = entry.meta;
  if (isDecision(entry)) return undefined;
  if (outcome === 'merged' || outcome === 'escalated' || outcome === 'split' || outcome === 'aborted') return outcome;
  // An overwrite that was asked for, or a stale delete, is no strategy's.
  return outcome === 'committed' && overwrote !== undefined && strategy?.includes('lastWriterWins') === true
    ? 'overwritten'
    : undefined;
}

export function subjectOf({ meta, heads }: LogEntry): string {
  const about = meta.extra?.['resource'];
  return typeof about === 'string' ? about : (heads[0]?.resource ?? '');
}

function kindOf({ base, current, proposed }: Conflict, currentHash: string): ConflictKind {
  if (proposed.deleted) return 'deleted-modified';
  if (currentHash === '') return 'modified-deleted';
  if (base !== undefined && !base.deleted && base.size === undefined)
    return base.version === undefined ? 'base-gone' : 'hash-only';
  if (current.size === undefined || proposed.size === undefined) return 'hash-only';
  return base === undefined || base.deleted ? 'both-added' : 'modified';
}

/** An escalated clash has a record with its sides; the current one is what the entry itself was guarded by. */
async function escalated({ service, space }: Call, entry: LogEntry): Promise<PastClash | undefined> {
  const { conflictId = '' } = entry.meta;
  const record = await service.store.record(space, 'conflict', conflictId);
  if (record === undefined) return undefined;
  const conflict = conflictOf(record);
  const { resource, base, proposed } = conflict;
  const guard = entry.guards.find((one) => one.resource === resource);
  const hash = guard?.hash ?? '';
  const context = { store: service.store };
  const [before, after] = [await sideContent(context, base), await sideContent(context, proposed)];
  const current = hash === '' ? null : await service.store.content(hash);
  const kept = before !== undefined && after !== undefined && current !== undefined;
  return {
    ...{ resource, kind: kindOf(conflict, hash), agent: entry.agent, holder: conflict.current.agent ?? '' },
    ...(kept ? { sides: { base: before, current, proposed: after } } : {}),
  };
}

/** What a merge went by, where all of it is kept. A set of several merges has more than one receipt, and is left alone. */
async function mergeOf({ service, space }: Call, entry: LogEntry): Promise<PastClash['merge']> {
  const { store } = service;
  const { receipt, extra = {} } = entry.meta;
  const [head] = entry.heads;
  const base = extra['base'];
  const guard = entry.guards.find(({ resource }) => resource === head?.resource);
  if (receipt === undefined || head === undefined || guard === undefined || typeof base !== 'number') return undefined;
  if (entry.heads.length > 1 || head.deleted || base === 0) return undefined;
  const { items } = await store.history(space, head.resource, { after: String(base + 1), limit: 1 });
  const from = items[0]?.head;
  if (from?.version !== base || from.deleted) return undefined;
  const hashes = [receipt, from.hash, guard.hash, head.hash];
  const [ledger, before, current, result] = await Promise.all(hashes.map((hash) => store.content(hash)));
  if (ledger === undefined || before === undefined || current === undefined || result === undefined) return undefined;
  return { receipt: parseReceipt(ledger), base: before, current, result };
}

/** The clash that an entry was about. */
export async function pastClash(call: Call, entry: LogEntry, outcome: PastOutcome): Promise<PastClash> {
  const found = outcome === 'escalated' ? await escalated(call, entry) : undefined;
  if (found !== undefined) return found;
  const { strategy, overwrote } = entry.meta;
  const clash: PastClash = {
    ...{ resource: subjectOf(entry), kind: 'modified', agent: entry.agent },
    holder: overwrote?.agent ?? '',
  };
  if (outcome !== 'merged' || strategy === undefined) return clash;
  const merge = await mergeOf(call, entry);
  return { ...clash, mergedBy: strategy, ...(merge === undefined ? {} : { merge }) };
}
