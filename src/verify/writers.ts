// Who wrote each version of one resource, as far as the history tells: the first half of the zone check.

import { type Findings, named } from './findings.ts';
import type { HistoryOperation } from './history.ts';

/** Who installed a version: the answered writer, else an unanswered one whose bytes fit. */
export type Writers = ReadonlyMap<number, HistoryOperation>;

/** Several answers to one write (unknown, then a replay) are one write: called once, certain from its first answer on. */
export function joinAnswers(own: readonly HistoryOperation[]): HistoryOperation[] {
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
export function writersOf(own: readonly HistoryOperation[], findings: Findings): Writers {
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
