// Trimming: log entries go from the oldest on, a bounded number in a transaction so that commits get in between, each
// with the versions it superseded and the contents that only it kept. Heads, tombstones and open conflicts stay.
import type { Space } from '../../core/resource.ts';
import type { Connection } from './connection.ts';
import { heldBy } from './rows.ts';
import { MILESTONE } from './schema.ts';

/** Entries in one transaction. */
const STEP = 500;

/** Trims one step towards `before`, inside a transaction. Answers the trim point and whether there is more to do. */
export function trimStep(connection: Connection, space: Space, before: number): { trimmed: number; more: boolean } {
  const { sql, contents } = connection;
  const state = connection.space(space);
  const { sid, trimmed } = state;
  const target = Math.min(before, state.revision);
  if (!(target > trimmed)) return { trimmed, more: false };
  const rows = sql.trimLog.all(sid, trimmed, sid, target, STEP);
  const last = rows.at(-1)?.revision ?? target;
  for (const { body } of rows) {
    const { superseded, keeps } = heldBy(body);
    for (const { resource, version, hash, size } of superseded) {
      if (size !== undefined) contents.release(hash);
      if (version % MILESTONE === 0) sql.dropMilestones.run(sid, resource, version);
    }
    for (const hash of keeps) contents.release(hash);
  }
  const counters = sql.trimCounters.get(sid, last);
  const { resources, merged, escalated, open } = counters ?? state;
  sql.setTrimmed.run(last, resources, merged, escalated, open, sid);
  sql.dropLog.run(sid, trimmed, sid, last);
  state.trimmed = last;
  return { trimmed: last, more: last < target };
}
