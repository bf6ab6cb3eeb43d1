// Do the derived tables say what the log says? For `doctor`: reads the whole log once, and compares. What is not settled
// yet is looked at as far as the log itself goes.
import type { ResourceId } from '../../core/resource.ts';
import { toText } from '../escaped-text.ts';
import { openHashes } from '../open-hashes.ts';
import type { Connection } from './connection.ts';
import type { SqliteDatabase } from './driver.ts';
import type { Entry } from './entries.ts';
import { entryOf, heldBy, SMALL_BYTES } from './entries.ts';
import { hasPlace, keyOf } from './places.ts';
import type { SegmentRow, SpaceRow } from './statements.ts';

/** Problems that are told; a damaged file may have any number. */
const MOST = 20;

type Space = SpaceRow & { readonly name: string };
type Row = SegmentRow & { readonly bytes: number };

/** What the log has told of one space so far. */
class SpaceAudit {
  readonly space: Space;
  /** Revisions of settled heads by resource. */
  readonly heads: Map<string, number> = new Map();
  segments = 0;
  last: Row | undefined;
  settled: Row | undefined;

  constructor(space: Space) {
    this.space = space;
  }
}

/** What is wrong with the file, in words; empty when nothing is. Inside a read transaction of the connection. */
export function auditTables(db: SqliteDatabase, connection: Connection): string[] {
  const problems: string[] = [];
  new Audit(db, connection, (problem) => {
    if (problems.length < MOST) problems.push(problem);
  }).run();
  return problems;
}

class Audit {
  readonly #db: SqliteDatabase;
  readonly #connection: Connection;
  readonly #tell: (problem: string) => void;
  /** Holders by hash, of contents that must be counted. */
  readonly #holders = new Map<string, number>();
  #entries = 0;
  #places = 0;

  constructor(db: SqliteDatabase, connection: Connection, tell: (problem: string) => void) {
    this.#db = db;
    this.#connection = connection;
    this.#tell = tell;
  }

  run(): void {
    const spaces = new Map<number, SpaceAudit>();
    for (const row of this.#db.prepare('SELECT * FROM spaces').all() as Space[])
      spaces.set(row.sid, new SpaceAudit(row));
    for (const row of this.#rows()) {
      const space = spaces.get(row.sid);
      if (space === undefined) this.#tell(`row ${row.seq} of the log is of no space`);
      else this.#row(space, row);
    }
    for (const space of spaces.values()) {
      const { segments, space: stored } = space;
      this.#count(`segments of ${stored.name}`, 'segments WHERE sid = ?', segments, stored.sid);
      this.#counters(space);
      this.#heads(space);
      this.#conflicts(stored.sid);
    }
    this.#count('commits', 'commits', this.#entries);
    this.#count('settled places of contents', 'places', this.#places - this.#connection.young.count);
    this.#contents();
  }

  #count(what: string, from: string, expected: number, ...values: number[]): void {
    const { n } = this.#db.prepare(`SELECT count(*) AS n FROM ${from}`).get(...values) as { readonly n: number };
    if (n !== expected) this.#tell(`there are ${n} ${what}, and the log makes ${expected}`);
  }

