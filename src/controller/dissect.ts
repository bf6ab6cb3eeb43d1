// A conflict laid out for whoever decides it, and what their choices come to. The merge is the one that the conflict was
// opened by, so that places and their ids are those of its record; nothing is stored by either.
import { EntenteError } from '../core/errors.ts';
import type { MergeConflict } from '../core/region.ts';
import type { Conflict, StoredSide } from '../core/resolution.ts';
import { parseResourceId } from '../core/resource.ts';
import { offloadLayOut, offloadSettle } from '../merge/offload.ts';
import { type LaidOut, layOut, mergedPlaces, settleOrRefuse } from '../merge/parts.ts';
import type { ConflictedMerge, MergeInput, MergeResult, RegionDecision, SettledConflict } from '../merge/types.ts';
import { isLight } from '../merge/weight.ts';
import { parseStrategy } from '../strategies/policy-file.ts';
import type { Merge } from '../strategies/types.ts';
import { headOfSide, noConflict, readConflict, sideContent, withOffer } from './conflicts.ts';
import type { Context } from './context.ts';
import type { Composed, ComposeOptions, ConflictChoice, Dissected, WholeReason } from './dissected.ts';
import { runMerge, type Sides } from './merging.ts';
import { versionsBetween } from './packet.ts';

/** Bytes of the largest side that is laid out: comparing more would hold everybody else up. */
const MAX_BYTES = 2 * 1024 * 1024;
/** To lay it out takes several merges' time. */
const MERGES = 4;

/** The merge strategy that opened a conflict, as far as its label says it. */
function strategyOf({ strategy }: Conflict): Pick<Merge, 'engine' | 'options'> | undefined {
  try {
    const parsed = parseStrategy(strategy.startsWith('{') ? JSON.parse(strategy) : strategy);
    return parsed.name === 'merge' ? parsed : undefined;
  } catch {
    // A strategy that is code has a name alone.
    return undefined;
  }
}

async function sidesOf(context: Context, conflict: Conflict): Promise<Sides | undefined> {
  const [base, current, proposed] = await Promise.all(
    [conflict.base, conflict.current, conflict.proposed].map((side) => sideContent(context, side)),
  );
  if (base === undefined || current === undefined || proposed === undefined) return undefined;
  const { mediaType } = conflict.current;
  return { base, current, proposed, path: conflict.resource, ...(mediaType === undefined ? {} : { mediaType }) };
}

/** The merge again. Where the record names an engine, it is that one's. */
async function mergeAgain(context: Context, conflict: Conflict, sides: Sides): Promise<MergeResult> {
  const strategy = strategyOf(conflict);
  const { engine } = conflict;
  if (strategy !== undefined) {
    const result = await runMerge(context, sides, strategy);
    if (engine === undefined || result.status === 'error' || result.stats.engine === engine) return result;
  }
  return runMerge(context, sides);
}

function isGone({ size, deleted, version }: StoredSide): boolean {
  return size === undefined && !deleted && version === undefined;
}

function largest({ base, current, proposed }: Pick<MergeInput, 'base' | 'current' | 'proposed'>): number {
  return Math.max(base?.length ?? 0, current?.length ?? 0, proposed?.length ?? 0);
}

const WHOLE: { readonly [kind in MergeConflict['kind']]?: WholeReason } = {
  binary: 'binary',
  budget: 'budget',
  'too-large': 'too-large',
  'modified-deleted': 'deleted',
  'both-added': 'both-added',
};

function whyWhole({ conflicts }: ConflictedMerge): WholeReason {
  const [first] = conflicts;
  return (first === undefined ? undefined : WHOLE[first.kind]) ?? 'other';
}

/** Why nothing can be laid out, from what is stored alone. */
function whyWithout({ base, current, proposed }: Conflict, sides: Sides | undefined): WholeReason | undefined {
  if (current.deleted || proposed.deleted) return 'deleted';
  if (sides !== undefined) return largest(sides) > MAX_BYTES ? 'too-large' : undefined;
  return base !== undefined && isGone(base) ? 'base-gone' : 'no-content';
}

type Laid = Pick<Dissected, 'form' | 'why' | 'regions' | 'parts' | 'merged' | 'start'>;

const NOTHING: Pick<Laid, 'regions' | 'merged'> = { regions: [], merged: [] };

/** Where the engines say that a merge of it is short work, so is this; else a thread does it. */
async function laidOut(context: Context, result: ConflictedMerge): Promise<LaidOut | undefined> {
  return isLight(result.input) ? layOut(result) : offloadLayOut(result, context.limits.mergeMs * MERGES);
}

async function settled(
  context: Context,
  result: ConflictedMerge,
  decisions: readonly SettledConflict[],
): Promise<MergeResult> {
  const settling = isLight(result.input)
    ? settleOrRefuse(result, decisions)
    : await offloadSettle(result, decisions, context.limits.mergeMs * MERGES);
  if (settling === undefined)
    throw new EntenteError('budget', 'To put these choices together takes too long.', {
      next: 'Decide for a side, or with content of your own.',
    });
  if ('result' in settling) return settling.result;
  const { code, message, next } = settling.refused;
  throw new EntenteError(code, message, next === undefined ? {} : { next });
}

