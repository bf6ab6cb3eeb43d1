// Kept decisions at work: which places of a conflict may have one, and the merge that a set of them comes to. What they
// make is read again and proved like any merge; where that fails, the conflict stays what it was.
import type { RecordedChoice, RecordedUse } from '../core/recorded.ts';
import type { MergeConflict } from '../core/region.ts';
import { checkReceipt } from './check-receipt.ts';
import { recordedProblems } from './check-recorded.ts';
import { chooseEngine } from './choose.ts';
import { finishSource } from './code/finish.ts';
import { hasMarkers } from './markers.ts';
import { engineNames } from './merge.ts';
import { decodeSide } from './mirror/encoding.ts';
import { UNPROVED } from './prove.ts';
import { readArray } from './record-array.ts';
import { resolveConflict } from './resolve-region.ts';
import { tomlFormat } from './toml.ts';
import type { ConflictedMerge, MergeInput, MergeResult, RegionDecision, SettledConflict } from './types.ts';
import { yamlFormat } from './yaml.ts';

/** A conflict of more places has no kept decisions: whoever meets it decides it as a whole. */
export const MAX_PLACES = 100;

/** The code of the note on a conflict whose kept decisions do not come to a sound document. */
export const UNFIT = 'recorded-unfit';

/** A kept decision, and the place that it is for. */
export interface Evidence {
  readonly use: RecordedUse;
  readonly choice: RecordedChoice;
}

/** The id without the number that tells the second of two equal places in one text; undefined for what is no hash. */
export function stemOf(id: string): string | undefined {
  return /^([0-9a-f]{16})(?:-[1-9]\d{0,5})?$/.exec(id)?.[1];
}

/**
 * Whether a place may have kept decisions: lines that clash, or a place inside a structure. A whole document may not: a
 * deletion, bytes that are no text, a limit, a veto and a check that failed say nothing of the texts that met.
 */
export function isKeepable({ id, kind, at, reason }: Pick<MergeConflict, 'id' | 'kind' | 'at' | 'reason'>): boolean {
  if (stemOf(id) === undefined) return false;
  return 'pointer' in at ? at.pointer !== '' : kind === 'content' && reason === undefined;
}

/** Whether each place of a conflict may have a kept decision. */
export function hasKeepablePlaces({ conflicts, settled = [], stats }: ConflictedMerge): boolean {
  return (
    engineNames.includes(stats.engine) &&
    // A profile has decided some of it: what it leaves out is not for kept decisions to answer for.
    settled.length === 0 &&
    conflicts.length <= MAX_PLACES &&
    conflicts.every(isKeepable) &&
    new Set(conflicts.map(({ id }) => id)).size === conflicts.length
  );
}

/** The result with all of its places decided at once. Throws `misuse` where a decision does not fit. */
export function settleAll(result: ConflictedMerge, decisions: ReadonlyMap<string, RegionDecision>): MergeResult {
  const all: SettledConflict[] = result.conflicts.flatMap(({ id }) => {
    const decision = decisions.get(id);
    return decision === undefined ? [] : [{ id, decision }];
  });
  const last = all.at(-1);
  if (last === undefined || all.length < result.conflicts.length) return result;
  // As if the others had been settled before: one merge for all of them.
  const conflicts = result.conflicts.filter(({ id }) => id === last.id);
  return resolveConflict({ ...result, conflicts, settled: all.slice(0, -1) }, last.id, last.decision);
}

/**
 * The merge that kept decisions on all places come to, its receipt naming them; or the conflict as it was, with a note
 * that says why not. `strict`: nobody looks at it, so that the checker has to prove that nothing else was left out.
 */
export function applyRecorded(result: ConflictedMerge, evidence: readonly Evidence[], strict: boolean): MergeResult {
  try {
    const settled = settleBy(result, evidence);
    if (settled.status !== 'clean' || settled.content === null) return unfit(result, whyLeft(settled));
    if (hasMarkers(settled.content, result.input)) return unfit(result, 'conflict markers would be left in it');
    const finished = finishSource(result.input, settled);
    if (finished.status !== 'clean') return unfit(result, whyLeft(finished));
    const broken = brokenFormat(result.input, settled.content);
    if (broken !== undefined) return unfit(result, `it would be no ${broken} any more`);
    const { ok, problems } = checkReceipt(result.input, finished, { decided: true });
    if (!ok) return unproved(result, problems[0] ?? 'the receipt is not that of this merge');
    const problem = recordedProblems(result.input, finished, evidence, strict)[0];
    return problem === undefined ? finished : unfit(result, problem);
  } catch (error) {
    return unfit(result, error instanceof Error ? error.message : String(error));
  }
}

function settleBy(result: ConflictedMerge, evidence: readonly Evidence[]): MergeResult {
  if (!hasKeepablePlaces(result)) return result;
  const settled = settleAll(result, new Map(evidence.map(({ use, choice }) => [use.region, choice])));
  if (settled.status !== 'clean') return settled;
  return { ...settled, receipt: { ...settled.receipt, recorded: evidence.map(({ use }) => use) } };
}

/** The format that the path says, where both sides are of it and the result is not: lines know nothing of it. */
function brokenFormat({ path, current, proposed }: MergeInput, content: Uint8Array): string | undefined {
  if (path === undefined) return undefined;
  const { engine } = chooseEngine({ base: null, current: null, proposed: null, path });
  const isOf = READERS[engine];
  if (isOf === undefined || isOf(content) === true) return undefined;
  return [current, proposed].every((side) => side !== null && isOf(side) !== false) ? engine : undefined;
}

/** Undefined: too large to tell. */
const READERS: { readonly [engine: string]: ((content: Uint8Array) => boolean | undefined) | undefined } = {
  yaml: (content) => isText(content, yamlFormat.isReadable),
  toml: (content) => isText(content, tomlFormat.isReadable),
  ndjson: (content) => readArray(content) !== undefined,
};

function isText(content: Uint8Array, isReadable: (text: string) => boolean | undefined): boolean | undefined {
  const text = decodeSide(content);
  return text === undefined ? false : isReadable(text);
}

function whyLeft(result: MergeResult): string {
  if (result.status === 'error') return result.message;
  const reason = result.status === 'conflict' ? result.conflicts.find((each) => each.reason !== undefined)?.reason : '';
  return reason ?? 'not all of it is decided';
}

/** A fault of the engine, told as one. */
function unproved(result: ConflictedMerge, problem: string): ConflictedMerge {
  const left = unfit(result, problem);
  const message = `the merge (${result.stats.engine}) does not prove itself as decided before: ${problem}`.slice(
    0,
    500,
  );
  return { ...left, notes: [...left.notes, { code: UNPROVED, message }] };
}

/** The conflict as it was, with the reason why kept decisions do not settle it. */
export function unfit(result: ConflictedMerge, why: string): ConflictedMerge {
  const message = `the recorded decisions do not fit: ${why}`.slice(0, 500);
  return { ...result, notes: [...result.notes, { code: UNFIT, message }] };
}
