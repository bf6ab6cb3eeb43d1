// Is a recorded history linearizable? No search is needed, because every answer names the version it saw: each version
// is a zone in time, and the zones must not cross (the idea of Gibbons and Korach, "Testing Shared Memories", 1997).
// Sorting is the dearest step, so the check is O(n log n). Per resource first, then across resources by revision.
import type { HistoryOperation } from './history.ts';

export const historyRules = [
  'one-writer',
  'no-writer',
  'expected',
  'future-read',
  'stale',
  'content',
  'revision',
] as const;
export type HistoryRule = (typeof historyRules)[number];

/** One thing that cannot have happened in a right history. */
export interface HistoryFinding {
  readonly rule: HistoryRule;
  readonly message: string;
  /** The operations that contradict each other; the one that shows the fault comes last. */
  readonly operations: readonly HistoryOperation[];
}

export interface HistoryReport {
  readonly ok: boolean;
  readonly operations: number;
  readonly resources: number;
  /** The fault that shows earliest in time. */
  readonly first?: HistoryFinding;
}

/** Keeps the fault whose last operation returned first: later ones are often only its consequences. */
interface Findings {
  first: HistoryFinding | undefined;
  add(rule: HistoryRule, message: string, operations: readonly HistoryOperation[]): void;
}

function createFindings(): Findings {
  let at = Number.POSITIVE_INFINITY;
  const findings: Findings = {
    first: undefined,
    add(rule, message, operations) {
      const shown = operations.at(-1)?.return ?? 0;
      if (shown >= at) return;
      at = shown;
      findings.first = { rule, message, operations };
    },
  };
  return findings;
}

/** Who installed a version: the answered writer, else an unanswered one whose bytes fit. */
type Writers = ReadonlyMap<number, HistoryOperation>;

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

/** Several answers to one write (unknown, then a replay) are one write: called once, certain from its first answer on. */
function joinAnswers(own: readonly HistoryOperation[]): HistoryOperation[] {
  const joined: HistoryOperation[] = [];
  const places = new Map<string, number>();
  for (const operation of own) {
    const place =
      operation.type === 'write' && operation.commit !== undefined ? places.get(operation.commit) : undefined;
    const before = place === undefined ? undefined : joined[place];
    if (place === undefined || before === undefined || isTwoWrites(before, operation)) {
      if (operation.type === 'write' && operation.commit !== undefined) places.set(operation.commit, joined.length);
      joined.push(operation);
    } else joined[place] = oneOf(before, operation);
  }
  return joined;
}

/** Both certain, at two versions: a fault for rule V1, not a replay. */
function isTwoWrites(a: HistoryOperation, b: HistoryOperation): boolean {
  return a.outcome === 'ok' && b.outcome === 'ok' && a.version !== b.version;
}

function oneOf(a: HistoryOperation, b: HistoryOperation): HistoryOperation {
  const call = Math.min(a.call, b.call);
  if (a.outcome === b.outcome) return { ...a, call, return: Math.min(a.return, b.return) };
  return { ...(a.outcome === 'ok' ? a : b), call };
}

/** Rule V1: one writer for each version, which replaced the version before it. */
function writersOf(own: readonly HistoryOperation[], findings: Findings): Writers {
  const writers = new Map<number, HistoryOperation>();
  const byCommit = new Map<string, HistoryOperation>();
  for (const operation of own) {
    if (operation.type !== 'write' || operation.outcome !== 'ok') continue;
    const { version, expected, commit } = operation;
    if (expected !== undefined && expected !== version - 1) {
      const text = `said it replaced version ${expected}, but installed version ${version}`;
      findings.add('expected', `${named(operation)} ${text}.`, [operation]);
    }
    const same = commit === undefined ? undefined : byCommit.get(commit);
    if (same !== undefined) {
      const text = `was applied twice, as version ${same.version} and ${version}`;
      findings.add('one-writer', `${named(operation)} ${text}.`, [same, operation]);
    }
    if (commit !== undefined) byCommit.set(commit, operation);
    const before = writers.get(version);
    if (before === undefined) writers.set(version, operation);
    else {
      const text = `Two writes were both told that they installed version ${version} of ${operation.resource}.`;
      findings.add('one-writer', text, [before, operation]);
    }
  }
  addUnanswered(own, writers);
  return writers;
}

