// Writing behind: brings the derived tables up to the end of the log, for many commits at once, so that a page that many
// commits change is written once. Runs inside a transaction that commits anyway.
import type { ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { toText } from '../escaped-text.ts';
import type { SqlValue } from './driver.ts';
import { placesOf } from './places.ts';
import { MILESTONE } from './schema.ts';
import type { Statements } from './statements.ts';
import type { Tail } from './tail.ts';
import type { Young } from './young.ts';

/** Commits, and characters of their entries, that a tail may have: what a process that opens the file has to read. */
const MAX_ENTRIES = 512;
const MAX_CHARACTERS = 1024 * 1024;

/** Whether it is time to settle, with so many commits more. */
export function isDue(tail: Tail, more: number): boolean {
  return tail.entries + more >= MAX_ENTRIES || tail.characters >= MAX_CHARACTERS;
}

export function settle(sql: Statements, tail: Tail, young: Young): void {
  if (tail.entries === 0) return;
  for (const [sid, space] of tail.spaces()) {
    settleHeads(sql, sid, space.fresh);
    for (const [agent, commits] of space.commits) settleCommits(sql, sid, agent, commits);
    if (space.counters === undefined) continue;
    const { revision, resources, merged, escalated, open } = space.counters;
    sql.setCounters.run(revision, resources, merged, escalated, open, sid);
  }
  const segments: SqlValue[] = [];
  for (const { sid, seq, first, entries } of tail.segments) {
    segments.push(sid, first + entries.length - 1, seq);
    for (const { heads } of entries) for (const head of heads) settleMilestone(sql, sid, head);
  }
  sql.addSegments(segments);
  young.add(placesOf(tail.segments));
  sql.setSettled.run(tail.last);
  tail.settle();
}

// Sorted without a function of ours: settling is too rare to be compiled, and a comparison that is interpreted is slow.

function settleHeads(sql: Statements, sid: number, heads: ReadonlyMap<ResourceId, Head>): void {
  const values: SqlValue[] = [];
  for (const id of [...heads.keys()].sort()) {
    const { resource, version, revision, born, hash, size, mediaType, agent, at, deleted } = heads.get(id) as Head;
    const type = mediaType === undefined ? null : toText(mediaType);
    values.push(sid, resource, version, revision, born, hash, size ?? null, type, agent, at, deleted ? 1 : 0);
  }
  sql.putHeads(values);
}

/** A commitId that is there already stays with its first commit: only a caller that broke its word can bring it twice. */
function settleCommits(sql: Statements, sid: number, agent: string, commits: ReadonlyMap<string, number>): void {
  const values: SqlValue[] = [];
  for (const id of [...commits.keys()].sort()) values.push(toText(id), agent, sid, commits.get(id) ?? 0);
  sql.addCommits(values);
}

function settleMilestone(sql: Statements, sid: number, { resource, version, revision }: Head): void {
  if (version % MILESTONE === 0) sql.addMilestone.run(sid, resource, version, revision);
}
