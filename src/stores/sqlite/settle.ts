// Writing behind: brings the derived tables up to the end of the log, for many commits at once and in the order of each
// table, so that a page that many commits change is written once. Runs inside a transaction that commits anyway.
import type { Head } from '../../core/version.ts';
import type { Claim, Contents } from './contents.ts';
import type { Entry } from './entries.ts';
import { toText } from './rows.ts';
import { MILESTONE } from './schema.ts';
import type { Statements } from './statements.ts';
import type { Tail } from './tail.ts';

/** Commits, and characters of their entries, that a tail may have: what a process that opens the file has to read. */
const MAX_ENTRIES = 1024;
const MAX_CHARACTERS = 1024 * 1024;

export function isDue(tail: Tail): boolean {
  return tail.entries >= MAX_ENTRIES || tail.characters >= MAX_CHARACTERS;
}

export function settle(sql: Statements, contents: Contents, tail: Tail): void {
  if (tail.entries === 0) return;
  const spaces = new Map<number, Entry[]>();
  for (const { sid, seq, first, entries } of tail.segments) {
    sql.addSegment.run(sid, first + entries.length - 1, seq);
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
  contents.claim(claimsOf(tail));
  sql.setSettled.run(tail.last);
  tail.settle();
}

function settleHeads(sql: Statements, sid: number, heads: Head[]): void {
  heads.sort((left, right) => (left.resource < right.resource ? -1 : 1));
  for (const { resource, version, revision, born, hash, size, mediaType, agent, at, deleted } of heads) {
    const type = mediaType === undefined ? null : toText(mediaType);
    sql.putHead.run(sid, resource, version, revision, born, hash, size ?? null, type, agent, at, deleted ? 1 : 0);
  }
}

/** A commitId that is there already stays with its first commit: only a caller that broke its word can bring it twice. */
function settleCommits(sql: Statements, sid: number, entries: readonly Entry[]): void {
  const commits = entries.map(({ agent, commitId, revision }) => ({ agent, id: toText(commitId), revision }));
  commits.sort((left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : left.revision - right.revision));
  for (const { agent, id, revision } of commits) sql.addCommit.run(id, agent, sid, revision);
}

function settleMilestones(sql: Statements, sid: number, entries: readonly Entry[]): void {
  for (const { heads } of entries) {
    for (const { resource, version, revision } of heads) {
      if (version % MILESTONE === 0) sql.addMilestone.run(sid, resource, version, revision);
    }
  }
}

/** Several holders of one content are counted together. */
function claimsOf(tail: Tail): Iterable<Claim> {
  const claims = new Map<string, Claim>();
  const claimOf = (hash: string): Claim => {
    const known = claims.get(hash);
    if (known !== undefined) return known;
    const claim: Claim = { hash, refs: 0, put: undefined };
    claims.set(hash, claim);
    return claim;
  };
  for (const { entries } of tail.segments) {
    for (const { puts, holds } of entries) {
      for (const put of puts) {
        const claim = claimOf(put.hash);
        claim.refs += 1;
        claim.put ??= put;
      }
      for (const hash of holds) claimOf(hash).refs += 1;
    }
  }
  return claims.values();
}
