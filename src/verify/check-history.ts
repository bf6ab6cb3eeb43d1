// Is a recorded history linearizable? No search is needed, because every answer names the version it saw: each version
// is a zone in time, and the zones must not cross (the idea of Gibbons and Korach, "Testing Shared Memories", 1997).
// Sorting is the dearest step, so the check is O(n log n). Per resource first, then across resources by revision.

import { addPoints, checkRevisions, type Point } from './check-order.ts';
import { createFindings, type Findings, type HistoryFinding, named } from './findings.ts';
import type { HistoryOperation } from './history.ts';
import { joinAnswers, type Writers, writersOf } from './writers.ts';

export interface HistoryReport {
  readonly ok: boolean;
  readonly operations: number;
  readonly resources: number;
  /** The fault that shows earliest in time. */
  readonly first?: HistoryFinding;
}

/**
 * Checks a history. The operations may come in any order. Failed operations are ignored. What was there before the
 * recording is told by one `write` of the version that was there, called and returned at the start; a resource without
 * one starts as absent, version 0.
 */
export function checkHistory(operations: Iterable<HistoryOperation>): HistoryReport {
  const byResource = new Map<string, HistoryOperation[]>();
  let count = 0;
  for (const operation of operations) {
    count += 1;
    if (operation.outcome === 'failed') continue;
    const own = byResource.get(operation.resource);
    if (own === undefined) byResource.set(operation.resource, [operation]);
    else own.push(operation);
  }
  const findings = createFindings();
  const points: Point[] = [];
  for (const told of byResource.values()) {
    const own = joinAnswers(told).sort(byCall);
    const writers = writersOf(own, findings);
    checkSeen(own, writers, findings);
    checkOrder(own, writers, findings);
    addPoints(own, writers, points);
  }
  checkRevisions(points, findings);
  const { first } = findings;
  const report = { operations: count, resources: byResource.size };
  return first === undefined ? { ok: true, ...report } : { ok: false, ...report, first };
}

function byCall(a: HistoryOperation, b: HistoryOperation): number {
  return a.call - b.call;
}

/** Rules V2, V3, V5: what was seen was written, no later than it was seen, with these bytes. */
function checkSeen(own: readonly HistoryOperation[], writers: Writers, findings: Findings): void {
  let oldest = Number.POSITIVE_INFINITY;
  for (const { version } of own) oldest = Math.min(oldest, version);
  for (const operation of own) {
    if (operation.type === 'write') {
      if (operation.outcome === 'ok') checkReplaced(operation, oldest, writers, findings);
      continue;
    }
    const { version, hash, revision } = operation;
    if (version === 0) continue;
    const writer = writers.get(version);
    if (writer === undefined) {
      findings.add('no-writer', `${named(operation)} saw version ${version}, which nobody wrote.`, [operation]);
      continue;
    }
    const pair = [writer, operation];
    if (operation.return < writer.call) {
      findings.add('future-read', `${named(operation)} saw version ${version} before its write was called.`, pair);
    }
    if (writer.hash !== hash) {
      findings.add('content', `${named(operation)} saw other bytes in version ${version} than were written.`, pair);
    }
    const written = writer.revision;
    if (revision !== undefined && written !== undefined && revision !== written) {
      findings.add(
        'content',
        `${named(operation)} saw version ${version} at revision ${revision}, not ${written}.`,
        pair,
      );
    }
  }
}

/** The version that a write replaced has a writer too: no version is skipped. */
function checkReplaced(operation: HistoryOperation, oldest: number, writers: Writers, findings: Findings): void {
  const replaced = operation.version - 1;
  // What a history starts on has no writer in it: its oldest version stands for all before the recording.
  if (replaced <= 0 || replaced < oldest || writers.has(replaced)) return;
  findings.add('no-writer', `${named(operation)} replaced version ${replaced}, which nobody wrote.`, [operation]);
}

/** Rule V4: no operation sees a version older than one that was seen before it was called. */
function checkOrder(own: readonly HistoryOperation[], writers: Writers, findings: Findings): void {
  const returned = own.filter((operation) => operation.outcome === 'ok').sort((a, b) => a.return - b.return);
  let at = 0;
  let newest: HistoryOperation | undefined;
  for (const operation of own) {
    for (let next = returned[at]; next !== undefined && next.return < operation.call; next = returned[at]) {
      if (newest === undefined || next.version > newest.version) newest = next;
      at += 1;
    }
    if (newest === undefined || operation.version >= newest.version) continue;
    // An unanswered write may never have landed: it counts only where it must have.
    if (operation.type === 'write' && writers.get(operation.version) !== operation) continue;
    const what = operation.type === 'write' ? 'installed' : 'saw';
    const text = `${what} version ${operation.version} after version ${newest.version} was there`;
    findings.add('stale', `${named(operation)} ${text}.`, [newest, operation]);
  }
}