/** Whether there is no such document as one with its places left as they are. */
function isWhole({ conflicts, partial }: ConflictedMerge): boolean {
  const inside = conflicts.every(({ kind, at }) => ('lines' in at ? kind === 'content' : at.pointer !== ''));
  return !inside || partial === null;
}

async function lay(context: Context, result: MergeResult, sides: Sides): Promise<Laid> {
  if (result.status === 'error') return { form: 'whole', why: 'unreadable', ...NOTHING };
  if (result.status === 'clean') {
    const merged = mergedPlaces(sides, result.content) ?? [];
    return { form: 'clean', regions: [], merged, ...(result.content === null ? {} : { start: result.content }) };
  }
  const { conflicts: regions, partial } = result;
  if (isWhole(result)) return { form: 'whole', why: whyWhole(result), regions, merged: [] };
  const laid = await laidOut(context, result);
  if (laid === undefined) return { form: 'whole', why: 'budget', regions, merged: [] };
  const form = laid.parts === undefined ? 'structure' : 'text';
  return { form, regions, ...laid, ...(partial === null ? {} : { start: partial }) };
}

/** Undefined where there is no such conflict. */
export async function dissect(context: Context, id: string): Promise<Dissected | undefined> {
  const found = await readConflict(context, id);
  if (found === undefined) return undefined;
  const conflict = await withOffer(context, found);
  const resource = parseResourceId(conflict.resource);
  const { base, current } = conflict;
  const sides = await sidesOf(context, conflict);
  const why = whyWithout(conflict, sides);
  const laid: Laid =
    why !== undefined || sides === undefined
      ? { form: 'whole', why: why ?? 'other', ...NOTHING }
      : await lay(context, await mergeAgain(context, conflict, sides), sides);
  const snapshot = await context.store.read(context.space, [resource]);
  const head = snapshot.heads[0];
  const isMoved = (head?.revision ?? 0) !== (current.revision ?? 0);
  const expected = { version: base?.version ?? 0, revision: base?.revision ?? 0, hash: base?.hash ?? '' };
  const actual = (current.version ?? 0) === 0 ? undefined : headOfSide(resource, current);
  const since = { version: current.version ?? 0, revision: current.revision ?? 0, hash: current.hash };
  return {
    conflict,
    ...laid,
    between: await versionsBetween(context, resource, expected, actual),
    ...(isMoved && head !== undefined
      ? { moved: { head, between: await versionsBetween(context, resource, since, head) } }
      : {}),
  };
}

function decisionsOf(
  conflict: Conflict,
  choices: readonly ConflictChoice[],
  { mayApply = () => true }: ComposeOptions,
): readonly SettledConflict[] {
  const decisions = new Map<string, RegionDecision>();
  for (const { region, ...choice } of choices) {
    if (decisions.has(region)) throw new EntenteError('misuse', `The place ${region} is decided twice.`);
    if ('content' in choice) decisions.set(region, choice);
    else if (choice.use !== 'recorded') decisions.set(region, { use: choice.use });
    else {
      const kept = conflict.offer?.decisions.find((offered) => offered.region === region);
      if (kept === undefined || !mayApply(kept.decision.resource)) {
        throw new EntenteError('misuse', `Nothing was decided before on the place ${region}.`, {
          next: 'Choose a side, or give the content of the place.',
        });
      }
      decisions.set(region, kept.decision.choice);
    }
  }
  return [...decisions].map(([id, decision]) => ({ id, decision }));
}

/**
 * What choices for the places of a conflict come to; places without one stay as current has them. Throws `not-found` for
 * a conflict or a place that is not there, and `misuse` for a conflict that has no places to choose in.
 */
export async function compose(
  context: Context,
  id: string,
  choices: readonly ConflictChoice[],
  options: ComposeOptions = {},
): Promise<Composed> {
  const found = await readConflict(context, id);
  if (found === undefined) throw noConflict(id);
  const conflict = await withOffer(context, found);
  const sides = await sidesOf(context, conflict);
  const why = whyWithout(conflict, sides);
  const result = why !== undefined || sides === undefined ? undefined : await mergeAgain(context, conflict, sides);
  if (result === undefined || result.status === 'error' || (result.status === 'conflict' && isWhole(result))) {
    throw new EntenteError('misuse', 'This conflict has no places to choose in.', {
      next: 'Decide it as a whole: for a side, or with content of your own.',
    });
  }
  const decisions = decisionsOf(conflict, choices, options);
  const regions = result.status === 'conflict' ? result.conflicts : [];
  const unknown = decisions.find(({ id: region }) => regions.every((place) => place.id !== region));
  if (unknown !== undefined) {
    throw new EntenteError('misuse', `The conflict has no place ${unknown.id.slice(0, 80)}.`, {
      next: 'Read the conflict again: its places changed, or it was never one of them.',
    });
  }
  const composed = result.status === 'conflict' ? await settled(context, result, decisions) : result;
  const open = composed.status === 'conflict' ? composed.conflicts.map((place) => place.id) : [];
  const content =
    composed.status === 'conflict' ? composed.partial : composed.status === 'clean' ? composed.content : null;
  if (content === null) {
    throw new EntenteError('misuse', 'These choices come to no document.', { next: 'Give content of your own.' });
  }
  return { conflict, content, open };
}