/** An unanswered write stands for a version that nobody else claims, where its bytes are those that were seen. */
function addUnanswered(own: readonly HistoryOperation[], writers: Map<number, HistoryOperation>): void {
  const unanswered = own.filter((operation) => operation.type === 'write' && operation.outcome === 'unknown');
  if (unanswered.length === 0) return;
  const seen = new Map<number, string>();
  for (const operation of own) {
    if (operation.type !== 'write') seen.set(operation.version, operation.hash);
  }
  for (const operation of unanswered) {
    const wanted = seen.get(operation.version);
    if (writers.has(operation.version) || (wanted !== undefined && wanted !== operation.hash)) continue;
    writers.set(operation.version, operation);
  }
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

/** Where an operation stands among the revisions of the space: it took place at one of them. */
interface Point {
  readonly operation: HistoryOperation;
  /** The revision that it saw or made. */
  readonly low: number;
  /** The last revision that may come before it: its own for a write less 1, the next version's less 1 for a read. */
  readonly high: number;
}

function addPoints(own: readonly HistoryOperation[], writers: Writers, points: Point[]): void {
  for (const operation of own) {
    const { version, type } = operation;
    const writer = writers.get(version);
    if (type === 'write' && writer !== operation) continue;
    if (operation.outcome !== 'ok') continue;
    const low = version === 0 ? 0 : (operation.revision ?? writer?.revision);
    if (low === undefined) continue;
    const next = writers.get(version + 1)?.revision ?? Number.POSITIVE_INFINITY;
    points.push({ operation, low, high: type === 'write' ? low - 1 : next - 1 });
  }
}

/** Rule V6: revisions order the whole space, and the order keeps to real time (strict serialisability). */
function checkRevisions(points: Point[], findings: Findings): void {
  const called = points.sort((a, b) => a.operation.call - b.operation.call);
  const returned = [...called].sort((a, b) => a.operation.return - b.operation.return);
  let at = 0;
  let newest: Point | undefined;
  for (const point of called) {
    const { operation } = point;
    for (let next = returned[at]; next !== undefined && next.operation.return < operation.call; next = returned[at]) {
      if (newest === undefined || next.low > newest.low) newest = next;
      at += 1;
    }
    if (newest === undefined || newest.low <= point.high) continue;
    const text = `stands before revision ${point.high + 1}, but was called after revision ${newest.low} was there`;
    findings.add('revision', `${named(operation)} ${text} (${newest.operation.resource}).`, [
      newest.operation,
      operation,
    ]);
  }
  checkSharedRevisions(called, findings);
}

/** Two commits never have one revision; one commit may write several resources at one. */
function checkSharedRevisions(points: readonly Point[], findings: Findings): void {
  const makers = new Map<number, HistoryOperation>();
  for (const { operation } of points) {
    const { revision, commit } = operation;
    if (operation.type !== 'write' || revision === undefined) continue;
    const other = makers.get(revision);
    if (other === undefined) makers.set(revision, operation);
    else if (!isOneCommit(other, operation)) {
      findings.add('revision', `Two commits have revision ${revision}${commit ? ` (${commit})` : ''}.`, [
        other,
        operation,
      ]);
    }
  }
}

function isOneCommit(a: HistoryOperation, b: HistoryOperation): boolean {
  if (a.commit !== undefined && b.commit !== undefined) return a.commit === b.commit;
  return a.process === b.process && a.call === b.call;
}

function named(operation: HistoryOperation): string {
  return `${operation.process}'s ${operation.type} of ${operation.resource}`;
}
