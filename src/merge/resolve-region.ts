// Settles conflicts one at a time. A result stays plain data: it carries its input and the decisions made so far, and
// the text is written anew from both.
import { EntenteError } from '../core/errors.ts';
import { bytesOf } from '../core/hash.ts';
import { assemble } from './assemble.ts';
import { describeConflicts } from './describe.ts';
import { fillByDecision, fillFrom, putInRow, unite } from './fill.ts';
import { splitLines } from './lines.ts';
import { LOCK } from './lock.ts';
import { hasMarkers } from './markers.ts';
import { planOfConflict, type TextPlan } from './plan.ts';
import { both, type Changer, createLedger, type Ledger } from './receipt.ts';
import { isJsonEngine, settleJson } from './resolve-json.ts';
import type { Region } from './three-way.ts';
import type { ConflictedMerge, MergeInput, MergeResult, MergeSide, RegionDecision } from './types.ts';
import { endless } from './watch.ts';

/**
 * The result with the conflict `id` decided: clean when it was the last one. Throws `not-found` for an id that is not
 * open, `markers-left` for a content with our markers in it (unless `allowMarkers`), `misuse` where the decision does
 * not fit the conflict.
 */
export function resolveConflict(result: MergeResult, id: string, decision: RegionDecision): MergeResult {
  const conflict = result.status === 'conflict' ? result.conflicts.find((each) => each.id === id) : undefined;
  if (result.status !== 'conflict' || conflict === undefined) {
    throw new EntenteError('not-found', `No open conflict ${id} in this result.`, {
      next: 'Take an id from the result’s `conflicts`; a settled conflict is no longer listed.',
    });
  }
  checkDecision(decision);
  if (isJsonEngine(result.stats.engine)) return settleJson(result, id, decision);
  if ('pointer' in conflict.at && conflict.at.pointer !== '') {
    throw new EntenteError('misuse', `Conflict ${id} lies in a structure that only its own engine can write.`, {
      next: 'Decide the whole document: give its content to the resolution.',
    });
  }
  if ('content' in decision && decision.allowMarkers !== true && hasMarkers(decision.content, result.input)) {
    throw new EntenteError('markers-left', `The content for conflict ${id} still holds conflict markers.`, {
      next: 'Remove the marker lines, or pass `allowMarkers: true` if they are meant.',
    });
  }
  const isRegion = conflict.kind === 'content' && !('pointer' in conflict.at);
  return isRegion ? settleRegion(result, id, decision) : settleWhole(result, decision);
}

const USES: readonly string[] = ['base', 'current', 'proposed', 'both'];

function checkDecision(decision: unknown): void {
  const { use, content } = (decision ?? {}) as { readonly use?: unknown; readonly content?: unknown };
  const isSide = typeof use === 'string' && USES.includes(use) && content === undefined;
  const isContent = use === undefined && (typeof content === 'string' || content instanceof Uint8Array);
  if (isSide || isContent) return;
  throw new EntenteError('misuse', 'A decision is { use } or { content }.', {
    next: `Use one of ${USES.join(', ')}, or give the content as a string or bytes.`,
  });
}

function settleRegion(result: ConflictedMerge, id: string, decision: RegionDecision): MergeResult {
  const settled = [...(result.settled ?? []), { id, decision }];
  const conflicts = result.conflicts.filter((each) => each.id !== id);
  const plan = planOfConflict(result);
  const decisions = decisionsOf({ ...result, settled }, plan);
  const { content, ledger } = assemble(plan, (region) => {
    const decided = decisions.get(region);
    return decided === undefined ? fillFrom(plan, region, 'current') : fillByDecision(plan, region, decided);
  });
  const { engine, clean } = result.stats;
  const stats = { engine, clean: clean + 1, conflicts: conflicts.length };
  const { notes } = result;
  if (conflicts.length > 0) return { ...result, conflicts, partial: content, stats, settled };
  return { status: 'clean', content, receipt: ledger.receipt(engine), stats, notes };
}

/** The decisions made so far, by the region of `plan` that they settle. */
export function decisionsOf({ settled = [] }: ConflictedMerge, plan: TextPlan): Map<Region, RegionDecision> {
  const found = new Map<Region, RegionDecision>();
  if (settled.length === 0) return found;
  const byId = new Map(settled.map(({ id, decision }) => [id, decision]));
  const regions = plan.regions.filter(({ kind }) => kind === 'conflict');
  describeConflicts(plan).forEach(({ id }, i) => {
    const decision = byId.get(id);
    const region = regions[i];
    if (decision !== undefined && region !== undefined) found.set(region, decision);
  });
  return found;
}

function settleWhole(result: ConflictedMerge, decision: RegionDecision): MergeResult {
  if ('use' in decision && decision.use === 'both') return uniteWhole(result);
  const { input } = result;
  const { content, by } = oneValue(input, decision);
  const ledger = createLedger();
  ledger.removed(linesIn(input.base), both);
  ledger.added(linesIn(content), by);
  for (const side of both) if (!by.includes(side)) ledger.dropped(side, 0, linesIn(input[side]));
  return settledWhole(result, content, ledger);
}

function uniteWhole(result: ConflictedMerge): MergeResult {
  if (result.conflicts.some(({ kind }) => kind === 'binary')) {
    throw new EntenteError('misuse', 'Two binary values cannot be put one after the other.', {
      next: 'Use `current`, `proposed` or `base`, or give the content.',
    });
  }
  if (result.stats.engine === LOCK) {
    throw new EntenteError('misuse', 'Two lock files cannot be put one after the other.', {
      next: 'Use `current` or `proposed`, then write the file anew with its package manager.',
    });
  }
  const plan = planOfConflict(result);
  const { content, ledger } = assemble(plan, (region) =>
    isCostly(result) ? putInRow(plan, region) : unite(plan, region, endless),
  );
  return settledWhole(result, content, ledger);
}

function settledWhole({ stats, notes }: ConflictedMerge, content: MergeSide, ledger: Ledger): MergeResult {
  const { engine } = stats;
  return {
    status: 'clean',
    content,
    receipt: ledger.receipt(engine),
    stats: { engine, clean: 1, conflicts: 0 },
    notes,
  };
}

/** What went over a budget once is not searched again without one. */
export function isCostly({ conflicts }: ConflictedMerge): boolean {
  return conflicts.some(({ kind }) => kind === 'budget' || kind === 'too-large');
}

interface WholeValue {
  readonly content: MergeSide;
  readonly by: readonly Changer[];
}

function oneValue(input: MergeInput, decision: RegionDecision): WholeValue {
  if ('content' in decision) return { content: bytesOf(decision.content), by: [] };
  const { use } = decision;
  if (use === 'base' || use === 'both') return { content: input.base, by: [] };
  return { content: input[use], by: [use] };
}

function linesIn(side: MergeSide): number {
  return side === null ? 0 : splitLines(side).count;
}
