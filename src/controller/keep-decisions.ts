// What is kept of a decision that ends a conflict: one record for each of its places, written in the same commit.
import type { RecordedChoice } from '../core/recorded.ts';
import type { Conflict } from '../core/resolution.ts';
import { stemOf } from '../merge/recorded.ts';
import type { ConflictedMerge, MergeResult, SettledConflict } from '../merge/types.ts';
import type { RecordWrite } from '../stores/store.ts';
import { sideContent } from './conflicts.ts';
import type { Context } from './context.ts';
import { findKept } from './kept-merge.ts';
import { runMerge } from './merging.ts';
import { matchPolicy } from './policy.ts';
import {
  isOfferable,
  isSameChoice,
  RECORDED,
  type RecordedValue,
  readRecorded,
  recordedId,
  storedChoice,
} from './recorded.ts';
import type { Settlement } from './settlement.ts';

/** How many places of structures one decision remembers. */
const MAX_POINTERS = 16;

/**
 * The merge that a stored conflict is about, with the places that its record names; undefined where it cannot be had
 * again: sides that are not kept, another policy since, an engine of others.
 */
export async function mergeAgain(context: Context, conflict: Conflict): Promise<ConflictedMerge | undefined> {
  const { engine, resource, regions } = conflict;
  if (engine === undefined || context.engines.has(engine)) return undefined;
  const [base, current, proposed] = await Promise.all(
    [conflict.base, conflict.current, conflict.proposed].map((side) => sideContent(context, side)),
  );
  if (base === undefined || current === undefined || proposed === undefined) return undefined;
  const { strategy } = await matchPolicy(context, resource);
  const options = strategy.name === 'merge' ? strategy.options : undefined;
  const merge: MergeResult = await runMerge(
    context,
    { base, current, proposed, path: resource },
    { engine, ...(options === undefined ? {} : { options }) },
  );
  if (!isOfferable(context, merge) || merge.stats.engine !== engine) return undefined;
  return String(merge.conflicts.map(({ id }) => id)) === String(regions.map(({ id }) => id)) ? merge : undefined;
}

/** The settlement with the records of what it decides; `decided`: the bytes that the document becomes. */
export async function keeping(
  context: Context,
  settlement: Settlement,
  decided: Uint8Array | null | undefined,
): Promise<Settlement> {
  if (decided === undefined || decided === null) return settlement;
  const use = useOf(settlement.decided.decision);
  const merge = await mergeAgain(context, settlement.conflict);
  const found = merge === undefined ? undefined : await findKept(context, merge, decided, use);
  const kept =
    merge === undefined || found === undefined
      ? await overruled(context, settlement.conflict, use)
      : await recordsOf(context, settlement, merge, found);
  return { ...settlement, kept };
}

type Use = 'base' | 'current' | 'proposed';

function useOf(decision: string): Use | undefined {
  return decision === 'base' || decision === 'current' || decision === 'proposed' ? decision : undefined;
}

/**
 * What was kept for the places of a decision that says nothing for sure of them. It may have been contrary, and the older
 * one is not applied over it: it goes, unless it was for the side that was taken as a whole now.
 */
async function overruled(
  context: Context,
  { engine, regions }: Conflict,
  use: Use | undefined,
): Promise<readonly RecordWrite[]> {
  if (engine === undefined) return [];
  const ids = new Set(regions.flatMap(({ id }) => recordedId(engine, id) ?? []));
  const before = await Promise.all([...ids].map((id) => readRecorded(context, id)));
  return before.flatMap((decision) => {
    if (decision === undefined || (use !== undefined && isSameChoice(decision.choice, { use }))) return [];
    return [{ kind: RECORDED, id: decision.id, value: null, expected: decision.revision }];
  });
}

interface Found {
  readonly choice: RecordedChoice;
  readonly pointers: readonly string[];
  /** Equal texts were decided in two ways: there is no one decision to keep. */
  readonly isContrary: boolean;
}

async function recordsOf(
  context: Context,
  settlement: Settlement,
  merge: ConflictedMerge,
  decisions: readonly SettledConflict[],
): Promise<readonly RecordWrite[]> {
  const { engine } = merge.stats;
  const records: RecordWrite[] = [];
  for (const [id, found] of gather(merge, decisions)) {
    const before = await readRecorded(context, id);
    const expected = before?.revision ?? 0;
    if (found.isContrary) {
      if (before !== undefined) records.push({ kind: RECORDED, id, value: null, expected });
      continue;
    }
    const { agent, decided, conflict, mayApply } = settlement;
    // Where something lies in a document that the decider may not read is nothing to be told under another name.
    const isSame = before !== undefined && isSameChoice(before.choice, found.choice);
    const goesOn = isSame && mayApply?.(before.resource) !== false;
    const pointers = [...new Set([...found.pointers, ...(goesOn ? (before.places ?? []) : [])])].slice(0, MAX_POINTERS);
    const value: RecordedValue = {
      engine,
      region: stemOf(id.slice(engine.length + 1)) ?? '',
      choice: storedChoice(found.choice),
      agent,
      at: decided.at,
      resource: conflict.resource,
      conflictId: conflict.id,
      ...(decided.reason === undefined ? {} : { reason: decided.reason }),
      ...(pointers.length === 0 ? {} : { places: pointers }),
    };
    records.push({ kind: RECORDED, id, value, expected });
  }
  return records;
}

/** The decisions by the id of their record. */
function gather(merge: ConflictedMerge, decisions: readonly SettledConflict[]): ReadonlyMap<string, Found> {
  const gathered = new Map<string, Found>();
  for (const { id: region, decision } of decisions) {
    const id = recordedId(merge.stats.engine, region);
    const place = merge.conflicts.find((each) => each.id === region);
    const choice = asChoice(decision);
    if (id === undefined || place === undefined || choice === undefined) continue;
    const known = gathered.get(id);
    const pointers = 'pointer' in place.at ? [place.at.pointer] : [];
    gathered.set(id, {
      choice,
      pointers: [...(known?.pointers ?? []), ...pointers],
      isContrary: known !== undefined && (known.isContrary || !isSameChoice(known.choice, choice)),
    });
  }
  return gathered;
}

function asChoice(decision: SettledConflict['decision']): RecordedChoice | undefined {
  if ('content' in decision) {
    const { content } = decision;
    return { content: typeof content === 'string' ? Buffer.from(content) : content };
  }
  return decision.use === 'both' ? undefined : { use: decision.use };
}
