// Trimming: log entries go from the oldest on, a bounded number in a transaction so that commits get in between, each
// with the versions it superseded and the contents that only it kept. Heads, tombstones and open conflicts stay. The
// tables are settled first, so that all that goes is found in them.
import type { Space } from '../../core/resource.ts';
import { toText } from '../escaped-text.ts';
import type { Connection } from './connection.ts';
import type { Entry, Held } from './entries.ts';
import { entryOf, heldBy, SMALL_BYTES } from './entries.ts';
import { bytesAt, dropPlaces } from './places.ts';
import { MILESTONE } from './schema.ts';
import type { Statements } from './statements.ts';

/** Entries in one transaction, at least where there are as many; and rows that are fetched at once. */
const STEP = 512;
const ROWS = 16;

interface Going {
  readonly seq: number;
  /** Its place in the segment. */
  readonly line: number;
  readonly entry: Entry;
  readonly held: Held;
}

/** Trims one step towards `before`, inside a transaction. Answers the trim point and whether there is more to do. */
export function trimStep(connection: Connection, space: Space, before: number): { trimmed: number; more: boolean } {
  const state = connection.space(space);
  const { sid, trimmed } = state;
  const target = Math.min(Math.trunc(before), state.revision);
  if (!(target > trimmed)) return { trimmed, more: false };
  connection.settle();
  const { sql } = connection;
  const rows = rowsToTrim(sql, sid, trimmed, target);
  const reached = Math.min(rows.at(-1)?.last ?? target, target);
  sql.setTrimmed.run(reached, sid);
  const going: Going[] = [];
  for (const { seq, first, body } of rows) {
    for (const [line, text] of body.split('\n').entries()) {
      const revision = first + line;
      if (revision <= trimmed || revision > reached) continue;
      going.push({ seq, line, entry: entryOf(text, revision), held: heldBy(text) });
    }
  }
  dropEntries(connection, sid, going, trimmed);
  for (const { seq, last } of rows) {
    // A row goes when all of it is trimmed; until then nobody looks below the trim point.
    if (last > reached) continue;
    sql.dropSegment.run(sid, last);
    sql.dropLog.run(seq);
  }
  state.trimmed = reached;
  return { trimmed: reached, more: reached < target };
}

type Rows = ReturnType<Statements['segmentsAfter']['all']>;

function rowsToTrim(sql: Statements, sid: number, trimmed: number, target: number): Rows {
  const rows: Rows = [];
  for (let last = trimmed; last < target && last < trimmed + STEP; ) {
    const more = sql.segmentsAfter.all(sid, last, ROWS).filter(({ first }) => first <= target);
    rows.push(...more);
    if (more.length < ROWS) break;
    last = rows.at(-1)?.last ?? target;
  }
  return rows;
}

function dropEntries(connection: Connection, sid: number, going: readonly Going[], trimmed: number): void {
  const ended = new Set<string>();
  agePlaces(connection, going);
  for (const { entry, held } of going) {
    connection.sql.dropCommit.run(toText(entry.commitId), entry.agent, sid, entry.revision);
    letGo(connection, sid, held, trimmed);
    for (const { resource, revision } of held.superseded) ended.add(versionKey(resource, revision));
  }
  for (const one of going) saveContents(connection, one, ended);
}

/** A place is taken out of the large index alone: those that go while they are young are brought there first. */
function agePlaces({ sql, young }: Connection, going: readonly Going[]): void {
  const oldest = sql.oldestYoung.get()?.first ?? Number.POSITIVE_INFINITY;
  if (going.some(({ seq, entry }) => seq >= oldest && entry.puts.length > 0)) young.age();
}

/** Versions that the entry superseded, its large keeps, and what a changed conflict had named. */
function letGo({ sql, contents }: Connection, sid: number, held: Held, trimmed: number): void {
  for (const { resource, version, revision, hash, size } of held.superseded) {
    // A version from before has a counted content, whatever its size; a large content is always counted.
    if (size !== undefined && (size > SMALL_BYTES || revision <= trimmed)) contents.release(hash);
    if (version % MILESTONE === 0) sql.dropMilestones.run(sid, resource, version);
  }
  for (const { hash, size } of held.keeps) if (size > SMALL_BYTES) contents.release(hash);
  for (const hash of held.passed) contents.release(hash);
}

/** The small contents of an entry go with it, except those of versions that stay: they get a place of their own. */
function saveContents(connection: Connection, { seq, line, entry }: Going, ended: ReadonlySet<string>): void {
  const { sql, contents } = connection;
  dropPlaces(sql, entry, seq, line);
  const places = new Map(entry.puts.map((put) => [put.hash, { ...put, seq }]));
  for (const { resource, revision, hash, size } of entry.heads) {
    const place = size === undefined ? undefined : places.get(hash);
    if (place !== undefined && !ended.has(versionKey(resource, revision))) contents.put(hash, bytesAt(sql, place));
  }
  for (const [hash, place] of places) contents.save(hash, () => bytesAt(sql, place));
}

function versionKey(resource: string, revision: number): string {
  return `${revision} ${resource}`;
}
