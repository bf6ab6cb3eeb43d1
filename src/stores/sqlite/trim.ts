// Trimming: log entries go from the oldest on, a bounded number in a transaction so that commits get in between, each
// with the versions it superseded and the contents that only it kept. Heads, tombstones and open conflicts stay. The
// tables are settled first, so that every holder is counted before one lets go.
import type { Space } from '../../core/resource.ts';
import type { Connection } from './connection.ts';
import { entryOf, heldBy } from './entries.ts';
import { toText } from './rows.ts';
import { MILESTONE } from './schema.ts';

/** Rows of the log in one transaction. */
const STEP = 16;

/** Trims one step towards `before`, inside a transaction. Answers the trim point and whether there is more to do. */
export function trimStep(connection: Connection, space: Space, before: number): { trimmed: number; more: boolean } {
  const state = connection.space(space);
  const { sid, trimmed } = state;
  const target = Math.min(Math.trunc(before), state.revision);
  if (!(target > trimmed)) return { trimmed, more: false };
  connection.settle();
  const { sql } = connection;
  const rows = sql.segmentsAfter.all(sid, trimmed, STEP).filter(({ first }) => first <= target);
  const reached = Math.min(rows.at(-1)?.last ?? target, target);
  sql.setTrimmed.run(reached, sid);
  for (const { seq, first, last, body } of rows) {
    const lines = body.split('\n');
    for (const [index, line] of lines.entries()) {
      const revision = first + index;
      if (revision > trimmed && revision <= reached) dropEntry(connection, sid, revision, line);
    }
    // A row goes when all of it is trimmed; until then readers do not look below the trim point.
    if (last <= reached) dropSegment(connection, { seq, sid, first, last }, lines);
  }
  state.trimmed = reached;
  return { trimmed: reached, more: reached < target };
}

function dropEntry({ sql, contents }: Connection, sid: number, revision: number, line: string): void {
  const { agent, commitId, superseded, hashes } = heldBy(line);
  sql.dropCommit.run(toText(commitId), agent, sid, revision);
  for (const { resource, version, hash, size } of superseded) {
    if (size !== undefined) contents.release(hash);
    if (version % MILESTONE === 0) sql.dropMilestones.run(sid, resource, version);
  }
  for (const hash of hashes) contents.release(hash);
}

function dropSegment(
  { sql, contents }: Connection,
  segment: { readonly seq: number; readonly sid: number; readonly first: number; readonly last: number },
  lines: readonly string[],
): void {
  const { seq, sid, first, last } = segment;
  for (const [index, line] of lines.entries()) {
    for (const put of entryOf(line, first + index, seq).puts) contents.moveOut(put, seq);
  }
  sql.dropSegment.run(sid, last);
  sql.dropLog.run(seq);
}