  #hold(hash: string): void {
    this.#holders.set(hash, (this.#holders.get(hash) ?? 0) + 1);
  }

  *#rows(): Generator<Row> {
    const page = this.#db.prepare(
      'SELECT *, coalesce(length(bytes), 0) AS bytes FROM log WHERE seq > ? ORDER BY seq LIMIT 64',
    );
    for (let after = 0; ; ) {
      const rows = page.all(after) as Row[];
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.seq;
    }
  }

  #row(audit: SpaceAudit, row: Row): void {
    const { trimmed, name } = audit.space;
    const lines = row.body.split('\n');
    const before = audit.last;
    const isNext =
      before === undefined ? row.first <= trimmed + 1 && row.last > trimmed : row.first === before.last + 1;
    if (!isNext) this.#tell(`the log of ${name} has a gap before revision ${row.first}`);
    if (lines.length !== row.last - row.first + 1) this.#tell(`row ${row.seq} of the log has ${lines.length} entries`);
    audit.last = row;
    const isSettled = row.seq <= this.#connection.tail.settled;
    if (isSettled) {
      audit.settled = row;
      audit.segments += 1;
      this.#segment(row);
    }
    for (const [line, text] of lines.entries()) {
      const revision = row.first + line;
      if (revision <= trimmed) continue;
      const entry = entryOf(text, revision);
      this.#entry(text, row, entry, trimmed);
      if (!isSettled) continue;
      this.#settled(row, line, entry);
      for (const head of entry.heads) audit.heads.set(head.resource, revision);
    }
  }

  #segment({ sid, last, seq }: SegmentRow): void {
    const row = this.#db.prepare('SELECT seq FROM segments WHERE sid = ? AND last = ?').get(sid, last);
    if ((row as { readonly seq: number } | undefined)?.seq !== seq) this.#tell(`row ${seq} of the log is not indexed`);
  }

  /** What an untrimmed entry needs of contents, whether it is settled or not. */
  #entry(text: string, row: Row, entry: Entry, trimmed: number): void {
    const { superseded, keeps, passed } = heldBy(text);
    for (const { hash, size, revision } of superseded) {
      if (size !== undefined && (size > SMALL_BYTES || revision <= trimmed)) this.#hold(hash);
    }
    for (const { hash, size } of keeps) if (size > SMALL_BYTES) this.#hold(hash);
    for (const hash of passed) this.#hold(hash);
    for (const { hash, size, start } of entry.puts) {
      if (start + size > row.bytes) this.#tell(`content ${hash} is cut off in row ${row.seq} of the log`);
    }
  }

  #settled({ sid, seq }: Row, line: number, { agent, commitId, revision, puts }: Entry): void {
    const { sql, young } = this.#connection;
    const landed = sql.landed.get(toText(commitId), agent, sid)?.revision;
    if (landed !== revision) this.#tell(`commit ${JSON.stringify(commitId)} of revision ${revision} is not indexed`);
    const keys = new Set(puts.map(({ hash }) => keyOf(hash)));
    for (const key of keys) {
      if (!hasPlace(sql, young, key, { seq, line })) this.#tell(`a content of revision ${revision} is not indexed`);
    }
    this.#entries += 1;
    this.#places += keys.size;
  }

  #counters({ space, settled }: SpaceAudit): void {
    if (settled === undefined) return;
    const { last: revision, resources, merged, escalated, open } = settled;
    const told = { revision, resources, merged, escalated, open };
    for (const [name, value] of Object.entries(told)) {
      const stored = space[name as keyof typeof told];
      if (stored !== value) this.#tell(`${space.name} counts ${stored} ${name}, and the log says ${value}`);
    }
  }

  #heads({ space: { sid, trimmed, name }, heads }: SpaceAudit): void {
    const { fresh } = this.#connection.tail.space(sid);
    let found = 0;
    const rows = this.#db.prepare('SELECT resource, revision, size, hash FROM heads WHERE sid = ?').all(sid);
    for (const row of rows as { resource: ResourceId; revision: number; size: number | null; hash: string }[]) {
      const { resource, revision, size, hash } = row;
      if (revision > trimmed) {
        found += 1;
        if (heads.get(resource) !== revision) this.#tell(`the head of ${resource} is not the one of the log`);
      }
      // What a fresh head superseded was counted with its entry.
      if (fresh.has(resource) || size === null) continue;
      if (size > SMALL_BYTES || revision <= trimmed) this.#hold(hash);
    }
    for (const { size, hash } of fresh.values()) if (size !== undefined && size > SMALL_BYTES) this.#hold(hash);
    if (found !== heads.size) this.#tell(`${name} has ${found} newer heads, and the log makes ${heads.size}`);
  }

  #conflicts(sid: number): void {
    const rows = this.#db
      .prepare("SELECT state, value FROM records WHERE sid = ? AND kind = 'conflict' AND state = 'open'")
      .all(sid) as { readonly state: string; readonly value: string }[];
    for (const { state, value } of rows) {
      for (const hash of openHashes('conflict', { state, value: JSON.parse(value) as unknown })) this.#hold(hash);
    }
  }

  #contents(): void {
    const rows = this.#db
      .prepare('SELECT c.*, length(b.bytes) AS bytes FROM contents c LEFT JOIN blobs b ON b.id = c.blob')
      .all() as { hash: string; refs: number; size: number | null; blob: number | null; bytes: number | null }[];
    for (const { hash, refs, size, blob, bytes } of rows) {
      const holders = this.#holders.get(hash) ?? 0;
      if (refs !== holders) this.#tell(`content ${hash} counts ${refs} holders, and has ${holders}`);
      if (blob !== null && bytes !== size) this.#tell(`content ${hash} has lost its bytes`);
      this.#holders.delete(hash);
    }
    for (const [hash] of this.#holders) this.#tell(`content ${hash} is missing`);
    const blobs = rows.filter(({ blob }) => blob !== null).length;
    this.#count('stored contents', 'blobs', blobs);
  }
}
