// Writing behind: brings the derived tables up to the end of the log, for many commits at once and in the order of each
// table, so that a page that many commits change is written once. Runs inside a transaction that commits anyway.
import type { Head } from '../../core/version.ts';
import type { Entry } from './entries.ts';
import { addPlaces } from './places.ts';
import { toText } from './rows.ts';
import { MILESTONE } from './schema.ts';
import type { SqlValue } from './driver.ts';
import type { Statements } from './statements.ts';
import type { Tail } from './tail.ts';

/** Commits, and characters of their entries, that a tail may have: what a process that opens the file has to read. */
const MAX_ENTRIES = Number(process.env["ME"] ?? 1024);
const MAX_CHARACTERS = Number(process.env["ME"] ?? 1024)*1024;

export function isDue(tail: Tail): boolean {
  return tail.entries >= MAX_ENTRIES || tail.characters >= MAX_CHARACTERS;
}

export function settle(sql: Statements, tail: Tail): void {
  if (tail.entries === 0) return;
  const spaces = new Map<number, Entry[]>();
  sql.addSegments(tail.segments.flatMap(({ sid, seq, first, entries }) => [sid, first + entries.length - 1, seq]));
  for (const { sid, entries } of tail.segments) {
    const all = spaces.get(sid);
    if (all === undefined) spaces.set(sid, [...entries]);
    else all.push(...entries);
  }
  for (const [sid, entries] of spaces) {
    const { counters, fresh } = tail.space(sid);
    settleHeads(sql, sid, [...fresh.values()]);
    settleCommits(sql, sid, entries);
    settleMilestones(sql, sid, entries);
    if (counters === undefined) continue;
    const { revision, resources, merged, escalated, open } = counters;
    sql.setCounters.run(revision, resources, merged, escalated, open, sid);
  }
  addPlaces(sql, tail.segments);
  sql.setSettled.run(tail.last);
  tail.settle();
}

function settleHeads(sql: Statements, sid: number, heads: Head[]): void {
  heads.sort((left, right) => (left.resource < right.resource ? -1 : 1));
  const values: SqlValue[] = [];
  for (const { resource, version, revision, born, hash, size, mediaType, agent, at, deleted } of heads) {
    const type = mediaType === undefined ? null : toText(mediaType);
    values.push(sid, resource, version, revision, born, hash, size ?? null, type, agent, at, deleted ? 1 : 0);
  }
  sql.putHeads(values);
}

/** A commitId that is there already stays with its first commit: only a caller that broke its word can bring it twice. */
function settleCommits(sql: Statements, sid: number, entries: readonly Entry[]): void {
  const commits = entries.map(({ agent, commitId, revision }) => ({ agent, id: toText(commitId), revision }));
  commits.sort((left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : left.revision - right.revision));
  sql.addCommits(commits.flatMap(({ agent, id, revision }): SqlValue[] => [id, agent, sid, revision]));
}

function settleMilestones(sql: Statements, sid: number, entries: readonly Entry[]): void {
  for (const { heads } of entries) {
    for (const { resource, version, revision } of heads) {
      if (version % MILESTONE === 0) sql.addMilestone.run(sid, resource, version, revision);
    }
  }
}
