// The check across resources: revisions order the whole space, and that order keeps to real time. Only revisions are
// sorted, as plain numbers: sorting operations by time would be most of what the check of a large history costs.
import { type Findings, named } from './findings.ts';
import type { HistoryOperation } from './history.ts';
import type { Writers } from './writers.ts';

/** Where an operation stands among the revisions of the space: it took place at one of them. */
export interface Point {
  readonly operation: HistoryOperation;
  /** The revision that it saw or made. */
  readonly low: number;
  /** The last revision that may come before it: its own for a write less 1, the next version's less 1 for a read. */
  readonly high: number;
}

export function addPoints(own: readonly HistoryOperation[], writers: Writers, points: Point[]): void {
  for (const operation of own) {
    const { version, type } = operation;
    if (operation.outcome !== 'ok') continue;
    const writer = writers.get(version);
    if (type === 'write' && writer !== operation) continue;
    const low = version === 0 ? 0 : (operation.revision ?? writer?.revision);
    if (low === undefined) continue;
    const next = writers.get(version + 1)?.revision ?? Number.POSITIVE_INFINITY;
    points.push({ operation, low, high: type === 'write' ? low - 1 : next - 1 });
  }
}

const NONE = -1;

/** How many of the sorted numbers are smaller than `value`. */
function countBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** For each place in the sorted revisions: which of the points from there on returned first. */
function earliestReturns(points: readonly Point[], places: Uint32Array): Int32Array {
  const earliest = new Int32Array(points.length + 1).fill(NONE);
  const returnOf = (index: number): number => points[index]?.operation.return ?? Number.POSITIVE_INFINITY;
  for (const [index, place] of places.entries()) {
    if (returnOf(index) < returnOf(earliest[place] ?? NONE)) earliest[place] = index;
  }
  for (let place = points.length - 1; place >= 0; place -= 1) {
    const later = earliest[place + 1] ?? NONE;
    if (returnOf(later) < returnOf(earliest[place] ?? NONE)) earliest[place] = later;
  }
  return earliest;
}

/**
 * Rule V6: what returned before an operation was called stands before it (strict serialisability). For each operation
 * it is enough to know which of those that must stand after it returned first.
 */
export function checkRevisions(points: readonly Point[], findings: Findings): void {
  const revisions = Float64Array.from(points, ({ low }) => low).sort();
  const places = Uint32Array.from(points, ({ low }) => countBelow(revisions, low));
  const earliest = earliestReturns(points, places);
  for (const { operation, high } of points) {
    const before = points[earliest[countBelow(revisions, high + 1)] ?? NONE];
    if (before === undefined || before.operation.return >= operation.call) continue;
    const text = `stands before revision ${high + 1}, but was called after revision ${before.low} was there`;
    const message = `${named(operation)} ${text} (${before.operation.resource}).`;
    findings.add('revision', message, [before.operation, operation]);
  }
  checkMakers(points, places, findings);
}

/** Two commits never have one revision; one commit may write several resources at one. */
function checkMakers(points: readonly Point[], places: Uint32Array, findings: Findings): void {
  const makers = new Int32Array(points.length).fill(NONE);
  for (const [index, place] of places.entries()) {
    const operation = points[index]?.operation;
    if (operation?.type !== 'write' || operation.revision === undefined) continue;
    const other = points[makers[place] ?? NONE]?.operation;
    if (other === undefined) makers[place] = index;
    else if (!isOneCommit(other, operation)) {
      const text = `Two commits have revision ${operation.revision}: of ${other.resource} and of ${operation.resource}.`;
      findings.add('revision', text, [other, operation]);
    }
  }
}

function isOneCommit(a: HistoryOperation, b: HistoryOperation): boolean {
  if (a.commit !== undefined && b.commit !== undefined) return a.commit === b.commit;
  return a.process === b.process && a.call === b.call;
}
